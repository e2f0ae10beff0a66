"""Alerts and their groups as of a moment of the ledger.

The soonest clock of an alert is kept only as it is now. As of a moment it is worked out from the finding and
the course that stood then, for every alert that is sorted by it: so there is a limit to how many.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts import view
from registry.alerts.alert import Stored
from registry.alerts.inbox.store import (
    LIST_GROUPS,
    LIST_NEWEST,
    LIST_NEWEST_OF_PARTIES,
    NEVER,
    Counted,
    Wanted,
)
from registry.auth.scope import Scope
from registry.db import Connection, rows_to
from registry.errors import Fault, Invalid
from registry.ledger.moment import Moment

MOST: Final = 5_000
"""So many alerts are sorted by clocks of the past at once."""

# Down the ledger from there, from first move to first move: from the newest alert of all it would be far.
BEFORE: Final[LiteralString] = """f.ledger_index < (
       SELECT m.ledger_index FROM alert b JOIN alert_move m USING (employer_id, alert_id)
        WHERE b.alert_id = {} AND m.revision = 1)"""

LIST_NEWEST_THEN: Final[LiteralString] = (
    LIST_NEWEST.replace(
        "FROM alert a", "FROM alert_move f JOIN alert_at($14) a USING (employer_id, alert_id)"
    )
    .replace("JOIN production p", "JOIN production_at($14) p")
    .replace("WHERE (", "WHERE f.revision = 1 AND f.ledger_index < $14 AND (", 1)
    .replace("a.alert_id < $12", BEFORE.replace("{}", "$12"))
    .replace("ORDER BY a.alert_id DESC", "ORDER BY f.ledger_index DESC")
)

# The indexes are over the locals and unions of now, which are never fewer.
LIST_NEWEST_OF_PARTIES_THEN: Final[LiteralString] = (
    LIST_NEWEST_OF_PARTIES.replace(
        "FROM alert a", "FROM alert_move f JOIN alert_at($15) a USING (employer_id, alert_id)"
    )
    .replace("JOIN production p", "JOIN production_at($15) p")
    .replace(
        "WHERE (",
        "WHERE f.revision = 1 AND f.ledger_index < $15\n"
        "  AND (a.locals_now && $1::text[] OR a.unions_now && $2::text[]) AND (",
        1,
    )
    .replace("a.alert_id < $13", BEFORE.replace("{}", "$13"))
    .replace("ORDER BY a.alert_id DESC", "ORDER BY f.ledger_index DESC")
)

LIST_GROUPS_THEN: Final[LiteralString] = LIST_GROUPS.replace("FROM alert a", "FROM alert_at($9) a").replace(
    "JOIN production p", "JOIN production_at($9) p"
)

LIST_LIVE_THEN: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert_at($3) a
JOIN production_at($3) p USING (employer_id, production_id)
JOIN unnest($1::text[], $2::text[]) AS wanted (employer_id, production_id) USING (employer_id, production_id)
WHERE a.state NOT IN ('resolved', 'withdrawn')
"""


async def find_newest(
    conn: Connection, scope: Scope, wanted: Wanted, before: UUID | None, limit: int, size: int
) -> list[Stored]:
    """The newest alerts within *scope* that were *wanted* then, at most *limit*, older than *before*."""
    given = (*msgspec.structs.astuple(wanted), before, limit, size)
    if scope.locals is None:
        return rows_to(Stored, await conn.fetch(LIST_NEWEST_THEN, scope.employers, *given))
    parties = (scope.locals, scope.unions or [])
    return rows_to(Stored, await conn.fetch(LIST_NEWEST_OF_PARTIES_THEN, *parties, *given))


def due(rows: Sequence[Stored], at: dt.datetime, days: int) -> list[Stored]:
    """Those of *rows* with a clock that ended within so many *days* of *at*."""
    until = at + dt.timedelta(days=days)
    return [
        row
        for row in rows
        if row.clock_on and row.clock_on <= until.astimezone(ZoneInfo(row.time_zone)).date()
    ]


def soonest(rows: Sequence[Stored], after: tuple[dt.date, UUID] | None) -> list[Stored]:
    """*rows*, soonest clock first and newest first among equals, behind the one named *after*."""
    ranked = sorted(rows, key=lambda row: (row.clock_on or NEVER, -row.alert_id.int))
    if after is None:
        return ranked
    rank = (after[0], -after[1].int)
    return [row for row in ranked if (row.clock_on or NEVER, -row.alert_id.int) > rank]


def too_many() -> Invalid:
    """The refusal to sort more alerts by clocks of the past than one request may."""
    detail = f"more than {MOST} alerts fit, and clocks of the past are worked out one by one"
    fix = "Name a production, a rule or a state, or ask for the newest first, without due_within."
    return Invalid(detail, [Fault("", "order", detail, fix)])


async def count_groups(
    conn: Connection,
    scope: Scope,
    production: str | None,
    after: tuple[str, str, str] | None,
    limit: int,
    moment: Moment,
) -> list[Counted]:
    """The groups within *scope* after one of them as they were, by employer, production and local."""
    parties = (scope.employers, scope.locals, scope.unions or [])
    rows = await conn.fetch(
        LIST_GROUPS_THEN, *parties, production, *(after or (None, None, None)), limit, moment.size
    )
    groups = rows_to(Counted, rows)
    keys = sorted({(each.employer_id, each.production_id) for each in groups})
    named = [key[0] for key in keys], [key[1] for key in keys]
    found = rows_to(Stored, await conn.fetch(LIST_LIVE_THEN, *named, moment.size)) if keys else []
    live = [view.as_it_was(each, moment.instant) for each in found if seen(scope, each)]
    return [msgspec.structs.replace(each, clock_on=clock_of(each, live)) for each in groups]


def seen(scope: Scope, alert: Stored) -> bool:
    """Whether *alert* concerns whom *scope* reaches."""
    if scope.locals is None:
        return True
    return bool({*scope.locals} & {*alert.locals} or {*(scope.unions or ())} & {*alert.unions})


def clock_of(group: Counted, live: Sequence[Stored]) -> dt.date | None:
    """The soonest day on which a clock of an alert in *group* ended."""
    key = group.employer_id, group.production_id
    return min(
        (
            each.clock_on
            for each in live
            if each.clock_on and key == (each.employer_id, each.production_id)
            if group.local in (each.locals or each.unions)
        ),
        default=None,
    )
