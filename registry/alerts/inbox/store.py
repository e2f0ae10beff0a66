"""Reading many alerts: the list by age or by clock, the groups, the waivers that hold."""

import datetime as dt
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.alerts.alert import State, Stored
from registry.alerts.inbox.waived import Waived
from registry.auth.scope import Scope
from registry.db import Connection, rows_to
from registry.obligations.finding import AlertKind, Severity

NEVER: Final = dt.date(9999, 12, 31)
"""Stands in a cursor for the clock of an alert that has none."""

# For the snapshot: what is made for any local, state and cursor reads every alert of a local for each page.
PLAN_ANEW: Final[LiteralString] = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true)
"""

# For employers, auditors and administrators: down the index by id, which is in time order.
LIST_NEWEST: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text IS NULL OR a.state = $2)
  AND ($3::text IS NULL OR a.kind = $3)
  AND ($4::text IS NULL OR a.severity = $4)
  AND ($5::text IS NULL OR a.production_id = $5)
  AND ($6::text IS NULL OR a.rule = $6)
  AND ($7::text IS NULL OR a.locals @> ARRAY[$7])
  AND ($8::text IS NULL OR a.unions @> ARRAY[$8])
  AND ($9::text IS NULL OR a.course ->> 'assignee' = $9)
  AND ($10::timestamptz IS NULL OR a.clock_on
       <= ($10 AT TIME ZONE coalesce(p.record ->> 'time_zone', 'America/Los_Angeles'))::date)
  AND ($11::bool OR a.course ->> 'held_by' IS NULL)
  AND ($12::uuid IS NULL OR a.alert_id < $12)
ORDER BY a.alert_id DESC
LIMIT $13
"""

# For representatives: by the indexes over locals and unions, which an OR with a null test would hide.
LIST_NEWEST_OF_PARTIES: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE (a.locals && $1::text[] OR a.unions && $2::text[])
  AND ($3::text IS NULL OR a.state = $3)
  AND ($4::text IS NULL OR a.kind = $4)
  AND ($5::text IS NULL OR a.severity = $5)
  AND ($6::text IS NULL OR a.production_id = $6)
  AND ($7::text IS NULL OR a.rule = $7)
  AND ($8::text IS NULL OR a.locals @> ARRAY[$8])
  AND ($9::text IS NULL OR a.unions @> ARRAY[$9])
  AND ($10::text IS NULL OR a.course ->> 'assignee' = $10)
  AND ($11::timestamptz IS NULL OR a.clock_on
       <= ($11 AT TIME ZONE coalesce(p.record ->> 'time_zone', 'America/Los_Angeles'))::date)
  AND ($12::bool OR a.course ->> 'held_by' IS NULL)
  AND ($13::uuid IS NULL OR a.alert_id < $13)
ORDER BY a.alert_id DESC
LIMIT $14
"""

LIST_SOONEST: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text IS NULL OR a.state = $2)
  AND ($3::text IS NULL OR a.kind = $3)
  AND ($4::text IS NULL OR a.severity = $4)
  AND ($5::text IS NULL OR a.production_id = $5)
  AND ($6::text IS NULL OR a.rule = $6)
  AND ($7::text IS NULL OR a.locals @> ARRAY[$7])
  AND ($8::text IS NULL OR a.unions @> ARRAY[$8])
  AND ($9::text IS NULL OR a.course ->> 'assignee' = $9)
  AND ($10::timestamptz IS NULL OR a.clock_on
       <= ($10 AT TIME ZONE coalesce(p.record ->> 'time_zone', 'America/Los_Angeles'))::date)
  AND ($11::bool OR a.course ->> 'held_by' IS NULL)
  AND ($12::uuid IS NULL OR coalesce(a.clock_on, '9999-12-31') > $13::date
       OR coalesce(a.clock_on, '9999-12-31') = $13 AND a.alert_id < $12)
ORDER BY coalesce(a.clock_on, '9999-12-31'), a.alert_id DESC
LIMIT $14
"""

LIST_SOONEST_OF_PARTIES: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE (a.locals && $1::text[] OR a.unions && $2::text[])
  AND ($3::text IS NULL OR a.state = $3)
  AND ($4::text IS NULL OR a.kind = $4)
  AND ($5::text IS NULL OR a.severity = $5)
  AND ($6::text IS NULL OR a.production_id = $6)
  AND ($7::text IS NULL OR a.rule = $7)
  AND ($8::text IS NULL OR a.locals @> ARRAY[$8])
  AND ($9::text IS NULL OR a.unions @> ARRAY[$9])
  AND ($10::text IS NULL OR a.course ->> 'assignee' = $10)
  AND ($11::timestamptz IS NULL OR a.clock_on
       <= ($11 AT TIME ZONE coalesce(p.record ->> 'time_zone', 'America/Los_Angeles'))::date)
  AND ($12::bool OR a.course ->> 'held_by' IS NULL)
  AND ($13::uuid IS NULL OR coalesce(a.clock_on, '9999-12-31') > $14::date
       OR coalesce(a.clock_on, '9999-12-31') = $14 AND a.alert_id < $13)
