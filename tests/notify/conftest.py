"""A message about a move, and a house whose rules say nothing."""

import datetime as dt
from uuid import UUID

import msgspec
import pytest

from registry.alerts.move import Message
from registry.requests.message import RequestMessage

MESSAGE = Message(
    employer_id="northlight-pictures",
    alert_id=UUID("01900000-0000-7000-8000-000000000001"),
    production_id="harbor-lights-s1",
    revision=1,
    move="open",
    state="open",
    kind="violation",
    severity="critical",
    rule="iatse-ba-2024/prompt-displacement",
    clause="BA Art. XX(a)",
    says="No employee is required to give prompts that displace a covered employee.",
    due_on=dt.date(2026, 3, 9),
    locals=["IATSE:700", "IATSE:800"],
    unions=["DGA", "IATSE"],
    author="registry",
    reason=None,
    outcome=None,
    moved_at=dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC),
)


ASKED = RequestMessage(
    employer_id="northlight-pictures",
    request_id=UUID("01900000-0000-7000-8000-000000000002"),
    production_id="harbor-lights-s1",
    revision=1,
    kind="request",
    asks_for="meeting",
    meeting="company_quarterly",
    party="IATSE:700",
    on_behalf_of="union",
    uses=2,
    closes=False,
    recorded_at=dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC),
)


@pytest.fixture
def asked():
    """A message about a request, with any field changed."""

    def make(**fields):
        return msgspec.structs.replace(ASKED, **fields)

    return make


@pytest.fixture
def message():
    """A message, with any field changed."""

    def make(**fields):
        return msgspec.structs.replace(MESSAGE, **fields)

    return make
