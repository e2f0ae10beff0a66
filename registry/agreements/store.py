"""Publications as rows: every edition of a pack, parameter set or schema that was ever in force here.

The caller holds the transaction.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

import msgspec

from registry.db import Connection, rows_to


class Published(msgspec.Struct, frozen=True):
    """A publication's place: `leaf` is the leaf hash of its ledger entry."""

    kind: str
    name: str
    digest: bytes
    published_at: dt.datetime
    ledger_index: int
    leaf: bytes


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
