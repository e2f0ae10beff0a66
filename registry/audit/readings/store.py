"""The readings of one batch, in the order it lists them."""

from typing import Any, Final, LiteralString
from uuid import UUID

from registry.db import Connection

LIST_READINGS: Final[LiteralString] = """
SELECT l.access_id, l.read_at, l.subject, l.role, l.method, l.path, l.query, l.request_id, l.why, l.as_of,
       b.place, s.employers, coalesce(s.same, true) AS same
  FROM access_batched b
  LEFT JOIN access_log l USING (access_id)
  LEFT JOIN LATERAL (
       SELECT array_agg(a.employer_id) AS employers, bool_and(a.read_at = l.read_at) AS same
         FROM access_subject a WHERE a.access_id = b.access_id) AS s ON true
 WHERE b.batch_id = $1
 ORDER BY b.place
"""

FIND_STRAY: Final[LiteralString] = """
SELECT b.access_id FROM access_batched b LEFT JOIN access_batch a USING (batch_id)
WHERE a.batch_id IS NULL LIMIT 1
"""


async def list_readings(conn: Connection, batch_id: UUID) -> list[Any]:
    """The readings of a batch, at most some thousands; one that is missing is all NULL."""
    return list(await conn.fetch(LIST_READINGS, batch_id))


async def find_stray(conn: Connection) -> UUID | None:
    """A reading that is said to be in a batch that there is not."""
    found: UUID | None = await conn.fetchval(FIND_STRAY)
    return found
