"""The access log: who read what that is not public, and whose it was. Rows are added, never changed."""

from collections.abc import Collection
from typing import Final, LiteralString

import msgspec

from registry.auth.reading import Reading
from registry.db import Connection

# One statement, so all of it or none: the reading, whose data it showed, and that it is in no batch yet.
RECORD_READING: Final[LiteralString] = """
WITH reading AS (
    INSERT INTO access_log (access_id, read_at, subject, role, method, path, query, request_id, why, as_of)
    VALUES ($1::uuid, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,
            $10::text)
), waiting AS (
    INSERT INTO access_waiting (access_id) VALUES ($1)
)
INSERT INTO access_subject (employer_id, access_id, read_at)
SELECT e.employer_id, $1, $2 FROM unnest($11::text[]) AS e (employer_id)
"""


async def record(conn: Connection, reading: Reading, employers: Collection[str] = ()) -> None:
    """Add *reading* of the data of *employers* to the access log; whole or not at all, in any transaction."""
    await conn.execute(RECORD_READING, *msgspec.structs.astuple(reading), sorted(set(employers)))
