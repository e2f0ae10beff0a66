"""The access log: who read what that is not public. Rows are added, never changed."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.db import Connection

RECORD_READING: Final[LiteralString] = """
INSERT INTO access_log (access_id, read_at, subject, role, method, path, query, request_id)
VALUES ($1::uuid, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text)
"""


class Reading(msgspec.Struct, frozen=True):
    """One reading: what was asked for, and by whom."""

    access_id: UUID
    read_at: datetime
    subject: str
    role: str
    method: str
    path: str
    query: str
    request_id: str


async def record(conn: Connection, reading: Reading) -> None:
    """Add *reading* to the access log, inside the caller's transaction."""
    await conn.execute(RECORD_READING, *msgspec.structs.astuple(reading))
