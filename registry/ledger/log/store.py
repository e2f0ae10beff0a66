"""The tables of the log: who signs, every checkpoint with what others said of it, and the halt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString

import msgspec

from registry.db import Connection, row_to, rows_to
from registry.errors import Corrupt
from registry.ledger import note
from registry.ledger import store as ledger
from registry.ledger.log.signed import Log, Signed

# A restore makes this schema first, and drops it last.
IS_HALF_RESTORED: Final[LiteralString] = """
SELECT to_regnamespace('registry_restoring') IS NOT NULL
"""

LIST_LOGS: Final[LiteralString] = """
SELECT number, origin, vkey, first_size, body, started_at, started_by, ledger_index
FROM ledger_log ORDER BY number
"""

ADD_LOG: Final[LiteralString] = """
INSERT INTO ledger_log (number, origin, vkey, first_size, body, started_at, started_by, ledger_index)
VALUES ($1::int, $2::text, $3::text, $4::bigint, $5::bytea, $6::timestamptz, $7::text, $8::bigint)
"""

ADD_CHECKPOINT: Final[LiteralString] = """
INSERT INTO ledger_checkpoint (size, log, root, note, signed_at)
VALUES ($1::bigint, $2::int, $3::bytea, $4::text, $5::timestamptz)
"""

FIND_NEWEST: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint ORDER BY size DESC, log DESC LIMIT 1
"""

FIND_OF_SIZE: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint
WHERE size = $1::bigint ORDER BY log DESC LIMIT 1
"""

FIND_BEFORE: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint
WHERE size <= $1::bigint ORDER BY size DESC, log DESC LIMIT 1
"""

FIND_AFTER: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint
WHERE size >= $1::bigint ORDER BY size, log DESC LIMIT 1
"""

FIND_AT: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint
WHERE signed_at <= $1::timestamptz ORDER BY signed_at DESC, size DESC, log DESC LIMIT 1
"""

FIND_OF_LOG: Final[LiteralString] = """
SELECT size, log, root, note, signed_at FROM ledger_checkpoint
WHERE log = $1::int AND size BETWEEN $2::bigint AND $3::bigint ORDER BY size DESC LIMIT 1
"""

FIND_COSIGNED: Final[LiteralString] = """
SELECT c.size, c.log, c.root, c.note, c.signed_at
FROM ledger_checkpoint c
WHERE (c.size, c.log) IN (
    SELECT s.size, s.log FROM ledger_cosignature s ORDER BY s.size DESC, s.log DESC LIMIT 1
)
"""

LIST_COSIGNATURES: Final[LiteralString] = """
SELECT line FROM ledger_cosignature
WHERE size = $1::bigint AND log = $2::int ORDER BY received_at, vkey
"""

FIND_HALT: Final[LiteralString] = """
SELECT reason, halted_at FROM ledger_halt
"""

ADD_HALT: Final[LiteralString] = """
INSERT INTO ledger_halt (reason, halted_at) VALUES ($1::text, $2::timestamptz) ON CONFLICT DO NOTHING
"""

LIST_LEAVES: Final[LiteralString] = """
SELECT leaf FROM ledger_entry WHERE index >= $1::bigint AND index < $2::bigint ORDER BY index
"""

LIST_SUBTREES: Final[LiteralString] = """
SELECT hash FROM ledger_subtree
WHERE level = $1::int AND index >= $2::bigint AND index < $3::bigint ORDER BY index
"""

LIST_ENTRIES: Final[LiteralString] = """
SELECT entry FROM ledger_entry WHERE index >= $1::bigint AND index < $2::bigint ORDER BY index
"""


async def list_logs(conn: Connection) -> list[Log]:
    """Every key the ledger was signed with, in the order of their turns."""
    return rows_to(Log, await conn.fetch(LIST_LOGS))


async def add_log(conn: Connection, log: Log) -> None:
    """Write the beginning of a log; the caller holds the ledger's head."""
    await conn.execute(ADD_LOG, *msgspec.structs.astuple(log))


