"""Publications as rows: every edition of a pack, parameter set or schema that was ever in force here.

The caller holds the transaction.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, LiteralString

import msgspec

from registry.agreements.publication import Publication, Published
from registry.db import Connection, rows_to


class InForce(msgspec.Struct, frozen=True):
    """An edition of a pack or parameter set that is in force, and where its publication stands."""

    kind: Literal["pack", "params"]
    name: str
    digest: bytes
    published_at: dt.datetime
    ledger_index: int


# Held until the commit: of several processes that start at once, one publishes, the others find it done.
LOCK_PUBLICATION: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('registry.publication', 0))
"""

LIST_PUBLISHED: Final[LiteralString] = """
SELECT p.kind, p.name, p.digest, p.published_at, p.ledger_index, l.leaf
FROM publication p JOIN ledger_entry l ON l.index = p.ledger_index
ORDER BY p.ledger_index
"""

ADD_PUBLICATION: Final[LiteralString] = """
INSERT INTO publication (kind, name, digest, body, published_at, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6)
"""


# What is in force is, per name, the newest publication: now, or until an instant.
LIST_IN_FORCE: Final[LiteralString] = """
SELECT DISTINCT ON (kind, name) kind, name, digest, published_at, ledger_index
  FROM publication
 WHERE kind IN ('pack', 'params') AND ($1::timestamptz IS NULL OR published_at <= $1)
   AND ($2::bigint IS NULL OR ledger_index < $2)
 ORDER BY kind, name, ledger_index DESC
"""

FIND_BODIES: Final[LiteralString] = """
SELECT DISTINCT ON (digest) kind, name, digest, body FROM publication WHERE digest = ANY ($1::bytea[])
 ORDER BY digest, ledger_index
"""

FIND_STANDS_AT: Final[LiteralString] = """
SELECT max(ledger_index) FROM publication WHERE kind IN ('pack', 'params')
"""


async def lock(conn: Connection) -> None:
    """Be the only one who publishes until the caller's transaction ends."""
    await conn.execute(LOCK_PUBLICATION)


async def list_published(conn: Connection) -> list[Published]:
    """Everything published, in the order of the ledger."""
    return rows_to(Published, await conn.fetch(LIST_PUBLISHED))


async def add(conn: Connection, rows: Sequence[Mapping[str, Any]], indexes: Sequence[int]) -> None:
    """Keep each of *rows* at its place in the ledger."""
    told = [(*row.values(), index) for row, index in zip(rows, indexes, strict=True)]
    await conn.executemany(ADD_PUBLICATION, told)


async def list_in_force(
    conn: Connection, as_of: dt.datetime | None = None, size: int | None = None
) -> list[InForce]:
    """The pack or parameter set in force under each name: now, at *as_of*, or by the first *size* entries."""
    return rows_to(InForce, await conn.fetch(LIST_IN_FORCE, as_of, size))


async def find_bodies(conn: Connection, digests: Sequence[bytes]) -> dict[str, Publication]:
    """What was published under each of *digests*, by digest in hexadecimal; absent ones are left out."""
    rows = await conn.fetch(FIND_BODIES, list(digests))
    return {row["digest"].hex(): Publication(row["kind"], row["name"], row["body"]) for row in rows}


async def find_stands_at(conn: Connection) -> int:
    """The ledger index of the newest pack or parameter set published; -1 before the first."""
    found: int | None = await conn.fetchval(FIND_STANDS_AT)
    return -1 if found is None else found
