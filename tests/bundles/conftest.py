"""A signed log with something of everything in it, and the promise that the history it leaves adds up."""

import shutil
from contextlib import asynccontextmanager

import conftest
import papers
import pytest
import spoken

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.ledger.log import act as log
from registry.settings import Settings

LAID = {}
"""The database that has it, the folder with its key and mark, and what was filed: made once, then copied."""


def settings_of(dsn, folder):
    return Settings(database_url=dsn, data_dir=folder, public_url="https://registry.example")


@asynccontextmanager
async def opened(settings):
    """The database of an installation, whose entries are signed."""
    seal = await log.open_log(settings.database_url, settings, papers.NOW)
    async with Database.open(settings.database_url, seal=seal) as db:
        db.seal = seal
        yield db


async def settle(db):
    """A filing that raised an alert, its amendment, one that keeps a section, one of others."""
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    filed = await papers.file(db, papers.document(**papers.uses(), **papers.layoffs()))
    amended = papers.document(**papers.uses(), **papers.layoffs(), filing=papers.amendment())
    await papers.amend(db, filed.receipt.disclosure_id, amended)
    marks = {"confidentiality": {"sections": {"tools": "employer"}}}
    kept = papers.document(key=papers.SECOND, filing=marks, **papers.uses())
    other = papers.document(key=("other-films", "harbor-lights-s1"), **papers.uses())
    found = {
        "filed": filed,
        "kept": await papers.file(db, kept, key="k-3"),
        "other": await papers.file(db, other, key="k-4", principal=papers.OTHERS),
    }
    return found | await spoken.settle(db)


@pytest.fixture
async def laid(server, template, tmp_path_factory):
    """The name of the database that is copied, and its folder."""
    name = f"{template}_bundles"
    if name not in LAID:
        folder = tmp_path_factory.mktemp("office") / "data"
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        async with opened(settings_of(conftest.at(server, name), folder)) as db:
            LAID[name] = folder, await settle(db)
    return name, *LAID[name]


@pytest.fixture
async def settings(server, laid, tmp_path):
    """Those of an installation that is a copy of it, key and all."""
    name, folder, _ = laid
    own = f"{name}_{next(conftest.NUMBERS)}"
    await conftest.execute(server, f"CREATE DATABASE {own} TEMPLATE {name} STRATEGY FILE_COPY")
    shutil.copytree(folder, tmp_path / "data")
    yield settings_of(conftest.at(server, own), tmp_path / "data")
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")


@pytest.fixture
async def office(settings, laid):
    """The database with everything filed; what a test leaves in it adds up."""
    async with opened(settings) as db:
        vars(db).update(laid[2])
        yield db
        tally = await audit.verify(db)
    assert tally.size > 0
