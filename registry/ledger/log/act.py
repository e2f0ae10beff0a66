"""Open the log, sign what is appended, never two histories; begin a new log; halt and go on.

Order of one append, and why a crash between any two steps is safe:
1. the head is locked; everything before it is committed;
2. the mark outside the database is read: the tree must contain it, or nothing is signed;
3. entries, head and signed checkpoint are written by one statement, and committed with the caller's work;
4. the mark moves forward; only then does the caller learn that it is done.
Who dies before 3 is committed has written nothing, and the next append signs another tree of the same size:
nobody has seen the first. Who dies, or loses the answer, after it leaves a checkpoint that is stored and not
in the mark; it stays in the tree, and whoever shows it first brings the mark forward.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry import keyfile
from registry.db import Connection, Database, seal_of
from registry.errors import Corrupt, Invalid
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Seal
from registry.ledger.log import refusals, store
from registry.ledger.log.fork import act as fork
from registry.ledger.log.mark import Mark, MarkFile
from registry.ledger.log.signed import Log, Signed
from registry.ledger.note import check_name
from registry.ledger.store import Head, Offer
from registry.settings import Settings

KEY: Final = "log.pem"
WHOSE: Final = "the log's key"
LONGEST_ORIGIN: Final = 200

log = structlog.get_logger()


class LogSeal(Seal):
    """What one process signs the ledger with: the key in its turn, and the mark it is held against."""

    def __init__(self, origin: str, key: Ed25519PrivateKey, number: int, marks: MarkFile, dsn: str) -> None:
        super().__init__(origin, key)
        self.number = number
        self.marks = marks
        self.dsn = dsn
        self.any_time = False
        """Whether an entry may be of before the newest one: its author has looked at the clock."""

    def offer(self, size: int, root: bytes) -> Offer:
        """The checkpoint of a new tree, to be stored with it, and the size it will be checked at."""
        found = self.marks.read()
        return Offer(self.number, self.sign(size, root), found.size if found else None, found)

    async def admit(
        self,
        conn: Connection,
        offer: Offer,
        before: Head,
        after: Head,
        seen: Any,
        now: datetime,
    ) -> None:
        """Raise, and have everything undone, unless the new tree may be signed; else see to the mark."""
        refusals.check_turn(seen["log"], self.number, self.origin)
        if not self.any_time:
            refusals.check_clock(seen["newest"], now)
        known = [(before.size, before.root)]
        found: Mark | None = offer.mark
        if found is not None:
            await self.refuse_unless_in(conn, found, before, seen)
            if found.next:
                raise refusals.ended(str(self.marks.path), self.origin, found.next)
            known.append(found.head)
        mark = Mark(self.origin, after.size, after.root.hex(), offer.note or "")
        conn.once_committed(partial(self.let_out, conn, mark, known, now))  # type: ignore[union-attr]

    async def refuse_unless_in(self, conn: Connection, found: Mark, before: Head, seen: Any) -> None:
        """Raise unless the tree as it was *before* contains what was let out."""
        if found.size > before.size:
            raise refusals.older(str(self.marks.path), found.size, before.size)
        here = before.root if found.size == before.size else seen["marked"]
        if here != found.head[1]:
            # No checkpoint is stored of that size, or another one: the tree itself decides.
            here = await ledger.root_at(conn, found.size)
        if here != found.head[1]:
            raise refusals.forked(str(self.marks.path), *found.head, here)

    async def let_out(
        self, conn: Connection, mark: Mark, known: Collection[tuple[int, bytes]], now: datetime
    ) -> None:
        """Bring the mark forward to a committed checkpoint; a mark it contradicts halts this database."""
        found = self.marks.advance(mark, known)
        while found is not None:
            # Another process was here since: its tree has to be this one, before or after.
            there = await store.contains(conn, *found.head)
            if not there or (found.next and found.size < mark.size):
                raise await self.contradicted(conn, found, now)
            if found.size >= mark.size:
                break
            found = self.marks.advance(mark, [found.head])
        self.marks.agreed = (found or mark).head

    async def contradicted(self, conn: Connection, found: Mark, now: datetime) -> Corrupt:
        """Two histories were signed at one moment; only the other one was let out, so this one halts."""
        size = (await ledger.head(conn)).size
        where = str(self.marks.path)
        if found.size > size:
            fault = refusals.older(where, found.size, size)
        elif await store.contains(conn, *found.head):
            fault = refusals.ended(where, self.origin, found.next)
        else:
            fault = refusals.forked(where, *found.head, await ledger.root_at(conn, found.size))
        await store.halt(conn, fault.detail.partition(". ")[0], now)
        log.error("ledger.forked", origin=self.origin, size=found.size, mark=where)
        return fault

    async def show(self, conn: Connection, signed: Signed) -> None:
        """Before *signed* is shown to anybody: bring the mark up to it, or raise where they contradict."""
        if signed.log == self.number:
            await fork.stand_behind(conn, self.dsn, self.marks, signed)
        elif signed.log > self.number:
            # This process runs on since before the rotation; the mark is that of the log which signed.
            await fork.stand_behind(conn, self.dsn, fork.marks_of(self.marks.path.parent, signed), signed)


async def open_log(dsn: str, settings: Settings, now: datetime) -> LogSeal:
    """What this installation signs with; makes key and log at need, and checks that it may sign at all.

    Raises Invalid for another key or origin than the log's, Corrupt for a database that contradicts what was
    let out. What stands and is not signed yet (appended by a program without a seal) is signed now.
    """
    async with Database.open(dsn, size=1) as db, db.transaction() as conn:
        await refuse_half_restored(conn)
        await conn.fetchrow(ledger.LOCK_HEAD)
        logs = await store.list_logs(conn)
        if not logs:
            logs = [await begin(conn, settings, now)]
        key = find_key(settings, logs[-1])
        seal = LogSeal(
            logs[-1].origin, key, logs[-1].number, MarkFile(settings.data_dir / "log", logs[-1].origin), dsn
        )
        await fork.refuse_fork(conn, settings, seal.marks, logs)
        for before, after in pairwise(logs):
            await end_log(conn, settings, before, after)
        await catch_up(conn, seal, now)
        return seal


async def refuse_half_restored(conn: Connection) -> None:
    """Raise while a restore into this database has not come to its end: nothing serves or signs it."""
    if await store.is_half_restored(conn):
        raise refusals.half_restored()


async def end_log(conn: Connection, settings: Settings, before: Log, after: Log) -> None:
    """Have the mark of *before* say that *after* follows: no copy from before the change signs on with it."""
    last = await store.find_last_of(conn, before, after.first_size - 1)
    mark = Mark(before.origin, last.size, last.root.hex(), last.note) if last else None
    MarkFile(settings.data_dir / "log", before.origin).end(mark, after.origin)


async def begin(conn: Connection, settings: Settings, now: datetime) -> Log:
    """The first log of a ledger: its key is made here, its name is the ledger's address."""
    path = Path(settings.log_key) if settings.log_key else settings.data_dir / KEY
    origin = origin_of(settings)
    seal = Seal(origin, keyfile.kept(path, WHOSE))
    size = (await ledger.head(conn)).size
    first = Log(1, origin, seal.verifier.vkey, size, None, now, "the first start", None)
    await store.add_log(conn, first)
    log.info("ledger.log_begun", origin=origin, vkey=first.vkey, size=size)
    return first


