"""The ledger's three tables, and their one writer.

`append` takes part in its caller's transaction: nothing is in the ledger before that commits, and a rollback
leaves no gap. Everything here but the entries' own bytes is derived, and `recount` trusts none of it. On a
connection that has a seal (`registry.ledger.log`) the new head is signed by the statement that makes it.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

import msgspec

from registry.db import Connection, seal_of
from registry.errors import Busy, Corrupt, Fault, Invalid, NotFound
from registry.ledger import merkle, subtrees
from registry.ledger.merkle import Frontier, Range, Subtree
from registry.ledger.recount import Recount

AT_ONCE: Final = 500
"""How many rows a stream holds in memory; an entry has at most 64 KiB."""


class Position(msgspec.Struct, frozen=True):
    """Where an entry stands, and its leaf hash."""

    index: int
    leaf: bytes


class Head(msgspec.Struct, frozen=True):
    """How many entries there are, and the root over all of them."""

    size: int
    root: bytes


class Appended(msgspec.Struct, frozen=True):
    """Where new entries stand, and the ledger as it is with them."""

    positions: list[Position]
    head: Head


class Offer(NamedTuple):
    """A signed checkpoint to be stored: by which log, its note; and the mark it is held against, if any."""

    log: int | None = None
    note: str | None = None
    mark_size: int | None = None
    mark: Any = None


UNSIGNED: Final = Offer()


class StoredEntry(NamedTuple):
    """One entry as it is stored."""

    place: int
    entry: bytes
    leaf: bytes
    appended_at: datetime


# The row lock is held to the end of the caller's transaction. Whoever comes second waits here, and then reads
# the head the first one committed; so positions are dense, and appends have one order.
LOCK_HEAD: Final[LiteralString] = """
SELECT size, root, frontier FROM ledger_head WHERE one FOR UPDATE
"""

# What it returns is seen by the snapshot of this statement, which is taken when the head is locked already:
# who signs now, whether anything may be signed, and what stands where the mark outside the database says.
APPEND_ENTRIES: Final[LiteralString] = """
WITH entries AS (
    INSERT INTO ledger_entry (index, entry, leaf, appended_at)
    SELECT $1::bigint + e.number - 1, e.entry, e.leaf, e.at
    FROM unnest($2::bytea[], $3::bytea[], $4::timestamptz[]) WITH ORDINALITY AS e (entry, leaf, at, number)
), subtrees AS (
    INSERT INTO ledger_subtree (level, index, hash)
    SELECT s.level, s.index, s.hash
    FROM unnest($5::int[], $6::bigint[], $7::bytea[]) AS s (level, index, hash)
), checkpoint AS (
    INSERT INTO ledger_checkpoint (size, log, root, note, signed_at)
    SELECT $8::bigint, $11::int, $9::bytea, $12::text, $14::timestamptz WHERE $11::int IS NOT NULL
)
UPDATE ledger_head SET size = $8::bigint, root = $9::bytea, frontier = $10::bytea[] WHERE one
RETURNING (SELECT reason FROM ledger_halt) AS halted,
          (SELECT max(number) FROM ledger_log) AS log,
          (SELECT e.appended_at FROM ledger_entry e WHERE e.index = $1::bigint - 1) AS newest,
          (SELECT c.root FROM ledger_checkpoint c WHERE c.size = $13::bigint ORDER BY c.log LIMIT 1) AS marked
"""

GET_HEAD: Final[LiteralString] = """
SELECT size, root, frontier FROM ledger_head WHERE one
"""

GET_ENTRY: Final[LiteralString] = """
SELECT index, entry, leaf, appended_at FROM ledger_entry WHERE index = $1::bigint
"""

# A proof names every leaf and subtree it needs, a few hundred: one look into the primary key for each.
LOAD_LEAVES: Final[LiteralString] = """
SELECT index, leaf FROM ledger_entry WHERE index = ANY ($1::bigint[])
"""

LOAD_SUBTREES: Final[LiteralString] = """
SELECT t.level, t.index, t.hash
FROM unnest($1::int[], $2::bigint[]) AS wanted (level, index)
JOIN ledger_subtree AS t ON t.level = wanted.level AND t.index = wanted.index
"""

STREAM_ENTRIES: Final[LiteralString] = """
SELECT index, entry, leaf, appended_at FROM ledger_entry ORDER BY index
"""

# In the order in which appending completes them. Numeric, because a forged index may be of any size.
STREAM_SUBTREES: Final[LiteralString] = """
SELECT level, index, hash FROM ledger_subtree
WHERE ($1::bigint = 0 OR (index + 1::numeric) * 256::numeric ^ level > $1::bigint)
  AND ($2::bigint IS NULL OR (index + 1::numeric) * 256::numeric ^ level <= $2::bigint)
