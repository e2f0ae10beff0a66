"""The tables alert and alert_move."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from registry.alerts.alert import Alert, Stored, Told
from registry.alerts.move import PlannedMove
from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import Busy, NotFound

# Locked in one order until the caller's transaction ends, so that a representative who moves one of these
# alerts meanwhile waits, and then finds that it has moved, instead of failing a filing. An alert that was
# waited for is read anew, what is joined to it is not: its move comes back empty.
LOCK_ALERTS_OF_PRODUCTION: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state,
       a.revision, a.locals, a.unions, a.finding, a.outcome, a.opened_at, a.changed_at,
       m.move AS last_move, e.leaf
FROM alert a
LEFT JOIN alert_move m
    ON m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.revision = a.revision
LEFT JOIN ledger_entry e ON e.index = m.ledger_index
WHERE a.employer_id = $1 AND a.production_id = $2
ORDER BY a.alert_id
FOR UPDATE OF a
"""

FIND_ALERT: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, a.fingerprint, a.rule, a.kind, a.severity, a.state,
       a.revision, a.locals, a.unions, a.finding, a.outcome, a.opened_at, a.changed_at,
       m.move AS last_move, e.leaf
FROM alert a
JOIN alert_move m ON m.employer_id = a.employer_id AND m.alert_id = a.alert_id AND m.revision = a.revision
JOIN ledger_entry e ON e.index = m.ledger_index
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
  AND a.alert_id = $4
"""

SHOW_ALERT: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR a.locals && $2 OR a.unions && $3::text[])
  AND a.alert_id = $4
"""

# For employers, auditors and administrators: down the index by id, which is in time order.
LIST_ALERTS: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE ($1::text[] IS NULL OR a.employer_id = ANY ($1))
  AND ($2::text IS NULL OR a.state = $2)
  AND ($3::text IS NULL OR a.kind = $3)
  AND ($4::text IS NULL OR a.production_id = $4)
  AND ($5::text IS NULL OR a.locals @> ARRAY[$5])
  AND ($6::uuid IS NULL OR a.alert_id < $6)
ORDER BY a.alert_id DESC
LIMIT $7
"""

# For representatives: by the indexes over locals and unions, which an OR with a null test would hide.
LIST_ALERTS_OF_PARTIES: Final[LiteralString] = """
SELECT a.employer_id, a.alert_id, a.production_id, p.record ->> 'title' AS production_title,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       a.rule, a.kind, a.severity, a.state, a.revision, a.locals, a.unions, a.finding, a.outcome,
       a.opened_at, a.changed_at
FROM alert a
JOIN production p USING (employer_id, production_id)
WHERE (a.locals && $1::text[] OR a.unions && $2::text[])
  AND ($3::text IS NULL OR a.state = $3)
  AND ($4::text IS NULL OR a.kind = $4)
  AND ($5::text IS NULL OR a.production_id = $5)
  AND ($6::text IS NULL OR a.locals @> ARRAY[$6])
  AND ($7::uuid IS NULL OR a.alert_id < $7)
ORDER BY a.alert_id DESC
LIMIT $8
"""

LIST_MOVES: Final[LiteralString] = """
SELECT revision, move, from_state, to_state, author, reason, outcome, finding ->> 'verdict' AS verdict,
       moved_at, ledger_index
FROM alert_move
WHERE employer_id = $1 AND alert_id = $2
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
               finding jsonb, outcome text, move text, author text, reason text, moved_at timestamptz,
               ledger_index bigint)
), opened AS (
    INSERT INTO alert (employer_id, alert_id, production_id, fingerprint, rule, kind, severity, state,
                       revision, locals, unions, finding, outcome, opened_at, changed_at)
    SELECT employer_id, alert_id, production_id, decode(fingerprint, 'hex'), rule, kind, severity, state,
           revision, locals, unions, finding, outcome, moved_at, moved_at
    FROM given
    WHERE from_state IS NULL
    RETURNING alert_id
), moved AS (
    UPDATE alert a
    SET kind = g.kind, severity = g.severity, state = g.state, revision = g.revision, locals = g.locals,
        unions = g.unions, finding = g.finding, outcome = g.outcome, changed_at = g.moved_at
    FROM given g
    WHERE a.employer_id = g.employer_id AND a.alert_id = g.alert_id
      AND a.state = g.from_state AND a.revision = g.revision - 1
    RETURNING a.alert_id
), told AS (
    INSERT INTO alert_move (employer_id, alert_id, revision, move, from_state, to_state, author, reason,
                            outcome, finding, moved_at, ledger_index)
    SELECT employer_id, alert_id, revision, move, from_state, state, author, reason, outcome, finding,
           moved_at, ledger_index
    FROM given
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM moved)
"""

# Compare-and-set: an alert that moved since it was read is not touched and not returned.
MOVE_ALERTS: Final[LiteralString] = """
UPDATE alert a
SET kind = r.kind, severity = r.severity, state = r.state, revision = r.revision, locals = r.locals,
    unions = r.unions, finding = r.finding, outcome = r.outcome, changed_at = r.moved_at
