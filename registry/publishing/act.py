"""Publish packs and parameter sets, show what was published and how far it has come, start a process.

Publishing takes its locks in the order of every act: the publications' own lock (which no filing takes), the
productions in the order of their keys, the ledger's head. Alerts are the sweep's. A filing holds its
productions before the head and never waits for a publisher's lock, so nobody waits in a circle.
"""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
import structlog

from registry.agreements import act as agreements
from registry.agreements import shelf
from registry.agreements import store as publications
from registry.agreements.publication import Publication, Published
from registry.agreements.shelf import Agreement, Shelf
from registry.auth.reading import showing
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database
from registry.errors import NotFound
from registry.judging import act as judging
from registry.judging.history import store as knowing
from registry.judging.house import House, kept, moved
from registry.ledger.moment import Moment, size_at, stated
from registry.obligations.pack import PackSet
from registry.obligations.statement import Loss
from registry.observations import store as observations
from registry.publishing import draft, flips, history, shown, store, worker
from registry.publishing.flips import Backtest, Tally
from registry.publishing.history import Setup
from registry.publishing.shown import Accepted, Line, Progress, PublicationShown
from registry.requests import store as requests

log = structlog.get_logger()

FEW: Final = 200
"""Up to so many versions a backtest is judged here; the processes for more take a second to start."""
AT_ONCE: Final = 100
"""Productions carried to a process at once."""
AHEAD: Final = 8
"""Chunks that are being judged, or wait for it."""


async def start(db: Database, house: House, now: dt.datetime) -> tuple[House, int]:
    """Publish what ships and never was published; the House of what is in force, and how many were new.

    What an administrator published stays in force when the same program starts again.
    """
    async with db.transaction() as conn:
        new = await agreements.unpublished(conn, shelf.publications(house))
        before, _ = await agreements.rules_in_force(conn, known=house.packs)
        await mark(conn, before, [each for each in new if each.kind != "schema"], now)
        positions = await agreements.record(conn, new, now)
    agreements.tell(new, positions)
    async with db.snapshot() as conn:
        packs, stands_at = await agreements.rules_in_force(conn, known=house.packs)
    return moved(kept(house), packs, stands_at), len(new)


async def publish(
    db: Database, house: House, principal: Principal, body: bytes, now: dt.datetime
) -> Accepted:
    """Bring the pack or parameter set in *body* into force; raises Invalid with every fault of it.

    The bytes that are in force already change nothing. Each production they may concern is judged again by
    the next sweep, and each filing from now on by what they say.
    """
    permit(principal, {"administrator"})
    async with db.transaction() as conn:
        await publications.lock(conn)
        packs, _ = await agreements.rules_in_force(conn, known=house.packs)
        new = draft.publication(body, packs, house.editions)
        standing = (packs.packs | packs.params).get(new.name)
        if standing is None or standing.digest != new.digest.hex():
            concerned = await mark(conn, packs, [new], now)
            positions = await agreements.record(conn, [new], now)
            agreements.tell([new], positions)
            log.info("publication.concerns", name=new.name, productions=concerned)
        else:
            positions = []
    async with db.snapshot() as conn:
        rules, stands_at = await agreements.rules_in_force(conn, known=house.packs)
        moved(house, rules, stands_at)
        row = shown.one_of(await lines(conn, rules, new.name), new.digest.hex())
        return Accepted(row, not positions, await progress(conn, rules, row))


async def mark(conn: Connection, before: PackSet, new: Sequence[Publication], now: dt.datetime) -> int:
    """Ask for another judgement of each production that *new*, or what it takes the place of, may concern."""
    if not new:
        return 0
    old = [(before.packs | before.params).get(each.name) for each in new]
    items = [*old, *(agreements.compiled(each) for each in new)]
    return await store.mark(conn, draft.concerns(before, *items), now)


async def lines(conn: Connection, rules: PackSet, key: str, size: int | None = None) -> list[Line]:
    """Every publication *key* means, newest first; among the first *size* entries, if that is said."""
    rows = [row for row in await published(conn) if size is None or row.ledger_index < size]
    return shown.lines(rows, shown.names_of(key, rules, rows))


async def published(conn: Connection) -> list[Published]:
    """Every pack and parameter set that was ever published, in the order of the ledger."""
    return [row for row in await publications.list_published(conn) if row.kind != "schema"]


async def progress(conn: Connection, rules: PackSet, row: Line) -> Progress:
    """How far the publication in *row* has come."""
    every = [each for each in await published(conn) if each.name == row.name]
    beside = [each.digest.hex() for each in every if each.ledger_index <= row.ledger_index][-2:]
    packs = [await agreements.packs_of(conn, {row.name: digest}) for digest in beside]
    items = [(each.packs | each.params)[row.name] for each in packs]
    counted = await store.count(conn, draft.concerns(rules, *items), row.published_at)
    judged = counted.productions - counted.left - counted.failed
    return Progress(counted.productions, judged, counted.left, counted.failed)


async def list_publications(db: Database, house: House, key: str, moment: Moment | None = None) -> list[Line]:
    """Every publication of a pack, a parameter set, or the packs of an agreement, newest first."""
    size = size_at(moment)
    async with db.snapshot() as conn:
        return await lines(conn, (await in_force(conn, house, size)).packs, key, size)


async def show_publication(
    db: Database, house: House, key: str, digest: str, moment: Moment | None = None
) -> PublicationShown:
    """One publication, however old: its TOML, and how far it has been applied; no history keeps how far."""
    size = size_at(moment)
    async with db.snapshot() as conn:
        rules = (await in_force(conn, house, size)).packs
        row = shown.one_of(await lines(conn, rules, key, size), digest)
        body = await body_of(conn, digest)
        done = None if moment else await progress(conn, rules, row)
        return PublicationShown(row, body.decode(), shown.path_of(row), done)


