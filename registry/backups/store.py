"""What a backup says of the database it is of, and what a restore looks at before anything serves."""

import datetime as dt
from typing import Final, LiteralString

from registry.db import Connection

COUNT_ROWS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM ledger_entry) AS ledger_entry,
       (SELECT count(*) FROM disclosure_version) AS disclosure_version,
       (SELECT count(*) FROM disclosure_content) AS disclosure_content,
       (SELECT count(*) FROM judgement) AS judgement,
       (SELECT count(*) FROM alert_move) AS alert_move,
       (SELECT count(*) FROM thread_entry) AS thread_entry,
       (SELECT count(*) FROM redaction) AS redaction,
       (SELECT count(*) FROM access_log) AS access_log
"""

FIND_MIGRATION: Final[LiteralString] = """
SELECT max(version) FROM schema_migrations
"""

SHARE_SNAPSHOT: Final[LiteralString] = """
SELECT pg_export_snapshot()
"""

# Whether there is anything in a database that a restore would stand beside.
COUNT_TABLES: Final[LiteralString] = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'S')
"""

ADD_HALT: Final[LiteralString] = """
INSERT INTO ledger_halt (reason, halted_at) VALUES ($1::text, $2::timestamptz) ON CONFLICT DO NOTHING
"""


async def count_rows(conn: Connection) -> dict[str, int]:
    """How many rows some tables have."""
    return dict(await conn.fetchrow(COUNT_ROWS) or {})


async def find_migration(conn: Connection) -> str:
    """The newest migration that was applied."""
    return await conn.fetchval(FIND_MIGRATION) or ""


async def share_snapshot(conn: Connection) -> str:
    """A name by which another program reads exactly what this transaction sees, while it lasts."""
    found: str = await conn.fetchval(SHARE_SNAPSHOT)
    return found


async def is_empty(conn: Connection) -> bool:
    """Whether nothing at all is in the database."""
    return not await conn.fetchval(COUNT_TABLES)


async def halt(conn: Connection, reason: str, now: dt.datetime) -> None:
    """Have nothing appended until a person has seen to it; the first reason stands."""
    await conn.execute(ADD_HALT, reason, now)
