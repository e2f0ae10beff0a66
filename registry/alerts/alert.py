"""An alert, and what people are shown of it.

An alert is a finding somebody must see to. What it shows is *prima facie*, for a person to pursue; it is
never a legal conclusion.
"""

import datetime as dt
from typing import Any, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.finding import AlertKind, Citation, Missing, Severity

T = TypeVar("T")

State = Literal["open", "acknowledged", "resolved"]
MoveName = Literal["open", "update", "acknowledge", "settle", "resolve", "reopen"]
Outcome = Literal[
    "settled_with_employer", "cured", "not_a_breach", "grieved", "duplicate", "withdrawn_by_union"
]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it is kept. `last_move` and `leaf` are of its newest move and that move's ledger entry."""

    employer_id: str
    alert_id: UUID
    production_id: str
    fingerprint: bytes
    rule: str
    kind: AlertKind
    severity: Severity
    state: State
    revision: int
    locals: list[str]
    unions: list[str]
    finding: dict[str, Any]
    outcome: Outcome | None
    opened_at: dt.datetime
    changed_at: dt.datetime
    last_move: MoveName | None = None
    leaf: bytes | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an alert's history."""

    revision: int
    move: MoveName
    from_state: State | None
    to_state: State
    author: str
    reason: str | None
    outcome: Outcome | None
    verdict: str | None
    moved_at: dt.datetime
    ledger_index: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with the facts of its production that a page about it shows."""

    employer_id: str
    alert_id: UUID
    production_id: str
    production_title: str
    time_zone: str
    rule: str
    kind: AlertKind
    severity: Severity
    state: State
    revision: int
    locals: list[str]
    unions: list[str]
    finding: dict[str, Any]
    outcome: Outcome | None
    opened_at: dt.datetime
    changed_at: dt.datetime


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit, and how many days of it are left where the production is; negative when it is over."""

    name: str
    until: dt.date
    says: str
    confidence: str
    days_left: int


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as the list shows it."""

    alert_id: UUID
    employer_id: str
    production_id: str
    production_title: str
    rule: str
    kind: AlertKind
    severity: Severity
    state: State
    revision: int
    outcome: Outcome | None
    locals: list[str]
    unions: list[str]
    clause: str
    says: str
    subject_kind: str
    subject: str
    due_on: dt.date | None
    clocks: list[Running]
    opened_at: dt.datetime
    changed_at: dt.datetime


class AlertPage(AlertLine, frozen=True, kw_only=True):
    """Everything there is to know about one alert: its line of the list, its reasons, its history."""

    citation: Citation
    owed_to: str
    verdict: str
    because: list[str]
    missing: list[Missing]
    review: list[str]
    remedy: str
    occurred_on: dt.date | None
    known_on: dt.date | None
    due_at: dt.datetime | None
    pack: str
    pack_digest: str
    params: str
    values: dict[str, Any]
    history: list[Told]


def running(stored: Stored, now: dt.datetime) -> list[Running]:
    """The clocks of an alert, soonest first, with the days left on the calendar of the production's place."""
    today = now.astimezone(ZoneInfo(stored.time_zone)).date()
    clocks = [
        Running(
            name=clock["name"],
            until=until,
            says=clock["says"],
            confidence=clock["confidence"],
            days_left=(until - today).days,
        )
        for clock in stored.finding["clocks"]
        for until in [dt.date.fromisoformat(clock["until"])]
    ]
    return sorted(clocks, key=lambda clock: (clock.until, clock.name))


def line(stored: Stored, now: dt.datetime) -> AlertLine:
    """An alert as the list shows it at *now*."""
    return shown(stored, now, AlertLine, {})


def page(stored: Stored, history: list[Told], now: dt.datetime) -> AlertPage:
    """An alert with everything about it at *now*."""
    return shown(stored, now, AlertPage, {"history": history})


def shown(stored: Stored, now: dt.datetime, kind: type[T], more: dict[str, Any]) -> T:
    """*stored* as a struct of *kind*: what the finding says, what the alert is, and its clocks at *now*."""
    facts = {**stored.finding, **msgspec.structs.asdict(stored)}
    facts["clause"] = stored.finding["citation"]["clause"]
    facts["clocks"] = running(stored, now)
    return msgspec.convert({**facts, **more}, kind)
