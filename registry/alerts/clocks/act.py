"""Asking for a change of a clock, consenting to it, refusing it: entries of the thread, and the alert's move.

Consent is one transaction: the entry of the thread, the move of the alert with the change, and, where the
duty itself was given more time, the waiver until then. Locks are taken in one order everywhere: the alert,
the ledger's head.
"""

import datetime as dt
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from registry.alerts import act as alerts
from registry.alerts.alert import Alert, AlertPage
from registry.alerts.clocks import change
from registry.alerts.clocks.change import Consent, Extension, Proposal, Refusal
from registry.alerts.clocks.clock import DUE, Running, every
from registry.alerts.lifecycle import RESTABLE, after
from registry.auth.scope import Principal, permit, scope_of
from registry.db import Connection, Database, UniqueViolation
from registry.disclosures import document
from registry.errors import KeyReused
from registry.idempotency import REPLAYED, digest, key_of, required
from registry.ledger.moment import Moment, size_at
from registry.productions import record, shape
from registry.productions.version import refuse
from registry.threads import act as threads
from registry.threads import store as entries
from registry.threads.entry import Entered, EntryKind, Said, Thread, speaks_for

log = structlog.get_logger()

T = TypeVar("T", Consent, Refusal)

REUSED: Final = "this Idempotency-Key came with something else before; what is new needs a key of its own"
PARTIES: Final = {"employer", "representative"}


