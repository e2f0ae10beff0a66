"""Walk along the ledger, or a stretch of it, and hold everything beside it against the entries' bytes."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from registry.audit import check, store
from registry.audit.check import Pieces, Row
from registry.audit.parts.part import Walked
from registry.audit.readings import act as readings
from registry.audit.seals.act import Seals
from registry.audit.store import Bounds
from registry.audit.verified import Verified
from registry.audit.walk.store import find_unplaced
from registry.db import Connection
from registry.errors import Corrupt
from registry.ledger import entry as entries
from registry.ledger import merkle
from registry.ledger import store as ledger
from registry.ledger.merkle import Frontier
from registry.ledger.recount import Recount
from registry.redactions.tombstone import Taken, taken
from registry.threads import store as threads

Reached = Callable[[int, int], None]
"""Is told how many entries of the stretch are done, and of how many."""

TURN: Final = 16
"""After so many entries, others have their turn."""


async def begun(conn: Connection, since: Verified | None) -> Frontier:
    """The right edge of the tree that was verified before, recomputed; Corrupt when the ledger has it not."""
    if since is None or since.size == 0:
        return Frontier()
    size = (await ledger.head(conn)).size
    if size < since.size:
        raise Corrupt(
            f"ledger_head: the ledger has {size} entries, and {since.size} were verified before: the newest "
            "are missing, or this is an older copy"
        )
    frontier = await edge(conn, since.size)
    if frontier.root().hex() != since.root:
        raise Corrupt(
            f"ledger_subtree: the first {since.size} entries give the root {frontier.root().hex()}; when "
            f"they were verified it was {since.root}"
        )
    return frontier


async def edge(conn: Connection, size: int) -> Frontier:
    """The right edge of the tree of the first *size* entries, by the leaves and subtrees that are stored."""
    return Frontier(size, await ledger.proof(conn, merkle.perfect(merkle.Range(0, size))))


class Walk:
    """One walk along the ledger from where *frontier* ends, to *until* or to the end and beyond.

    The longest tables are read ahead, each on one of the connections *aside*, if there are any.
    """

    def __init__(
        self,
        conn: Connection,
        frontier: Frontier,
        report: Reached,
        *,
        until: int | None = None,
        aside: Sequence[Connection] = (),
    ) -> None:
        self.conn, self.report, self.until, self.aside = conn, report, until, aside
        self.counted, self.first, self.begun = Recount(frontier), frontier.size, list(frontier.roots)
        highest = store.HIGHEST if until is None else until
        self.seals = Seals(conn, (self.first + 1 if self.first else store.LOWEST, highest))
        self.bounds = Bounds(self.first or store.LOWEST, highest - (until is not None))
        self.rows = {table: store.Stream(conn, table, self.bounds) for table in store.HISTORY}
        for table, other in zip(store.AHEAD, aside, strict=False):
            self.rows[table] = store.Stream(other, table, self.bounds, ahead=True)
        self.besides = self.redacted = 0
        self.at: datetime | None = None
        self.taken: Taken

    async def through(self) -> Walked:
        """Entries, subtrees, checkpoints and head against the entries' bytes; each row against its entry."""
        try:
            await self.prepare()
            await self.along()
            await self.end()
        finally:
            for stream in self.rows.values():
                await stream.close()
        return self.walked()

    async def prepare(self) -> None:
        """Read what the walk is held against from the beginning on."""
        self.size = (await ledger.head(self.conn)).size
        # What took words from these rows stands after them. What stands before is not verified with them.
        self.taken = taken([each async for each in store.stream_taken(self.conn, self.bounds.lowest)])
        for conn in (self.conn, *self.aside):
            await store.plan_for_streams(conn, streams=True)
        self.stored = aiter(ledger.stream_subtrees(self.conn, self.first, self.until))
        await self.seals.begin()
        await self.seals.grown(self.counted)

    async def along(self) -> None:
        """The walk itself, from one end of the stretch to the other."""
        cursor = await self.conn.cursor(store.STREAM_ENTRIES, *self.bounds)
        while batch := await cursor.fetch(store.MANY):
            for row in batch:
                await self.entry(*row)
                if row[0] % TURN == 0:
                    # What is read ahead arrives while this waits.
                    await asyncio.sleep(0)
            end = max(self.size, self.counted.size) if self.until is None else self.until
            self.report(self.counted.size - self.first, end - self.first)

    async def entry(self, index: int, data: bytes, leaf: bytes, appended_at: datetime) -> None:
        """One entry, its history row, and what the tree has become with it."""
        full = self.counted.entry(index, data, leaf)
        entry = check.read_entry(index, data, appended_at)
        stream = self.rows[entries.TABLES[entry.kind]]
        row = check.owned(index, entry, await stream.take())
        check.check_row(entry, row, self.taken)
        if self.taken.rows and row.key in self.taken.rows:
            self.redacted += 1
        if entry.kind == "thread":
            self.besides += await verify_file(self.conn, row)
        elif entry.kind == "access":
            self.besides += await readings.verify(self.conn, row)
        for subtree in full:
            self.counted.subtree(subtree, await anext(self.stored, None))
            self.besides += 1
        due = self.seals.due
        if due is not None and due.size <= self.counted.size:
            await self.seals.grown(self.counted)
        self.at = appended_at

    async def end(self) -> None:
        """Nothing of the stretch may be missing or left over; after the last one, nothing at all is left."""
        if self.until is not None and self.counted.size < self.until:
            after = await store.find_next(self.conn, self.until)
            raise Corrupt(f"ledger_entry {self.counted.size} is missing: the next one stored is {after}")
        for stream in self.rows.values():
            left = await stream.take()
            if left is not None:
                raise check.stray(left)
        if self.until is None:
            await ledger.finish(self.conn, self.counted, self.stored)
        elif (twice := await anext(self.stored, None)) is not None:
            raise Corrupt(
                f"ledger_subtree level {twice.level} number {twice.place}: is not one that the tree has, or "
                "is there twice"
            )
        await self.seals.finish(self.counted)
        if self.until is None:
            await readings.finish(self.conn)
            if (table := await find_unplaced(self.conn)) is not None:
                raise Corrupt(f"{table}: a row names no ledger entry")
        await store.plan_for_streams(self.conn, streams=False)

    def walked(self) -> Walked:
        """What was found on the way."""
        newest, logs = self.seals.newest, self.seals.logs
        return Walked(
            first=self.first,
            size=self.counted.size,
            begun=self.begun,
            ended=self.counted.frontier.roots,
            besides=self.besides,
            checkpoints=self.seals.count,
            redactions=self.taken.redactions,
            redacted=self.redacted,
            keys=[log.vkey for log in logs],
            origin=logs[-1].origin if logs else "",
            note=newest.note if newest else "",
            at=self.at,
        )


async def verify_file(conn: Connection, row: Row) -> int:
    """The pieces of the file that *row* shows against its digest, if it shows one; returns how many."""
    if row.columns["kind"] != "evidence":
        return 0
    pieces = Pieces(row)
    async for number, body in threads.stream_pieces(conn, *pieces.key):
        pieces.piece(number, body)
    pieces.finish()
    return pieces.count
