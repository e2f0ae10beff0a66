"""The mark of a restore in the database it fills; `ledger.log` refuses to serve one that has it."""

from typing import Final, LiteralString

from registry.db import Connection

BEGIN: Final[LiteralString] = """
CREATE SCHEMA IF NOT EXISTS registry_restoring
"""

END: Final[LiteralString] = """
DROP SCHEMA IF EXISTS registry_restoring
"""


async def begin(conn: Connection) -> None:
    """Mark the database before anything is put into it."""
    await conn.execute(BEGIN)


async def end(conn: Connection) -> None:
    """Take the mark away: all of it has been looked at."""
    await conn.execute(END)
