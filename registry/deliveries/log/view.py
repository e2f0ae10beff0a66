"""A delivery and its attempts as they are shown."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from registry.deliveries.delivery import State, name_of
from registry.deliveries.event import Event


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row of delivery."""

    delivery_id: UUID
    subscription_id: UUID
    position: int
    type: str
    about: UUID
    event: Event
    state: State
    digest: bool
    message_id: UUID | None
    attempts: int
    not_before: dt.datetime
    status: int | None
    error: str | None
    body_sha256: bytes | None
    created_at: dt.datetime
    changed_at: dt.datetime


class KeptAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """A row of delivery_attempt."""

    number: int
    attempted_at: dt.datetime
    status: int | None
    error: str | None
    body_sha256: bytes
    milliseconds: int


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one subscription, and what became of it.

    `message` is the id receivers know it by, the same on every repeat; several events of a digest share one.
    `waiting`: not before `not_before`. `held`: the subscription is disabled. `body_sha256`: of the last body.
    """

    delivery_id: UUID
    subscription_id: UUID
    position: int
    type: str
    about: UUID
    state: State
    digest: bool
    message: str | None
    attempts: int
    not_before: dt.datetime
    status: int | None
    error: str | None
    body_sha256: str | None
    created_at: dt.datetime
    changed_at: dt.datetime


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt: when, how it was answered, how long that took, and the digest of what was sent."""

    number: int
    attempted_at: dt.datetime
    status: int | None
    error: str | None
    body_sha256: str
    milliseconds: int


class DeliveryPage(DeliveryLine, frozen=True, kw_only=True):
    """A delivery with its event and every attempt, first attempt first."""

    event: Event
    tried: list[Attempt]


class Replayed(msgspec.Struct, frozen=True):
    """How many deliveries are sent again, and from when to ask for the rest; null when there is none."""

    replayed: int
    next: dt.datetime | None


def line(row: Kept) -> DeliveryLine:
    """*row* as the list shows it."""
    return DeliveryLine(**fields(row))


def page(row: Kept, attempts: list[KeptAttempt]) -> DeliveryPage:
    """*row* with all that is known of it."""
    tried = [
        Attempt(**{**msgspec.structs.asdict(each), "body_sha256": each.body_sha256.hex()})
        for each in attempts
    ]
    return DeliveryPage(**fields(row), event=row.event, tried=tried)


def fields(row: Kept) -> dict[str, Any]:
    """What line and page both show; a digest has no id before it is put together."""
    known = not row.digest or row.message_id is not None
    return {
        **{name: getattr(row, name) for name in DeliveryLine.__struct_fields__ if hasattr(row, name)},
        "message": name_of(row.message_id or row.delivery_id) if known else None,
        "body_sha256": row.body_sha256.hex() if row.body_sha256 else None,
    }
