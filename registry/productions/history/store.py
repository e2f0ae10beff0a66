"""The versions of employers' and productions' records, and the leaves their successors point back to.

The caller holds the transaction, and for a new version the lock of the record. Rows are only ever added.
"""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from registry.db import Connection

INSERT_EMPLOYER_VERSION: Final[LiteralString] = """
INSERT INTO employer_version
    (employer_id, revision, record, body, recorded_at, recorded_by, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

EMPLOYER_LEAF: Final[LiteralString] = """
SELECT l.leaf
FROM employer_version v JOIN ledger_entry l ON l.index = v.ledger_index
WHERE v.employer_id = $1 AND v.revision = $2
"""

INSERT_PRODUCTION_VERSION: Final[LiteralString] = """
INSERT INTO production_version
    (employer_id, production_id, revision, record, body, recorded_at, recorded_by, ledger_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

PRODUCTION_LEAF: Final[LiteralString] = """
SELECT l.leaf
FROM production_version v JOIN ledger_entry l ON l.index = v.ledger_index
WHERE v.employer_id = $1 AND v.production_id = $2 AND v.revision = $3
"""


async def add_employer_version(conn: Connection, row: Mapping[str, Any], ledger_index: int) -> None:
    """Keep *row* in the employer's history, at its place in the ledger."""
    await conn.execute(INSERT_EMPLOYER_VERSION, *row.values(), ledger_index)


async def employer_leaf(conn: Connection, employer_id: str, revision: int) -> bytes | None:
    """The leaf hash of this revision's ledger entry."""
    leaf: bytes | None = await conn.fetchval(EMPLOYER_LEAF, employer_id, revision)
    return leaf


async def add_production_version(conn: Connection, row: Mapping[str, Any], ledger_index: int) -> None:
    """Keep *row* in the production's history, at its place in the ledger."""
    await conn.execute(INSERT_PRODUCTION_VERSION, *row.values(), ledger_index)


async def production_leaf(
    conn: Connection, employer_id: str, production_id: str, revision: int
) -> bytes | None:
    """The leaf hash of this revision's ledger entry."""
    leaf: bytes | None = await conn.fetchval(PRODUCTION_LEAF, employer_id, production_id, revision)
    return leaf