async def add_checkpoint(conn: Connection, signed: Signed) -> None:
    """Write a checkpoint of a tree that stands already; the caller holds the ledger's head."""
    await conn.execute(ADD_CHECKPOINT, *msgspec.structs.astuple(signed))


async def find_checkpoint(conn: Connection, size: int | None = None) -> Signed | None:
    """The newest signed checkpoint, or the one of exactly *size* entries; None where none was signed."""
    if size is None:
        row = await conn.fetchrow(FIND_NEWEST)
    else:
        row = await conn.fetchrow(FIND_OF_SIZE, size)
    return row_to(Signed, row) if row else None


async def find_before(conn: Connection, size: int) -> Signed | None:
    """The newest signed checkpoint of *size* entries or fewer."""
    row = await conn.fetchrow(FIND_BEFORE, size)
    return row_to(Signed, row) if row else None


async def find_after(conn: Connection, size: int) -> Signed | None:
    """The first signed checkpoint of *size* entries or more: the one that first covered entry `size - 1`."""
    row = await conn.fetchrow(FIND_AFTER, size)
    return row_to(Signed, row) if row else None


async def find_at(conn: Connection, instant: datetime) -> Signed | None:
    """The newest checkpoint signed by *instant*."""
    row = await conn.fetchrow(FIND_AT, instant)
    return row_to(Signed, row) if row else None


async def find_last_of(conn: Connection, log: Log, until: int) -> Signed | None:
    """The last checkpoint that *log* signed, of *until* entries or fewer."""
    row = await conn.fetchrow(FIND_OF_LOG, log.number, log.first_size, until)
    return row_to(Signed, row) if row else None


async def find_cosigned(conn: Connection) -> Signed | None:
    """The newest checkpoint that a witness has signed, too."""
    row = await conn.fetchrow(FIND_COSIGNED)
    return row_to(Signed, row) if row else None


async def cosigned(conn: Connection, signed: Signed) -> str:
    """The note of *signed* with every cosignature that is known."""
    rows = await conn.fetch(LIST_COSIGNATURES, signed.size, signed.log)
    lines = [note.read_signature(row["line"].rstrip("\n")) for row in rows]
    return note.joined(note.read(signed.note.encode()), lines).signed


async def is_half_restored(conn: Connection) -> bool:
    """Whether a restore into this database has begun and not come to its end."""
    found: bool = await conn.fetchval(IS_HALF_RESTORED)
    return found


async def find_halt(conn: Connection) -> tuple[str, datetime] | None:
    """Why nothing may be appended, and since when; None while all is well."""
    row = await conn.fetchrow(FIND_HALT)
    return (row["reason"], row["halted_at"]) if row else None


async def halt(conn: Connection, reason: str, now: datetime) -> None:
    """Have nothing appended any more until a person has looked into it; the first reason stands."""
    await conn.execute(ADD_HALT, reason, now)


async def list_hashes(conn: Connection, level: int, start: int, width: int) -> Sequence[bytes]:
    """*width* hashes of one level of tiles from *start* on; raises Corrupt when they are not all there."""
    if level == 0:
        rows = await conn.fetch(LIST_LEAVES, start, start + width)
    else:
        rows = await conn.fetch(LIST_SUBTREES, level, start, start + width)
    return whole([row[0] for row in rows], width, f"level {level} from {start}")


async def list_entries(conn: Connection, start: int, width: int) -> Sequence[bytes]:
    """*width* entries from *start* on; raises Corrupt when they are not all there."""
    rows = await conn.fetch(LIST_ENTRIES, start, start + width)
    return whole([row["entry"] for row in rows], width, f"entries from {start}")


def whole(found: Sequence[bytes], width: int, what: str) -> Sequence[bytes]:
    """*found*, if it is *width* of them."""
    if len(found) != width:
        raise Corrupt(f"the ledger's {what}: {len(found)} are stored, not {width}")
    return found


async def contains(conn: Connection, size: int, root: bytes) -> bool:
    """Whether the tree that is stored begins with the tree of *size* entries that has this *root*."""
    if size > (await ledger.head(conn)).size:
        return False
    return await ledger.root_at(conn, size) == root
