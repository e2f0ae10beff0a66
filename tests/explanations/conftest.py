"""A registered production, and the promise that every history a test leaves behind adds up."""

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit


@pytest.fixture
async def office(db):
    """A database with rules, employers and productions on record.

    What the test leaves in it is verified, and every judgement made again from it.
    """
    await agreements.publish_shipped(db, papers.house(), papers.NOW)
    await papers.register(db)
    yield db
    tally = await audit.verify(db)
    different = []
    made = await audit.verify_findings(db, papers.house().editions, different.append)

    assert tally.size == await papers.count(db, "ledger_entry")
    assert made.judgements == await papers.count(db, "judgement")
    assert different == []
