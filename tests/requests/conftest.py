"""A registered production, callers, a request that is right; what a test appends is recounted."""

import datetime as dt
import json

import papers
import pytest

from registry.audit import act as audit
from registry.requests import act

ASKED = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "uses": ["U1"],
    "text": "An assistant editor asks to talk about CutAssist.",
}


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
def now():
    """When requests are made in these tests."""
    return papers.NOW + dt.timedelta(days=1)


@pytest.fixture
def asked():
    """The body of a request that is right but for the changes asked for; None takes a member out."""

    def make(**changes):
        return {name: value for name, value in (ASKED | changes).items() if value is not None}

    return make


@pytest.fixture
def ask(office, now, asked):
    """Make a request as the editors' representative."""

    async def make(*, key="k-1", principal=papers.EDITORS, at=now, **changes):
        return await act.ask(office, principal, json.dumps(asked(**changes)).encode(), key, at)

    return make


@pytest.fixture
def answer(office, now):
    """Answer a request as the employer's office."""

    async def make(request_id, if_match='"1"', *, principal=papers.OFFICE, at=now, **said):
        return await act.answer(office, principal, request_id, json.dumps(said).encode(), if_match, at)

    return make
