"""A registered production with something due, a place to draw calendars for, and findings to order."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import papers
import pytest

from registry.calendars import act
from registry.calendars.duties import Place
from registry.obligations.finding import Citation, Clock, Finding
from registry.settings import Settings

NOW = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)
SETTINGS = Settings(public_url="https://registry.example")
FINDING = Finding(
    rule="us-warn/notice",
    pack="us-warn",
    pack_digest="ab" * 32,
    params="params-2026.1",
    values={},
    subject_kind="layoff",
    subject="E1",
    verdict="not_applicable",
    reason="not-yet-due",
    says="Notice is given 60 days before.",
    because=["Due 20 March 2026."],
    missing=[],
    review=[],
    severity="critical",
    owed_to="the employees",
    locals=["IATSE:700"],
    unions=["IATSE"],
    occurred_on=None,
    known_on=None,
    due_on=dt.date(2026, 3, 20),
    due_at=None,
    due_soon=False,
    quiet=False,
    clocks=[
        Clock(
            name="grievance",
            until=dt.date(2026, 4, 1),
            says="A grievance is filed by.",
            confidence="reported",
        )
    ],
    citation=Citation(clause="29 USC 2102(a)", source="SEED1", confidence="quoted"),
    remedy="Back pay.",
)


@pytest.fixture
def finding():
    """A finding of a duty due on 20 March 2026, with any field changed."""

    def make(**fields):
        return msgspec.structs.replace(FINDING, **fields)

    return make


@pytest.fixture
def place():
    """The production where it is half past ten in the morning of 2 March 2026."""

    def make(now=NOW, zone="America/Los_Angeles"):
        return Place(*papers.KEY, "Harbor Lights", ZoneInfo(zone), now)

    return make


@pytest.fixture
async def office(db):
    """A database with employers and productions on record."""
    await papers.register(db)
    return db


@pytest.fixture
def make(office):
    """Make a feed; its address's last step."""

    async def one(principal=papers.EDITORS, now=papers.NOW, **said):
        body = msgspec.json.encode({"title": "What is due"} | said)
        return await act.make(office, SETTINGS, principal, body, now)

    return one
