"""Making, changing and reading subscriptions; exchanging their secrets."""

import datetime as dt
import functools
import hashlib
import secrets
import zoneinfo
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.agreements import act as agreements
from registry.auth.scope import Principal, owner_of
from registry.db import Database, UniqueViolation
from registry.disclosures import document
from registry.errors import Fault, IllegalMove, KeyReused, StillRunning
from registry.idempotency import REPLAYED, digest, key_of
from registry.outgoing import act as outgoing
from registry.outgoing import signing
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions.record import fresh
from registry.productions.version import check_match, refuse
from registry.productions.view import etag
from registry.settings import Settings
from registry.subscriptions import asked, store, view
from registry.subscriptions.asked import Changing, Codes, Rotating, Subscribing
from registry.subscriptions.subscription import Secret, Signing, Subscription, live
from registry.subscriptions.view import SubscriptionLine, SubscriptionMade

log = structlog.get_logger()

MOST: Final = 100
"""Subscriptions a person or system may have."""
CHANCE: Final = 32
"""Bytes of a secret, of a key, and of the token of a mail."""


class Made(msgspec.Struct, frozen=True):
    """A subscription that was made now, or by the same request before."""

    made: SubscriptionMade
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, its revision, and whether this is an answer given before."""
        shown = self.made.subscription
        place = {"ETag": etag(shown.revision), "Location": f"/v1/subscriptions/{shown.subscription_id}"}
        return place | (REPLAYED if self.replayed else {})


@functools.cache
def zones() -> frozenset[str]:
    """Every time zone there is, read once."""
    return frozenset(zoneinfo.available_timezones())


def codes(settings: Settings) -> Codes:
    """What a body is checked against, in this installation."""
    return Codes(
        locals=frozenset(agreements.locals_by_key()),
        zones=zones(),
        mail=bool(settings.smtp_url),
    )


async def make(
    db: Database, principal: Principal, body: bytes, key: str | None, settings: Settings, now: dt.datetime
) -> Made:
    """A new subscription of the caller; its secret is in the answer.

    Sent again with its key it makes nothing, and gets the answer of the first time.
    """
    given = key_of(key)
    told = document.decode(body)
    faults = asked.check_new(told, codes(settings), principal)
    refuse(fresh([*faults, *await reachable(told.get("way"), told.get("address"), settings)]))
    said = msgspec.convert(told, Subscribing)
    named = digest(f"subscription {owner_of(principal)}", given) if given else None
    sent = hashlib.sha256(body).digest()
    row = subscription_of(said, principal, now)
    try:
        async with db.transaction() as conn:
            before = await store.find_by_key(conn, named) if named else None
            if before is not None:
                return replayed(before, sent)
            if await store.count_own(conn, owner_of(principal)) >= MOST:
                raise IllegalMove(f"you have {MOST} subscriptions already; end one that you no longer need")
            await store.insert(conn, row, named, sent)
    except UniqueViolation:
        raise StillRunning("the same request is being answered at this moment; send it again") from None
    log.info("subscription.made", subscription=str(row.subscription_id), way=row.way)
    return Made(view.made(row), replayed=False)


async def reachable(way: Any, address: Any, settings: Settings) -> list[Fault]:
    """The fault of an address that can never be told anything."""
    if not isinstance(way, str) or not isinstance(address, str) or not address:
        return []
    return await outgoing.check_address(way, address, settings.outgoing_allow)


def subscription_of(said: Subscribing, principal: Principal, now: dt.datetime) -> Subscription:
    """The row of a new subscription."""
    return Subscription(
        subscription_id=uuid7(),
        subject=owner_of(principal),
        principal=principal,
        way=said.way,
        address=said.address,
        form=said.form,
        wish=said.wish,
        pace=said.pace,
        state="active",
        state_reason=None,
        secrets=[new_secret(said.signing, now)] if said.way == "webhook" else [],
        unsubscribe=secrets.token_bytes(CHANCE) if said.way == "email" else None,
        failing_since=None,
        rests_until=None,
        revision=1,
        created_at=now,
        changed_at=now,
    )


def new_secret(kind: Signing, now: dt.datetime) -> Secret:
    """A secret nobody has seen yet."""
    chance = secrets.token_bytes(CHANCE)
    if kind == "v1":
        return Secret(kind=kind, secret=signing.shared(chance), made_at=now)
    private, public = signing.key_pair(chance)
    return Secret(kind=kind, secret=private, public=public, made_at=now)


def replayed(before: store.Made, sent: bytes) -> Made:
    """What was answered when *before* was made; KeyReused when that was to another body."""
    if before.body_digest != sent:
        raise KeyReused(
            "this Idempotency-Key came with another body before; a new subscription needs a key of its own"
        )
    return Made(view.made(before.subscription), replayed=True)


async def change(
    db: Database,
    principal: Principal,
    subscription_id: UUID,
    body: bytes,
    if_match: str | None,
    settings: Settings,
    now: dt.datetime,
) -> SubscriptionLine:
    """Another address, wish or pace; what it may reach is what the caller may see now."""
    told = document.decode(body)
    async with db.snapshot() as conn:
        way = (await store.get(conn, subscription_id, owner_of(principal))).way
    refuse(asked.check_change(told, way, codes(settings), principal))
    said = msgspec.convert(told, Changing)
    refuse(await outgoing.check_address(way, said.address, settings.outgoing_allow))
    async with db.transaction() as conn:
        before = await store.get(conn, subscription_id, owner_of(principal), lock=True)
        check_match(if_match, before.revision)
        row = await store.change(
            conn,
            msgspec.structs.replace(
                before,
                principal=principal,
                address=said.address,
                form=said.form,
                wish=said.wish,
                pace=said.pace,
                rests_until=None,
                changed_at=now,
            ),
        )
    return view.line(row, owner_of(principal))


async def rotate(
    db: Database,
    principal: Principal,
    subscription_id: UUID,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> SubscriptionMade:
    """A new secret; the one before signs beside it for a while, and an older one no more."""
    told = document.decode(body or b"{}")
    refuse(asked.check_rotation(told))
    said = msgspec.convert(told, Rotating)
    async with db.transaction() as conn:
        before = await store.get(conn, subscription_id, owner_of(principal), lock=True)
        check_match(if_match, before.revision)
        if before.way != "webhook":
            raise IllegalMove("only webhooks are signed; this subscription has no secret")
        kept = live(before.secrets, now)[:1] if said.keep_hours else []
        until = now + dt.timedelta(hours=said.keep_hours)
        old = [msgspec.structs.replace(each, until=until) for each in kept]
        fresh = new_secret(said.signing or newest(before).kind, now)
        changed = msgspec.structs.replace(before, principal=principal, secrets=[fresh, *old], changed_at=now)
        row = await store.change(conn, changed)
    log.info("subscription.secret_exchanged", subscription=str(subscription_id))
    return SubscriptionMade(subscription=view.line(row, owner_of(principal)), secret=fresh.secret)


def newest(row: Subscription) -> Secret:
    """The secret that was made last."""
    return max(row.secrets, key=lambda each: each.made_at)


def reader_of(principal: Principal) -> str | None:
    """Whose subscriptions *principal* reads: their own, or, as an administrator, everybody's."""
    return None if principal.role == "administrator" else owner_of(principal)


async def show(db: Database, principal: Principal, subscription_id: UUID) -> SubscriptionLine:
    """One subscription; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        row = await store.get(conn, subscription_id, reader_of(principal))
    return view.line(row, owner_of(principal))


async def find(
    db: Database, principal: Principal, cursor: str | None, limit: int | None
) -> Page[SubscriptionLine]:
    """A page of the caller's subscriptions, newest first; an administrator's shows everybody's."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(conn, reader_of(principal), key[0] if key else None, size + 1)
    lines = [view.line(row, owner_of(principal)) for row in rows]
    return paged(lines, size, lambda item: [item.subscription_id])
