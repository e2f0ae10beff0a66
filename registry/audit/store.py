"""Reads for verification: every history table in the ledger's order, from one position to another.

Streams read a few rows at a time through server-side cursors and need their caller's transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, LiteralString, NamedTuple

import msgspec

from registry.audit.check import Row
from registry.db import Connection

AT_ONCE: Final = 40
"""How many rows of a table are held in memory; a disclosure has at most 1 MiB."""

MANY: Final = 400
"""The same for tables whose rows are short."""

LOWEST: Final = -(2**63)
"""Where a walk along the whole ledger begins: a forged position may be below 0."""

HIGHEST: Final = 2**63 - 1
"""Where it ends: a forged position may be beyond the newest."""

LONG: Final = frozenset({"disclosure_version", "judgement", "publication", "access_batch", "export"})
"""Tables whose rows may be long."""

AHEAD: Final = ("judgement", "alert_move")
"""Tables that are read ahead where there are connections to spare, the longest first."""

BESIDE: Final = frozenset({"previous_index", "previous_leaf", "received", "remaining", "salts"})
"""What a statement reads beside its table's own columns."""

AS_TEXT: Final = frozenset({"alert_move"})
"""Tables whose JSON is read as text, which tells JSON's null from none at all."""

NULL: Final = "null"

# Streaming needs plans that start at once, sorting nothing: a walk down the index on ledger_index, a look
# into a primary key for what is read beside each row. For this transaction only.
PLAN_FOR: Final[LiteralString] = """
SELECT set_config('enable_sort', $1, true), set_config('enable_hashjoin', $1, true),
       set_config('enable_mergejoin', $1, true)
"""

STREAM_EMPLOYERS: Final[LiteralString] = """
SELECT v.employer_id, v.revision, v.record, v.body, v.recorded_at, v.recorded_by, v.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM employer_version v
LEFT JOIN LATERAL (SELECT p.ledger_index FROM employer_version p
    WHERE v.revision > 1 AND p.employer_id = v.employer_id AND p.revision = v.revision - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE v.ledger_index BETWEEN $1 AND $2
ORDER BY v.ledger_index
"""

STREAM_PRODUCTIONS: Final[LiteralString] = """
SELECT v.employer_id, v.production_id, v.revision, v.record, v.body, v.recorded_at, v.recorded_by,
       v.ledger_index, p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM production_version v
LEFT JOIN LATERAL (SELECT p.ledger_index FROM production_version p
    WHERE v.revision > 1 AND p.employer_id = v.employer_id AND p.production_id = v.production_id
      AND p.revision = v.revision - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE v.ledger_index BETWEEN $1 AND $2
ORDER BY v.ledger_index
"""

STREAM_PUBLICATIONS: Final[LiteralString] = """
SELECT kind, name, digest, body, published_at, ledger_index FROM publication
WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

STREAM_DISCLOSURES: Final[LiteralString] = """
SELECT v.employer_id, v.disclosure_id, v.version, v.production_id, v.kind, v.reason, v.explanation,
       v.schema_version, v.filed_at, v.filed_by, v.sha256, v.ledger_index, v.document, v.warnings,
       c.body AS received, c.remaining::text AS remaining, c.salts,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM disclosure_version v
