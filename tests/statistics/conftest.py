"""Productions to count in, and the promise that what a test leaves behind adds up."""

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.statistics import act


@pytest.fixture
async def office(db):
    """A database with rules, employers and productions on record; what the test leaves in it is verified."""
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    yield db
    tally = await audit.verify(db)
    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
def rows(office):
    """The rows of a table as somebody reads it."""

    async def make(about, caller=papers.AUDITOR, moment=None):
        return (await act.make(office, caller, about, moment)).rows

    return make
