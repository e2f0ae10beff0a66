"""Checkpoints with what was said of them, in the order of the trees' sizes, from one size to another."""

from collections.abc import AsyncIterator
from typing import Any, Final, LiteralString

from registry.db import Connection, row_to
from registry.ledger.log.signed import Signed

AT_ONCE: Final = 200

STREAM_CHECKPOINTS: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint WHERE size BETWEEN $1 AND $2 ORDER BY size, log
"""

STREAM_COSIGNATURES: Final[LiteralString] = """
SELECT s.size, s.log, s.vkey, s.line, c.note
FROM ledger_cosignature s LEFT JOIN ledger_checkpoint c USING (size, log)
WHERE s.size BETWEEN $1 AND $2 ORDER BY s.size, s.log, s.vkey
"""

STREAM_STAMPS: Final[LiteralString] = """
SELECT s.size, s.log, s.authority, s.token, s.stamped_at, c.note
FROM ledger_stamp s LEFT JOIN ledger_checkpoint c USING (size, log)
WHERE s.size BETWEEN $1 AND $2 ORDER BY s.size, s.log, s.authority
"""


class Signatures:
    """Checkpoints in the order of their sizes, some of them in memory."""

    def __init__(self, conn: Connection, sizes: tuple[int, int]) -> None:
        self.conn, self.sizes = conn, sizes
        self.rows: list[Signed] = []
        self.cursor: Any = None

    async def take(self) -> Signed | None:
        """The next checkpoint; None after the last."""
        if not self.rows:
            if self.cursor is None:
                self.cursor = await self.conn.cursor(STREAM_CHECKPOINTS, *self.sizes)
            self.rows = [row_to(Signed, row) for row in await self.cursor.fetch(AT_ONCE)]
            self.rows.reverse()
        return self.rows.pop() if self.rows else None


async def stream_cosignatures(conn: Connection, sizes: tuple[int, int]) -> AsyncIterator[Any]:
    """Every witness's line with the note it is under; NULL when there is no such checkpoint."""
    async for row in conn.cursor(STREAM_COSIGNATURES, *sizes, prefetch=AT_ONCE):
        yield row


async def stream_stamps(conn: Connection, sizes: tuple[int, int]) -> AsyncIterator[Any]:
    """Every time stamp with the note it is of; NULL when there is no such checkpoint."""
    async for row in conn.cursor(STREAM_STAMPS, *sizes, prefetch=AT_ONCE):
        yield row
