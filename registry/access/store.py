"""The access log's pages, and the tables of its batches. The caller holds the transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from registry.access.asked import Wanted
from registry.access.line import Batch, Kept
from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to

LOCK: Final = 5_004_001
"""The number of the lock that the maker of a batch holds: one batch at a time."""

TRY_LOCK: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock($1::bigint)
"""

# For each employer the newest readings of its data, then the newest of all of those.
LIST_OF_EMPLOYERS: Final[LiteralString] = """
SELECT l.access_id, l.read_at, l.subject, l.role, l.method, l.path, l.query, l.request_id, l.why, l.as_of,
       ARRAY(SELECT s.employer_id FROM access_subject s WHERE s.access_id = l.access_id) AS employers,
       a.number, b.place, a.ledger_index
  FROM (SELECT DISTINCT n.access_id
          FROM unnest($1::text[]) AS e (employer_id)
         CROSS JOIN LATERAL (
               SELECT s.access_id
                 FROM access_subject s JOIN access_log g USING (access_id)
                WHERE s.employer_id = e.employer_id
                  AND ($2::uuid IS NULL OR s.access_id < $2)
                  AND ($3::text IS NULL OR g.subject = $3) AND ($4::text IS NULL OR g.role = $4)
                  AND ($5::timestamptz IS NULL OR s.read_at >= $5)
                  AND ($6::timestamptz IS NULL OR s.read_at <= $6)
                ORDER BY s.access_id DESC
                LIMIT $7) AS n
         ORDER BY n.access_id DESC
         LIMIT $7) AS found
  JOIN access_log l USING (access_id)
  LEFT JOIN access_batched b USING (access_id)
  LEFT JOIN access_batch a USING (batch_id)
 ORDER BY l.access_id DESC
"""

LIST_ALL: Final[LiteralString] = """
SELECT l.access_id, l.read_at, l.subject, l.role, l.method, l.path, l.query, l.request_id, l.why, l.as_of,
       ARRAY(SELECT s.employer_id FROM access_subject s WHERE s.access_id = l.access_id) AS employers,
       a.number, b.place, a.ledger_index
  FROM access_log l
  LEFT JOIN access_batched b USING (access_id)
  LEFT JOIN access_batch a USING (batch_id)
 WHERE ($1::uuid IS NULL OR l.access_id < $1)
   AND ($2::text IS NULL OR l.subject = $2) AND ($3::text IS NULL OR l.role = $3)
   AND ($4::timestamptz IS NULL OR l.read_at >= $4) AND ($5::timestamptz IS NULL OR l.read_at <= $5)
 ORDER BY l.access_id DESC
 LIMIT $6
"""

# What one message told of, a reading for each matter; one statement, in the transaction that says it arrived.
RECORD_SENT: Final[LiteralString] = """
WITH given AS (
    SELECT access_id, employer_id, path
      FROM jsonb_to_recordset($1::jsonb) AS r (access_id uuid, employer_id text, path text)
), reading AS (
    INSERT INTO access_log (access_id, read_at, subject, role, method, path, query, request_id)
    SELECT access_id, $2::timestamptz, $3::text, $4::text, $5::text, path, $6::text, $7::text FROM given
), waiting AS (
    INSERT INTO access_waiting (access_id) SELECT access_id FROM given
)
INSERT INTO access_subject (employer_id, access_id, read_at) SELECT employer_id, access_id, $2 FROM given
"""

# In the order they were begun. What is read while this runs waits for the next batch.
TAKE_WAITING: Final[LiteralString] = """
WITH taken AS (
    DELETE FROM access_waiting
     WHERE access_id IN (SELECT w.access_id FROM access_waiting w ORDER BY w.access_id LIMIT $1)
    RETURNING access_id
)
SELECT l.access_id, l.read_at, l.subject, l.role, l.method, l.path, l.query, l.request_id, l.why, l.as_of,
       ARRAY(SELECT s.employer_id FROM access_subject s WHERE s.access_id = l.access_id) AS employers
  FROM access_log l JOIN taken USING (access_id)
 ORDER BY l.access_id
"""

