"""The rows of a bundle, table by table in the order of the ledger. The caller holds the snapshot.

Rows are read with every column, because their entries vouch for every one; but of an observation only what
everybody concerned may read.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, LiteralString

from registry.bundles.wanted import Wanted
from registry.db import Connection

AT_ONCE: Final = 20
"""How many rows a stream holds in memory; a disclosure has at most 1 MiB."""

Row = Mapping[str, Any]
BESIDE: Final = frozenset({"body_beside", "salts_beside", "newest_beside"})
"""What a statement reads beside its table's own columns."""

STREAM_EMPLOYERS: Final[LiteralString] = """
SELECT v.* FROM employer_version v
WHERE v.ledger_index < $1 AND ($2::text[] IS NULL OR v.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR v.employer_id = ANY ($3)) AND ($4::text[] IS NULL OR true)
ORDER BY v.ledger_index
"""

STREAM_PRODUCTIONS: Final[LiteralString] = """
SELECT v.* FROM production_version v
WHERE v.ledger_index < $1 AND ($2::text[] IS NULL OR v.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (v.employer_id, v.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
ORDER BY v.ledger_index
"""

# Beside each version: the bytes, the salts, and the newest document by then, whose marks count, too; a
# withdrawal has none.
STREAM_DISCLOSURES: Final[LiteralString] = """
SELECT v.*, c.body AS body_beside, c.salts AS salts_beside,
       (SELECT n.document FROM disclosure_version n
        WHERE n.employer_id = v.employer_id AND n.disclosure_id = v.disclosure_id AND n.ledger_index < $1
          AND n.kind <> 'withdrawal'
        ORDER BY n.version DESC LIMIT 1) AS newest_beside
FROM disclosure_version v
LEFT JOIN disclosure_content c
    ON c.employer_id = v.employer_id AND c.disclosure_id = v.disclosure_id AND c.version = v.version
WHERE v.ledger_index < $1 AND ($2::text[] IS NULL OR v.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (v.employer_id, v.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
ORDER BY v.ledger_index
"""

STREAM_JUDGEMENTS: Final[LiteralString] = """
SELECT j.* FROM judgement j
WHERE j.ledger_index < $1 AND ($2::text[] IS NULL OR j.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (j.employer_id, j.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
ORDER BY j.ledger_index
"""

STREAM_REDACTIONS: Final[LiteralString] = """
SELECT r.* FROM redaction r JOIN disclosure d USING (employer_id, disclosure_id)
WHERE r.ledger_index < $1 AND ($2::text[] IS NULL OR r.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (d.employer_id, d.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
ORDER BY r.ledger_index
"""

# An alert goes on concerning whom it has concerned: its index is of today, the rest is of the tree.
STREAM_MOVES: Final[LiteralString] = """
SELECT m.* FROM alert_move m JOIN alert a USING (employer_id, alert_id)
WHERE m.ledger_index < $1 AND ($2::text[] IS NULL OR m.employer_id = ANY ($2))
  AND ($3::text IS NULL OR a.production_id = $3)
  AND ($4::text[] IS NULL
       OR (a.locals && $4 OR a.unions && $5::text[])
          AND alert_concerned(a.employer_id, a.alert_id, $1::bigint, $4, $5))
ORDER BY m.ledger_index
"""

STREAM_REQUESTS: Final[LiteralString] = """
SELECT r.* FROM request_entry r
WHERE r.ledger_index < $1 AND ($2::text[] IS NULL OR r.employer_id = ANY ($2))
  AND ($3::text IS NULL OR r.production_id = $3)
  AND ($4::text[] IS NULL OR r.party = ANY ($4) OR split_part(r.party, ':', 1) = ANY ($5::text[]))
ORDER BY r.ledger_index
"""

# Not who reported it, nor what could tell: neither name nor salt nor digests of what was sent.
STREAM_OBSERVATIONS: Final[LiteralString] = """
SELECT o.employer_id, o.document, o.ledger_index FROM observation o
WHERE o.ledger_index < $1 AND ($2::text[] IS NULL OR o.employer_id = ANY ($2))
  AND ($3::text IS NULL OR o.production_id = $3)
  AND ($4::text[] IS NULL OR o.party = ANY ($4) OR split_part(o.party, ':', 1) = ANY ($5::text[]))
ORDER BY o.ledger_index
"""

