"""A filed disclosure in a log that is signed, and the promise that the history it leaves behind adds up."""

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.ledger.log import act as log
from registry.settings import Settings


@pytest.fixture
def settings(tmp_path, dsn):
    """Those of an installation of its own."""
    return Settings(database_url=dsn, data_dir=tmp_path / "data", public_url="https://registry.example")


@pytest.fixture
async def signed(dsn, settings):
    """A database whose entries are signed, with rules, employers and productions on record."""
    seal = await log.open_log(dsn, settings, papers.NOW)
    async with Database.open(dsn, seal=seal) as db:
        db.seal = seal
        await agreements.publish_shipped(db, papers.house(), papers.NOW)
        await papers.register(db)
        yield db
        tally = await audit.verify(db)
    assert tally.size > 0
