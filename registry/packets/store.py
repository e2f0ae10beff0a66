"""Reads for a packet: the history of one case until an instant, and its entries' places in the ledger.

The caller holds the snapshot. Rows are read with every column, because their entries vouch for every one.
"""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from registry.db import Connection
from registry.errors import Corrupt
from registry.ledger import merkle, subtrees
from registry.ledger import store as ledger
from registry.ledger.merkle import Range
from registry.packets.case import Content, Placed, Row

# Down the primary key from the newest entry: positions and instants run together but for moments.
FIND_SIZE: Final[LiteralString] = """
SELECT index + 1 FROM ledger_entry WHERE appended_at <= $1 ORDER BY index DESC LIMIT 1
"""

LIST_MOVES: Final[LiteralString] = """
SELECT * FROM alert_move WHERE employer_id = $1 AND alert_id = $2 AND moved_at <= $3 ORDER BY revision
"""

LIST_THREAD: Final[LiteralString] = """
SELECT * FROM thread_entry
WHERE employer_id = $1 AND thread_id = ANY ($2::uuid[]) AND side = 'both' AND recorded_at <= $3
ORDER BY ledger_index
"""

LIST_EMPLOYER: Final[LiteralString] = """
SELECT * FROM employer_version WHERE employer_id = $1 AND recorded_at <= $2 ORDER BY revision DESC LIMIT 1
"""

LIST_PRODUCTION: Final[LiteralString] = """
SELECT * FROM production_version WHERE employer_id = $1 AND production_id = $2 AND recorded_at <= $3
ORDER BY revision DESC LIMIT 1
"""

LIST_REQUESTS: Final[LiteralString] = """
SELECT * FROM request_entry
WHERE employer_id = $1 AND request_id = ANY ($2::uuid[]) AND recorded_at <= $3
ORDER BY ledger_index
"""

LIST_OBSERVATIONS: Final[LiteralString] = """
SELECT * FROM observation
WHERE employer_id = $1 AND observation_id = ANY ($2::uuid[]) AND recorded_at <= $3
ORDER BY ledger_index
"""

LIST_VERSIONS: Final[LiteralString] = """
SELECT * FROM disclosure_version
WHERE employer_id = $1 AND production_id = $2 AND disclosure_id = ANY ($3::uuid[]) AND filed_at <= $4
ORDER BY ledger_index
"""

LIST_CONTENTS: Final[LiteralString] = """
SELECT disclosure_id, version, body, salts FROM disclosure_content
WHERE employer_id = $1 AND disclosure_id = ANY ($2::uuid[]) AND body IS NOT NULL
"""

# A sweep that comes late judges for the instant it should have come at: what counts is when it was kept, too.
FIND_JUDGEMENT: Final[LiteralString] = """
SELECT * FROM judgement
WHERE employer_id = $1 AND production_id = $2 AND ledger_index < $3 AND judged_at <= $4
ORDER BY ledger_index DESC LIMIT 1
"""

LIST_RULES: Final[LiteralString] = """
SELECT DISTINCT ON (digest) * FROM publication
WHERE digest = ANY ($1::bytea[]) AND ledger_index < $2
ORDER BY digest, ledger_index
"""

LOAD_ENTRIES: Final[LiteralString] = """
SELECT index, entry, leaf FROM ledger_entry WHERE index = ANY ($1::bigint[]) ORDER BY index
"""

STREAM_EVIDENCE: Final[LiteralString] = """
SELECT body FROM evidence_chunk WHERE employer_id = $1 AND evidence_id = $2 ORDER BY number
"""


async def find_size(conn: Connection, as_of: dt.datetime) -> int:
    """How many entries the ledger had at an instant."""
    return await conn.fetchval(FIND_SIZE, as_of) or 0


async def find_root(conn: Connection, size: int) -> bytes:
    """The root over the first *size* entries; there is at least one."""
    (root,) = await ledger.proof(conn, [Range(0, size)])
    return root


async def list_moves(conn: Connection, employer_id: str, alert_id: UUID, as_of: dt.datetime) -> Sequence[Row]:
    """The moves of an alert until an instant, first move first."""
    return rows(await conn.fetch(LIST_MOVES, employer_id, alert_id, as_of))


