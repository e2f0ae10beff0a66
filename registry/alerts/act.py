"""The moves of alerts: the registry's own, inside a filing's or the sweep's transaction, and people's.

A move is an alert row, a history row, a ledger entry and a message, and they commit together or not at all.
Locks are taken in one order everywhere: production, alerts, the ledger's head.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from registry.alerts import lifecycle, store
from registry.alerts.alert import Alert, AlertLine, AlertPage, MoveName, Outcome, State, line, page
from registry.alerts.move import TOPIC, PlannedMove, automatic, by_hand
from registry.auth.scope import Principal, Scope, permit, scope_of
from registry.db import Connection, Database
from registry.errors import PreconditionMissing, Stale
from registry.ledger import store as ledger
from registry.ledger.store import Position
from registry.obligations.finding import AlertKind
from registry.obligations.judge import Judgement
from registry.outbox import store as outbox
from registry.page import Page, decode, limit_of
from registry.page import page as paged

log = structlog.get_logger()

EVENTS: Final = {
    "acknowledge": "alert.acknowledged",
    "resolve": "alert.resolved",
    "reopen": "alert.reopened",
}


async def plan(
    conn: Connection, production_key: tuple[str, str], judgement: Judgement, now: dt.datetime
) -> list[PlannedMove]:
    """The moves *judgement* asks of a production's alerts; none when it finds what is known already.

    The caller holds the production's lock, appends `move.entry(now)` of each to the ledger, and then calls
    `carry_out`. The alerts are locked until the caller's transaction ends.
    """
    assert now.tzinfo is not None
    existing = await store.lock_of_production(conn, *production_key)
    planned = lifecycle.plan(*production_key, existing, judgement.findings)
    return [automatic(each, *production_key, uuid7()) for each in planned]


async def carry_out(
    conn: Connection, moves: Sequence[PlannedMove], positions: Sequence[Position], now: dt.datetime
) -> None:
    """Write *moves* at their *positions* in the ledger, and leave a message about each in the outbox.

    *now* is the instant the moves' entries were made with.
    """
    if moves:
        await store.write(conn, moves, [position.index for position in positions], now)
        await outbox.enqueue(conn, TOPIC, [move.message(now) for move in moves])


async def acknowledge(
    db: Database,
    principal: Principal,
    alert_id: UUID,
    note: str | None,
    if_match: str | None,
    now: dt.datetime,
) -> AlertPage:
    """Say that somebody of the union has seen the alert and takes it up."""
    return await make_move(db, principal, alert_id, "acknowledge", note, None, if_match, now)


async def resolve(
    db: Database,
    principal: Principal,
    alert_id: UUID,
    outcome: Outcome,
    reason: str,
    if_match: str | None,
    now: dt.datetime,
) -> AlertPage:
    """Close the alert with an outcome and a reason in words."""
    return await make_move(db, principal, alert_id, "resolve", reason, outcome, if_match, now)


async def reopen(
    db: Database, principal: Principal, alert_id: UUID, reason: str, if_match: str | None, now: dt.datetime
) -> AlertPage:
    """Open again what was acknowledged or resolved, for a reason in words."""
    return await make_move(db, principal, alert_id, "reopen", reason, None, if_match, now)


async def make_move(
    db: Database,
    principal: Principal,
    alert_id: UUID,
    move: MoveName,
    reason: str | None,
    outcome: Outcome | None,
    if_match: str | None,
    now: dt.datetime,
) -> AlertPage:
    """One move by a person: state, history, ledger entry and message in one transaction.

    Of two people who move the same revision at once, one does and the other gets Stale.
    """
    permit(principal, {"representative"})
    scope = scope_of(principal)
    async with db.transaction() as conn:
        before = await store.get_alert(conn, scope, alert_id)
        check_match(before, if_match)
        planned = by_hand(before, move, principal.subject, reason, outcome)
        # The compare-and-set comes before the ledger's lock: who comes second waits for the first to commit,
        # sets nothing, and has held up nobody.
        if alert_id not in await store.set_moved(conn, [planned], now):
            raise refused(await store.get_alert(conn, scope, alert_id))
        positions = await ledger.append(conn, [planned.entry(now)], now)
        await store.insert_moves(conn, [planned], [positions[0].index], now)
        await outbox.enqueue(conn, TOPIC, [planned.message(now)])
        shown = await load_page(conn, scope, alert_id, now)
    log.info(
        EVENTS[move],
        alert=str(alert_id),
        employer=shown.employer_id,
        production=shown.production_id,
        revision=shown.revision,
        index=positions[0].index,
    )
    return shown


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
        raise refused(alert)


def refused(alert: Alert) -> Stale:
    """Why the caller's picture of *alert* is out of date, and what to do."""
    return Stale(
        f"this alert has moved since you read it: it is {alert.state} now, revision {alert.revision}; "
        f"read it again and send If-Match: {etag(alert.revision)} if the move is still what you want"
    )


async def load_page(conn: Connection, scope: Scope, alert_id: UUID, now: dt.datetime) -> AlertPage:
    """One alert with its history, as it is inside the caller's transaction."""
    stored = await store.get_stored(conn, scope, alert_id)
    return page(stored, await store.moves(conn, stored.employer_id, alert_id), now)


async def show(db: Database, principal: Principal, alert_id: UUID, now: dt.datetime) -> AlertPage:
    """One alert with clause, facts, clocks and history; NotFound when it is not the caller's to see."""
    async with db.snapshot() as conn:
        return await load_page(conn, scope_of(principal), alert_id, now)


async def find(
    db: Database,
    principal: Principal,
    now: dt.datetime,
    *,
    state: State | None = None,
    kind: AlertKind | None = None,
    production: str | None = None,
    local: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[AlertLine]:
    """A page of the alerts the caller may see, newest first; pages never shift when alerts are added."""
    key = decode(cursor, tuple[UUID])
    size = limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_alerts(
            conn,
            scope_of(principal),
            state=state,
            kind=kind,
            production=production,
            local=local,
            before=key[0] if key else None,
            limit=size + 1,
        )
    return paged([line(row, now) for row in rows], size, lambda item: [item.alert_id])
