"""A registered production, and the promise that every history a test leaves behind adds up."""

import papers
import pytest

from registry.audit import act as audit


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")