FROM jsonb_to_recordset($1::jsonb)
     AS r (employer_id text, alert_id uuid, from_state text, kind text, severity text, state text,
           revision int, locals text[], unions text[], finding jsonb, outcome text, moved_at timestamptz)
WHERE a.employer_id = r.employer_id AND a.alert_id = r.alert_id
  AND a.state = r.from_state AND a.revision = r.revision - 1
RETURNING a.alert_id
"""

INSERT_MOVES: Final[LiteralString] = """
INSERT INTO alert_move (employer_id, alert_id, revision, move, from_state, to_state, author, reason, outcome,
                        finding, moved_at, ledger_index)
SELECT employer_id, alert_id, revision, move, from_state, to_state, author, reason, outcome, finding,
       moved_at, ledger_index
FROM jsonb_to_recordset($1::jsonb)
     AS r (employer_id text, alert_id uuid, revision int, move text, from_state text, to_state text,
           author text, reason text, outcome text, finding jsonb, moved_at timestamptz, ledger_index bigint)
"""


async def lock_of_production(conn: Connection, employer_id: str, production_id: str) -> list[Alert]:
    """Every alert of a production, resolved ones too, locked until the caller's transaction ends."""
    rows = await conn.fetch(LOCK_ALERTS_OF_PRODUCTION, employer_id, production_id)
    if any(row["leaf"] is None for row in rows):
        rows = await conn.fetch(LOCK_ALERTS_OF_PRODUCTION, employer_id, production_id)
    return rows_to(Alert, rows)


async def get_alert(conn: Connection, scope: Scope, alert_id: UUID) -> Alert:
    """One alert as it is now; NotFound when there is none within *scope*."""
    row = await conn.fetchrow(FIND_ALERT, scope.employers, scope.locals, scope.unions or [], alert_id)
    if row is None:
        raise NotFound("there is no such alert among those you may see")
    return row_to(Alert, row)


async def get_stored(conn: Connection, scope: Scope, alert_id: UUID) -> Stored:
    """One alert with its production's facts; NotFound when there is none within *scope*."""
    row = await conn.fetchrow(SHOW_ALERT, scope.employers, scope.locals, scope.unions or [], alert_id)
    if row is None:
        raise NotFound("there is no such alert among those you may see")
    return row_to(Stored, row)


async def moves(conn: Connection, employer_id: str, alert_id: UUID) -> list[Told]:
    """The whole history of an alert, first move first."""
    return rows_to(Told, await conn.fetch(LIST_MOVES, employer_id, alert_id))


async def find_alerts(
    conn: Connection,
    scope: Scope,
    *,
    state: str | None,
    kind: str | None,
    production: str | None,
    local: str | None,
    before: UUID | None,
    limit: int,
) -> list[Stored]:
    """The newest alerts within *scope* that fit the filters, at most *limit*, older than *before*."""
    filters = (state, kind, production, local, before, limit)
    if scope.locals is None:
        rows = await conn.fetch(LIST_ALERTS, scope.employers, *filters)
    else:
        rows = await conn.fetch(LIST_ALERTS_OF_PARTIES, scope.locals, scope.unions or [], *filters)
    return rows_to(Stored, rows)


async def set_moved(conn: Connection, moving: Sequence[PlannedMove], now: dt.datetime) -> set[UUID]:
    """Move the alerts, each only if it still is as the move found it; returns those that moved."""
    rows = [written(move, now) for move in moving]
    return {row["alert_id"] for row in await conn.fetch(MOVE_ALERTS, rows)}


async def insert_moves(
    conn: Connection, moving: Sequence[PlannedMove], indexes: Sequence[int], now: dt.datetime
) -> None:
    """Write the history row of each move, with its place in the ledger."""
    rows = [{**move.row(now), "ledger_index": index} for move, index in zip(moving, indexes, strict=True)]
    await conn.execute(INSERT_MOVES, rows)


async def write(
    conn: Connection, moving: Sequence[PlannedMove], indexes: Sequence[int], now: dt.datetime
) -> None:
    """Write moves of alerts that the caller's transaction holds locked, new alerts and history too."""
    rows = [
        {**move.row(now), **written(move, now), "ledger_index": index}
        for move, index in zip(moving, indexes, strict=True)
    ]
    if await conn.fetchval(WRITE_MOVES, rows) != len(rows):
        raise Busy("an alert of this production moved while it was judged again; send the same request again")


def written(move: PlannedMove, now: dt.datetime) -> dict[str, Any]:
    """The columns of `alert` that *move* writes."""
    alert = move.alert
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
        "outcome": alert.outcome,
        "moved_at": now,
    }
