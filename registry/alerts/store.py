"""The tables alert and alert_move: moving alerts, and showing one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from registry.alerts import waking
from registry.alerts.alert import Alert, Stored, Told
from registry.alerts.course import plain
from registry.alerts.move import PlannedMove
from registry.auth.reading import showing
from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import Busy, NotFound

# Locked in one order until the caller's transaction ends, so that a representative who moves one of these
# alerts meanwhile waits, and then finds that it has moved, instead of failing a filing. An alert that was
# waited for is read anew, what is joined to it is not: its move comes back empty.
LOCK_ALERTS_OF_PRODUCTION: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state,
       a.revision, a.locals, a.unions, a.finding, a.outcome, a.opened_at, a.changed_at,
       coalesce(a.course, '{}') AS course,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone, m.move AS last_move, e.leaf
FROM alert a
JOIN production p USING (employer_id, production_id)
LEFT JOIN alert_move m
    ON m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.revision = a.revision
LEFT JOIN ledger_entry e ON e.index = m.ledger_index
WHERE a.employer_id = $1 AND a.production_id = $2
ORDER BY a.alert_id
FOR UPDATE OF a
"""

# The alert a person moves, locked until the caller's transaction ends; one that was waited for is as above.
LOCK_ALERT: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state,
       a.revision, a.locals, a.unions, a.finding, a.outcome, a.opened_at, a.changed_at,
       coalesce(a.course, '{}') AS course,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone, m.move AS last_move, e.leaf
FROM alert a
JOIN production p USING (employer_id, production_id)
LEFT JOIN alert_move m
    ON m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.revision = a.revision
LEFT JOIN ledger_entry e ON e.index = m.ledger_index
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
  AND a.alert_id = $4
FOR UPDATE OF a
"""

# The alert that time has waited for longest; what another sweeper holds is skipped, and so is what failed in
# this run ($2).
CLAIM_WAKING: Final[LiteralString] = """
SELECT employer_id, alert_id
FROM alert
WHERE wakes_at <= $1 AND NOT alert_id = ANY ($2::uuid[])
ORDER BY wakes_at
LIMIT 1
FOR UPDATE SKIP LOCKED
"""

NOTE_WAKING: Final[LiteralString] = """
UPDATE alert SET wakes_at = $3, clock_on = $4 WHERE employer_id = $1 AND alert_id = $2
"""

# Time looks at once at what an alert that was closed has held back. Whoever holds one of these just now is
# judging the production, waits for the closed alert, and releases them: waiting here would be for each other.
ROUSE_HELD: Final[LiteralString] = """
UPDATE alert SET wakes_at = $4
WHERE (employer_id, alert_id) IN (
    SELECT employer_id, alert_id
    FROM alert
    WHERE employer_id = $1 AND production_id = $2 AND course ->> 'held_by' = $3
      AND state NOT IN ('resolved', 'withdrawn')
    FOR UPDATE SKIP LOCKED
)
"""

# A rule holds back no more when its alerts that are not cured are all closed.
IS_GIVEN_UP: Final[LiteralString] = """
SELECT count(*) > 0 AND bool_and(state IN ('resolved', 'withdrawn'))
FROM alert
WHERE employer_id = $1 AND production_id = $2 AND rule = $3
  AND NOT coalesce((course ->> 'cured')::bool, false)
"""

PUT_OFF: Final[LiteralString] = """
UPDATE alert SET wakes_at = $3 WHERE employer_id = $1 AND alert_id = $2 AND wakes_at < $3
"""

FIND_ZONE: Final[LiteralString] = """
SELECT coalesce(record ->> 'time_zone', 'America/Los_Angeles')
FROM production WHERE employer_id = $1 AND production_id = $2
"""

SHOW_ALERT: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at, a.clock_on, coalesce(a.course, '{}') AS course
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
  AND a.alert_id = $4
"""

SHOW_ALERT_THEN: Final[LiteralString] = SHOW_ALERT.replace("FROM alert a", "FROM alert_at($5) a").replace(
    "JOIN production p", "JOIN production_at($5) p"
)

LIST_MOVES: Final[LiteralString] = """
SELECT revision, move, from_state, to_state, author, reason, outcome, finding ->> 'verdict' AS verdict,
       moved_at, ledger_index, coalesce(course -> 'to', '[]') AS to
FROM alert_move
WHERE employer_id = $1 AND alert_id = $2 AND ($3::bigint IS NULL OR ledger_index < $3)
ORDER BY revision
"""

# The registry's own moves of one production, all in one statement: new alerts, moved alerts (compare-and-set,
# as below), history. It answers how many alerts it wrote, for the caller to compare.
WRITE_MOVES: Final[LiteralString] = """
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset($1::jsonb)
         AS r (employer_id text, alert_id uuid, production_id text, fingerprint text, rule text, kind text,
               severity text, from_state text, state text, revision int, locals text[], unions text[],
               finding jsonb, course jsonb, outcome text, move text, author text, reason text,
               moved_at timestamptz, wakes_at timestamptz, clock_on date, ledger_index bigint)
), opened AS (
    INSERT INTO alert (employer_id, alert_id, production_id, fingerprint, rule, kind, severity, state,
                       revision, locals, unions, finding, course, outcome, opened_at, changed_at, wakes_at,
                       clock_on)
    SELECT employer_id, alert_id, production_id, decode(fingerprint, 'hex'), rule, kind, severity, state,
           revision, locals, unions, finding, course, outcome, moved_at, moved_at, wakes_at, clock_on
    FROM given
    WHERE from_state IS NULL
    RETURNING alert_id
), moved AS (
    UPDATE alert a
    SET kind = g.kind, severity = g.severity, state = g.state, revision = g.revision, locals = g.locals,
        unions = g.unions, finding = g.finding, course = g.course, outcome = g.outcome,
        changed_at = g.moved_at, wakes_at = g.wakes_at, clock_on = g.clock_on
    FROM given g
    WHERE a.employer_id = g.employer_id AND a.alert_id = g.alert_id
      AND a.state = g.from_state AND a.revision = g.revision - 1
    RETURNING a.alert_id
), told AS (
    INSERT INTO alert_move (employer_id, alert_id, revision, move, from_state, to_state, author, reason,
                            outcome, finding, course, moved_at, ledger_index)
    SELECT employer_id, alert_id, revision, move, from_state, state, author, reason, outcome, finding,
           course, moved_at, ledger_index
    FROM given
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM moved)
"""


