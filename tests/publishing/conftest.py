"""A registry of what ships, two employers and their productions; every history a test leaves behind adds up."""

import papers
import pytest

from registry import files
from registry.audit import act as audit
from registry.publishing import act

NAME = "iatse-ba-2024"


@pytest.fixture
async def house(db):
    """The House of a process that has just started on this database."""
    started, _ = await act.start(db, papers.house(), papers.NOW)
    return started


@pytest.fixture
async def office(db, house):
    """The same database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture(scope="session")
def shipped():
    """The shipped pack of the Basic Agreement, byte for byte."""
    return (files.PACKS / f"{NAME}.toml").read_bytes()