async def show_body(db: Database, house: House, key: str, digest: str, moment: Moment | None = None) -> bytes:
    """The exact bytes of a publication."""
    size = size_at(moment)
    async with db.snapshot() as conn:
        rules = (await in_force(conn, house, size)).packs
        return await body_of(conn, shown.one_of(await lines(conn, rules, key, size), digest).digest)


async def body_of(conn: Connection, digest: str) -> bytes:
    """What was published under *digest*."""
    found = await publications.find_bodies(conn, [bytes.fromhex(digest)])
    if digest not in found:
        raise NotFound("there is no publication of this digest")
    return found[digest].body


async def in_force(conn: Connection, house: House, size: int | None) -> House:
    """The House of what the first *size* entries put in force; of what is in force now, when that is None."""
    if size is None:
        return await judging.renewed(conn, house, await publications.find_stands_at(conn))
    packs, _ = await agreements.rules_in_force(conn, None, house.newest.packs, size)
    return House(house.schemas, packs, house.editions)


async def list_agreements(db: Database, house: House, moment: Moment | None = None) -> Shelf:
    """Every edition, and every pack and parameter set as it was believed to be at a *moment*."""
    async with db.snapshot() as conn:
        return shelf.shelf(await in_force(conn, house, size_at(moment)))


async def show_agreement(db: Database, house: House, key: str, moment: Moment | None = None) -> Agreement:
    """An agreement's packs, or one pack, as it was believed to be at a *moment*."""
    async with db.snapshot() as conn:
        return shelf.agreement(await in_force(conn, house, size_at(moment)), key)


async def backtest(
    db: Database,
    house: House,
    principal: Principal,
    body: bytes,
    now: dt.datetime,
    as_of: dt.datetime | str | None = None,
    key: str | None = None,
) -> Backtest:
    """What the draft pack in *body* would change of history as known at *as_of* (None: now); stores nothing.

    Each production bound by the draft, or by the edition of its name in force then, is judged with both, as
    far as it is the caller's to see. *key* is the pack the draft was handed in for.
    """
    permit(principal, {"administrator", "auditor"})
    began, instant, employers = time.perf_counter(), stated(as_of), scope_of(principal).employers
    async with db.snapshot() as conn:
        newest = await in_force(conn, house, None)
        made = draft.pack(body, newest.packs, house.editions)
        draft.check_key(made, key)
        then, _ = await agreements.rules_in_force(conn, instant, newest.packs)
        standing = then.packs.get(made.name)
        setup = history.setup(made, standing, newest.packs, then, house.editions, instant or now, instant)
        asked = draft.concerns(newest.packs, made, standing)
        chunks = stream(conn, employers, asked, setup.as_of)
        many = await store.more_versions_than(conn, setup.as_of, FEW)
        tally = await (by_processes if many else by_itself)(setup, chunks)
    return flips.report(
        tally,
        pack=made.name,
        draft=made.digest,
        in_force=standing.digest if standing else None,
        as_of=setup.as_of,
        seconds=time.perf_counter() - began,
    )


async def by_itself(setup: Setup, chunks: AsyncIterator[bytes]) -> Tally:
    """Judge *chunks* here, between other work: there are few. No second thread evaluates conditions."""
    trial, tally = history.trial(setup), flips.empty()
    async for chunk in chunks:
        done = worker.judged_by(trial, chunk)
        tally = flips.merged(tally, msgspec.json.decode(done, type=Tally))
        await asyncio.sleep(0)
    return tally


async def by_processes(setup: Setup, chunks: AsyncIterator[bytes]) -> Tally:
    """Judge *chunks* on every core; a few are read ahead, so that no process waits."""
    loop, tally = asyncio.get_running_loop(), flips.empty()
    under_way: set[asyncio.Future[bytes]] = set()
    pool = worker.pool(setup)
    try:
        async for chunk in chunks:
            under_way.add(loop.run_in_executor(pool, worker.judged, chunk))
            if len(under_way) >= AHEAD:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    tally = flips.merged(tally, msgspec.json.decode(each.result(), type=Tally))
        for last in await asyncio.gather(*under_way):
            tally = flips.merged(tally, msgspec.json.decode(last, type=Tally))
    finally:
        for left in under_way:
            left.cancel()
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)
    return tally


async def stream(
    conn: Connection, employers: Sequence[str] | None, asked: Sequence[str] | None, as_of: dt.datetime
) -> AsyncIterator[bytes]:
    """Productions of *employers* under *asked* with all told about them until *as_of*, in chunks."""
    after = ("", "")
    losses: dict[str, list[Loss]] = {}
    while page := await store.list_past(conn, employers, asked, as_of, after, AT_ONCE):
        keys = [(row["employer_id"], row["production_id"]) for row in page]
        told = await store.load_told(conn, keys, as_of)
        heard = {}
        for key in await store.find_heard_of(conn, keys):
            heard[key] = [
                *await requests.load_heard(conn, *key, as_of),
                *await observations.load_heard(conn, *key, as_of),
            ]
        met = {key[0] for key in keys}
        showing(*met)
        losses = {each: losses[each] for each in met & losses.keys()}
        for employer_id in sorted(met - losses.keys()):
            others = await knowing.load_others(conn, (employer_id, ""))
            losses[employer_id] = await asyncio.to_thread(history.losses, employer_id, others, as_of)
        yield history.chunk(page, told, heard, losses)
        after = keys[-1]
