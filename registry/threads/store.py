"""The tables thread_entry and evidence_chunk, and the alerts and requests that threads are about.

The caller holds the transaction. Entries and files are only ever added.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from registry.auth.reading import showing
from registry.auth.scope import Scope
from registry.db import Connection, row_to, rows_to
from registry.errors import Corrupt, NotFound
from registry.threads.entry import Entered, Side, Thread, ThreadKind
from registry.threads.evidence import File
from registry.threads.view import Heard

AT_ONCE: Final = 4
"""How many pieces of a file a stream holds in memory."""


class Matter(msgspec.Struct, frozen=True):
    """An alert or a request that is spoken about, and the locals and unions that it concerns."""

    employer_id: str
    thread_id: UUID
    thread: ThreadKind
    production_id: str
    locals: list[str]
    unions: list[str]

    @property
    def spoken(self) -> Thread:
        """The thread about it."""
        return Thread(self.employer_id, self.thread_id, self.thread, self.production_id)


class Newest(msgspec.Struct, frozen=True):
    """The newest entry of a thread: its number, and its leaf in the ledger."""

    number: int
    leaf: bytes


FIND_ALERT: Final[LiteralString] = """
SELECT employer_id, alert_id AS thread_id, 'alert' AS thread, production_id, locals, unions
FROM alert
WHERE ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR locals && $2 OR unions && $3::text[])
  AND alert_id = $4
"""

FIND_ALERT_THEN: Final[LiteralString] = FIND_ALERT.replace("FROM alert\n", "FROM alert_at($5)\n")

FIND_REQUEST: Final[LiteralString] = """
SELECT employer_id, request_id AS thread_id, 'request' AS thread, production_id,
       ARRAY[party] AS locals, ARRAY[split_part(party, ':', 1)] AS unions
FROM request
WHERE ($1::text[] IS NULL OR employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR party = ANY ($2) OR split_part(party, ':', 1) = ANY ($3::text[]))
  AND request_id = $4
"""

FIND_REQUEST_THEN: Final[LiteralString] = FIND_REQUEST.replace("FROM request\n", "FROM request_at($5)\n")

# What orders the entries of one thread: the alert's own row, and for a request its production's, since that
# is what orders the answers to it. Both come before the ledger's head in everybody's order of locks.
HOLD_ALERT: Final[LiteralString] = """
SELECT alert_id FROM alert WHERE employer_id = $1 AND alert_id = $2 FOR NO KEY UPDATE
"""

HOLD_PRODUCTION: Final[LiteralString] = """
SELECT production_id FROM production WHERE employer_id = $1 AND production_id = $2 FOR NO KEY UPDATE
"""

NEWEST: Final[LiteralString] = """
SELECT t.number, e.leaf
FROM thread_entry t JOIN ledger_entry e ON e.index = t.ledger_index
WHERE t.employer_id = $1 AND t.thread_id = $2
ORDER BY t.number DESC
LIMIT 1
"""

LIST_ENTRIES: Final[LiteralString] = """
SELECT employer_id, thread_id, number, thread, production_id, kind, side, party, document, body, salt,
       key_digest, recorded_at, recorded_by, role, ledger_index
FROM thread_entry
WHERE employer_id = $1 AND thread_id = $2 AND side = ANY ($3::text[])
  AND ($4::bigint IS NULL OR ledger_index < $4)
ORDER BY number
"""

FIND_BY_KEY: Final[LiteralString] = """
SELECT employer_id, thread_id, number, thread, production_id, kind, side, party, document, body, salt,
       key_digest, recorded_at, recorded_by, role, ledger_index
FROM thread_entry
WHERE employer_id = $1 AND key_digest = $2
"""

# A thread from both histories, in the ledger's order: what was said in it, and for a request the request
# itself and the answers to it, which both parties read.
LIST_HEARD: Final[LiteralString] = """
SELECT h.kind, h.number, h.revision, h.side, h.party, h.document, h.recorded_at, h.recorded_by, h.role,
       h.ledger_index, e.leaf
