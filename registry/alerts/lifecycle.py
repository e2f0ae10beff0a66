"""The life of an alert: its states and moves as one table, who makes each move, and what it leaves behind.

    open ─▶ acknowledged ─▶ answered ─▶ in_consultation ─▶ grieved     taken up, and carried on
      ▲         │              │              │               │
      │         ├──────────────┴──────────────┼───────────────┤
      │         ▼                             ▼               ▼
      ├───── waived (until a day)          resolved        withdrawn   resting, and closed
      └──────── reopen, lapse ◀───────────────┴───────────────┘

Acknowledging is not silencing: an acknowledged alert that nobody moves opens again. `reopened` is a move and
a count, not a state. Grieved and withdrawn keep their state when the matter is cured; the cure is noted.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from registry.alerts.alert import MoveName, Outcome, State
from registry.alerts.course import Course
from registry.auth.scope import Role
from registry.errors import IllegalMove
from registry.obligations.finding import AlertKind

Maker = Role | Literal["registry"]

STATES: Final[tuple[State, ...]] = get_args(State)
CLOSED: Final[frozenset[State | None]] = frozenset({"resolved", "withdrawn"})
"""The states in which nobody owes the alert anything."""
LIVE: Final = tuple(state for state in STATES if state not in CLOSED)
RESTABLE: Final[tuple[State, ...]] = ("open", "acknowledged", "answered", "in_consultation")
"""The states from which an alert may be waived, and in which a waiver may be proposed."""


def moving(move: MoveName, to: State, *states: State) -> dict[tuple[State | None, MoveName], State]:
    """The rows of the table for a move that leads *to* one state from each of *states*."""
    return {(state, move): to for state in states}


def staying(move: MoveName, *states: State) -> dict[tuple[State | None, MoveName], State]:
    """The rows of the table for a move that leaves each of *states* as it is."""
    return {(state, move): state for state in states}


TABLE: Final[Mapping[tuple[State | None, MoveName], State]] = {
    (None, "open"): "open",
    **staying("update", *LIVE),
    **moving("settle", "resolved", *RESTABLE, "waived", "resolved"),
    **staying("settle", "grieved", "withdrawn"),
    **staying("remind", *LIVE),
    **staying("escalate", *LIVE),
    **staying("assign", *LIVE),
    **staying("extend", *LIVE),
    **moving("lapse", "open", "waived"),
    **moving("acknowledge", "acknowledged", "open"),
    **moving("answer", "answered", "open", "acknowledged", "answered"),
    **staying("answer", "in_consultation", "grieved"),
    **staying("accept", "answered"),
    **moving("dispute", "acknowledged", "answered"),
    **moving("ask", "acknowledged", "open", "acknowledged", "answered"),
    **staying("ask", "in_consultation", "grieved"),
    **moving("consult", "in_consultation", "open", "acknowledged", "answered"),
    **moving("grieve", "grieved", *RESTABLE, "grieved"),
    **staying("propose_waiver", *RESTABLE),
    **moving("waive", "waived", *RESTABLE),
    **moving("resolve", "resolved", *LIVE),
    **moving("withdraw", "withdrawn", *LIVE),
    **moving("reopen", "open", *(state for state in STATES if state != "open")),
}
"""Every legal move; what is not here is refused."""

MAKERS: Final[Mapping[MoveName, frozenset[Maker]]] = {
    "open": frozenset({"registry"}),
    "update": frozenset({"registry"}),
    "settle": frozenset({"registry"}),
    "remind": frozenset({"registry"}),
    "lapse": frozenset({"registry"}),
    "escalate": frozenset({"registry", "representative"}),
    "reopen": frozenset({"registry", "representative"}),
    "acknowledge": frozenset({"representative"}),
    "assign": frozenset({"representative"}),
    "ask": frozenset({"representative"}),
    "accept": frozenset({"representative"}),
    "dispute": frozenset({"representative"}),
    "consult": frozenset({"representative"}),
    "grieve": frozenset({"representative"}),
    "propose_waiver": frozenset({"representative"}),
    "waive": frozenset({"representative"}),
    "resolve": frozenset({"representative"}),
    "withdraw": frozenset({"representative"}),
    "answer": frozenset({"employer"}),
    "extend": frozenset({"employer", "representative"}),
}
"""Who makes each move. Auditors and administrators make none; extending takes both parties."""

assert set(MAKERS) == set(get_args(MoveName))

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "settled_with_employer": "the employer and the union settled the matter",
    "cured": "what was missing has been done",
    "not_a_breach": "on a person's reading the agreement was kept",
    "decided": "an arbitrator, a court or an agency decided the matter",
    "duplicate": "the same matter is followed under another alert",
}
"""Every outcome and what it says; each resolution names one."""

assert set(OUTCOMES) == set(get_args(Outcome))

REGISTRY: Final = "registry"
"""The author of the moves nobody made by hand."""

KIND_IN_WORDS: Final[Mapping[str, str]] = {
    "due_soon": "a duty soon due",
    "review": "a matter for a person's review",
    "insufficient_information": "a question for want of facts",
    "accuracy": "two statements that do not agree",
    "violation": "a violation",
}

assert set(KIND_IN_WORDS) == set(get_args(AlertKind))

OWN_DOOR: Final[frozenset[MoveName]] = frozenset({"extend"})
"""Moves by hand that are not asked for by name: agreeing to an extension makes this one."""


REASONED: Final[frozenset[MoveName]] = frozenset(
    {"dispute", "ask", "propose_waiver", "resolve", "withdraw", "reopen", "escalate"}
)
"""The moves by hand that owe a reason; a grievance owes its reference, an approval has the proposal's."""

