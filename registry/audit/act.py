"""Verify the whole history, once, in one snapshot of the database; and make every judgement again."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

import structlog

from registry.agreements import act as agreements
from registry.agreements.terms import Edition
from registry.audit import recomputed, store
from registry.audit.copies import act as copies
from registry.audit.parts import act as parts
from registry.audit.parts.act import Report
from registry.audit.parts.part import LEAST, Walked, cut, joined, shared
from registry.audit.recomputed import Findings, Mismatch
from registry.audit.verified import Progress, Tally, Verified
from registry.audit.walk.act import Walk, begun
from registry.db import Connection, Database
from registry.judging import store as judging
from registry.judging.history import store as history
from registry.judging.knowledge import Cut, Past
from registry.judging.ruling import Ruled
from registry.ledger import store as ledger
from registry.ledger.merkle import Frontier
from registry.redactions.tombstone import taken

log = structlog.get_logger()

MOST_JOBS: Final = 32
"""As many processes as share a verification where nobody has said how many."""


async def verify(
    db: Database,
    since: Verified | None = None,
    report: Report | None = None,
    *,
    jobs: int = 1,
    least: int = LEAST,
) -> Tally:
    """Recompute everything from bytes; raises Corrupt naming the first fault, lowest ledger entry first.

    With *since*, from a file of the caller's, the tree must contain the one that was verified then, and only
    what is newer is read; what lies before it, and copies nothing has touched, are not read again. *report*
    is told how it goes on. As many processes as *jobs* share the work, if there are *least* entries for two.
    """
    return await verified(db, since, report or silent, [*copies.KINDS], jobs, least)


async def verify_history(
    db: Database,
    since: Verified | None = None,
    report: Report | None = None,
    *,
    jobs: int = 1,
    least: int = LEAST,
) -> Tally:
    """Entries, tree, checkpoints and every history row, as `verify` does, without the copies made of them."""
    return await verified(db, since, report or silent, [], jobs, least)


async def verified(
    db: Database, since: Verified | None, report: Report, kinds: Sequence[str], jobs: int, least: int
) -> Tally:
    """The history, and the copies of these *kinds*, by one process or several, in one snapshot."""
    async with db.snapshot() as conn:
        frontier = await begun(conn, since)
        known, first = list(frontier.roots), frontier.size
        end = min((await ledger.head(conn)).size, await store.find_end(conn))
        stretches = cut(first, end, jobs, least)
        if len(stretches) > 1:
            others = shared(kinds, first, min(jobs, len(stretches)), copies.WHOLE)
            walks, compared = await parts.verify(conn, db.dsn, stretches, others, jobs, report)
            return joined(known, walks, compared)
        async with beside(db, conn) as aside:
            walked, compared = await alone(conn, aside, frontier, report, kinds)
    if kinds:
        report(Progress("copies", compared, compared))
    return joined(known, [walked], compared)


async def alone(
    conn: Connection, aside: Sequence[Connection], frontier: Frontier, report: Report, kinds: Sequence[str]
) -> tuple[Walked, int]:
    """Everything in this process: the walk, and the copies beside it where there is a connection for them."""
    own = aside[0] if kinds and aside else None
    first = frontier.size
    walk = Walk(
        conn, frontier, lambda done, of: report(Progress("entries", done, of)), aside=aside[own is not None :]
    )
    comparing = asyncio.create_task(copies.verify(own, first, kinds)) if own else None
    try:
        walked = await walk.through()
    except BaseException:
        if comparing:
            comparing.cancel()
            await asyncio.gather(comparing, return_exceptions=True)
        raise
    return walked, await comparing if comparing else await copies.verify(conn, first, kinds)


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


def cores() -> int:
    """How many processes are worth while here: each has a connection, of which a server has few."""
    return min(os.cpu_count() or 1, MOST_JOBS)


def silent(_progress: Progress) -> None:
    """Nobody wants to hear."""


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
