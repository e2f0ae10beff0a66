"""Rows that stand nowhere in the ledger: no walk from one position to another comes past them."""

from typing import Final, LiteralString

from registry.db import Connection

# Only whoever has taken a table's own rules away can write one. The first log follows none and has no entry.
FIND_UNPLACED: Final[LiteralString] = """
SELECT 'employer_version' FROM employer_version WHERE ledger_index IS NULL
UNION ALL SELECT 'production_version' FROM production_version WHERE ledger_index IS NULL
UNION ALL SELECT 'publication' FROM publication WHERE ledger_index IS NULL
UNION ALL SELECT 'disclosure_version' FROM disclosure_version WHERE ledger_index IS NULL
UNION ALL SELECT 'judgement' FROM judgement WHERE ledger_index IS NULL
UNION ALL SELECT 'alert_move' FROM alert_move WHERE ledger_index IS NULL
UNION ALL SELECT 'request_entry' FROM request_entry WHERE ledger_index IS NULL
UNION ALL SELECT 'observation' FROM observation WHERE ledger_index IS NULL
UNION ALL SELECT 'thread_entry' FROM thread_entry WHERE ledger_index IS NULL
UNION ALL SELECT 'access_batch' FROM access_batch WHERE ledger_index IS NULL
UNION ALL SELECT 'export' FROM export WHERE ledger_index IS NULL
UNION ALL SELECT 'ledger_log' FROM ledger_log WHERE ledger_index IS NULL AND number <> 1
UNION ALL SELECT 'redaction' FROM redaction WHERE ledger_index IS NULL
LIMIT 1
"""


async def find_unplaced(conn: Connection) -> str | None:
    """A history table with a row that names no entry, if there is one."""
    found: str | None = await conn.fetchval(FIND_UNPLACED)
    return found