async def lock_of_production(conn: Connection, employer_id: str, production_id: str) -> list[Alert]:
    """Every alert of a production, resolved ones too, locked until the caller's transaction ends."""
    rows = await conn.fetch(LOCK_ALERTS_OF_PRODUCTION, employer_id, production_id)
    if any(row["leaf"] is None for row in rows):
        rows = await conn.fetch(LOCK_ALERTS_OF_PRODUCTION, employer_id, production_id)
    return rows_to(Alert, rows)


async def lock_alert(conn: Connection, scope: Scope, alert_id: UUID) -> Alert:
    """One alert as it is now, locked; NotFound when there is none within *scope*."""
    given = (scope.employers, scope.locals, scope.unions or [], alert_id)
    row = await conn.fetchrow(LOCK_ALERT, *given)
    if row is not None and row["leaf"] is None:
        row = await conn.fetchrow(LOCK_ALERT, *given)
    if row is None:
        raise NotFound("there is no such alert among those you may see")
    return row_to(Alert, row)


async def claim_waking(conn: Connection, now: dt.datetime, skip: Sequence[UUID]) -> tuple[str, UUID] | None:
    """Lock the alert that time has waited for longest at *now*, unless somebody has it or it is to *skip*."""
    row = await conn.fetchrow(CLAIM_WAKING, now, list(skip))
    return (row["employer_id"], row["alert_id"]) if row else None


async def rouse_held(conn: Connection, closed: Alert, now: dt.datetime) -> None:
    """Have time look at what the rule of *closed* holds back in its production."""
    await conn.execute(ROUSE_HELD, closed.employer_id, closed.production_id, closed.rule, now)


async def is_given_up(conn: Connection, held: Alert) -> bool:
    """Whether people have closed every alert of the rule that holds back *held*."""
    key = held.employer_id, held.production_id, held.course.held_by
    given_up: bool = await conn.fetchval(IS_GIVEN_UP, *key)
    return given_up


async def put_off(conn: Connection, key: tuple[str, UUID], until: dt.datetime) -> None:
    """It could not be moved; look at it again then, unless somebody moves it first."""
    await conn.execute(PUT_OFF, *key, until)


async def note_waking(conn: Connection, alert: Alert, now: dt.datetime) -> None:
    """Nothing moves; look at *alert* again when time asks for something next."""
    key = alert.employer_id, alert.alert_id
    await conn.execute(NOTE_WAKING, *key, *waking.ahead(alert, now))


async def zone_of(conn: Connection, employer_id: str, production_id: str) -> str:
    """The time zone of a production."""
    zone: str = await conn.fetchval(FIND_ZONE, employer_id, production_id)
    return zone


async def get_stored(conn: Connection, scope: Scope, alert_id: UUID, size: int | None = None) -> Stored:
    """One alert with its production's facts; NotFound when there is none within *scope*.

    With *size*, as that many entries of the ledger leave it, without the day of its soonest clock.
    """
    given = (scope.employers, scope.locals, scope.unions or [], alert_id)
    if size is None:
        row = await conn.fetchrow(SHOW_ALERT, *given)
    else:
        row = await conn.fetchrow(SHOW_ALERT_THEN, *given, size)
    if row is None:
        raise NotFound("there is no such alert among those you may see")
    showing(row["employer_id"])
    return row_to(Stored, row)


async def moves(conn: Connection, employer_id: str, alert_id: UUID, size: int | None = None) -> list[Told]:
    """The history of an alert, first move first: the whole of it, or among the first *size* entries."""
    return rows_to(Told, await conn.fetch(LIST_MOVES, employer_id, alert_id, size))


async def write(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write moves, as `row_of` has them, of alerts that the caller holds; new alerts and history, too."""
    if await conn.fetchval(WRITE_MOVES, rows) != len(rows):
        raise Busy("an alert moved while the registry was moving it; send the same request again")


def row_of(move: PlannedMove, index: int, now: dt.datetime) -> dict[str, Any]:
    """What *move*, made at *now*, writes at its *index* in the ledger."""
    return {**move.row(now), **written(move, now), "ledger_index": index}


def written(move: PlannedMove, now: dt.datetime) -> dict[str, Any]:
    """The columns of `alert` that *move* writes."""
    alert = move.alert
    wakes_at, clock_on = waking.ahead(alert, now)
    return {
        "employer_id": alert.employer_id,
        "alert_id": alert.alert_id,
        "production_id": alert.production_id,
        "fingerprint": alert.fingerprint.hex(),
        "rule": alert.rule,
        "kind": alert.kind,
        "severity": alert.severity,
        "from_state": move.from_state,
        "state": alert.state,
        "revision": alert.revision,
        "locals": alert.locals,
        "unions": alert.unions,
        "finding": alert.finding,
        "course": plain(alert.course),
        "outcome": alert.outcome,
        "moved_at": now,
        "wakes_at": wakes_at,
        "clock_on": clock_on,
    }