def origin_of(settings: Settings) -> str:
    """The name a first log has: as configured, or the ledger's address without its scheme."""
    origin = settings.log_origin
    if not origin:
        address = settings.public_url or f"{settings.host}:{settings.port}"
        origin = address.partition("://")[2] or address
        origin = f"{origin.rstrip('/')}/ledger"
    return check_origin(origin)


def check_origin(origin: str) -> str:
    """*origin*, if a log can be called so; a mark has room for so many bytes of it."""
    size = len(origin.encode("utf-8", "replace"))
    if size > LONGEST_ORIGIN:
        raise Invalid(f"the name of the log (REGISTRY_LOG_ORIGIN) has {size} bytes; {LONGEST_ORIGIN} at most")
    return check_name(origin)


def find_key(settings: Settings, row: Log) -> Ed25519PrivateKey:
    """The key of the log in *row*: the file configured, or the one in the data folder."""
    if settings.log_origin and settings.log_origin != row.origin:
        raise refusals.other_origin(row.origin, settings.log_origin)
    paths = key_paths(settings, row)
    for path in paths:
        if path.exists():
            key = keyfile.read(path, WHOSE)
            mine = Seal(row.origin, key).verifier.vkey
            if mine == row.vkey:
                return key
            raise refusals.other_key(row.origin, row.vkey, str(path), mine)
    raise refusals.no_key(row.origin, row.vkey, str(paths[-1]))


def key_paths(settings: Settings, row: Log) -> list[Path]:
    """Where the key of *row* may lie: a key that followed another is named by its id."""
    if settings.log_key:
        return [Path(settings.log_key)]
    return [settings.data_dir / f"log-{row.verifier.key_id.hex()}.pem", settings.data_dir / KEY]


async def catch_up(conn: Connection, seal: LogSeal, now: datetime) -> None:
    """Sign the tree as it stands if it was not, and have the mark say so once that is committed."""
    head = await ledger.head(conn)
    if head.size == 0 or await store.find_halt(conn):
        return
    signed = await store.find_checkpoint(conn, head.size)
    if signed is None or signed.log != seal.number:
        signed = Signed(head.size, seal.number, head.root, seal.sign(head.size, head.root), now)
        await store.add_checkpoint(conn, signed)
    mark = Mark(seal.origin, head.size, head.root.hex(), signed.note)
    found = seal.marks.read()
    known = [found.head] if found else []
    conn.once_committed(partial(seal.let_out, conn, mark, known, now))  # type: ignore[union-attr]


async def let_out(conn: Connection, signed: Signed) -> Signed:
    """*signed*, once the mark outside the database stands behind it: for whoever shows a checkpoint."""
    seal = seal_of(conn)
    if seal is not None:
        await seal.show(conn, signed)
    return signed


async def let_out_of(conn: Connection, dsn: str, settings: Settings, signed: Signed) -> None:
    """The same for a program that signs nothing: the mark is the one in the data folder of *settings*."""
    await fork.stand_behind(conn, dsn, fork.marks_of(settings.data_dir / "log", signed), signed)
