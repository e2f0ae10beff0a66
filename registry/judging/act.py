"""Judge a production, keep the judgement and the alerts it asks for, sweep up what time has changed.

A judgement that is kept, its ledger entry, the moves of alerts and their messages are written in the caller's
transaction, under the production's row lock. Locks are taken in one order everywhere: production, alerts, the
ledger's head.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.agreements import act as agreements
from registry.alerts import act as alerts
from registry.alerts.inbox import store as inbox
from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database
from registry.disclosures import store as disclosures
from registry.errors import Corrupt, NotFound
from registry.judging import knowledge, ruling, store
from registry.judging.ground import Ground
from registry.judging.history import store as history
from registry.judging.house import House, moved
from registry.judging.knowledge import Cut
from registry.judging.ruling import Cause, Ruled
from registry.judging.said import Published, Recalled, published
from registry.judging.weighing import Weighed, earliest, instant_of
from registry.ledger import store as ledger
from registry.ledger.moment import Moment, size_at, stated
from registry.ledger.store import Position
from registry.obligations.judge import Judgement
from registry.obligations.statement import Known
from registry.search import act as search

__all__ = [
    "House",
    "Published",
    "Recalled",
    "Ruling",
    "Swept",
    "carry_out",
    "find_findings",
    "find_ground",
    "hold",
    "plan",
    "recall",
    "renewed",
    "standing",
    "sweep",
    "weigh",
]

log = structlog.get_logger()

MANY: Final = 1_000
"""More instants than this in one sweep of one production mean that a pack's clock stands still."""


class Ruling(msgspec.Struct, frozen=True):
    """A judgement about to be kept: its row, the moves of alerts it asks for; `digest` is of its findings."""

    row: Ruled
    moves: Sequence[Any]
    weighed: Weighed
    entries: list[bytes]
    digest: str


class Swept(msgspec.Struct, frozen=True):
    """What a sweep did. `failed` names productions whose judging broke; they are tried again next time."""

    productions: int
    judgements: int
    moves: int
    failed: list[str]


async def find_ground(conn: Connection, employer_id: str, production_id: str) -> Ground | None:
    """A production and its employer as registered now."""
    return await store.find_ground(conn, (employer_id, production_id))


async def hold(conn: Connection, keys: Iterable[tuple[str, str]], *, free: bool = False) -> store.Held:
    """How much is known of each production (*free*: which nobody holds), counted and locked."""
    return await store.hold(conn, keys, free=free)


async def renewed(conn: Connection, house: House, stands_at: int) -> House:
    """*house*, or the one of what is in force when something was published that it does not contain."""
    house = house.newest
    if stands_at <= house.stands_at:
        return house
    return moved(house, *await agreements.rules_in_force(conn, known=house.packs))


async def weigh(
    conn: Connection, house: House, ground: Ground, now: dt.datetime, about: Sequence[Known] = ()
) -> Weighed:
    """Judge everything known of *ground* and then *about*, which is not stored yet."""
    house = await renewed(conn, house, ground.stands_at)
    found = await history.load_knowledge(conn, ground, house.editions, about, now)
    as_of = instant_of(found.known, now)
    judgement = found.judged(house.packs, as_of)
    return Weighed(
        judgement,
        as_of,
        stands_at=house.stands_at,
        known_to=ground.known_to,
        again_at=earliest(judgement.judged_again_at, found.news(as_of)),
        losses=knowledge.changes_losses(found.production, found.known[: -len(about) or None], found.known),
    )


async def plan(
    conn: Connection,
    key: tuple[str, str],
    weighed: Weighed,
    now: dt.datetime,
    cause: Cause,
    about: tuple[UUID, int] | None = None,
) -> Ruling:
    """What keeping *weighed* at *now* will write. The entries it brings go to the ledger before `carry_out`.

    *about* is the disclosure and version that caused it. The caller holds the production's row lock.
    """
    judgement = weighed.judgement
    moves = await alerts.plan(conn, key, judgement, now)
    row = Ruled(
        employer_id=key[0],
        judgement_id=uuid7(),
        production_id=key[1],
        judged_at=weighed.as_of,
        cause=cause,
        disclosure_id=about[0] if about else None,
        version=about[1] if about else None,
        packs=judgement.packs,
        findings=ruling.encode(judgement.findings),
        known_to=weighed.known_to,
    )
    digest = ruling.digest(row.findings)
    entries = [ruling.entry_of(row, digest, now), *(move.entry(now) for move in moves)]
    return Ruling(row, moves, weighed, entries, digest)


async def carry_out(conn: Connection, made: Sequence[tuple[Ruling, Sequence[Position], dt.datetime]]) -> None:
    """Write judgements of as many productions, and their alerts, at the positions their entries got.

    Unless time alone caused it, what is known has changed: who judged before this commits judges again.
    """
    rows = [(kept, msgspec.structs.replace(kept.row, ledger_index=at[0].index)) for kept, at, _ in made]
    changed = [(row, kept.weighed) for kept, row in rows if row.cause != "sweep"]
    await store.add_with_change(conn, changed)
    for _, row in rows:
        if row.cause == "sweep":
            await store.add(conn, row)
        if row.cause != "filing":  # a filing copies its judgement with its version
            await search.add_judged(conn, row.employer_id, row.production_id, row.findings, row.ledger_index)
    await alerts.carry_out_all(conn, [(kept.moves, positions[1:], now) for kept, positions, now in made])