async def list_thread(
    conn: Connection, employer_id: str, about: Sequence[UUID], as_of: dt.datetime
) -> Sequence[Row]:
    """What both parties read in the threads of an alert and of requests, in the order of the ledger."""
    return rows(await conn.fetch(LIST_THREAD, employer_id, about, as_of))


async def list_employer(conn: Connection, employer_id: str, as_of: dt.datetime) -> Sequence[Row]:
    """The employer's record as it was at an instant: one row, or none."""
    return rows(await conn.fetch(LIST_EMPLOYER, employer_id, as_of))


async def list_production(
    conn: Connection, employer_id: str, production_id: str, as_of: dt.datetime
) -> Sequence[Row]:
    """The production's record as it was at an instant: one row, or none."""
    return rows(await conn.fetch(LIST_PRODUCTION, employer_id, production_id, as_of))


async def list_requests(
    conn: Connection, employer_id: str, requests: Sequence[UUID], as_of: dt.datetime
) -> Sequence[Row]:
    """Requests and the answers to them until an instant."""
    return rows(await conn.fetch(LIST_REQUESTS, employer_id, requests, as_of))


async def list_observations(
    conn: Connection, employer_id: str, observations: Sequence[UUID], as_of: dt.datetime
) -> Sequence[Row]:
    """Observations until an instant."""
    return rows(await conn.fetch(LIST_OBSERVATIONS, employer_id, observations, as_of))


async def list_versions(
    conn: Connection, key: tuple[str, str], disclosures: Sequence[UUID], as_of: dt.datetime
) -> Sequence[Row]:
    """Every version of some disclosures about a production until an instant, in the order it became known."""
    return rows(await conn.fetch(LIST_VERSIONS, *key, disclosures, as_of))


async def list_contents(
    conn: Connection, employer_id: str, disclosures: Sequence[UUID]
) -> dict[tuple[UUID, int], Content]:
    """The bytes of every version of some disclosures; what was redacted is not among them."""
    found = await conn.fetch(LIST_CONTENTS, employer_id, disclosures)
    return {(row["disclosure_id"], row["version"]): Content(row["body"], row["salts"]) for row in found}


async def find_judgement(
    conn: Connection, key: tuple[str, str], before: int, as_of: dt.datetime
) -> Row | None:
    """The newest judgement of a production that stands before a position of the ledger."""
    row = await conn.fetchrow(FIND_JUDGEMENT, *key, before, as_of)
    return dict(row) if row else None


async def list_rules(conn: Connection, digests: Sequence[bytes], size: int) -> Sequence[Row]:
    """What was published under each of *digests*, where it was published first."""
    return rows(await conn.fetch(LIST_RULES, digests, size))


async def place(conn: Connection, indexes: Sequence[int], size: int) -> dict[int, Placed]:
    """The entries at *indexes*, each with the proof that it is in the tree of the first *size* entries."""
    found = await conn.fetch(LOAD_ENTRIES, indexes)
    paths = {row["index"]: merkle.inclusion_path(row["index"], size) for row in found}
    wanted = subtrees.needed(part for path in paths.values() for part in path)
    hashes = await ledger.load_hashes(conn, wanted)
    if len(hashes) < len(wanted) or len(found) < len(set(indexes)):
        raise Corrupt("ledger_entry or ledger_subtree: what a packet's proofs need is missing")
    return {
        row["index"]: Placed(
            row["index"], row["entry"], row["leaf"], subtrees.proof(paths[row["index"]], hashes)
        )
        for row in found
    }


async def stream_evidence(conn: Connection, employer_id: str, evidence_id: UUID) -> AsyncIterator[bytes]:
    """The bytes of a file, piece by piece."""
    async for row in conn.cursor(STREAM_EVIDENCE, employer_id, evidence_id, prefetch=4):
        yield row["body"]


def rows(found: Iterable[Any]) -> list[Row]:
    """Each row as a plain one."""
    return [dict(row) for row in found]
