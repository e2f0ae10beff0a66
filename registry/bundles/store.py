"""What a bundle is of, where entries stand, what was said of its checkpoints; in the caller's snapshot."""

from collections.abc import Sequence
from typing import Final, LiteralString

import msgspec

from registry.auth.scope import Scope
from registry.bundles.index import Stamp
from registry.db import Connection, rows_to
from registry.errors import Corrupt
from registry.ledger import merkle, subtrees
from registry.ledger import store as ledger
from registry.ledger.log.signed import Signed

# A representative sees a production that, as that many entries leave it, employs one of their locals.
LIST_PRODUCTIONS: Final[LiteralString] = """
SELECT p.employer_id, p.production_id
FROM production_at($6::bigint) p
WHERE ($1::text[] IS NULL OR p.employer_id = ANY ($1))
  AND ($2::text[] IS NULL OR p.record -> 'locals' ?| $2 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(p.record -> 'locals') AS local
        WHERE split_part(local, ':', 1) = ANY ($3::text[])))
  AND ($4::text IS NULL OR p.employer_id = $4)
  AND ($5::text IS NULL OR p.production_id = $5)
ORDER BY p.employer_id, p.production_id
"""

IS_KNOWN: Final[LiteralString] = """
SELECT true FROM employer_version WHERE employer_id = $1 AND ledger_index < $2 LIMIT 1
"""

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
    conn: Connection, scope: Scope, employer_id: str | None, production_id: str | None, size: int
) -> list[tuple[str, str]]:
    """The productions within *scope* in a tree of *size* entries, of those asked for, by employer and key."""
    limits = (scope.employers, scope.locals, scope.unions, employer_id, production_id, size)
    found = await conn.fetch(LIST_PRODUCTIONS, *limits)
    return [(row["employer_id"], row["production_id"]) for row in found]


async def is_known(conn: Connection, employer_id: str, size: int) -> bool:
    """Whether there was such an employer in a tree of *size* entries."""
    return bool(await conn.fetchval(IS_KNOWN, employer_id, size))


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
