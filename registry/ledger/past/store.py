"""Instants and sizes as moments of the ledger. The caller holds a transaction or a snapshot."""

import datetime as dt
from typing import Final, LiteralString

from registry.db import Connection
from registry.ledger import store as ledger
from registry.ledger.merkle import EMPTY, Range
from registry.ledger.moment import FIRST, Moment, beyond

# Where the first entry stands that was appended after $1. Positions, not clocks, say what came first, and
# clocks of several machines differ by a little: what stands before that entry counts.
FIND_LATER: Final[LiteralString] = """
WITH later AS (
    SELECT appended_at FROM ledger_entry WHERE appended_at > $1 ORDER BY appended_at LIMIT 1
)
SELECT min(e.index)
FROM later JOIN ledger_entry e
    ON e.appended_at > $1 AND e.appended_at <= later.appended_at + interval '1 hour'
"""

FIND_NEWEST: Final[LiteralString] = """
SELECT appended_at FROM ledger_entry WHERE index = $1::bigint - 1
"""

FIND_SIGNED: Final[LiteralString] = """
SELECT size, root, note FROM ledger_checkpoint WHERE size <= $1 ORDER BY size DESC, log DESC LIMIT 1
"""


async def resolve(conn: Connection, as_of: dt.datetime | None, tree_size: int | None) -> Moment | None:
    """The moment of an instant, or of a size of the ledger; None when neither is asked for.

    Raises Invalid for a size that the ledger has not grown to. That an instant is not in the future is the
    caller's to see (`moment.asked`).
    """
    if as_of is None and tree_size is None:
        return None
    head = await ledger.head(conn)
    size = head.size
    if tree_size is not None:
        if tree_size > head.size:
            raise beyond(tree_size, head.size)
        size = tree_size
    else:
        later: int | None = await conn.fetchval(FIND_LATER, as_of)
        size = head.size if later is None else later
    signed = await conn.fetchrow(FIND_SIGNED, size)
    newest: dt.datetime | None = None if as_of else await conn.fetchval(FIND_NEWEST, size)
    return Moment(
        size=size,
        at=as_of,
        root=head.root if size == head.size else await root_at(conn, size),
        note=signed["note"] if signed else None,
        instant=as_of or newest or FIRST,
    )


async def root_at(conn: Connection, size: int) -> bytes:
    """The root over the first *size* entries, from stored leaves and subtrees."""
    if size == 0:
        return EMPTY
    (root,) = await ledger.proof(conn, [Range(0, size)])
    return root
