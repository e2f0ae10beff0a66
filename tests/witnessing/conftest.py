"""What every test of the room asks for: settings, a signed ledger, a maker of witnesses."""

import pytest
from neighbours import NOW, ORIGIN, Log, Neighbour

from registry.db import Database
from registry.ledger import store as ledger
from registry.ledger.log.act import open_log
from registry.settings import Settings


@pytest.fixture
def settings(dsn, tmp_path):
    """What the registry is started with."""
    return Settings(database_url=dsn, data_dir=tmp_path / "data", log_origin=ORIGIN)


@pytest.fixture
async def log(dsn, settings):
    """A database whose appends are signed; it is recounted at the end."""
    seal = await open_log(dsn, settings, NOW)
    async with Database.open(dsn, seal=seal) as db:
        yield Log(db, seal, settings)
        async with db.snapshot() as conn:
            await ledger.recount(conn)


@pytest.fixture
def neighbour(tmp_path, log):
    """Makes a witness that signs for the log."""
    return lambda name: Neighbour(tmp_path / name, name, log.vkey)