async def sweep(db: Database, house: House, now: dt.datetime, limit: int = 100) -> Swept:
    """Judge again at most *limit* productions whose time has come, the longest overdue first.

    Each is one transaction; several sweepers share the work. A production whose judging breaks is said in the
    log and left for the next sweep, and holds up no other.
    """
    async with db.transaction() as conn:
        await store.spread_losses(conn)
    done: list[tuple[int, int]] = []
    failed: list[tuple[str, str]] = []
    while len(done) + len(failed) < limit:
        claimed: tuple[str, str] | None = None
        try:
            async with db.transaction() as conn:
                due = await store.claim_due(conn, now, failed)
                if due is None:
                    break
                claimed = due.record.employer_id, due.record.production_id
                told = await catch_up(conn, house, due, now)
        except Exception:
            if claimed is None:
                raise
            log.exception("production.not_judged", employer=claimed[0], production=claimed[1])
            failed.append(claimed)
            async with db.transaction() as conn:
                await store.note_failed(conn, claimed, now)
            continue
        log.info(
            "production.swept", employer=claimed[0], production=claimed[1], judgements=told[0], moves=told[1]
        )
        done.append(told)
    judgements, moves = sum(each[0] for each in done), sum(each[1] for each in done)
    return Swept(len(done), judgements, moves, ["/".join(key) for key in failed])


async def catch_up(conn: Connection, house: House, due: store.Due, now: dt.datetime) -> tuple[int, int]:
    """Judge one production at each instant that has come until *now*; how many judgements and moves it made.

    A judgement that says what the one before it said is not kept. The ledger is locked only from an entry to
    the commit, so everything is judged before the first append that can be.
    """
    key = due.record.employer_id, due.record.production_id
    ground = await find_ground(conn, *key)
    assert ground is not None, "the claim holds it"
    # Asked after the claim: whoever publishes later waits for it, and then asks for this production again.
    house = await renewed(conn, house, ground.stands_at)
    found = await history.load_knowledge(conn, ground, house.editions)
    last = await store.find_latest(conn, key)
    again: dt.datetime | None = instant_of(
        found.known, max(due.judged_again_at, last.judged_at if last else due.judged_again_at)
    )
    judgements = moves = steps = 0
    while again is not None and again <= now:
        steps += 1
        if steps > MANY:
            raise Corrupt(f"the clock of {'/'.join(key)} stands still at {again}")
        judgement = found.judged(house.packs, again)
        later = earliest(judgement.judged_again_at, found.news(again))
        if last is None or differs(last, judgement):
            weighed = Weighed(judgement, again, house.stands_at, ground.known_to, later)
            kept = await plan(conn, key, weighed, now, "sweep")
            positions = await ledger.append(conn, kept.entries, now)
            await carry_out(conn, [(kept, positions, now)])
            last, judgements, moves = kept.row, judgements + 1, moves + len(kept.moves)
        again = later
    await store.note_next(conn, key, again)
    return judgements, moves


def differs(last: Ruled, judgement: Judgement) -> bool:
    """Whether *judgement* says anything that *last* did not."""
    return last.findings != ruling.encode(judgement.findings) or last.packs != judgement.packs


async def find_findings(
    db: Database,
    house: House,
    principal: Principal,
    disclosure_id: UUID,
    now: dt.datetime,
    moment: Moment | None = None,
    on: dt.datetime | str | None = None,
) -> Published:
    """The findings of the newest judgement about a disclosure's production, now or as of a *moment*.

    With *on*: what that judgement's packs would have said of that instant, with what was known at the moment.
    """
    scope, size, on = scope_of(principal), size_at(moment), stated(on, "on")
    async with db.snapshot() as conn:
        listed = await disclosures.find(conn, scope, disclosure_id, size)
        if listed is None:
            raise NotFound("there is no such disclosure")
        key = listed.employer_id, listed.production_id
        row = await standing(conn, key, size)
        asked = await recall(conn, house, row, now, moment, on) if on else None
        waivers = await inbox.waivers(conn, key, size)
    return published(scope, row, asked, waivers)


async def standing(conn: Connection, key: tuple[str, str], size: int | None = None) -> Ruled:
    """The newest judgement of a production among the first *size* entries; NotFound when there was none."""
    row = await store.find_latest(conn, key, size)
    if row is None:
        raise NotFound("nothing was judged by then")
    return row


async def recall(
    conn: Connection,
    house: House,
    row: Ruled,
    now: dt.datetime,
    moment: Moment | None = None,
    on: dt.datetime | None = None,
) -> Recalled:
    """What the judgement *row* was made from; as of a *moment* or *on* an instant, what was known of then.

    With *on* alone, everything known *now*. Needs a snapshot.
    """
    past = await history.load_past(conn, (row.employer_id, row.production_id))
    packs = await agreements.packs_of(conn, row.packs, house.packs)
    cut = Cut(own=row.ledger_index, others=row.known_to)
    known_at = for_ = row.judged_at
    if moment:
        told = [each for each in past.told if each.ledger_index < moment.size]
        known_at = instant_of(knowledge.known(told), moment.instant)
        cut, for_ = Cut(own=moment.size, others=moment.size), on or known_at
    elif on:
        known_at = instant_of(knowledge.known(past.told), now)
        cut, for_ = Cut(at=known_at), on
    found = past.until(cut, house.editions)
    if found is None:
        raise NotFound(f"the production was not on record at {known_at}")
    return Recalled(row, packs, found, known_at, for_)
