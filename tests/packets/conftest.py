"""A case to make packets of, and the promise that the history it leaves behind adds up."""

import papers
import pytest
from packed import Case, verified

from registry.agreements import act as agreements
from registry.audit import act as audit


@pytest.fixture
async def office(db):
    """A database with rules, employers and productions on record; what the test leaves in it is verified."""
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
async def case(office):
    """An alert about employees who had to give prompts."""
    return await Case(office).open()


@pytest.fixture
def make(office):
    """Make a case with more in its filing."""

    async def made(**sections):
        return await Case(office).open(**sections)

    return made


@pytest.fixture
def check():
    """What verify.py says of a folder."""
    return verified
