"""The rows of a bundle in the order of the ledger, and what others said of its checkpoints.

The caller holds the snapshot. Rows are read with every column, because their entries vouch for every one.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, LiteralString

import msgspec

from registry.auth.scope import Scope
from registry.bundles.index import Stamp
from registry.db import Connection, rows_to
from registry.errors import Corrupt
from registry.ledger import merkle, subtrees
from registry.ledger import store as ledger
from registry.ledger.log.signed import Signed

AT_ONCE: Final = 20
"""How many rows a stream holds in memory; a disclosure has at most 1 MiB."""

Row = Mapping[str, Any]
BESIDE: Final = frozenset({"body_beside", "salts_beside", "newest_beside"})
"""What a statement reads beside its table's own columns."""


class Wanted(msgspec.Struct, frozen=True):
    """Which rows: of a tree, of employers (None: all), of productions by both keys (None: all), for whom."""

    size: int
    employers: list[str] | None
    productions: list[tuple[str, str]] | None
    scope: Scope

    @property
    def limits(self) -> tuple[int, list[str] | None, list[str] | None, list[str] | None]:
        """The first four parameters of every statement."""
        keys = self.productions
        owners, names = (
            (None, None) if keys is None else ([each[0] for each in keys], [each[1] for each in keys])
        )
        return self.size, self.employers, owners, names


# A representative sees a production that, as registered now, employs one of their locals.
LIST_PRODUCTIONS: Final[LiteralString] = """
SELECT p.employer_id, p.production_id
FROM production p
WHERE ($1::text[] IS NULL OR p.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
        WHERE split_part(local, ':', 1) = ANY ($3::text[])))
  AND ($4::text IS NULL OR p.employer_id = $4)
  AND ($5::text IS NULL OR p.production_id = $5)
ORDER BY p.employer_id, p.production_id
"""

IS_KNOWN: Final[LiteralString] = """
SELECT true FROM employer WHERE employer_id = $1
"""

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

STREAM_MOVES: Final[LiteralString] = """
SELECT m.* FROM alert_move m JOIN alert a USING (employer_id, alert_id)
WHERE m.ledger_index < $1 AND ($2::text[] IS NULL OR m.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (a.employer_id, a.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
  AND ($5::text[] IS NULL OR a.locals && $5 OR a.unions && $6::text[])
ORDER BY m.ledger_index
"""

STREAM_REDACTIONS: Final[LiteralString] = """
SELECT r.* FROM redaction r JOIN disclosure d USING (employer_id, disclosure_id)
WHERE r.ledger_index < $1 AND ($2::text[] IS NULL OR r.employer_id = ANY ($2))
  AND ($3::text[] IS NULL OR (d.employer_id, d.production_id) IN (SELECT * FROM unnest($3, $4::text[])))
ORDER BY r.ledger_index
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
}
EVERYBODYS: Final = frozenset({"publication", "ledger_log"})

LOAD_ENTRIES: Final[LiteralString] = """
SELECT index, entry, leaf FROM ledger_entry WHERE index = ANY ($1::bigint[])
"""

# Every checkpoint somebody else has said something of, and the last one of each log.
LIST_EARLIER: Final[LiteralString] = """
SELECT c.size, c.log, c.root, c.note, c.signed_at FROM ledger_checkpoint c
WHERE c.size <= $1 AND (c.log, c.size) <> ($2::int, $1::bigint) AND (
       (c.log, c.size) IN (SELECT s.log, s.size FROM ledger_cosignature s)
    OR (c.log, c.size) IN (SELECT t.log, t.size FROM ledger_stamp t)
    OR (c.log, c.size) IN (
        SELECT l.log, max(l.size) FROM ledger_checkpoint l WHERE l.size <= $1 GROUP BY l.log))
