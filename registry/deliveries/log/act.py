"""Reading the log, sending again, and a subscription's end and new beginning with all that waits for it."""

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec
import structlog

from registry.auth.scope import Principal, owner_of, permit
from registry.db import Connection, Database
from registry.deliveries import store as deliveries
from registry.deliveries.delivery import State
from registry.deliveries.log import asked, store, view
from registry.deliveries.log.asked import Disabling, Replaying
from registry.deliveries.log.view import DeliveryLine, DeliveryPage, Replayed
from registry.disclosures import document
from registry.errors import IllegalMove
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions.version import refuse
from registry.subscriptions import store as subscriptions
from registry.subscriptions import view as subscription_view
from registry.subscriptions.act import reader_of
from registry.subscriptions.subscription import Subscription
from registry.subscriptions.view import SubscriptionLine

log = structlog.get_logger()

MOST: Final = 1000
"""Deliveries that one request sends again."""


async def find(
    db: Database,
    principal: Principal,
    *,
    subscription_id: UUID | None = None,
    state: State | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[DeliveryLine]:
    """A page of the log of the caller's subscriptions, newest first."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        before = key[0] if key else None
        rows = await store.find_page(conn, reader_of(principal), subscription_id, state, before, size + 1)
    return paged([view.line(row) for row in rows], size, lambda item: [item.delivery_id])


async def show(db: Database, principal: Principal, delivery_id: UUID) -> DeliveryPage:
    """One delivery with every attempt; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        row = await store.get(conn, delivery_id, reader_of(principal))
        return view.page(row, await store.attempts(conn, delivery_id))


async def replay(db: Database, principal: Principal, delivery_id: UUID, now: dt.datetime) -> DeliveryPage:
    """Send one delivery again, with the id it had; what waits goes now."""
    async with db.transaction() as conn:
        row = await store.get(conn, delivery_id, owner_of(principal))
        await active(conn, row.subscription_id, principal)
        if not await store.replay(conn, row, now):
            raise IllegalMove(f"this delivery is {row.state}: it will be sent by itself")
        row = await store.get(conn, delivery_id, owner_of(principal))
        return view.page(row, await store.attempts(conn, delivery_id))


async def replay_many(db: Database, principal: Principal, body: bytes, now: dt.datetime) -> Replayed:
    """Send again what a span of time holds, oldest first, at most a thousand at once."""
    told = document.decode(body)
    refuse(asked.check_replay(told))
    span = asked.span(msgspec.convert(told, Replaying))
    async with db.transaction() as conn:
        await active(conn, span.subscription_id, principal)
        again = await store.replay_span(conn, span, now, MOST)
    log.info("delivery.replayed", subscription=str(span.subscription_id), count=len(again))
    return Replayed(len(again), max(again) if len(again) >= MOST else None)


async def active(conn: Connection, subscription_id: UUID, principal: Principal) -> Subscription:
    """The caller's subscription, held; IllegalMove when nothing is sent to it at present."""
    found = await subscriptions.get(conn, subscription_id, owner_of(principal), lock=True)
    if found.state != "active":
        raise IllegalMove(f"this subscription is {found.state}; resume it first")
    return found


async def resume(
    db: Database, principal: Principal, subscription_id: UUID, now: dt.datetime
) -> SubscriptionLine:
    """Make a subscription active again, and send what was kept for it; it reaches what the caller sees."""
    async with db.transaction() as conn:
        before = await subscriptions.get(conn, subscription_id, owner_of(principal), lock=True)
        row = msgspec.structs.replace(
            before,
            principal=principal,
            state="active",
            state_reason=None,
            failing_since=None,
            rests_until=None,
            changed_at=now,
        )
        row = await subscriptions.change(conn, row)
        await deliveries.release(conn, subscription_id, now)
    log.info("subscription.resumed", subscription=str(subscription_id))
    return subscription_view.line(row, owner_of(principal))


async def disable(
    db: Database, principal: Principal, subscription_id: UUID, body: bytes, now: dt.datetime
) -> SubscriptionLine:
    """Stop sending to a subscription, and keep what happens for it; its owner reads why."""
    permit(principal, {"administrator"})
    told = document.decode(body)
    refuse(asked.check_disabling(told))
    reason = msgspec.convert(told, Disabling).reason
    async with db.transaction() as conn:
        before = await subscriptions.get(conn, subscription_id, None, lock=True)
        if before.state != "active":
            raise IllegalMove(f"this subscription is {before.state} already")
        row = msgspec.structs.replace(before, state="disabled", state_reason=reason, changed_at=now)
        row = await subscriptions.change(conn, row)
        await deliveries.hold(conn, subscription_id, now)
    log.info("subscription.disabled", subscription=str(subscription_id), reason="by an administrator")
    return subscription_view.line(row, owner_of(principal))


async def end(db: Database, principal: Principal, subscription_id: UUID, now: dt.datetime) -> None:
    """End a subscription: nothing is sent there any more, and nothing is kept for it."""
    async with db.transaction() as conn:
        before = await subscriptions.get(conn, subscription_id, owner_of(principal), lock=True)
        row = msgspec.structs.replace(
            before, state="ended", state_reason="ended by its owner", changed_at=now
        )
        await subscriptions.change(conn, row)
        await deliveries.drop(conn, subscription_id, "the subscription was ended", now)
    log.info("subscription.ended", subscription=str(subscription_id), by="owner")
