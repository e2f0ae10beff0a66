"""The calendar of a production; feeds of it that people's own programs read at a secret address.

A feed shows what its owner might see when it was made, until somebody revokes it. Each reading of one is in
the access log before it is answered.
"""

import asyncio
import datetime as dt
import secrets
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth import store as access
from registry.auth.reading import Reading
from registry.auth.scope import Principal, Scope, owner_of, permit, scope_of
from registry.calendars import asked, feed, ical, store
from registry.calendars.asked import AskedFeed
from registry.calendars.calendar import Calendar, Days, Known, drawn
from registry.calendars.feed import FeedMade, FeedShown, Kept
from registry.db import Connection, Database
from registry.disclosures import document
from registry.errors import IllegalMove, NotFound
from registry.judging.house import House
from registry.obligations.pack import PackSet
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions import store as productions
from registry.productions.store import Stored
from registry.productions.version import refuse
from registry.settings import Settings

log = structlog.get_logger()

OWNERS = frozenset({"employer", "representative"})
MOST_PRODUCTIONS = 100
"""Productions that one feed shows: those judged last."""
SLACK = "private, max-age=900"
"""A program may show a calendar it read within the last quarter of an hour."""


class Read(msgspec.Struct, frozen=True):
    """A feed's file as it is answered; no body when the reader has these bytes already."""

    body: bytes
    status: int
    headers: dict[str, str]


async def show(
    db: Database,
    house: House,
    principal: Principal,
    key: tuple[str, str],
    first: str | None,
    last: str | None,
    now: dt.datetime,
) -> Calendar:
    """What is due for a production the caller may see; NotFound for any other."""
    days, scope = asked.days(first, last), scope_of(principal)
    async with db.snapshot() as conn:
        found = await productions.get_production(conn, *key, scope)
        (known,) = await store.load(conn, scope, [found])
    return drawn(scope, known, house.packs, days, now)


async def make(
    db: Database, settings: Settings, principal: Principal, body: bytes, now: dt.datetime
) -> FeedMade:
    """A new feed for the caller, with the address that is told this once."""
    permit(principal, OWNERS)
    told = document.decode(body)
    refuse(asked.check(told))
    said, secret = msgspec.convert(told, AskedFeed), secrets.token_urlsafe(feed.SECRET_BYTES)
    kept = Kept(
        feed_id=uuid7(),
        subject=owner_of(principal),
        principal=principal,
        title=said.title,
        production=said.production,
        created_at=now,
    )
    async with db.transaction() as conn:
        if said.production:
            key = said.production.employer_id, said.production.production_id
            await productions.get_production(conn, *key, scope_of(principal))
        if await store.count(conn, kept.subject) >= feed.MOST:
            raise IllegalMove(
                f"you have {feed.MOST} calendars already; revoke one that nobody reads any more"
            )
        await store.add(conn, kept, feed.digest(secret))
    log.info("calendar.made", feed=str(kept.feed_id))
    return FeedMade(feed=feed.shown(kept), address=feed.address(settings.address, secret))


async def find(
    db: Database, principal: Principal, cursor: str | None = None, limit: int | None = None
) -> Page[FeedShown]:
    """A page of the caller's feeds that are not revoked, newest first; an administrator sees everybody's."""
    permit(principal, {*OWNERS, "administrator"})
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(conn, whose(principal), key[0] if key else None, size + 1)
    return paged([feed.shown(row) for row in rows], size, lambda item: [item.feed_id])


async def revoke(db: Database, principal: Principal, feed_id: UUID, now: dt.datetime) -> None:
    """End a feed of the caller, or as an administrator anybody's: its address leads nowhere from now on."""
    permit(principal, {*OWNERS, "administrator"})
    async with db.transaction() as conn:
        if await store.revoke(conn, feed_id, whose(principal), now) is None:
            raise NotFound("there is no such calendar among yours")
    log.info("calendar.revoked", feed=str(feed_id))


def whose(principal: Principal) -> str | None:
    """Whose feeds the caller may list and revoke: their own; None: everybody's."""
    return None if principal.role == "administrator" else owner_of(principal)


async def read(db: Database, house: House, name: str, if_none_match: str | None, now: dt.datetime) -> Read:
    """The file of the feed at a secret address; NotFound alike for a revoked one and one that never was."""
    secret = feed.secret_of(name)
    async with db.transaction() as conn:
        kept = await store.find_by_secret(conn, feed.digest(secret)) if secret else None
        if kept is None:
            raise NotFound("there is nothing at this address")
    scope = scope_of(kept.principal)
    async with db.snapshot() as conn:
        shown, left_out = await chosen(conn, scope, kept)
        known = await store.load(conn, scope, shown)
    async with db.transaction() as conn:
        await access.record(conn, reading_of(kept, now), {each.record.employer_id for each in shown})
    # A large file takes a second: it holds up nobody who asks for something else meanwhile.
    body = await asyncio.to_thread(composed, kept, scope, known, house.packs, left_out, now)
    tag = ical.etag(body)
    had = ical.known(tag, if_none_match)
    return Read(b"" if had else body, 304 if had else 200, {"ETag": tag, "Cache-Control": SLACK})


def composed(
    kept: Kept, scope: Scope, known: list[Known], packs: PackSet, left_out: int, now: dt.datetime
) -> bytes:
    """The file of a feed over what is *known* of its productions."""
    calendars = [drawn(scope, each, packs, Days(), now) for each in known]
    return ical.written(kept.title, calendars, left_out)


async def chosen(conn: Connection, scope: Scope, kept: Kept) -> tuple[list[Stored], int]:
    """The productions a feed is of, as far as its owner may see them still; and how many had no room."""
    if kept.production is None:
        found = await store.find_productions(conn, scope, MOST_PRODUCTIONS)
        return found.productions, found.left_out
    key = kept.production.employer_id, kept.production.production_id
    try:
        return [await productions.get_production(conn, *key, scope)], 0
    except NotFound:
        return [], 0


def reading_of(kept: Kept, now: dt.datetime) -> Reading:
    """What the access log keeps of a reading: the feed and its owner, never the secret."""
    return Reading(
        access_id=uuid7(),
        read_at=now,
        subject=kept.principal.subject,
        role=kept.principal.role,
        method="GET",
        path=f"/v1/calendars/{kept.feed_id}",
        query="",
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