class Asked(msgspec.Struct, frozen=True):
    """A change of a clock that was asked for now, or by the same request before."""

    shown: Proposal
    location: str
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, and whether this is an answer given before."""
        return {"Location": self.location} | (REPLAYED if self.replayed else {})


async def ask(
    db: Database, principal: Principal, alert_id: UUID, body: bytes, key: str | None, now: dt.datetime
) -> Asked:
    """Ask the other party for a change of a clock; sent again with its key it asks for nothing twice."""
    permit(principal, PARTIES)
    given = required(key_of(key), "extension")
    told = document.decode(body)
    refuse(change.check(told))
    want = msgspec.convert(told, Extension)
    key_digest = digest(principal.subject, given)
    try:
        async with db.transaction() as conn:
            alert = await alerts.hold(conn, scope_of(principal), alert_id)
            before = await entries.find_by_key(conn, alert.employer_id, key_digest)
            if before is not None:
                return await replayed(conn, alert, before, body)
            after(alert.state, "extend")
            change.check_alone(await proposals(conn, alert), want.clock, principal.role)
            clock, end, _ = weighed(alert, want, now)
            said = change.document(want, clock, end)
            row = await enter(conn, principal, alert, "extension", said, now, body, key_digest)
    except UniqueViolation:
        # The same key came at the same moment about another alert, whose lock is another one.
        raise KeyReused(
            "this Idempotency-Key came with something else; send what is new with another"
        ) from None
    log.info("clock.asked", alert=str(alert_id), employer=alert.employer_id, number=row.number)
    return Asked(change.told(row, None), location(alert_id), replayed=False)


async def replayed(conn: Connection, alert: Alert, before: Entered, body: bytes) -> Asked:
    """What *before* asked for, as it stands now; KeyReused when that was something else."""
    found = [each for each in await proposals(conn, alert) if each.number == before.number]
    if before.thread_id != alert.alert_id or before.body != body or not found:
        raise KeyReused(REUSED)
    return Asked(found[0], location(alert.alert_id), replayed=True)


async def consent(
    db: Database,
    principal: Principal,
    alert_id: UUID,
    number: int,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> AlertPage:
    """Agree to a change the other party has asked for: the clock changes, and the alert makes a move."""
    permit(principal, PARTIES)
    said = read(body, Consent)
    async with db.transaction() as conn:
        alert = await alerts.hold(conn, scope_of(principal), alert_id)
        alerts.check_match(alert, if_match)
        each = change.to_answer(await proposals(conn, alert), number, principal.role)
        after(alert.state, "extend")
        _, end, beside = weighed(alert, change.wanted(each), now)
        answer = {"number": number, "reason": said.reason}
        await enter(conn, principal, alert, "consent", answer, now, body)
        await changed(conn, principal, alert, each, (end, change.says(each, end, beside)), now)
        page = await alerts.load_page(conn, principal, alert_id, now)
    log.info("clock.agreed", alert=str(alert_id), employer=alert.employer_id, number=number)
    return page


async def changed(
    conn: Connection,
    principal: Principal,
    alert: Alert,
    each: Proposal,
    outcome: tuple[dt.date, str],
    now: dt.datetime,
) -> None:
    """The moves of an alert whose clock both parties changed: the change, and its rest where it has one.

    *outcome* is the clock's new last day, and the change in words.
    """
    end, says = outcome
    scope, agreed = scope_of(principal), change.agreed(each, principal.subject, now)
    rest = change.rest(each, end, principal.subject) if each.clock == DUE else None
    await alerts.move_in(
        conn,
        scope,
        alert.alert_id,
        "extend",
        author=principal.subject,
        reason=says,
        changed=lambda course: change.with_change(
            change.rests(course, rest) if rest and alert.state == "waived" else course, agreed
        ),
        now=now,
    )
    if rest and alert.state in RESTABLE:
        await alerts.move_in(
            conn,
            scope,
            alert.alert_id,
            "waive",
            author=principal.subject,
            reason=says,
            changed=lambda course: change.rests(course, rest),
            now=now,
        )


async def turn_down(
    db: Database, principal: Principal, alert_id: UUID, number: int, body: bytes, now: dt.datetime
) -> Proposal:
    """Refuse a change the other party has asked for, for a reason in words; the clock runs on as it did."""
    permit(principal, PARTIES)
    said = read(body, Refusal)
    async with db.transaction() as conn:
        alert = await alerts.hold(conn, scope_of(principal), alert_id)
        change.to_answer(await proposals(conn, alert), number, principal.role)
        await enter(conn, principal, alert, "refusal", {"number": number, "reason": said.reason}, now, body)
        found = await proposals(conn, alert)
    log.info("clock.refused", alert=str(alert_id), employer=alert.employer_id, number=number)
    return next(each for each in found if each.number == number)


async def show(
    db: Database, principal: Principal, alert_id: UUID, moment: Moment | None = None
) -> list[Proposal]:
    """Every change of a clock that was asked for about an alert, oldest first, each with its answer."""
    size = size_at(moment)
    async with db.snapshot() as conn:
        matter = await entries.find_matter(conn, scope_of(principal), "alert", alert_id, size)
        return change.proposals(await entries.entries(conn, matter.employer_id, alert_id, ["both"], size))


async def proposals(conn: Connection, alert: Alert) -> list[Proposal]:
    """Every change that was asked for about *alert*, which the caller holds."""
    return change.proposals(await entries.entries(conn, alert.employer_id, alert.alert_id, ["both"]))


def weighed(alert: Alert, want: Extension, now: dt.datetime) -> tuple[Running, dt.date, str]:
    """The clock of *alert* that is to be changed, its new last day, and what decides before that, in words.

    Refused when it cannot be changed so.
    """
    zone = ZoneInfo(alert.time_zone)
    clocks = every(alert.finding, alert.course, alert.opened_at, zone, now)
    clock, end = change.new_end(want, clocks, now.astimezone(zone).date())
    return clock, end, change.beside(clock, end, clocks)


async def enter(
    conn: Connection,
    principal: Principal,
    alert: Alert,
    kind: EntryKind,
    said: dict[str, Any],
    now: dt.datetime,
    body: bytes,
    key_digest: bytes | None = None,
) -> Entered:
    """One entry in the thread of *alert*, read by both parties."""
    thread = Thread(alert.employer_id, alert.alert_id, "alert", alert.production_id)
    what = Said(
        kind=kind,
        party=speaks_for(principal, alert.locals, alert.unions),
        document={name: value for name, value in said.items() if value is not None},
        body=body,
        author=principal.subject,
        role=principal.role,
        key_digest=key_digest,
    )
    return await threads.add(conn, thread, what, now)


def read(body: bytes, kind: type[T]) -> T:
    """*body* as *kind*; an empty body is an empty object. Refused with every fault in it."""
    told = document.decode(body or b"{}")
    refuse(record.fresh(shape.check(kind, told)))
    return msgspec.convert(told, kind)


def location(alert_id: UUID) -> str:
    """Where the changes that were asked for about an alert are to be had."""
    return f"/v1/alerts/{alert_id}/extensions"
