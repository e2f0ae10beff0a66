"""The moves of alerts: what a judgement asks for, what time asks for, and one move for those who make others.

A move is an alert row, a history row, a ledger entry and a wake-up for those who tell of it, and they commit
together or not at all. Locks are taken in one order everywhere: production, alerts, the ledger's head.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.alerts import judged, store, view, waking
from registry.alerts.alert import Alert, AlertPage, MoveName, Outcome
from registry.alerts.course import Course
from registry.alerts.lifecycle import CLOSED, in_words
from registry.alerts.move import Ground, PlannedMove, automatic, moved, of_time
from registry.alerts.plans import plan as plans
from registry.alerts.plans import store as plans_store
from registry.auth.scope import Principal, Scope, scope_of
from registry.db import Connection, Database
from registry.errors import PreconditionMissing, Stale
from registry.ledger import store as ledger
from registry.ledger.moment import Moment
from registry.ledger.store import Position
from registry.obligations.judge import Judgement
from registry.outbox import store as outbox

log = structlog.get_logger()

AGAIN: Final = dt.timedelta(minutes=10)
"""After how long an alert whose move broke is looked at again."""


class Woken(msgspec.Struct, frozen=True):
    """What a look at the alerts whose time has come did; `failed` ones are tried again after a while."""

    alerts: int
    moves: int
    failed: list[str]


async def plan(
    conn: Connection, production_key: tuple[str, str], judgement: Judgement, now: dt.datetime
) -> list[PlannedMove]:
    """The moves *judgement* asks of a production's alerts; none when it finds what is known already.

    The caller holds the production's lock, appends `move.entry(now)` of each to the ledger, and then calls
    `carry_out`. The alerts are locked until the caller's transaction ends.
    """
    assert now.tzinfo is not None
    existing = await store.lock_of_production(conn, *production_key)
    planned = judged.plan(*production_key, existing, judgement.findings, judgement.holder)
    if not planned:
        return []
    ground = await ground_of(conn, production_key, [each for each in planned if each.move == "open"])
    return [automatic(each, ground, uuid7(), now) for each in planned]


async def ground_of(conn: Connection, key: tuple[str, str], opening: Sequence[judged.Planned]) -> Ground:
    """What the alerts that are *opening* begin with; nothing is looked up when none is."""
    if not opening:
        return Ground(employer_id=key[0], production_id=key[1], time_zone="UTC")
    findings = [each.finding for each in opening if each.finding]
    parties = {party for each in findings for party in plans.asked_for(each.locals, each.unions)}
    kept = await plans_store.plans(conn, parties)
    return Ground(
        employer_id=key[0],
        production_id=key[1],
        time_zone=await store.zone_of(conn, *key),
        plan_of=lambda locals_, unions: plans.followed(kept, locals_, unions),
    )


async def carry_out(
    conn: Connection, moves: Sequence[PlannedMove], positions: Sequence[Position], now: dt.datetime
) -> None:
    """Write *moves* at their *positions* in the ledger, and wake those who tell of them.

    *now* is the instant the moves' entries were made with.
    """
    await carry_out_all(conn, [(moves, positions, now)])


async def carry_out_all(
    conn: Connection, made: Sequence[tuple[Sequence[PlannedMove], Sequence[Position], dt.datetime]]
) -> None:
    """The same for moves of several instants at once; who tells of them is woken once."""
    rows = [
        store.row_of(move, position.index, now)
        for moves, positions, now in made
        for move, position in zip(moves, positions, strict=True)
    ]
    if rows:
        await store.write(conn, rows)
        await outbox.wake(conn, max(row["ledger_index"] for row in rows))


async def hold(conn: Connection, scope: Scope, alert_id: UUID) -> Alert:
    """An alert as it is, locked until the caller's transaction ends; NotFound when it is not in *scope*."""
    return await store.lock_alert(conn, scope, alert_id)


async def move_in(
    conn: Connection,
    scope: Scope,
    alert_id: UUID,
    move: MoveName,
    *,
    author: str,
    reason: str | None = None,
    outcome: Outcome | None = None,
    changed: Callable[[Course], Course] | None = None,
    if_match: str | None = None,
    now: dt.datetime,
) -> PlannedMove:
    """One move in the caller's transaction: alert, history, ledger entry, wake-up.

    *changed* is what it makes of the course beyond what every such move does. With *if_match*, of two who
    move the same revision one does and the other gets Stale; without, the alert moves from wherever it is.
    """
    before = await store.lock_alert(conn, scope, alert_id)
    if if_match is not None:
        check_match(before, if_match)
    planned = moved(before, move, author=author, reason=reason, outcome=outcome, changed=changed, now=now)
    await carry_one(conn, planned, now)
    return planned