FIND_NEWEST: Final[LiteralString] = """
SELECT a.number, e.leaf
  FROM access_batch a JOIN ledger_entry e ON e.index = a.ledger_index
 ORDER BY a.number DESC
 LIMIT 1
"""

ADD_BATCH: Final[LiteralString] = """
WITH batch AS (
    INSERT INTO access_batch (batch_id, number, readings, body, recorded_at, ledger_index)
    VALUES ($1, $2, $3, $4, $5, $6)
)
INSERT INTO access_batched (access_id, batch_id, place)
SELECT r.access_id, $1, r.number - 1 FROM unnest($7::uuid[]) WITH ORDINALITY AS r (access_id, number)
"""

# The limits are those of every other list: an employer is within a representative's by its productions, and
# by what concerns their locals wherever it is, an alert, a request, an observation; within others' as such.
LIST_WITHIN: Final[LiteralString] = """
SELECT p.employer_id
  FROM production p
 WHERE ($1::text[] IS NULL OR p.employer_id = ANY ($1))
   AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
         WHERE split_part(local, ':', 1) = ANY ($3::text[])))
 UNION SELECT e.employer_id FROM employer e
        WHERE $2 IS NULL AND ($1 IS NULL OR e.employer_id = ANY ($1))
 UNION SELECT a.employer_id FROM alert a WHERE a.locals && $2 OR a.unions && $3
 UNION SELECT r.employer_id FROM request r WHERE r.party = ANY ($2) OR split_part(r.party, ':', 1) = ANY ($3)
 UNION SELECT o.employer_id FROM observation o
        WHERE o.party = ANY ($2) OR split_part(o.party, ':', 1) = ANY ($3)
"""

GET_BATCH: Final[LiteralString] = """
SELECT batch_id, number, readings, body, recorded_at, ledger_index FROM access_batch WHERE number = $1
"""


async def find_page(conn: Connection, wanted: Wanted, before: UUID | None, limit: int) -> list[Kept]:
    """The readings *wanted*, newest first, behind the one called *before*; one more than *limit*."""
    told = wanted.subject, wanted.role, wanted.first, wanted.until, limit + 1
    if wanted.employers is None:
        return rows_to(Kept, await conn.fetch(LIST_ALL, before, *told))
    return rows_to(Kept, await conn.fetch(LIST_OF_EMPLOYERS, wanted.employers, before, *told))


async def record_sent(conn: Connection, about: Sequence[Mapping[str, Any]], *told: Any) -> None:
    """Add a reading for each of *about*; *told* is when, who, their role, the way, the words, the message."""
    await conn.execute(RECORD_SENT, about, *told)


async def take_waiting(conn: Connection, most: int) -> list[Kept] | None:
    """At most *most* readings that are in no batch yet, in order; None while another makes a batch."""
    if not await conn.fetchval(TRY_LOCK, LOCK):
        return None
    return rows_to(Kept, await conn.fetch(TAKE_WAITING, most))


async def find_newest(conn: Connection) -> tuple[int, bytes | None]:
    """The number of the newest batch and the leaf of its entry; 0 and None before the first."""
    row = await conn.fetchrow(FIND_NEWEST)
    return (row["number"], row["leaf"]) if row else (0, None)


async def add(conn: Connection, batch: Batch, readings: Sequence[UUID]) -> None:
    """Write *batch*, and the place of each of its *readings* in it."""
    await conn.execute(ADD_BATCH, *msgspec.structs.astuple(batch), readings)


async def list_within(conn: Connection, scope: Scope) -> list[str]:
    """Every employer of which something is within *scope*."""
    rows = await conn.fetch(LIST_WITHIN, scope.employers, scope.locals, scope.unions)
    return [row["employer_id"] for row in rows]


async def find_batch(conn: Connection, number: int) -> Batch | None:
    """The batch with this *number*, counted from 1."""
    row = await conn.fetchrow(GET_BATCH, number)
    return row_to(Batch, row) if row else None
