"""Verify the whole history, once, in one snapshot of the database; and make every judgement again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog

from registry.agreements import act as agreements
from registry.agreements.terms import Edition
from registry.audit import check, recomputed, store
from registry.audit.check import Pieces, Row
from registry.audit.copies import act as copies
from registry.audit.readings import act as readings
from registry.audit.recomputed import Findings, Mismatch
from registry.audit.seals.act import Seals
from registry.audit.verified import Progress, Verified
from registry.db import Connection, Database
from registry.errors import Corrupt
from registry.judging import store as judging
from registry.judging.history import store as history
from registry.judging.knowledge import Cut, Past
from registry.judging.ruling import Ruled
from registry.ledger import entry as entries
from registry.ledger import merkle
from registry.ledger import store as ledger
from registry.ledger.merkle import Frontier
from registry.ledger.recount import Recount
from registry.redactions.tombstone import Taken, taken
from registry.threads import store as threads

log = structlog.get_logger()

Report = Callable[[Progress], None]

TURN: Final = 16
"""After so many entries, others have their turn."""


class Tally(msgspec.Struct, frozen=True):
    """What was verified: the ledger's size and root, and how many rows were read one by one for it.

    `first` is the entry it began with, `checkpoints` how many signatures held, `redacted` how many rows are
    held to what a redaction left of them. `keys` are the logs' public keys, which the caller has to know.
    """

    size: int
    root: bytes
    rows_checked: int
    first: int = 0
    checkpoints: int = 0
    redactions: int = 0
    redacted: int = 0
    keys: list[str] = []
    verified: Verified | None = None


async def verify(db: Database, since: Verified | None = None, report: Report | None = None) -> Tally:
    """Recompute everything from bytes; raises Corrupt naming the first fault, lowest ledger entry first.

    With *since*, from a file of the caller's, the tree must contain the one that was verified then, and only
    what is newer is read; what lies before it, and copies nothing has touched, are not read again. *report*
    is told how it goes on.
    """
    first = since.size if since else 0
    async with db.snapshot() as conn, beside(db, conn) as others:
        own, aside = others[:1], others[1:]
        walk = Walk(conn, await begun(conn, since), report or silent, aside)
        comparing = asyncio.create_task(copies.verify(own[0], first)) if own else None
        try:
            await walk.through()
        except BaseException:
            if comparing:
                comparing.cancel()
                await asyncio.gather(comparing, return_exceptions=True)
            raise
        compared = await comparing if comparing else await copies.verify(conn, first)
    walk.tell("copies", compared, compared)
    return walk.tally(first, compared)


async def verify_history(db: Database, since: Verified | None = None, report: Report | None = None) -> Tally:
    """Entries, tree, checkpoints and every history row, as `verify` does, without the copies made of them."""
    async with db.snapshot() as conn, beside(db, conn) as others:
        walk = Walk(conn, await begun(conn, since), report or silent, others)
        await walk.through()
    return walk.tally(since.size if since else 0, 0)


@contextlib.asynccontextmanager
async def beside(db: Database, conn: Connection) -> AsyncIterator[list[Connection]]:
    """Other connections that see what *conn* sees, as many as are of use, where there are any to be had."""
    count = min(db.pool.get_max_size() - 1, 1 + len(store.AHEAD))
    async with contextlib.AsyncExitStack() as held:
        others: list[Connection] = []
        snapshot = await conn.fetchval("SELECT pg_export_snapshot()") if count > 0 else ""
        for _ in range(count):
            other = await held.enter_async_context(db.snapshot())
            await other.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            others.append(other)
        yield others


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
    frontier = Frontier(since.size, await ledger.proof(conn, merkle.perfect(merkle.Range(0, since.size))))
    if frontier.root().hex() != since.root:
        raise Corrupt(
            f"ledger_subtree: the first {since.size} entries give the root {frontier.root().hex()}; when "
            f"they were verified it was {since.root}"
        )
    return frontier


def silent(_progress: Progress) -> None:
    """Nobody wants to hear."""


class Walk:
    """One walk along the ledger from where *frontier* ends, every table's rows beside it.

    The longest tables are read ahead, each on one of the connections *aside*, if there are any.
    """

    def __init__(
        self, conn: Connection, frontier: Frontier, report: Report, aside: Sequence[Connection] = ()
    ) -> None:
        self.conn, self.report, self.aside = conn, report, aside
        self.counted, self.first = Recount(frontier), frontier.size
        self.seals = Seals(conn, self.first + 1 if self.first else store.LOWEST)
        self.rows = {table: store.Stream(conn, table, self.first) for table in store.HISTORY}
        for table, other in zip(store.AHEAD, aside, strict=False):
            self.rows[table] = store.Stream(other, table, self.first, ahead=True)
        self.besides = self.redacted = self.size = 0
        self.at: datetime | None = None
        self.taken: Taken

    async def through(self) -> None:
        """Entries, subtrees, checkpoints and head against the entries' bytes; each row against its entry."""
        try:
            await self.along()
        finally:
            for stream in self.rows.values():
                await stream.close()

    async def along(self) -> None:
        """The walk itself, from one end to the other."""
        self.size = (await ledger.head(self.conn)).size
        self.taken = taken([each async for each in store.stream_taken(self.conn)])
        for conn in (self.conn, *self.aside):
            await store.plan_for_streams(conn, streams=True)
        self.stored = aiter(ledger.stream_subtrees(self.conn, self.first))
        await self.seals.begin()
        await self.seals.grown(self.counted)
        cursor = await self.conn.cursor(store.STREAM_ENTRIES, self.first or store.LOWEST)
        while batch := await cursor.fetch(store.MANY):
            for row in batch:
                await self.entry(*row)
                if row[0] % TURN == 0:
                    # What is read ahead arrives while this waits.
                    await asyncio.sleep(0)
            self.tell(
                "entries", self.counted.size - self.first, max(self.size, self.counted.size) - self.first
            )
        for stream in self.rows.values():
            left = await stream.take()
            if left is not None:
                raise check.stray(left)
        await ledger.finish(self.conn, self.counted, self.stored)
        await self.seals.finish(self.counted)
        await readings.finish(self.conn)
        await store.plan_for_streams(self.conn, streams=False)

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

    def tell(self, part: str, done: int, of: int) -> None:
        """Say how far it has come."""
        self.report(Progress(part, done, of))

    def tally(self, first: int, compared: int) -> Tally:
        """What was verified."""
        size, root, newest = self.counted.size, self.counted.frontier.root(), self.seals.newest
        entries_read = size - first
        verified = Verified(
            size=size,
            root=root.hex(),
            origin=self.seals.logs[-1].origin if self.seals.logs else "",
            note=newest.note if newest else "",
            at=self.at,
        )
        return Tally(
            size=size,
            root=root,
            rows_checked=2 * entries_read + self.besides + self.seals.count + compared + 1,
            first=first,
            checkpoints=self.seals.count,
            redactions=self.taken.redactions,
            redacted=self.redacted,
            keys=[log.vkey for log in self.seals.logs],
            verified=verified,
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


async def verify_findings(
    db: Database, editions: Mapping[str, Edition], report: Callable[[Mismatch], None]
) -> Findings:
    """Make every judgement again from what the database holds, and *report* whatever comes out differently.

    The rules are those published under the digests that a judgement names; one production is in memory at a
    time. What is compared is the bytes of the findings. Those that a redaction has taken words from cannot be
    made again: they are counted.
    """
    judgements = found = 0
    at: tuple[str, str] | None = None
    redacted = 0
    async with db.snapshot() as conn:
        gone = taken([each async for each in store.stream_taken(conn)]).rows
        async for row in judging.stream_judgements(conn):
            if ("judgement", row.employer_id, str(row.judgement_id)) in gone:
                redacted += 1
                continue
            if at != (row.employer_id, row.production_id):
                at = row.employer_id, row.production_id
                past = await history.load_past(conn, at)
            judgements += 1
            for mismatch in await made_again(conn, row, past, editions):
                found += 1
                report(mismatch)
    return Findings(judgements, found, redacted)


async def made_again(
    conn: Connection, row: Ruled, past: Past, editions: Mapping[str, Edition]
) -> list[Mismatch]:
    """What *row* says otherwise than the judgement made again from *past*."""
    knowledge = past.until(Cut(own=row.ledger_index, others=row.known_to), editions)
    if knowledge is None:
        return [recomputed.broken(row, "no record of the production or its employer stands before it")]
    try:
        packs = await agreements.packs_of(conn, row.packs)
        return recomputed.mismatches(row, knowledge.judged(packs, row.judged_at))
    except Exception as fault:
        log.exception("judgement.not_made_again", judgement=str(row.judgement_id))
        return [recomputed.broken(row, f"{type(fault).__name__}: {fault}")]
