"""A registry with a history, on the tests' server; a folder for backups; an empty database beside it."""

import conftest
import papers
import pytest

from registry.agreements import act as agreements
from registry.db import Database
from registry.ledger.log import act as logs
from registry.settings import Settings


@pytest.fixture
def folder(tmp_path):
    """Where backups go."""
    return tmp_path / "backups"


@pytest.fixture
def settings(dsn, tmp_path):
    """An installation: its database, its key, its mark."""
    return Settings(database_url=dsn, data_dir=tmp_path / "data", log_origin="registry.example/ledger")


@pytest.fixture
async def sealed(settings):
    """The database of a registry that signs, with a filing in it."""
    seal = await logs.open_log(settings.database_url, settings, papers.NOW)
    async with Database.open(settings.database_url, seal=seal) as db:
        await agreements.publish_shipped(db, papers.house(), papers.NOW)
        await papers.register(db)
        await papers.file(db, papers.document(**papers.uses(), **papers.layoffs()))
        yield db


@pytest.fixture
async def empty(server):
    """The address of a database with nothing in it."""
    name = f"registry_restored_{next(conftest.NUMBERS)}"
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    yield conftest.at(server, name)
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
