"""An alert, and what people are shown of it.

An alert is a finding somebody must see to. What it shows is *prima facie*, for a person to pursue; it is
never a legal conclusion.
"""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.alerts.clocks.clock import Running
from registry.alerts.course import Change, Course, Cure, Grievance, Plan, Waiver
from registry.obligations.finding import AlertKind, Citation, Missing, Severity

State = Literal[
    "open", "acknowledged", "answered", "in_consultation", "grieved", "waived", "resolved", "withdrawn"
]
MoveName = Literal[
    # The registry's; one of them, escalate, a representative makes, too.
    "open",
    "update",
    "settle",
    "remind",
    "escalate",
    "lapse",
    # Representatives'.
    "acknowledge",
    "assign",
    "ask",
    "accept",
    "dispute",
    "consult",
    "grieve",
    "propose_waiver",
    "waive",
    "resolve",
    "withdraw",
    "reopen",
    # Employers'.
    "answer",
    # Of both parties together: they agreed to change a clock.
    "extend",
]
Outcome = Literal["settled_with_employer", "cured", "not_a_breach", "decided", "duplicate"]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it is kept. `last_move` and `leaf` are of its newest move and that move's ledger entry."""

    employer_id: str
    alert_id: UUID
    production_id: str
    time_zone: str
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
    course: Course = Course()
    last_move: MoveName | None = None
    leaf: bytes | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an alert's history; `to` is whom the move was addressed to beyond those concerned."""

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
    to: list[str] = []


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
    clock_on: dt.date | None = None
    course: Course = Course()


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as the list shows it. `moves` are those you may make now; `due_on` is the duty's own day.

    `held_by` names the rule whose missing disclosure holds the alert back: nobody is told of it until then.
    """

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
    clock_on: dt.date | None
    reopened: int
    assignee: str | None
    waiver: Waiver | None
    proposed_waiver: Waiver | None
    grievance: Grievance | None
    held_by: str | None
    cured: bool
    moves: list[MoveName]
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
    answered_at: dt.datetime | None
    accepted: bool
    cures: list[Cure]
    grievances: list[Grievance]
    changes: list[Change]
    ended_clocks: list[Running]
    plan: Plan
    history: list[Told]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The live alerts of one production that concern one local, or a union where no local is named.

    `severity` is the gravest among them, `clock_on` the soonest day on which a time limit ends.
    """

    employer_id: str
    production_id: str
    production_title: str
    local: str
    alerts: int
    held: int
    kinds: dict[AlertKind, int]
    states: dict[State, int]
    severity: Severity
    clock_on: dt.date | None
    days_left: int | None
