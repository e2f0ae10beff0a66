"""Making the moves that people ask for: one, with its words in the thread; or one of each of many alerts.

Locks are taken in one order everywhere: production, alerts, the ledger's head.
"""

import datetime as dt
from typing import Final
from uuid import UUID

import msgspec
import structlog

from registry.alerts import act, request, store, view
from registry.alerts.alert import Alert, AlertLine, AlertPage, MoveName
from registry.alerts.lifecycle import MAKERS, after
from registry.alerts.move import PlannedMove, moved
from registry.alerts.moves.making import Making, making
from registry.alerts.request import BODIES, Answering, Asked, Named
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database
from registry.disclosures import document
from registry.disclosures import store as disclosures
from registry.errors import Fault, Invalid, RegistryError
from registry.problems import Problem, problem_of
from registry.productions.version import refuse
from registry.threads import act as threads
from registry.threads import store as threads_store
from registry.threads.entry import Said, Thread, sides_of, speaks_for

log = structlog.get_logger()

FINE: Final = 200


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one alert of many: as it is now, or the problem that kept it from moving."""

    alert_id: UUID
    status: int
    alert: AlertLine | None = None
    problem: Problem | None = None


class Results(msgspec.Struct, frozen=True):
    """One result for each alert that was named, in the order they were."""

    move: MoveName
    results: list[Result]


async def make(
    db: Database,
    principal: Principal,
    alert_id: UUID,
    move: MoveName,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> AlertPage:
    """One move by a person, with what it says in the thread: all of it in one transaction.

    Of two people who move the same revision at once, one does and the other gets Stale.
    """
    permit(principal, MAKERS[move])
    told = document.decode(body or b"{}")
    refuse(request.check(move, told, now))
    asked = msgspec.convert(told, BODIES[move])
    async with db.transaction() as conn:
        planned = await make_in(conn, principal, alert_id, asked, if_match, now, body)
        shown = await act.load_page(conn, principal, alert_id, now)
    act.tell(planned)
    return shown


async def make_in(
    conn: Connection,
    principal: Principal,
    alert_id: UUID,
    asked: Asked,
    if_match: str | None,
    now: dt.datetime,
    body: bytes | None = None,
) -> PlannedMove:
    """The same, in the caller's transaction; *body* is what the entry of the thread is kept with."""
    before = await act.hold(conn, scope_of(principal), alert_id)
    act.check_match(before, if_match)
    made = making(before, asked, principal.subject, now)
    after(before.state, made.move)
    if isinstance(asked, Answering):
        await check_references(conn, principal, before, asked)
    if made.kind:
        await say(conn, principal, before, made, body, now)
    planned = moved(
        before,
        made.move,
        author=principal.subject,
        reason=made.reason,
        outcome=made.outcome,
        changed=made.changed,
        now=now,
    )
    await act.carry_one(conn, planned, now)
    return planned


async def say(
    conn: Connection, principal: Principal, alert: Alert, made: Making, body: bytes | None, now: dt.datetime
) -> None:
    """Enter the words of a move in the alert's thread, where both parties read them."""
    assert made.kind is not None
    said = Said(
        kind=made.kind,
        party=speaks_for(principal, alert.locals, alert.unions),
        document=made.said,
        body=body or None,
        author=principal.subject,
        role=principal.role,
    )
    await threads.add(
        conn, Thread(alert.employer_id, alert.alert_id, "alert", alert.production_id), said, now
    )


async def check_references(conn: Connection, principal: Principal, alert: Alert, asked: Answering) -> None:
    """Refuse an answer that names a disclosure of another production, or a file this thread does not have."""
    faults = []
    if asked.facts:
        listed = await disclosures.find(conn, scope_of(principal), asked.facts.disclosure_id)
        if listed is None or listed.production_id != alert.production_id:
            detail = "There is no such disclosure of this alert's production."
            fix = "Name the disclosure that would be amended."
            faults.append(Fault("/facts/disclosure_id", "unknown", detail, fix=fix))
    if asked.evidence:
        entries = await threads_store.entries(conn, alert.employer_id, alert.alert_id, sides_of(principal))
        shown = {entry.document.get("evidence_id") for entry in entries if entry.kind == "evidence"}
        for at, each in enumerate(asked.evidence):
            if str(each) not in shown:
                detail = "This thread has no such file."
                fix = "Send the file to the alert first, and name the id it was given."
                faults.append(Fault(f"/evidence/{at}", "unknown", detail, fix=fix))
    if faults:
        raise Invalid("the answer names what is not there", faults)


async def make_many(db: Database, principal: Principal, body: bytes, now: dt.datetime) -> Results:
    """One move of each of many alerts; one that cannot be moved says why, and fails no neighbour."""
    permit(principal, {"representative"})
    told = document.decode(body)
    refuse(request.check_mass(told, now))
    move: MoveName = told["move"]
    own = {name: value for name, value in told.items() if name not in ("move", "alerts")}
    asked = msgspec.convert(own, BODIES[move])
    results = [
        await one_of_many(db, principal, asked, each, now)
        for each in msgspec.convert(told["alerts"], list[Named])
    ]
    return Results(move, results)


async def one_of_many(
    db: Database, principal: Principal, asked: Asked, named: Named, now: dt.datetime
) -> Result:
    """What became of one alert of many."""
    try:
        async with db.transaction() as conn:
            planned = await make_in(conn, principal, named.alert_id, asked, act.etag(named.revision), now)
            line = await load_line(conn, principal, named.alert_id, now)
    except Exception as fault:
        # A neighbour is moved whatever this was; our own faults are told as such, and stand in the log.
        if not isinstance(fault, RegistryError):
            log.exception("alert.not_moved", alert=str(named.alert_id))
        problem, _ = problem_of(fault, "")
        return Result(named.alert_id, problem.status, problem=problem)
    act.tell(planned)
    return Result(named.alert_id, FINE, alert=line)


async def load_line(conn: Connection, principal: Principal, alert_id: UUID, now: dt.datetime) -> AlertLine:
    """One alert as the list shows it, as it is inside the caller's transaction."""
    return view.line(await store.get_stored(conn, scope_of(principal), alert_id), principal, now)
