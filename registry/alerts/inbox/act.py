"""Finding alerts, newest first or soonest clock first; and counting them by production and local."""

import collections
import datetime as dt
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts import view
from registry.alerts.alert import AlertLine, Tally
from registry.alerts.inbox import store
from registry.alerts.inbox.past import store as past
from registry.alerts.inbox.store import NEVER, Counted, Wanted
from registry.auth.scope import Principal, scope_of
from registry.db import Database
from registry.ledger.moment import Moment
from registry.page import Page, decode, limit_of
from registry.page import page as paged

Order = Literal["newest", "soonest"]


async def find(
    db: Database,
    principal: Principal,
    now: dt.datetime,
    wanted: Wanted | None = None,
    *,
    due_within: int | None = None,
    order: Order = "newest",
    cursor: str | None = None,
    limit: int | None = None,
    moment: Moment | None = None,
) -> Page[AlertLine]:
    """A page of the alerts the caller may see; pages never shift when alerts are added.

    Soonest first, an alert whose clock changes while one reads may stand on two pages, or on none: as of a
    *moment* nothing changes, and so they stand once.
    """
    wanted = wanted or Wanted()
    if moment:
        return await find_then(db, principal, moment, wanted, (due_within, order), cursor, limit)
    if due_within is not None:
        wanted = msgspec.structs.replace(wanted, until=now + dt.timedelta(days=due_within))
    scope, size = scope_of(principal), limit_of(limit)
    async with db.snapshot() as conn:
        await store.prepare(conn)
        if order == "newest":
            first = decode(cursor, tuple[UUID])
            rows = await store.find_newest(conn, scope, wanted, first[0] if first else None, size + 1)
        else:
            after = decode(cursor, tuple[dt.date, UUID])
            rows = await store.find_soonest(conn, scope, wanted, after, size + 1)
    lines = [view.line(row, principal, now) for row in rows]
    if order == "newest":
        return paged(lines, size, lambda item: [item.alert_id])
    return paged(lines, size, lambda item: [item.clock_on or NEVER, item.alert_id])


async def find_then(
    db: Database,
    principal: Principal,
    moment: Moment,
    wanted: Wanted,
    by: tuple[int | None, Order],
    cursor: str | None,
    limit: int | None,
) -> Page[AlertLine]:
    """The same as of a *moment*. Clocks are worked out anew, so only so many are sorted by them."""
    (due_within, order), size = by, limit_of(limit)
    newest = decode(cursor, tuple[UUID]) if order == "newest" else None
    after = decode(cursor, tuple[dt.date, UUID]) if order == "soonest" else None
    plain = order == "newest" and due_within is None
    async with db.snapshot() as conn:
        await store.prepare(conn)
        rows = await past.find_newest(
            conn,
            scope_of(principal),
            wanted,
            newest[0] if newest else None,
            size + 1 if plain else past.MOST + 1,
            moment.size,
        )
    if not plain and len(rows) > past.MOST:
        raise past.too_many()
    found = [view.as_it_was(row, moment.instant) for row in rows]
    if due_within is not None:
        found = past.due(found, moment.instant, due_within)
    if order == "soonest":
        found = past.soonest(found, after)
    lines = [view.line(row, None, moment.instant) for row in found[: size + 1]]
    if order == "newest":
        return paged(lines, size, lambda item: [item.alert_id])
    return paged(lines, size, lambda item: [item.clock_on or NEVER, item.alert_id])


async def find_groups(
    db: Database,
    principal: Principal,
    now: dt.datetime,
    *,
    production: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    moment: Moment | None = None,
) -> Page[Tally]:
    """A page of the live alerts the caller may see, counted by production and local, or as they were."""
    after, size = decode(cursor, tuple[str, str, str]), limit_of(limit)
    async with db.snapshot() as conn:
        await store.prepare(conn)
        if moment:
            rows = await past.count_groups(conn, scope_of(principal), production, after, size + 1, moment)
            now = moment.instant
        else:
            rows = await store.count_groups(conn, scope_of(principal), production, after, size + 1)
    tallies = [tally(row, now) for row in rows]
    return paged(tallies, size, lambda item: [item.employer_id, item.production_id, item.local])


def tally(row: Counted, now: dt.datetime) -> Tally:
    """A group as it is shown."""
    today = now.astimezone(ZoneInfo(row.time_zone)).date()
    return Tally(
        employer_id=row.employer_id,
        production_id=row.production_id,
        production_title=row.production_title,
        local=row.local,
        alerts=row.alerts,
        held=row.held,
        kinds=dict(sorted(collections.Counter(row.kinds).items())),
        states=dict(sorted(collections.Counter(row.states).items())),
        severity=row.severity,
        clock_on=row.clock_on,
        days_left=(row.clock_on - today).days if row.clock_on else None,
    )