ORDER BY (index + 1::numeric) * 256::numeric ^ level, level
"""


async def append(conn: Connection, entries: Sequence[bytes], now: datetime) -> list[Position]:
    """Append *entries* in order, inside the caller's transaction; the ledger is locked until it ends.

    *now* is the instant the entries themselves say (`at`); verification compares the two.
    """
    return (await extend(conn, entries, now)).positions if entries else []


async def extend(conn: Connection, entries: Sequence[bytes], now: datetime) -> Appended:
    """The same as `append`, and says what the ledger's head is after it."""
    return await extend_each(conn, entries, [now] * len(entries))


async def extend_each(conn: Connection, entries: Sequence[bytes], at: Sequence[datetime]) -> Appended:
    """The same for entries that each say their own instant; the tree they make is signed once."""
    row = await conn.fetchrow(LOCK_HEAD)
    if row is None:
        raise Corrupt("ledger_head: its one row is missing")
    frontier = Frontier(row["size"], row["frontier"])
    first = frontier.size
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    full = [subtree for leaf in leaves for subtree in frontier.append(leaf)]
    root = frontier.root()
    seal = seal_of(conn)
    offer = seal.offer(frontier.size, root) if seal else UNSIGNED
    seen = await conn.fetchrow(
        APPEND_ENTRIES,
        first,
        entries,
        leaves,
        at,
        *([getattr(subtree, name) for subtree in full] for name in ("level", "place", "hash")),
        frontier.size,
        root,
        frontier.roots,
        *offer[:3],
        max(at),
    )
    refuse_halted(seen)
    if seal:
        await seal.admit(conn, offer, Head(first, row["root"]), Head(frontier.size, root), seen, min(at))
    positions = [Position(first + number, leaf) for number, leaf in enumerate(leaves)]
    return Appended(positions, Head(frontier.size, root))


def refuse_halted(seen: Any) -> None:
    """Refuse to append while somebody else is known to have seen another history."""
    if seen is not None and seen["halted"] is not None:
        raise Busy(
            f"nothing is written into the ledger until a person has looked into this: {seen['halted']}. "
            "See `registry ledger status`; `registry ledger resume` goes on with this history, "
            "`registry ledger rotate` begins a new log"
        )


async def head(conn: Connection) -> Head:
    """The size and root of the whole ledger."""
    size, root, _ = await stored_head(conn)
    return Head(size, root)


async def size_or_now(conn: Connection, size: int | None) -> int:
    """*size*, or that of the whole ledger when none is said."""
    return size if size is not None else (await head(conn)).size


async def stored_head(conn: Connection) -> tuple[int, bytes, list[bytes]]:
    """Size, root and frontier as they are stored."""
    row = await conn.fetchrow(GET_HEAD)
    if row is None:
        raise Corrupt("ledger_head: its one row is missing")
    return row["size"], row["root"], row["frontier"]


async def get_entry(conn: Connection, index: int) -> StoredEntry:
    """The entry at *index*; raises NotFound beyond the end of the ledger."""
    row = await conn.fetchrow(GET_ENTRY, index)
    if row is None:
        size = (await head(conn)).size
        raise NotFound(f"there is no ledger entry {index}; the ledger has {size}, counted from 0")
    return StoredEntry(*row)