STREAM_THREADS: Final[LiteralString] = """
SELECT t.* FROM thread_entry t
LEFT JOIN alert a ON t.thread = 'alert' AND a.employer_id = t.employer_id AND a.alert_id = t.thread_id
LEFT JOIN request r ON t.thread = 'request' AND r.employer_id = t.employer_id AND r.request_id = t.thread_id
WHERE t.side = ANY ($6::text[])
  AND t.ledger_index < $1 AND ($2::text[] IS NULL OR t.employer_id = ANY ($2))
  AND ($3::text IS NULL OR t.production_id = $3)
  AND ($4::text[] IS NULL
       OR (a.locals && $4 OR a.unions && $5::text[])
          AND alert_concerned(a.employer_id, a.alert_id, $1::bigint, $4, $5)
       OR r.party = ANY ($4) OR split_part(r.party, ':', 1) = ANY ($5))
ORDER BY t.ledger_index
"""

# Of what one side keeps to itself only that it is there, which the numbers of a thread tell as well.
STREAM_KEPT: Final[LiteralString] = STREAM_THREADS.replace(
    "SELECT t.* FROM", "SELECT t.ledger_index FROM"
).replace("WHERE t.side = ANY", "WHERE t.side <> ALL")

STREAM_EXPORTS: Final[LiteralString] = """
SELECT e.* FROM export e WHERE e.ledger_index < $1 AND e.subject = $2::text ORDER BY e.ledger_index
"""

STREAM_OTHERS: Final[LiteralString] = """
SELECT e.ledger_index FROM export e
WHERE e.ledger_index < $1 AND e.subject <> $2::text ORDER BY e.ledger_index
"""

STREAM_BATCHES: Final[LiteralString] = """
SELECT * FROM access_batch WHERE ledger_index < $1 ORDER BY ledger_index
"""

# Whatever was redacted, until now and anywhere, is missing from a bundle of then as well.
STREAM_GONE: Final[LiteralString] = """
SELECT body FROM redaction WHERE $1::text[] IS NULL OR employer_id = ANY ($1)
"""

STREAM_PUBLICATIONS: Final[LiteralString] = """
SELECT * FROM publication WHERE ledger_index < $1 ORDER BY ledger_index
"""

STREAM_LOGS: Final[LiteralString] = """
SELECT * FROM ledger_log WHERE ledger_index < $1 ORDER BY ledger_index
"""

# Redactions first: what they took away is missing from the others, and must be known to be.
TABLES: Final[Mapping[str, LiteralString]] = {
    "redaction": STREAM_REDACTIONS,
    "ledger_log": STREAM_LOGS,
    "publication": STREAM_PUBLICATIONS,
    "employer_version": STREAM_EMPLOYERS,
    "production_version": STREAM_PRODUCTIONS,
    "disclosure_version": STREAM_DISCLOSURES,
    "judgement": STREAM_JUDGEMENTS,
    "alert_move": STREAM_MOVES,
    "request_entry": STREAM_REQUESTS,
    "observation": STREAM_OBSERVATIONS,
    "thread_entry": STREAM_THREADS,
    "access_batch": STREAM_BATCHES,
    "export": STREAM_EXPORTS,
}
EVERYBODYS: Final = frozenset({"publication", "ledger_log", "access_batch"})
BY_PARTY: Final = frozenset({"alert_move", "request_entry", "observation"})


async def stream(conn: Connection, table: str, wanted: Wanted) -> AsyncIterator[tuple[Row, Row]]:
    """The rows of one table that are *wanted*, each with what is read beside it."""
    async for read in conn.cursor(TABLES[table], *limits(table, wanted), prefetch=AT_ONCE):
        columns: dict[str, Any] = dict(read)
        beside = {name.removesuffix("_beside"): columns.pop(name) for name in BESIDE & columns.keys()}
        yield columns, beside


def limits(table: str, wanted: Wanted) -> tuple[object, ...]:
    """The parameters of a table's statement."""
    if table in EVERYBODYS:
        return (wanted.size,)
    if table in BY_PARTY:
        return wanted.by_party
    match table:
        case "thread_entry":
            return wanted.in_threads
        case "export":
            return wanted.size, wanted.maker
        case _:
            return wanted.by_production


async def list_kept(conn: Connection, wanted: Wanted) -> list[int]:
    """Where the entries stand that one side of a thread within the limits keeps to itself."""
    return [row["ledger_index"] for row in await conn.fetch(STREAM_KEPT, *wanted.in_threads)]


async def list_others(conn: Connection, wanted: Wanted) -> list[int]:
    """Where the exports of others stand; none, where exports are not wanted at all."""
    return [row["ledger_index"] for row in await conn.fetch(STREAM_OTHERS, wanted.size, wanted.maker)]


async def stream_gone(conn: Connection, employers: list[str] | None) -> AsyncIterator[bytes]:
    """What every redaction of some employers (None: of all) says, of whatever tree."""
    async for read in conn.cursor(STREAM_GONE, employers, prefetch=AT_ONCE):
        yield read["body"]
