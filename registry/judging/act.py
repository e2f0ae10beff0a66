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

from registry.alerts import act as alerts
from registry.auth.scope import Principal, scope_of
from registry.db import Connection, Database
from registry.disclosures import store as disclosures
from registry.errors import Corrupt, NotFound
from registry.judging import ground as grounds
from registry.judging import ruling, store
from registry.judging.ground import Ground
from registry.judging.house import House
from registry.judging.ruling import Cause, Ruled
from registry.judging.weighing import Weighed, instant_of, stated
from registry.ledger import store as ledger
from registry.ledger.store import Position
from registry.obligations.finding import Finding
from registry.obligations.judge import Judgement, judge
from registry.obligations.statement import Known

__all__ = [
    "House",
    "Ruling",
    "Swept",
    "carry_out",
    "find_findings",
    "find_ground",
    "hold",
    "judged",
    "plan",
    "sweep",
    "weigh",
]

log = structlog.get_logger()

MANY: Final = 1_000
"""More instants than this in one sweep of one production mean that a pack's clock stands still."""


class Ruling(msgspec.Struct, frozen=True):
    """A judgement about to be kept: its row, the moves of alerts it asks for, when to look again."""

    row: Ruled
    moves: Sequence[Any]
    again_at: dt.datetime | None
    entries: list[bytes]


class Swept(msgspec.Struct, frozen=True):
    """What a sweep did. `failed` names productions whose judging broke; they are tried again next time."""

    productions: int
    judgements: int
    moves: int
    failed: list[str]


class Published(msgspec.Struct, frozen=True):
    """The findings of the newest judgement of a production, and which judgement that is."""

    employer_id: str
    production_id: str
    judgement_id: UUID
    judged_at: dt.datetime
    cause: Cause
    ledger_index: int
    packs: dict[str, str]
    findings: list[Finding]


async def find_ground(conn: Connection, employer_id: str, production_id: str) -> Ground | None:
    """A production and its employer as registered now."""
    return await store.find_ground(conn, (employer_id, production_id))


async def hold(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How much is known of each production, counted; none of them moves until the transaction ends."""
    return await store.hold(conn, keys)


async def weigh(
    conn: Connection, house: House, ground: Ground, now: dt.datetime, about: Sequence[Known] = ()
) -> Weighed:
    """Judge everything known of *ground* and then *about*, which is not stored yet."""
    known = [*grounds.known(await disclosures.load_known(conn, *ground.key)), *about]
    as_of = instant_of(known, now)
    return Weighed(judge(house.packs, ground.production(house.editions), known, as_of), as_of)


async def judged(
    conn: Connection, house: House, employer_id: str, production_id: str, as_of: dt.datetime
) -> Judgement:
    """What the packs say of a production at *as_of*, from what was filed until then; stores nothing."""
    ground = await find_ground(conn, employer_id, production_id)
    if ground is None:
        raise NotFound(f"there is no production {production_id} of {employer_id}")
    known = grounds.known(await disclosures.load_known(conn, *ground.key, as_of))
    return judge(house.packs, ground.production(house.editions), known, as_of)


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
    )
    entries = [ruling.entry_of(row, now), *(move.entry(now) for move in moves)]
    return Ruling(row=row, moves=moves, again_at=judgement.judged_again_at, entries=entries)


async def carry_out(conn: Connection, kept: Ruling, positions: Sequence[Position], now: dt.datetime) -> None:
    """Write the judgement and its alerts at the *positions* their entries got, with their messages.

    Unless time alone caused it, what is known has changed: who judged before this commits judges again.
    """
    row = msgspec.structs.replace(kept.row, ledger_index=positions[0].index)
    if row.cause == "sweep":
        await store.add(conn, row)
    else:
        await store.add_with_change(conn, row, kept.again_at)
    await alerts.carry_out(conn, kept.moves, positions[1:], now)


async def sweep(db: Database, house: House, now: dt.datetime, limit: int = 100) -> Swept:
    """Judge again at most *limit* productions whose time has come, the longest overdue first.

    Each is one transaction; several sweepers share the work. A production whose judging breaks is said in the
    log and left for the next sweep, and holds up no other.
    """
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
            continue
        log.info(
            "production.swept", employer=claimed[0], production=claimed[1], judgements=told[0], moves=told[1]
        )
        done.append(told)
    judgements, moves = sum(each[0] for each in done), sum(each[1] for each in done)
    return Swept(len(done), judgements, moves, ["/".join(key) for key in failed])


async def catch_up(conn: Connection, house: House, due: store.Due, now: dt.datetime) -> tuple[int, int]:
    """Judge one production at each instant that has come until *now*; how many judgements and moves it made.

    Each overdue instant is judged with its own date, so that an alert says when a duty fell overdue, not when
    somebody looked. A judgement equal to the one before it is not kept.
    """
    key = due.record.employer_id, due.record.production_id
    ground = await find_ground(conn, *key)
    assert ground is not None, "the claim holds it"
    known = grounds.known(await disclosures.load_known(conn, *key))
    production = ground.production(house.editions)
    last = await store.find_latest(conn, key)
    again: dt.datetime | None = instant_of(
        known, max(due.judged_again_at, last.judged_at if last else due.judged_again_at)
    )
    judgements = moves = steps = 0
    while again is not None and again <= now:
        steps += 1
        if steps > MANY:
            raise Corrupt(f"the clock of {'/'.join(key)} stands still at {again}")
        judgement = judge(house.packs, production, known, again)
        if last is None or differs(last, judgement):
            kept = await plan(conn, key, Weighed(judgement, again), now, "sweep")
            positions = await ledger.append(conn, kept.entries, now)
            await carry_out(conn, kept, positions, now)
            last, judgements, moves = kept.row, judgements + 1, moves + len(kept.moves)
        again = judgement.judged_again_at
    await store.note_next(conn, key, again)
    return judgements, moves


def differs(last: Ruled, judgement: Judgement) -> bool:
    """Whether *judgement* says anything that *last* did not."""
    return last.findings != ruling.encode(judgement.findings) or last.packs != judgement.packs


async def find_findings(
    db: Database, principal: Principal, disclosure_id: UUID, as_of: dt.datetime | None
) -> Published:
    """The newest findings about a disclosure's production, or those of the newest judgement until *as_of*."""
    scope, as_of = scope_of(principal), stated(as_of)
    async with db.snapshot() as conn:
        listed = await disclosures.find(conn, scope, disclosure_id)
        if listed is None:
            raise NotFound("there is no such disclosure")
        row = await store.find_latest(conn, (listed.employer_id, listed.production_id), as_of)
    if row is None:
        raise NotFound(f"nothing was judged until {as_of}")
    values = msgspec.structs.asdict(row) | {"findings": ruling.concerning(scope, ruling.decode(row.findings))}
    return Published(**{name: values[name] for name in Published.__struct_fields__})
