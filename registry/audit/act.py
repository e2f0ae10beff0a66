"""Verify the whole history, once, in one snapshot of the database; and make every judgement again."""

from collections.abc import Callable, Mapping

import msgspec
import structlog

from registry.agreements import act as agreements
from registry.agreements.terms import Edition
from registry.audit import answers, check, recomputed, store
from registry.audit.check import Pieces, Row
from registry.audit.recomputed import Findings, Mismatch
from registry.db import Connection, Database
from registry.errors import Corrupt
from registry.judging import store as judging
from registry.judging.history import store as history
from registry.judging.knowledge import Cut, Past
from registry.judging.ruling import Ruled
from registry.ledger import store as ledger
from registry.ledger.recount import Recount
from registry.threads import store as threads

log = structlog.get_logger()


class Tally(msgspec.Struct, frozen=True):
    """What was verified: the ledger's size and root, and how many rows were read one by one for it."""

    size: int
    root: bytes
    rows_checked: int


async def verify(db: Database) -> Tally:
    """Recompute everything from bytes; raises Corrupt naming the first fault, lowest ledger entry first."""
    async with db.snapshot() as conn:
        await store.plan_for_streams(conn, streams=True)
        counted, besides = await verify_history(conn)
        await store.plan_for_streams(conn, streams=False)
        alerts = await verify_projections(conn)
        kept = await verify_answers(conn)
    return Tally(counted.size, counted.frontier.root(), 2 * counted.size + besides + alerts + kept + 1)


async def verify_history(conn: Connection) -> tuple[Recount, int]:
    """Entries, subtrees and head against the entries' bytes; each history row against its entry.

    Returns how many subtrees and pieces of files there were besides.
    """
    counted, besides = Recount(), 0
    stored = aiter(ledger.stream_subtrees(conn))
    history = aiter(store.stream_history(conn))
    row = await anext(history, None)
    async for index, data, leaf, appended_at in ledger.stream_entries(conn):
        full = counted.entry(index, data, leaf)
        entry = check.read_entry(index, data, appended_at)
        check.check_row(entry, own := check.owned(index, entry, row))
        besides += await verify_file(conn, own)
        for subtree in full:
            counted.subtree(subtree, await anext(stored, None))
            besides += 1
        row = await anext(history, None)
    if row is not None:
        raise check.stray(row)
    await ledger.finish(conn, counted, stored)
    return counted, besides


async def verify_file(conn: Connection, row: Row) -> int:
    """The pieces of the file that *row* shows against its digest, if it shows one; returns how many."""
    if row.table != "thread_entry" or row.columns["kind"] != "evidence":
        return 0
    pieces = Pieces(row)
    async for number, body in threads.stream_pieces(conn, *pieces.key):
        pieces.piece(number, body)
    pieces.finish()
    return pieces.count


async def verify_projections(conn: Connection) -> int:
    """The living records and the contents against history; returns how many alerts were compared."""
    for table in store.PROJECTIONS:
        key = await store.find_stray(conn, table)
        if key is not None:
            raise Corrupt(f"{check.named(table, *key)}: is not what its newest version says, or has none")
    alerts = 0
    async for alert in store.stream_alerts(conn):
        check.check_alert(alert)
        alerts += 1
    return alerts


async def verify_answers(conn: Connection) -> int:
    """The answers kept for Idempotency-Keys against the history they tell of; returns how many."""
    kept = 0
    async for answer in store.stream_answers(conn):
        answers.check_answer(answer)
        kept += 1
    return kept


async def verify_findings(
    db: Database, editions: Mapping[str, Edition], report: Callable[[Mismatch], None]
) -> Findings:
    """Make every judgement again from what the database holds, and *report* whatever comes out differently.

    The rules are those published under the digests that a judgement names; one production is in memory at a
    time. What is compared is the bytes of the findings.
    """
    judgements = found = 0
    at: tuple[str, str] | None = None
    async with db.snapshot() as conn:
        async for row in judging.stream_judgements(conn):
            if at != (row.employer_id, row.production_id):
                at = row.employer_id, row.production_id
                past = await history.load_past(conn, at)
            judgements += 1
            for mismatch in await made_again(conn, row, past, editions):
                found += 1
                report(mismatch)
    return Findings(judgements, found)


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