async def carry_one(conn: Connection, planned: PlannedMove, now: dt.datetime) -> Position:
    """Write one move of an alert that the caller holds, and its ledger entry."""
    (position,) = await ledger.append(conn, [planned.entry(now)], now)
    await carry_out(conn, [planned], [position], now)
    if planned.alert.state in CLOSED:
        await store.rouse_held(conn, planned.alert, now)
    return position


async def wake(db: Database, now: dt.datetime, limit: int = 100) -> Woken:
    """Make what time has asked for by *now* of at most *limit* alerts, the longest overdue first.

    Each move is one transaction; several workers share them. An alert whose move breaks is said in the log
    and put off for a while: it holds up no other, however many break.
    """
    looked = made = 0
    failed: list[UUID] = []
    while looked + len(failed) < limit:
        claimed: tuple[str, UUID] | None = None
        try:
            async with db.transaction() as conn:
                claimed = await store.claim_waking(conn, now, failed)
                if claimed is None:
                    break
                alert = await store.lock_alert(conn, Scope(employers=[claimed[0]]), claimed[1])
                planned = await rouse(conn, alert, now)
        except Exception:
            if claimed is None:
                raise
            log.exception("alert.not_woken", alert=str(claimed[1]))
            failed.append(claimed[1])
            async with db.transaction() as conn:
                await store.put_off(conn, claimed, now + AGAIN)
            continue
        looked += 1
        if planned:
            made += 1
            tell(planned)
    return Woken(looked, made, [str(each) for each in failed])


async def rouse(conn: Connection, alert: Alert, now: dt.datetime) -> PlannedMove | None:
    """The one move that time asks of *alert*, which the caller holds; without one, when to look again."""
    due = waking.due(alert, now)
    if due is None and alert.course.held_by and await store.is_given_up(conn, alert):
        due = waking.Due(now, "update", judged.GIVEN_UP, {"held_by": None})
    if due is None:
        await store.note_waking(conn, alert, now)
        return None
    planned = of_time(alert, due, now)
    await carry_one(conn, planned, now)
    return planned


def tell(planned: PlannedMove) -> None:
    """A line in the log, after the commit: a promise that the move was made."""
    alert = planned.alert
    log.info(
        "alert.moved",
        move=planned.move,
        alert=str(alert.alert_id),
        employer=alert.employer_id,
        production=alert.production_id,
        state=alert.state,
        revision=alert.revision,
    )


def etag(revision: int) -> str:
    """The ETag of an alert at *revision*."""
    return f'"{revision}"'


def check_match(alert: Alert, if_match: str | None) -> None:
    """Refuse a move that does not say which revision it moves, or names one that is not the newest."""
    if if_match is None:
        raise PreconditionMissing(
            f"send If-Match with the ETag of the alert as you saw it; it is {etag(alert.revision)} now"
        )
    if if_match.strip() not in ("*", etag(alert.revision)):
        raise Stale(
            f"this alert has moved since you read it: it is {in_words(alert.state)} now, revision "
            f"{alert.revision}; read it again and send If-Match: {etag(alert.revision)} if the move is still "
            "what you want"
        )


async def load_page(conn: Connection, principal: Principal, alert_id: UUID, now: dt.datetime) -> AlertPage:
    """One alert with its history, as it is inside the caller's transaction."""
    stored = await store.get_stored(conn, scope_of(principal), alert_id)
    return view.page(stored, await store.moves(conn, stored.employer_id, alert_id), principal, now)


async def show(
    db: Database, principal: Principal, alert_id: UUID, now: dt.datetime, moment: Moment | None = None
) -> AlertPage:
    """One alert with clause, facts, clocks and history; NotFound when it is not the caller's to see.

    As of a *moment* its clocks stand as they stood then, and there are no moves to make.
    """
    async with db.snapshot() as conn:
        if moment is None:
            return await load_page(conn, principal, alert_id, now)
        stored = await store.get_stored(conn, scope_of(principal), alert_id, moment.size)
        history = await store.moves(conn, stored.employer_id, alert_id, moment.size)
    return view.page(view.as_it_was(stored, moment.instant), history, None, moment.instant)