FROM (
    SELECT kind, number, NULL::int AS revision, side, party, document, recorded_at, recorded_by, role,
           ledger_index
    FROM thread_entry
    WHERE employer_id = $1 AND thread_id = $2 AND side = ANY ($3::text[])
    UNION ALL
    SELECT kind, NULL, revision, 'both', CASE kind WHEN 'answer' THEN employer_id ELSE party END, document,
           recorded_at, recorded_by, role, ledger_index
    FROM request_entry
    WHERE employer_id = $1 AND request_id = $2
) h
JOIN ledger_entry e ON e.index = h.ledger_index
WHERE h.ledger_index > $4 AND ($6::bigint IS NULL OR h.ledger_index < $6)
ORDER BY h.ledger_index
LIMIT $5
"""

LEAF_AT: Final[LiteralString] = """
SELECT leaf FROM ledger_entry WHERE index = $1
"""

LIST_FILES: Final[LiteralString] = """
SELECT document FROM thread_entry
WHERE employer_id = $1 AND thread_id = $2 AND kind = 'evidence'
  AND document ->> 'evidence_id' = ANY ($3::text[])
ORDER BY number
"""

COUNT_FILES: Final[LiteralString] = """
SELECT count(*) FROM thread_entry WHERE employer_id = $1 AND thread_id = $2 AND kind = 'evidence'
"""

# A file of an alert or request that lies within the scope; absent and foreign look the same.
FIND_FILE: Final[LiteralString] = """
SELECT t.employer_id, t.document
FROM thread_entry t
LEFT JOIN alert a ON t.thread = 'alert' AND a.employer_id = t.employer_id AND a.alert_id = t.thread_id
LEFT JOIN request r ON t.thread = 'request' AND r.employer_id = t.employer_id AND r.request_id = t.thread_id
WHERE t.kind = 'evidence' AND t.document ->> 'evidence_id' = $4 AND t.side = ANY ($5::text[])
  AND ($6::bigint IS NULL OR t.ledger_index < $6)
  AND ($1::text[] IS NULL OR t.employer_id = ANY ($1))
  AND ($2::text[] IS NULL
       OR (a.locals && $2 OR a.unions && $3::text[])
          AND ($6 IS NULL OR alert_concerned(a.employer_id, a.alert_id, $6, $2, $3))
       OR r.party = ANY ($2) OR split_part(r.party, ':', 1) = ANY ($3::text[]))
