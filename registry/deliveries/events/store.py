"""Events in the order of the ledger, and how far they have been told. The caller holds the transaction."""

from typing import Final, LiteralString

from registry.db import Connection
from registry.deliveries.event import Event
from registry.deliveries.events import telling
from registry.errors import Corrupt

READ_MOVES: Final[LiteralString] = """
SELECT m.ledger_index AS position, m.alert_id AS about, m.employer_id, a.production_id,
       p.record ->> 'title' AS title, m.revision, m.move, m.to_state AS state, m.author,
       coalesce(m.finding, a.finding) AS finding, m.course, m.moved_at AS at, a.kind, a.locals, a.unions,
       a.opened_at, coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone
FROM alert_move m
JOIN alert a USING (employer_id, alert_id)
JOIN production p ON p.employer_id = a.employer_id AND p.production_id = a.production_id
WHERE m.ledger_index >= $1 AND m.ledger_index < $2
ORDER BY m.ledger_index
"""

READ_REQUESTS: Final[LiteralString] = """
SELECT e.ledger_index AS position, e.request_id AS about, e.employer_id, e.production_id,
       p.record ->> 'title' AS title, e.revision, e.kind, e.document, e.party, e.recorded_by AS author,
       e.recorded_at AS at, f.document ->> 'kind' AS asks
FROM request_entry e
JOIN request_entry f ON f.employer_id = e.employer_id AND f.request_id = e.request_id AND f.revision = 1
JOIN production p ON p.employer_id = e.employer_id AND p.production_id = e.production_id
WHERE e.ledger_index >= $1 AND e.ledger_index < $2
ORDER BY e.ledger_index
"""

READ_THREADS: Final[LiteralString] = """
SELECT t.ledger_index AS position, t.thread_id AS about, t.thread, t.employer_id, t.production_id,
       p.record ->> 'title' AS title, t.number AS revision, t.kind, t.side, t.recorded_by AS author,
       t.recorded_at AS at, a.kind AS alert_kind, a.severity, a.rule, coalesce(a.state, r.state) AS state,
       a.finding, a.course, a.opened_at,
       coalesce(p.record ->> 'time_zone', 'America/Los_Angeles') AS time_zone,
       coalesce(a.locals, ARRAY[r.party]) AS locals,
       coalesce(a.unions, ARRAY[split_part(r.party, ':', 1)]) AS unions, f.document ->> 'kind' AS asks
FROM thread_entry t
JOIN production p ON p.employer_id = t.employer_id AND p.production_id = t.production_id
LEFT JOIN alert a ON t.thread = 'alert' AND a.employer_id = t.employer_id AND a.alert_id = t.thread_id
LEFT JOIN request r ON t.thread = 'request' AND r.employer_id = t.employer_id AND r.request_id = t.thread_id
LEFT JOIN request_entry f
    ON f.employer_id = r.employer_id AND f.request_id = r.request_id AND f.revision = 1
WHERE t.ledger_index >= $1 AND t.ledger_index < $2
ORDER BY t.ledger_index
"""

READ_SIZE: Final[LiteralString] = """
SELECT size FROM ledger_head WHERE one
"""

# One worker tells at a time; who comes second waits here, and goes on where the first one ended.
LOCK_DISPATCH: Final[LiteralString] = """
SELECT position FROM dispatch WHERE one FOR UPDATE
"""

MOVE_DISPATCH: Final[LiteralString] = """
UPDATE dispatch SET position = $1 WHERE one
"""


async def between(conn: Connection, first: int, end: int) -> list[Event]:
    """The events at the places from *first* to before *end*, in the ledger's order.

    *end* is at most the ledger's size as the caller has read it before: everything below it is visible.
    """
    found = [telling.of_move(dict(row)) for row in await conn.fetch(READ_MOVES, first, end)]
    found += [telling.of_request(dict(row)) for row in await conn.fetch(READ_REQUESTS, first, end)]
    said = [telling.of_thread(dict(row)) for row in await conn.fetch(READ_THREADS, first, end)]
    found += [event for event in said if event is not None]
    return sorted(found, key=lambda event: event.position)


async def size(conn: Connection) -> int:
    """How many entries the ledger has: the place that comes next."""
    found: int = await conn.fetchval(READ_SIZE)
    return found


async def lock_position(conn: Connection) -> int:
    """The first place that has not been told, held until the caller's transaction ends."""
    found = await conn.fetchval(LOCK_DISPATCH)
    if found is None:
        raise Corrupt("dispatch: its one row is missing")
    return int(found)


async def set_position(conn: Connection, position: int) -> None:
    """Everything before *position* has been told."""
    await conn.execute(MOVE_DISPATCH, position)