ORDER BY c.log, c.size
"""

LIST_WITNESSES: Final[LiteralString] = """
SELECT DISTINCT vkey FROM ledger_cosignature WHERE size <= $1
"""

LIST_STAMPS: Final[LiteralString] = """
SELECT log, size, authority, left(encode(sha256(convert_to(authority, 'UTF8')), 'hex'), 12) AS short
FROM ledger_stamp WHERE size <= $1 ORDER BY log, size, short
"""

GET_STAMP: Final[LiteralString] = """
SELECT token FROM ledger_stamp WHERE log = $1 AND size = $2 AND authority = $3
"""


class Placed(msgspec.Struct, frozen=True):
    """An entry as it stands in the ledger, and the proof that it is in the tree, leaf sibling first."""

    entry: bytes
    leaf: bytes
    proof: list[bytes]


async def list_productions(
    conn: Connection, scope: Scope, employer_id: str | None, production_id: str | None
) -> list[tuple[str, str]]:
    """The productions within *scope*, by employer and key, of those asked for."""
    found = await conn.fetch(
        LIST_PRODUCTIONS, scope.employers, scope.locals, scope.unions, employer_id, production_id
    )
    return [(row["employer_id"], row["production_id"]) for row in found]


async def is_known(conn: Connection, employer_id: str) -> bool:
    """Whether there is such an employer."""
    return bool(await conn.fetchval(IS_KNOWN, employer_id))


async def stream(conn: Connection, table: str, wanted: Wanted) -> AsyncIterator[tuple[Row, Row]]:
    """The rows of one table that are *wanted*, each with what is read beside it."""
    values: list[Any] = [wanted.size] if table in EVERYBODYS else [*wanted.limits]
    if table == "alert_move":
        values += [wanted.scope.locals, wanted.scope.unions]
    async for read in conn.cursor(TABLES[table], *values, prefetch=AT_ONCE):
        columns: dict[str, Any] = dict(read)
        beside = {name.removesuffix("_beside"): columns.pop(name) for name in BESIDE & columns.keys()}
        yield columns, beside


async def stream_gone(conn: Connection, employers: list[str] | None) -> AsyncIterator[bytes]:
    """What every redaction of some employers (None: of all) says, of whatever tree."""
    async for read in conn.cursor(STREAM_GONE, employers, prefetch=AT_ONCE):
        yield read["body"]


async def place(conn: Connection, indexes: Sequence[int], size: int) -> dict[int, Placed]:
    """The entries at *indexes*, each with its proof in the tree of *size* entries."""
    found = await conn.fetch(LOAD_ENTRIES, indexes)
    paths = {row["index"]: merkle.inclusion_path(row["index"], size) for row in found}
    wanted = subtrees.needed(part for path in paths.values() for part in path)
    hashes = await ledger.load_hashes(conn, wanted)
    if len(hashes) < len(wanted) or len(found) < len(indexes):
        raise Corrupt("ledger_entry or ledger_subtree: what a bundle's proofs need is missing")
    return {
        row["index"]: Placed(row["entry"], row["leaf"], subtrees.proof(paths[row["index"]], hashes))
        for row in found
    }


async def list_earlier(conn: Connection, size: int, log: int) -> list[Signed]:
    """The checkpoints a bundle has beside its own, which is of *size* by *log*."""
    return rows_to(Signed, await conn.fetch(LIST_EARLIER, size, log))


async def list_witnesses(conn: Connection, size: int) -> list[str]:
    """The key of everybody who has cosigned a tree of up to *size*."""
    return sorted(row["vkey"] for row in await conn.fetch(LIST_WITNESSES, size))


async def list_stamps(conn: Connection, size: int) -> list[Stamp]:
    """Every time stamp of trees of up to *size*."""
    return rows_to(Stamp, await conn.fetch(LIST_STAMPS, size))


async def get_stamp(conn: Connection, stamp: Stamp) -> bytes:
    """The bytes of a time stamp."""
    found: bytes = await conn.fetchval(GET_STAMP, stamp.log, stamp.size, stamp.authority)
    return found
