"""Find readings within a caller's limits; add those no request made; put what waits into the ledger."""

import asyncio
import contextlib
import datetime as dt
import os
import pwd
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.access import asked, line, store
from registry.access.line import AccessLine, Batch
from registry.auth import store as log_store
from registry.auth.reading import PENDING, Pending, Reading, showing
from registry.auth.scope import Principal, Role, Scope, scope_of
from registry.db import Connection, Database
from registry.errors import NotFound
from registry.ledger import store as ledger
from registry.page import Page, decode, limit_of, page

MOST: Final = 5000
"""Readings in one batch."""
LOOK_SECONDS: Final = 5.0
"""How often the maker of batches gives a sign of life."""
OPERATOR: Final = "operator"
"""The role of who works on the machine itself, with no token."""

log = structlog.get_logger()


async def find(
    db: Database,
    principal: Principal,
    *,
    employer_id: str | None = None,
    subject: str | None = None,
    role: Role | None = None,
    span: Sequence[str | None] = (None, None),
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[AccessLine]:
    """A page of the readings the caller may know of, newest first; pages never shift while others read.

    An employer: of its own data, and its own. An auditor: within their mandate. A representative: their own.
    An administrator: all.
    """
    wanted = asked.wanted(principal, employer_id, subject, role, span)
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(conn, wanted, key[0] if key else None, size)
    scope, own = scope_of(principal), principal.role == "representative"
    shown = [line.shown(each, scope, own=own) for each in rows]
    showing(*{name for each in shown[:size] for name in each.employers})
    return page(shown, size, lambda item: [item.access_id])


async def show_within(conn: Connection, scope: Scope) -> None:
    """Say that the answer under way shows data of every employer within *scope*: sums, and what streams."""
    if PENDING.get() is not None:
        showing(*await store.list_within(conn, scope))


async def record_sent(
    conn: Connection,
    to: Principal,
    way: str,
    about: Collection[tuple[str, str]],
    *,
    said: str,
    message: str,
    now: dt.datetime,
) -> None:
    """Add what a message that has arrived told *to*: a reading for each of *about*, its employer and address.

    The caller's transaction says that it arrived, so neither is known without the other.
    """
    rows = [
        {"access_id": uuid7(), "employer_id": employer, "path": path} for employer, path in sorted(set(about))
    ]
    if rows:
        await store.record_sent(conn, rows, now, to.subject, to.role, way, said, message)


@contextlib.asynccontextmanager
async def by_operator(db: Database, words: str, now: dt.datetime) -> AsyncIterator[None]:
    """Add what the block reads in the database itself, by the command *words*, when it ends well.

    Whose data it is says the block, as the answer to a request does: `showing`, `show_within`. Who reads is
    what the machine knows them by. What the block finds is not to be shown before it has ended.
    """
    reading = Reading(
        access_id=uuid7(),
        read_at=now,
        subject=login_name(),
        role=OPERATOR,
        method="command line",
        path=words,
        query="",
        request_id="",
    )
    pending = Pending(reading=reading, db=db)
    before = PENDING.set(pending)
    try:
        yield
    finally:
        PENDING.reset(before)
    async with db.transaction() as conn:
        await log_store.record(conn, reading, pending.employers)


def login_name() -> str:
    """The name this process runs under: the system's word, not a variable that anybody may set."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


async def get_batch(db: Database, number: int) -> Batch:
    """One batch: digests of readings, in order, which say nothing to whoever does not have the readings."""
    async with db.snapshot() as conn:
        found = await store.find_batch(conn, number)
    if found is None:
        raise NotFound(f"there is no batch {number} of readings; they are counted from 1")
    return found


async def batch(db: Database, now: dt.datetime, most: int = MOST) -> int:
    """Put the readings that wait, *most* at a time, into the ledger as one entry; how many there were.

    Safe from several processes: one makes a batch, the others find that somebody does, and answer 0. Killed
    anywhere, nothing is lost: the readings wait until the batch is committed.
    """
    async with db.transaction() as conn:
        waiting = await store.take_waiting(conn, most)
        if not waiting:
            return 0
        number, leaf = await store.find_newest(conn)
        made = Batch(
            batch_id=uuid7(),
            number=number + 1,
            readings=len(waiting),
            body=line.body([line.digest(each, each.employers) for each in waiting]),
            recorded_at=now,
        )
        (position,) = await ledger.append(conn, [line.ledger_entry(made, leaf)], now)
        made = msgspec.structs.replace(made, ledger_index=position.index)
        await store.add(conn, made, [each.access_id for each in waiting])
    log.info("access.batched", number=made.number, readings=made.readings, index=made.ledger_index)
    return made.readings


async def batches(
    db: Database,
    seconds: float,
    clock: Callable[[], dt.datetime],
    stop: asyncio.Event,
    beat: Callable[[], Awaitable[None]],
) -> None:
    """Every *seconds* of the machine's time, and not at the start, a batch of all that waits, until *stop*.

    *beat* is done now and then meanwhile, as a sign of life.
    """
    due = time.monotonic() + seconds
    while not stop.is_set():
        await beat()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LOOK_SECONDS, max(0.0, due - time.monotonic())))
        if time.monotonic() >= due and not stop.is_set():
            while await batch(db, clock()) == MOST:
                await beat()
            due = time.monotonic() + seconds