"""

INSERT_PIECE: Final[LiteralString] = """
INSERT INTO evidence_chunk (employer_id, evidence_id, number, body) VALUES ($1, $2, $3, $4)
"""

GET_PIECE: Final[LiteralString] = """
SELECT body FROM evidence_chunk WHERE employer_id = $1 AND evidence_id = $2 AND number = $3
"""

STREAM_PIECES: Final[LiteralString] = """
SELECT number, body FROM evidence_chunk WHERE employer_id = $1 AND evidence_id = $2 ORDER BY number
"""

INSERT_ENTRY: Final[LiteralString] = """
INSERT INTO thread_entry (employer_id, thread_id, number, thread, production_id, kind, side, party, document,
                          body, salt, key_digest, recorded_at, recorded_by, role, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


async def find_matter(
    conn: Connection, scope: Scope, kind: ThreadKind, thread_id: UUID, size: int | None = None
) -> Matter:
    """The alert or request with this id; NotFound when there is none within *scope*.

    With *size*, as that many entries of the ledger leave it.
    """
    given = (scope.employers, scope.locals, scope.unions or [], thread_id)
    if size is None:
        row = await conn.fetchrow(FIND_ALERT if kind == "alert" else FIND_REQUEST, *given)
    else:
        row = await conn.fetchrow(FIND_ALERT_THEN if kind == "alert" else FIND_REQUEST_THEN, *given, size)
    if row is None:
        raise NotFound(f"there is no such {kind} among those you may see")
    showing(row["employer_id"])
    return row_to(Matter, row)


async def hold(conn: Connection, thread: Thread) -> None:
    """Keep everybody else from speaking in *thread* until the caller's transaction ends."""
    if thread.thread == "alert":
        await conn.fetchval(HOLD_ALERT, thread.employer_id, thread.thread_id)
    else:
        await conn.fetchval(HOLD_PRODUCTION, thread.employer_id, thread.production_id)


async def newest(conn: Connection, thread: Thread) -> Newest | None:
    """The newest entry of *thread*, whosoever reads it; None while nothing has been said."""
    row = await conn.fetchrow(NEWEST, thread.employer_id, thread.thread_id)
    return row_to(Newest, row) if row else None


async def entries(
    conn: Connection, employer_id: str, thread_id: UUID, sides: Sequence[Side], size: int | None = None
) -> list[Entered]:
    """What was said about an alert or a request, oldest first: the entries that *sides* may read.

    All of it, or what stands among the first *size* entries.
    """
    return rows_to(Entered, await conn.fetch(LIST_ENTRIES, employer_id, thread_id, list(sides), size))


async def find_by_key(conn: Connection, employer_id: str, key_digest: bytes) -> Entered | None:
    """The entry that was made with a key before, or None."""
    row = await conn.fetchrow(FIND_BY_KEY, employer_id, key_digest)
    return row_to(Entered, row) if row else None


async def heard(
    conn: Connection,
    thread: Thread,
    sides: Sequence[Side],
    *,
    after: int,
    limit: int,
    size: int | None = None,
) -> list[Heard]:
    """At most *limit* entries of *thread* that *sides* may read, behind a place in the ledger, in order.

    With them, for a request, stand the request and the answers to it. *size*: among so many entries.
    """
    given = (thread.employer_id, thread.thread_id, list(sides), after, limit, size)
    return rows_to(Heard, await conn.fetch(LIST_HEARD, *given))


async def leaf_at(conn: Connection, index: int) -> bytes:
    """The leaf hash of an entry's place in the ledger."""
    leaf: bytes = await conn.fetchval(LEAF_AT, index)
    return leaf


async def files(conn: Connection, thread: Thread, ids: Sequence[str]) -> list[File]:
    """Those of the files with these *ids* that were shown in *thread*, in the order they were shown."""
    rows = await conn.fetch(LIST_FILES, thread.employer_id, thread.thread_id, list(ids))
    return [msgspec.convert(row["document"], File) for row in rows]


async def count_files(conn: Connection, thread: Thread) -> int:
    """How many files were shown in *thread*."""
    count: int = await conn.fetchval(COUNT_FILES, thread.employer_id, thread.thread_id)
    return count


async def get_file(
    conn: Connection, scope: Scope, sides: Sequence[Side], evidence_id: UUID, size: int | None = None
) -> tuple[str, File]:
    """The employer and the file with this id; NotFound when there is none within *scope*.

    With *size*, only when it was shown among so many entries of the ledger.
    """
    given = (scope.employers, scope.locals, scope.unions or [], str(evidence_id), list(sides), size)
    row = await conn.fetchrow(FIND_FILE, *given)
    if row is None:
        raise NotFound("there is no such file among those you may see")
    showing(row["employer_id"])
    return row["employer_id"], msgspec.convert(row["document"], File)


async def stream_pieces(
    conn: Connection, employer_id: str, evidence_id: UUID
) -> AsyncIterator[tuple[int, bytes]]:
    """The pieces of a file in order, a few at a time; needs a transaction."""
    async for row in conn.cursor(STREAM_PIECES, employer_id, evidence_id, prefetch=AT_ONCE):
        yield row["number"], row["body"]


async def keep(conn: Connection, employer_id: str, evidence_id: UUID, pieces: Sequence[bytes]) -> None:
    """Keep a file's bytes, in *pieces*."""
    rows = [(employer_id, evidence_id, number, body) for number, body in enumerate(pieces, 1)]
    await conn.executemany(INSERT_PIECE, rows)


async def piece(conn: Connection, employer_id: str, evidence_id: UUID, number: int) -> bytes:
    """One piece of a file, counted from one."""
    body: bytes | None = await conn.fetchval(GET_PIECE, employer_id, evidence_id, number)
    if body is None:
        raise Corrupt(f"evidence_chunk {employer_id}/{evidence_id}/{number}: is missing")
    return body


async def add(conn: Connection, row: Entered) -> None:
    """Keep an entry at its place in the ledger."""
    await conn.execute(INSERT_ENTRY, *msgspec.structs.asdict(row).values())