ORDER BY coalesce(a.clock_on, '9999-12-31'), a.alert_id DESC
LIMIT $15
"""

# One group for each production and local; where an alert names no local, for each union. Closed alerts count
# in none. A representative's groups are of their own locals and unions.
LIST_GROUPS: Final[LiteralString] = """
WITH concerned AS (
    SELECT a.employer_id, a.production_id, party.local, a.kind, a.state, a.severity, a.clock_on,
           a.course ->> 'held_by' IS NOT NULL AS held
    FROM alert a
    CROSS JOIN LATERAL unnest(CASE WHEN cardinality(a.locals) = 0 THEN a.unions ELSE a.locals END)
         AS party (local)
    WHERE a.state NOT IN ('resolved', 'withdrawn')
      AND ($1::text[] IS NULL OR a.employer_id = ANY ($1))
      AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
      AND ($2::text[] IS NULL OR party.local = ANY ($2) OR split_part(party.local, ':', 1) = ANY ($3::text[]))
      AND ($4::text IS NULL OR a.production_id = $4)
      AND ($5::text IS NULL OR (a.employer_id, a.production_id, party.local) > ($5, $6::text, $7::text))
), grouped AS (
    SELECT employer_id, production_id, local, count(*) AS alerts, count(*) FILTER (WHERE held) AS held,
           array_agg(kind) AS kinds, array_agg(state) AS states,
           min(array_position(ARRAY['critical', 'major', 'minor', 'info'], severity)) AS gravest,
           min(clock_on) AS clock_on
    FROM concerned
    GROUP BY employer_id, production_id, local
    ORDER BY employer_id, production_id, local
    LIMIT $8
)
SELECT g.employer_id, g.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       g.local, g.alerts, g.held, g.kinds, g.states, g.clock_on,
       (ARRAY['critical', 'major', 'minor', 'info'])[g.gravest] AS severity
FROM grouped g
JOIN production p USING (employer_id, production_id)
ORDER BY g.employer_id, g.production_id, g.local
"""

# The waivers that hold now stand on the alerts themselves.
LIST_WAIVERS_NOW: Final[LiteralString] = """
SELECT rule, finding ->> 'subject_kind' AS subject_kind, finding ->> 'subject' AS subject,
       course -> 'waiver' ->> 'until' AS until, course -> 'waiver' ->> 'author' AS author,
       course -> 'waiver' ->> 'approver' AS approver, course -> 'waiver' ->> 'reason' AS reason
FROM alert
WHERE employer_id = $1 AND production_id = $2 AND state = 'waived' AND course ? 'waiver'
ORDER BY rule, subject_kind, subject
"""

# What each alert's newest move until a moment says; those at rest then had a waiver that held.
LIST_WAIVERS: Final[LiteralString] = """
SELECT rule, subject_kind, subject, waiver ->> 'until' AS until, waiver ->> 'author' AS author,
       waiver ->> 'approver' AS approver, waiver ->> 'reason' AS reason
FROM (
    SELECT DISTINCT ON (m.alert_id)
           m.alert_id, m.to_state, a.rule, m.finding ->> 'subject_kind' AS subject_kind,
           m.finding ->> 'subject' AS subject, m.course -> 'waiver' AS waiver
    FROM alert a
    JOIN alert_move m USING (employer_id, alert_id)
    WHERE a.employer_id = $1 AND a.production_id = $2 AND m.ledger_index < $3
    ORDER BY m.alert_id, m.revision DESC
) newest
WHERE to_state = 'waived' AND waiver IS NOT NULL
ORDER BY rule, subject_kind, subject
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts are looked for; the fields stand in the order the statements take them."""

    state: State | None = None
    kind: AlertKind | None = None
    severity: Severity | None = None
    production: str | None = None
    rule: str | None = None
    local: str | None = None
    union: str | None = None
    assignee: str | None = None
    until: dt.datetime | None = None
    held: bool = False


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A group as it is read: each alert's kind and state, the gravest severity, the soonest clock."""

    employer_id: str
    production_id: str
    production_title: str
    time_zone: str
    local: str
    alerts: int
    held: int
    kinds: list[AlertKind]
    states: list[State]
    severity: Severity
    clock_on: dt.date | None


async def prepare(conn: Connection) -> None:
    """Have each statement of the caller's snapshot planned for its values."""
    await conn.execute(PLAN_ANEW)


async def find_newest(
    conn: Connection, scope: Scope, wanted: Wanted, before: UUID | None, limit: int
) -> list[Stored]:
    """The newest alerts within *scope* that are *wanted*, at most *limit*, older than *before*."""
    given = (*msgspec.structs.astuple(wanted), before, limit)
    if scope.locals is None:
        return rows_to(Stored, await conn.fetch(LIST_NEWEST, scope.employers, *given))
    return rows_to(Stored, await conn.fetch(LIST_NEWEST_OF_PARTIES, scope.locals, scope.unions or [], *given))


async def find_soonest(
    conn: Connection, scope: Scope, wanted: Wanted, after: tuple[dt.date, UUID] | None, limit: int
) -> list[Stored]:
    """The alerts within *scope* that are *wanted*, soonest clock first, those without a clock last."""
    on, last = after or (None, None)
    given = (*msgspec.structs.astuple(wanted), last, on, limit)
    if scope.locals is None:
        return rows_to(Stored, await conn.fetch(LIST_SOONEST, scope.employers, *given))
    return rows_to(
        Stored, await conn.fetch(LIST_SOONEST_OF_PARTIES, scope.locals, scope.unions or [], *given)
    )


async def count_groups(
    conn: Connection, scope: Scope, production: str | None, after: tuple[str, str, str] | None, limit: int
) -> list[Counted]:
    """The groups within *scope* after one of them, by employer, production and local."""
    parties = (scope.employers, scope.locals, scope.unions or [])
    rows = await conn.fetch(LIST_GROUPS, *parties, production, *(after or (None, None, None)), limit)
    return rows_to(Counted, rows)


async def waivers(conn: Connection, key: tuple[str, str], size: int | None = None) -> list[Waived]:
    """The waivers of a production that hold now, or that held when the ledger had *size* entries."""
    if size is None:
        return rows_to(Waived, await conn.fetch(LIST_WAIVERS_NOW, *key))
    return rows_to(Waived, await conn.fetch(LIST_WAIVERS, *key, size))