AFRESH: Final[Mapping[str, Any]] = {
    "cured": False,
    "level": 0,
    "accepted": False,
    "reminded_at": None,
    "answered_at": None,
    "grievance": None,
    "proposed": None,
    "held_by": None,
}
LEFT: Final[Mapping[MoveName, Mapping[str, Any]]] = {
    "reopen": AFRESH,
    "lapse": {"level": 0, "reminded_at": None, "proposed": None},
    "settle": {"cured": True},
    "answer": {"accepted": False},
    "accept": {"accepted": True},
    "dispute": {"accepted": False},
    "waive": {"proposed": None},
}
"""What each move makes of the course, whoever makes it and whenever."""


def after(state: State | None, move: MoveName) -> State:
    """The state *move* leads to from *state*; IllegalMove, saying what is allowed, when it leads nowhere."""
    to = TABLE.get((state, move))
    if to is None:
        allowed = [f"`{name}`" for name in by_hand(state)]
        raise IllegalMove(
            f"an alert that is {in_words(state)} cannot take the move `{move}`; "
            f"{'it can take ' + ' or '.join(allowed) if allowed else 'open it first'}"
        )
    return to


def in_words(state: State | None) -> str:
    """A state as sentences say it."""
    return state.replace("_", " ") if state else "not there yet"


def by_hand(state: State | None, role: Role | None = None) -> list[MoveName]:
    """The moves that people of *role*, or of any role, may make from *state*, in the table's order."""
    makers: frozenset[Maker] = frozenset({role} if role else {"employer", "representative"})
    return [move for at, move in TABLE if at == state and makers & MAKERS[move] and move not in OWN_DOOR]


def followed(
    course: Course, move: MoveName, states: tuple[State | None, State], now: dt.datetime, *, person: bool
) -> Course:
    """*course* as *move* from one of *states* to the other leaves it at *now*."""
    before, to = states
    marks: dict[str, Any] = {"to": []}
    if before != to or move == "reopen":
        marks["since"] = now
    if person:
        # What somebody has taken up is not held back any more, not from its clocks either.
        marks["held_by"] = None
    if person and move != "answer":
        marks["touched_at"] = now
    if move != "update":
        marks |= LEFT.get(move, {})
    if move == "reopen":
        marks |= {"reopened": course.reopened + 1, "reopened_at": now}
    if move == "answer":
        marks["answered_at"] = now
    if move == "remind":
        marks["reminded_at"] = now
    if to not in {*RESTABLE, "waived"}:
        marks["proposed"] = None
    if to != "waived":
        marks["waiver"] = None
    return msgspec.structs.replace(course, **marks)
