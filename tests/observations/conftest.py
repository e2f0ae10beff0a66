"""A registered production, callers, an observation that is right; what a test appends is recounted."""

import datetime as dt
import json

import papers
import pytest

from registry.audit import act as audit
from registry.observations import act

OBSERVED = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "union": "IATSE",
    "local": "IATSE:700",
    "observed_on": "2025-10-10",
    "tool": "VoxClone",
    "category": "generative_audio_voice",
    "department": "Editorial",
    "headcount": 6,
    "asked_other_departments": True,
    "text": "Temporary dialogue was made with VoxClone.",
}
REPORTER = {"name": "Robin Achterberg", "contact": "robin@example.org"}


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
def now():
    """When observations are reported in these tests."""
    return papers.NOW + dt.timedelta(days=1)


@pytest.fixture
def observed():
    """The body of an observation that is right but for the changes asked for; None takes a member out."""

    def make(**changes):
        return {name: value for name, value in (OBSERVED | changes).items() if value is not None}

    return make


@pytest.fixture
def reporter():
    return REPORTER


@pytest.fixture
def report(office, now, observed):
    """Report an observation as the editors' representative."""

    async def make(*, key="k-1", principal=papers.EDITORS, at=now, **changes):
        return await act.report(office, principal, json.dumps(observed(**changes)).encode(), key, at)

    return make
