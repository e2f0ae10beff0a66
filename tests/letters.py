"""Events, subscriptions and messages for tests of the senders; a test changes what it is about."""

import datetime as dt
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.deliveries.event import Event
from registry.deliveries.sending import Outgoing
from registry.outgoing.signing import shared
from registry.subscriptions.subscription import Pace, Secret, Subscription, Wish

NOW = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)
EVENT = Event(
    position=7,
    type="alert.opened",
    at=dt.datetime(2026, 3, 2, 18, 29, 58, 123456, tzinfo=dt.UTC),
    about=UUID("01900000-0000-7000-8000-000000000001"),
    thread="alert",
    employer_id="northlight-pictures",
    production_id="harbor-lights-s1",
    title="Harbor Lights",
    locals=["IATSE:700", "IATSE:800"],
    unions=["DGA", "IATSE"],
    revision=1,
    author="registry",
    kind="violation",
    severity="critical",
    rule="iatse-ba-2024/prompt-displacement",
    state="open",
    clause="BA Art. XX(a)",
    says="No employee is required to give prompts that displace a covered employee.",
    due_on=dt.date(2026, 3, 9),
    clock="grievance",
    clock_on=dt.date(2026, 5, 2),
)
REQUEST = msgspec.structs.replace(
    EVENT,
    type="request.made",
    thread="request",
    about=UUID("01900000-0000-7000-8000-000000000002"),
    kind=None,
    severity=None,
    rule=None,
    clause=None,
    says=None,
    due_on=None,
    clock=None,
    clock_on=None,
    asks="meeting",
)
SECRET = shared(bytes(range(32)))
SUBSCRIPTION = Subscription(
    subscription_id=UUID("01900000-0000-7000-8000-00000000000a"),
    subject="rep-700",
    principal=Principal(subject="rep-700", role="representative", locals=["IATSE:700"], unions=["IATSE"]),
    way="webhook",
    address="https://example.org/hook",
    form="standard",
    wish=Wish(),
    pace=Pace(),
    state="active",
    state_reason=None,
    secrets=[Secret(kind="v1", secret=SECRET, made_at=NOW)],
    unsubscribe=None,
    failing_since=None,
    rests_until=None,
    revision=1,
    created_at=NOW,
    changed_at=NOW,
)


def event(**changed):
    """An event, changed."""
    return msgspec.structs.replace(EVENT, **changed)


def subscription(**changed):
    """A subscription, changed."""
    return msgspec.structs.replace(SUBSCRIPTION, **changed)


def outgoing(*events, attempt=1):
    """A message of *events*."""
    return Outgoing(id="msg_01900000000070008000", events=list(events), attempt=attempt)
