"""One delivery, the message it goes in, and what an answer makes of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

import msgspec

from registry.deliveries.event import Event
from registry.deliveries.sending import Outgoing, Sent
from registry.outgoing.schedule import next_attempt

State = Literal["waiting", "delivered", "failed", "held"]
LONGEST_ERROR: Final = 500
SHORTEST_REST: Final = dt.timedelta(seconds=2)
LONGEST_REST: Final = dt.timedelta(seconds=60)
OUT_OF_REACH: Final = "the owner of the subscription may no longer read what this is about"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A row of delivery, as a worker claims it. `attempts` have ended, `claims` counts this one, too."""

    delivery_id: UUID
    subscription_id: UUID
    position: int
    about: UUID
    event: Event
    digest: bool
    message_id: UUID | None
    claims: int
    attempts: int
    created_at: dt.datetime

    @property
    def message(self) -> UUID:
        """The id of the message it goes in: its own, or that of the digest it was put into."""
        return self.message_id or self.delivery_id


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the deliveries of a message, and of its subscription, after an attempt.

    `rests_until`: the address fails and is left in peace until then. `disables`: why it is given up.
    """

    state: State
    not_before: dt.datetime | None = None
    rests_until: dt.datetime | None = None
    disables: str | None = None


def outgoing(deliveries: Sequence[Delivery]) -> Outgoing:
    """The message that *deliveries* go in together, oldest event first."""
    events = [each.event for each in sorted(deliveries, key=lambda each: each.position)]
    first = deliveries[0]
    return Outgoing(id=name_of(first.message), events=events, attempt=first.attempts + 1)


def name_of(message: UUID) -> str:
    """How receivers know a message: no full stop in it, which signatures are joined with."""
    return f"msg_{message.hex}"


def settled(sent: Sent, attempt: int, now: dt.datetime, chance: float, *, failing: bool) -> Settled:
    """What *sent* makes of a message after *attempt* attempts; *failing*: nothing arrives there any more.

    The end of the schedule disables an address at which nothing else arrives either.
    """
    match sent.result:
        case "delivered":
            return Settled(state="delivered")
        case "gone":
            return Settled(state="failed", disables=reason(sent))
        case "refused":
            return Settled(state="failed")
        case "again":
            again = next_attempt(attempt, now, sent.retry_after, chance)
            if again is None:
                tired = (
                    f"nothing arrived in {attempt} attempts; the last: {reason(sent)}" if failing else None
                )
                return Settled(state="failed", disables=tired)
            # One failure is no dead address: it is tried with one message, and rests when that fails, too.
            rest = now + min(max(again - now, SHORTEST_REST), LONGEST_REST) if failing else now
            asked = sent.retry_after is not None and sent.retry_after > rest
            return Settled(state="waiting", not_before=again, rests_until=again if asked else rest)


def reason(sent: Sent) -> str:
    """Why an attempt failed, short enough to be kept."""
    status = f"{sent.status} " if sent.status else ""
    return f"{status}{sent.error}".strip()[:LONGEST_ERROR] or "no reason was given"