LEFT JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
LEFT JOIN LATERAL (SELECT p.ledger_index FROM disclosure_version p
    WHERE v.version > 1 AND p.employer_id = v.employer_id AND p.disclosure_id = v.disclosure_id
      AND p.version = v.version - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE v.ledger_index BETWEEN $1 AND $2
ORDER BY v.ledger_index
"""

STREAM_JUDGEMENTS: Final[LiteralString] = """
SELECT employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings,
       known_to, ledger_index
FROM judgement WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

STREAM_MOVES: Final[LiteralString] = """
SELECT m.employer_id, m.alert_id, m.revision, m.move, m.from_state, m.to_state, m.author, m.reason, m.outcome,
       m.finding::text AS finding, m.course::text AS course, m.moved_at, m.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM alert_move m
LEFT JOIN LATERAL (SELECT p.ledger_index FROM alert_move p
    WHERE m.revision > 1 AND p.employer_id = m.employer_id AND p.alert_id = m.alert_id
      AND p.revision = m.revision - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE m.ledger_index BETWEEN $1 AND $2
ORDER BY m.ledger_index
"""

STREAM_REQUESTS: Final[LiteralString] = """
SELECT r.employer_id, r.request_id, r.revision, r.production_id, r.party, r.kind, r.document, r.body,
       r.key_digest, r.recorded_at, r.recorded_by, r.role, r.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM request_entry r
LEFT JOIN LATERAL (SELECT p.ledger_index FROM request_entry p
    WHERE r.revision > 1 AND p.employer_id = r.employer_id AND p.request_id = r.request_id
      AND p.revision = r.revision - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE r.ledger_index BETWEEN $1 AND $2
ORDER BY r.ledger_index
"""

STREAM_OBSERVATIONS: Final[LiteralString] = """
SELECT employer_id, observation_id, production_id, party, role, document, reporter_name, reporter_contact,
       salt, key_digest, fingerprint, recorded_at, ledger_index
FROM observation WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

STREAM_THREADS: Final[LiteralString] = """
SELECT t.employer_id, t.thread_id, t.number, t.thread, t.production_id, t.kind, t.side, t.party, t.document,
       t.body, t.salt, t.key_digest, t.recorded_at, t.recorded_by, t.role, t.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM thread_entry t
LEFT JOIN LATERAL (SELECT p.ledger_index FROM thread_entry p
    WHERE t.number > 1 AND p.employer_id = t.employer_id AND p.thread_id = t.thread_id
      AND p.number = t.number - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE t.ledger_index BETWEEN $1 AND $2
ORDER BY t.ledger_index
"""

STREAM_BATCHES: Final[LiteralString] = """
SELECT b.batch_id, b.number, b.readings, b.body, b.recorded_at, b.ledger_index,
       p.ledger_index AS previous_index, e.leaf AS previous_leaf
FROM access_batch b
LEFT JOIN LATERAL (SELECT p.ledger_index FROM access_batch p
    WHERE b.number > 1 AND p.number = b.number - 1) AS p ON true
LEFT JOIN ledger_entry e ON e.index = p.ledger_index
WHERE b.ledger_index BETWEEN $1 AND $2
ORDER BY b.ledger_index
"""

STREAM_EXPORTS: Final[LiteralString] = """
SELECT export_id, subject, principal, query, tree_size, body, signed, recorded_at, key_digest, ledger_index
FROM export WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

# The first log follows none and has no entry.
STREAM_LOGS: Final[LiteralString] = """
SELECT number, origin, vkey, first_size, body, started_at, started_by, ledger_index
FROM ledger_log WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

STREAM_REDACTIONS: Final[LiteralString] = """
SELECT employer_id, redaction_id, disclosure_id, version, sections, ground, ordered_by, body, recorded_at,
       recorded_by, key_digest, ledger_index
FROM redaction WHERE ledger_index BETWEEN $1 AND $2 ORDER BY ledger_index
"""

HISTORY: Final[Mapping[str, LiteralString]] = {
    "employer_version": STREAM_EMPLOYERS,
    "production_version": STREAM_PRODUCTIONS,
    "publication": STREAM_PUBLICATIONS,
    "disclosure_version": STREAM_DISCLOSURES,
    "judgement": STREAM_JUDGEMENTS,
    "alert_move": STREAM_MOVES,
    "request_entry": STREAM_REQUESTS,
    "observation": STREAM_OBSERVATIONS,
    "thread_entry": STREAM_THREADS,
    "access_batch": STREAM_BATCHES,
    "export": STREAM_EXPORTS,
    "ledger_log": STREAM_LOGS,
    "redaction": STREAM_REDACTIONS,
}
"""Every table whose rows are each vouched for by one ledger entry, and the statement that streams it."""

STREAM_ENTRIES: Final[LiteralString] = """
SELECT index, entry, leaf, appended_at FROM ledger_entry WHERE index BETWEEN $1 AND $2 ORDER BY index
"""

FIND_END: Final[LiteralString] = """
SELECT max(index) + 1::numeric FROM ledger_entry
"""

FIND_NEXT: Final[LiteralString] = """
SELECT min(index) FROM ledger_entry WHERE index >= $1
"""

STREAM_TAKEN: Final[LiteralString] = """
SELECT employer_id, body FROM redaction WHERE ledger_index >= $1 ORDER BY ledger_index
"""


class Bounds(NamedTuple):
    """The lowest and the highest position that is read."""

    lowest: int = LOWEST
    highest: int = HIGHEST


class Stream:
    """One history table in the order of the ledger, some rows of it in memory.

    On a connection of its own the next rows are read *ahead*, while the last ones are being checked.
    """

    def __init__(self, conn: Connection, table: str, bounds: Bounds, *, ahead: bool = False) -> None:
        self.conn, self.table, self.bounds, self.ahead = conn, table, bounds, ahead
        self.many = AT_ONCE if table in LONG else MANY
        if ahead:
            self.many //= 10
        self.rows: list[Any] = []
        self.cursor: Any = None
        self.coming: asyncio.Task[list[Any]] | None = None

    async def take(self) -> Row | None:
        """The next row; None after the last."""
        if not self.rows:
            await self.fill()
        return self.row(self.rows.pop()) if self.rows else None

    async def fill(self) -> None:
        """Read some more rows."""
        if self.cursor is None:
            self.cursor = await self.conn.cursor(HISTORY[self.table], *self.bounds)
        coming, self.coming = self.coming, None
        self.rows = await (coming or self.cursor.fetch(self.many))
        self.rows.reverse()
        self.beside = [name for name in self.rows[0].keys() if name in BESIDE] if self.rows else []  # noqa: SIM118
        if self.ahead and self.rows:
            self.coming = asyncio.create_task(self.cursor.fetch(self.many))

    async def close(self) -> None:
        """Nothing more is wanted of it."""
        if self.coming is not None:
            self.coming.cancel()
            await asyncio.gather(self.coming, return_exceptions=True)

    def row(self, read: Any) -> Row:
        """*read* as a row: its own columns, and what was read beside them."""
        columns = dict(read)
        beside = {name: columns.pop(name) for name in self.beside}
        if self.table in AS_TEXT:
            beside["says_json_null"] = NULL in (columns["finding"], columns["course"])
            columns |= {name: decoded(columns[name]) for name in ("finding", "course")}
        return Row(self.table, columns["ledger_index"], columns, beside)


def decoded(text: str | None) -> Any:
    """What JSON that was read as *text* says."""
    return None if text is None else msgspec.json.decode(text)


async def plan_for_streams(conn: Connection, *, streams: bool) -> None:
    """Have this transaction's statements planned for *streams*, or as usual again."""
    await conn.execute(PLAN_FOR, "off" if streams else "on")


async def stream_taken(conn: Connection, lowest: int = LOWEST) -> AsyncIterator[tuple[str, bytes]]:
    """The list of every redaction from a position on, oldest first."""
    async for row in conn.cursor(STREAM_TAKEN, lowest, prefetch=AT_ONCE):
        yield row["employer_id"], row["body"]


async def find_end(conn: Connection) -> int:
    """One beyond the newest entry there is."""
    return int(await conn.fetchval(FIND_END) or 0)


async def find_next(conn: Connection, index: int) -> int | None:
    """The first entry from *index* on."""
    found: int | None = await conn.fetchval(FIND_NEXT, index)
    return found
