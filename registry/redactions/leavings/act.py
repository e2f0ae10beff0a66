"""Clean up after redactions beside everybody at work; scrub what they left, when the operator says so."""

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Callable, Coroutine
from typing import Final

import msgspec
import structlog

from registry.db import Connection, Database
from registry.errors import Busy, Invalid
from registry.redactions.leavings import store

LOOK_SECONDS: Final = 2.0
LOCK_MILLISECONDS: Final = 5_000
"""How long a table is waited for; whoever comes after waits as long behind it."""
PATIENCE: Final = 60.0
"""Seconds in which whoever still sees old rows may end."""
PAUSE: Final = 0.2

Say = Callable[[str], None]
log = structlog.get_logger()


class Scrubbed(msgspec.Struct, frozen=True):
    """What was scrubbed: how many orders since the last time, which tables; and what is still to be done."""

    orders: int
    tables: list[str]
    remains: list[str]


async def scrub(dsn: str, now: dt.datetime, say: Say, patience: float = PATIENCE) -> Scrubbed:
    """Write every table anew that redactions rewrote, with its indexes and samples; one after the other.

    A table stands still while it is written. Busy, in words, while somebody holds one of them, or may still
    see old rows after *patience* seconds; it may be started again, and begins anew.
    """
    async with Database.open(dsn, size=1, role=False) as db, db.pool.acquire() as conn:
        rights = await store.find_rights(conn)
        if not rights.tables:
            raise Invalid(lacking(rights.login))
        waiting = await store.find_uncleared(conn, "scrubbed")
        if waiting.taken_in is None:
            return Scrubbed(orders=0, tables=[], remains=[])
        await unseen(conn, waiting.taken_in, patience)
        await store.wait_at_most(conn, LOCK_MILLISECONDS)
        try:
            for table in store.TABLES:
                say(f"writing {table} anew")
                await written(conn, table)
        finally:
            await store.wait_at_most(conn, 0)
        if rights.samples:
            await store.write_anew(conn, store.SAMPLES, sampled=False)
        if rights.checkpoint:
            await store.checkpoint(conn)
        if rights.switch:
            await store.switch_log(conn)
        for way in ("cleaned", "scrubbed"):
            await store.mark(conn, way, waiting.upto, now)
    log.info("redactions.scrubbed", orders=waiting.orders, tables=len(store.TABLES))
    return Scrubbed(waiting.orders, list(store.TABLES), left(rights))


def lacking(login: str) -> str:
    """What is to be done where the login has no right to the tables."""
    return (
        f"the login {login} does not own the tables, so what redactions left in them stays there; run "
        "`registry redactions scrub` with the login that migrates"
    )


def left(rights: store.Rights) -> list[str]:
    """What no command of ours reaches, in words."""
    found = []
    if not rights.samples:
        found.append("the planner's samples: have the database's owner run VACUUM FULL pg_statistic")
    if not rights.checkpoint:
        found.append("pages that are not on disk yet: they are after the next checkpoint")
    found.append("the write-ahead log, until its files have been used again")
    if rights.archives:
        found.append("the archive of the write-ahead log: delete what is older than your next base backup")
    found.append("backups from before the order: a restore redacts again; delete them when their time is up")
    return found


async def unseen(conn: Connection, taken_in: str, patience: float) -> None:
    """Wait until nobody may see rows that died in the transaction *taken_in*; Busy when it takes too long."""
    ends = time.monotonic() + patience
    while holders := await store.find_holders(conn, taken_in):
        if time.monotonic() >= ends:
            since = f" since {holders[0].since:%Y-%m-%d %H:%M:%S %Z}" if holders[0].since else ""
            raise Busy(
                f"{holders[0].who} may still see old rows{since}; nothing was scrubbed. End it, or wait"
            )
        await asyncio.sleep(PAUSE)


async def written(conn: Connection, table: str) -> None:
    """Write one table anew; Busy when somebody does not let go of it."""
    try:
        await store.write_anew(conn, table)
    except Exception as fault:
        if getattr(fault, "sqlstate", None) != "55P03":
            raise
        raise Busy(f"{table} is in use; try again at a quiet hour. What was written anew stays so") from None


async def clean(dsn: str, now: dt.datetime) -> int | None:
    """Take what redactions left out of reach of every statement; how many orders that was about.

    None while somebody may still see it: it has to be tried again. Invalid when the login may not.
    """
    async with Database.open(dsn, size=1, role=False) as db, db.pool.acquire() as conn:
        # A login that may not even read them is told the same.
        rights = await store.find_rights(conn)
        if not rights.tables:
            raise Invalid(lacking(rights.login))
        waiting = await store.find_uncleared(conn, "cleaned")
        if not waiting.orders or waiting.taken_in is None:
            return 0
        if await store.find_holders(conn, waiting.taken_in):
            return None
        for table in store.TABLES:
            await store.vacuum(conn, table)
        await store.mark(conn, "cleaned", waiting.upto, now)
    log.warning("redactions.cleaned", orders=waiting.orders, left="registry redactions scrub")
    return waiting.orders


async def keep_clean(db: Database, clock: Callable[[], dt.datetime], stop: asyncio.Event) -> None:
    """Clean soon after each redaction until *stop*; where the login may not, that is said once."""
    said = False
    while not stop.is_set():
        async with db.snapshot() as conn:
            waiting = await store.find_uncleared(conn, "cleaned")
        if waiting.orders and not said:
            try:
                await unless(stop, clean(db.dsn, clock()))
            except Invalid as fault:
                log.warning("redactions.not_cleaned", why=fault.detail)
                said = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)


async def unless(stop: asyncio.Event, work: Coroutine[None, None, object]) -> None:
    """Do *work* to its end, or break it off when *stop* is set: large tables take longer than a stop may."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)
