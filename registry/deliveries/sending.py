"""What a sender is given and what it answers: the seam between what is to be told and the ways of telling."""

import datetime as dt
from collections.abc import Awaitable
from typing import Literal, Protocol

import msgspec

from registry.deliveries.event import Event
from registry.subscriptions.subscription import Subscription

Result = Literal["delivered", "again", "refused", "gone"]
"""`again`: by the schedule. `refused`: never this message. `gone`: never this address; it is disabled."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `id` is the same on every repeat and every replay; `attempt` counts from 1.

    One event, or those of a digest, oldest first. None at all: a trial the owner asked for, or a `note` of
    the registry itself: a subscription of the owner's was disabled.
    """

    id: str
    events: list[Event]
    attempt: int
    note: str = ""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one attempt. `body_sha256` is of the bytes that were sent, or would have been."""

    result: Result
    body_sha256: bytes
    status: int | None = None
    error: str = ""
    retry_after: dt.datetime | None = None


class Sender(Protocol):
    """One way of telling. It bounds its own time, and raises for nothing that the other side does."""

    def send(self, to: Subscription, message: Outgoing, now: dt.datetime) -> Awaitable[Sent]:
        """Try once."""
        ...