async def inclusion(conn: Connection, index: int, size: int) -> list[bytes]:
    """The proof that entry *index* is in the tree of the first *size* entries, leaf sibling first."""
    await refuse_beyond(conn, "size", size)
    if not 0 <= index < size:
        raise wrong("size", f"entry {index} is not among the first {size}", f"ask for a size above {index}")
    return await proof(conn, merkle.inclusion_path(index, size))


async def consistency(conn: Connection, old: int, new: int) -> list[bytes]:
    """The proof that the tree of the first *old* entries begins the tree of the first *new* ones."""
    await refuse_beyond(conn, "to", new)
    if not 1 <= old <= new:
        raise wrong("from", f"no tree of {old} can begin a tree of {new}", f"ask for 1 to {new}")
    return await proof(conn, merkle.consistency_path(old, new))


async def root_at(conn: Connection, size: int) -> bytes:
    """The root of the tree of the first *size* entries, folded from stored leaves and subtrees."""
    return (await proof(conn, [Range(0, size)]))[0]


async def refuse_beyond(conn: Connection, name: str, size: int) -> None:
    """Refuse a tree that the ledger has not grown to yet."""
    known = (await head(conn)).size
    if size > known:
        raise wrong(name, f"the ledger has {known} entries, not {size}", f"ask for {known} at most")


def wrong(name: str, detail: str, fix: str) -> Invalid:
    """The refusal of one query parameter."""
    return Invalid(f"{detail}; {fix}", [Fault(f"/{name}", "out_of_range", detail, fix)])


async def proof(conn: Connection, path: Sequence[Range]) -> list[bytes]:
    """The proof along *path*, folded from stored leaves and subtrees."""
    wanted = subtrees.needed(path)
    hashes = await load_hashes(conn, wanted)
    missing = [address for address in wanted if address not in hashes]
    if missing:
        raise Corrupt(f"ledger_subtree level {missing[0].level} number {missing[0].place} is missing")
    return subtrees.proof(path, hashes)


async def load_hashes(conn: Connection, wanted: Iterable[subtrees.Stored]) -> dict[subtrees.Stored, bytes]:
    """The stored hashes at the addresses *wanted*, as many of them as there are."""
    leaves = [address.place for address in wanted if address.level == 0]
    higher = [address for address in wanted if address.level > 0]
    found = {}
    if leaves:
        for row in await conn.fetch(LOAD_LEAVES, leaves):
            found[subtrees.Stored(0, row["index"])] = row["leaf"]
    if higher:
        levels, places = [address.level for address in higher], [address.place for address in higher]
        for row in await conn.fetch(LOAD_SUBTREES, levels, places):
            found[subtrees.Stored(row["level"], row["index"])] = row["hash"]
    return found


async def stream_entries(conn: Connection) -> AsyncIterator[StoredEntry]:
    """Every entry in order, a few at a time; needs a transaction."""
    async for row in conn.cursor(STREAM_ENTRIES, prefetch=AT_ONCE):
        yield StoredEntry(*row)


async def stream_subtrees(conn: Connection, size: int = 0, end: int | None = None) -> AsyncIterator[Subtree]:
    """Every stored subtree of trees above *size*, in order, up to those of *end*; in a transaction."""
    async for row in conn.cursor(STREAM_SUBTREES, size, end, prefetch=AT_ONCE):
        yield Subtree(*row)


async def recount(conn: Connection) -> Head:
    """Recompute the whole ledger from its entries' bytes; raises Corrupt at the first fault.

    Needs a transaction that sees one state of the database. History rows are the audit room's to compare.
    """
    counted = Recount()
    stored = aiter(stream_subtrees(conn))
    async for row in stream_entries(conn):
        for subtree in counted.entry(row.place, row.entry, row.leaf):
            counted.subtree(subtree, await anext(stored, None))
    await finish(conn, counted, stored)
    return Head(counted.size, counted.frontier.root())


async def finish(conn: Connection, counted: Recount, stored: AsyncIterator[Subtree]) -> None:
    """After the last entry: no subtree may be left over, and the stored head must be that of the whole."""
    left = await anext(stored, None)
    if left is not None:
        raise Corrupt(
            f"ledger_subtree level {left.level} number {left.place} is over entries that do not exist"
        )
    counted.head(*await stored_head(conn))
