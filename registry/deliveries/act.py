"""Making deliveries of what is new in the ledger, claiming what is to be sent, recording what became of it.

Locks are taken in one order: the place told so far, the subscription, its deliveries.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.access import act as access
from registry.db import Connection, Database
from registry.deliveries import match, pacing, store
from registry.deliveries.delivery import OUT_OF_REACH, Delivery, Settled, name_of, settled
from registry.deliveries.event import Event
from registry.deliveries.events import store as events
from registry.deliveries.match import Readers
from registry.deliveries.sending import Sent
from registry.outbox import store as outbox
from registry.subscriptions import store as subscriptions
from registry.subscriptions.subscription import Subscription

log = structlog.get_logger()

AT_ONCE: Final = 500
"""Places of the ledger that one transaction tells of."""
KEPT: Final = dt.timedelta(days=30)
"""For how long what happens is kept for a subscription that is disabled."""
DIGEST: Final = 25
"""Events that go into one digest; a body of them stays below the size that receivers take."""


class Dispatched(msgspec.Struct, frozen=True):
    """How far one step came: deliveries it made, and whether the ledger has more."""

    made: int
    behind: bool


class Known:
    """The subscriptions as this process last read them; read anew when any of them has changed."""

    def __init__(self) -> None:
        self.stamp = -1
        self.readers = Readers(())

    async def read(self, conn: Connection) -> Readers:
        """The subscriptions as they are."""
        stamp = await subscriptions.stamp(conn)
        if stamp != self.stamp:
            self.readers, self.stamp = Readers(await subscriptions.readers(conn)), stamp
        return self.readers


class Claimed(msgspec.Struct, frozen=True):
    """Deliveries that go in one message, and where to."""

    to: Subscription
    deliveries: list[Delivery]


async def dispatch(db: Database, known: Known, now: dt.datetime, tell: Callable[[Event], None]) -> Dispatched:
    """Make deliveries of what stands in the ledger and has not been told; at most `AT_ONCE` places of it.

    *tell* is called for each event before the commit, so for every event at least once.
    """
    async with db.transaction() as conn:
        first = await events.lock_position(conn)
        size = await events.size(conn)
        if size <= first:
            return Dispatched(0, behind=False)
        end = min(size, first + AT_ONCE)
        found = [event for event in await events.between(conn, first, end) if not event.held]
        readers = await known.read(conn)
        rows = await delivery_rows(conn, [(event, to) for event in found for to in readers.of(event)], now)
        await store.insert(conn, rows, now)
        await store.hasten(conn, [row for row in rows if row["hurries"]], now)
        await events.set_position(conn, end)
        for event in found:
            tell(event)
    return Dispatched(len(rows), behind=end < size)


async def delivery_rows(
    conn: Connection, told: Sequence[tuple[Event, Subscription]], now: dt.datetime
) -> list[dict[str, Any]]:
    """The rows of new deliveries.

    What is kept for a subscription that is disabled is kept for one that still is: it is held until the
    commit, so that whoever resumes it finds everything, or it is active already.
    """
    disabled = {to.subscription_id for _, to in told if to.state != "active"}
    states = await subscriptions.hold_states(conn, disabled)
    rows = []
    for event, to in told:
        state = states.get(to.subscription_id, to.state)
        if state == "active" or (state != "ended" and to.changed_at + KEPT > now):
            rows.append(delivery_row(event, msgspec.structs.replace(to, state=state), now))
    return rows


def delivery_row(event: Event, to: Subscription, now: dt.datetime) -> dict[str, Any]:
    """The row of a new delivery; `hurries`: nothing may hold it back for longer than until then."""
    start = pacing.presses_from(event, now)
    at_once = (start is not None and start <= now) or match.addressed(to.principal, event)
    slot = pacing.slot(to.pace, now, at_once=at_once, by=start)
    return {
        "delivery_id": uuid7(),
        "subscription_id": to.subscription_id,
        "position": event.position,
        "type": event.type,
        "about": event.about,
        "event": event,
        "state": "waiting" if to.state == "active" else "held",
        "digest": slot.digest,
        "not_before": slot.not_before,
        "hurries": at_once or slot.not_before == start,
    }


async def claim(db: Database, now: dt.datetime, lease: dt.timedelta, limit: int) -> list[Claimed]:
    """Messages that are to be sent now, at most *limit*, nobody else's until the lease runs out."""
    async with db.transaction() as conn:
        alone = await store.claim(conn, now, now + lease, limit)
        together = await store.claim_digest(conn, now, now + lease, DIGEST) if len(alone) < limit else []
        if not alone and not together:
            return []
        to = await subscriptions.load(conn, {each.subscription_id for each in [*alone, *together]})
        lost = [each for each in [*alone, *together] if not may_hear(to[each.subscription_id], each)]
        await store.fail(conn, [each.delivery_id for each in lost], OUT_OF_REACH, now)
    messages = [[each] for each in sorted(alone, key=lambda each: each.position)] + [together]
    kept = [[each for each in message if each not in lost] for message in messages]
    return [Claimed(to[message[0].subscription_id], message) for message in kept if message]


def may_hear(to: Subscription, delivery: Delivery) -> bool:
    """Whether the owner may still read it; whom an alert concerned, it goes on concerning."""
    return match.reaches(to.principal, delivery.event)


async def tidy(db: Database, now: dt.datetime) -> None:
    """Give up what waits for subscriptions that have ended; forget the queue's own diary of wake-ups."""
    async with db.transaction() as conn:
        await store.drop_ended(conn, now)
        await outbox.forget(conn)


async def record(
    db: Database, claimed: Claimed, sent: Sent, now: dt.datetime, chance: float, milliseconds: int
) -> Subscription | None:
    """Write down an attempt and what follows from it; the subscription, when that is to disable it.

    What has arrived was read: the access log knows it as soon as the delivery is known to be delivered, even
    of a message that another worker has sent meanwhile, too.
    """
    to, deliveries = claimed.to, claimed.deliveries
    async with db.transaction() as conn:
        if sent.result == "delivered":
            if to.failing_since is not None:
                await subscriptions.set_well(conn, to.subscription_id)
            await store.settle(conn, deliveries, sent, Settled(state="delivered"), now, milliseconds)
            await note_read(conn, to, deliveries, now)
            return None
        found = await subscriptions.load(conn, [to.subscription_id], lock=True)
        newest = found[to.subscription_id]
        failing = newest.failing_since is not None
        follows = settled(sent, deliveries[0].attempts + 1, now, chance, failing=failing)
        mine = await store.settle(conn, deliveries, sent, follows, now, milliseconds)
        if follows.rests_until is not None:
            await subscriptions.set_failing(conn, to.subscription_id, now, follows.rests_until)
        if not mine or follows.disables is None or newest.state != "active":
            return None
        disabled = msgspec.structs.replace(
            newest, state="disabled", state_reason=follows.disables, changed_at=now
        )
        disabled = await subscriptions.change(conn, disabled)
        await store.hold(conn, to.subscription_id, now)
    log.warning("subscription.disabled", subscription=str(to.subscription_id), reason=follows.disables)
    return disabled


async def note_read(
    conn: Connection, to: Subscription, deliveries: Sequence[Delivery], now: dt.datetime
) -> None:
    """Add to the access log what the owner of *to* has been told of, and by which message."""
    about = {(each.event.employer_id, each.event.path) for each in deliveries}
    message = name_of(deliveries[0].message)
    said = f"subscription={to.subscription_id}&message={message}"
    await access.record_sent(conn, to.principal, to.way, about, said=said, message=message, now=now)
