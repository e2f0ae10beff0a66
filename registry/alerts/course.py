"""What people and time have made of an alert beside its finding: plan, waiver, grievance, agreed changes.

It is kept beside the finding on the alert and on each of its moves; NULL is a course in which nothing has
happened yet.
"""

import datetime as dt
from typing import Any, Final, Literal

import msgspec

LOCAL: Final = "local"
"""As the target of a step: the locals the alert concerns."""
UNION: Final = "union"
"""As the target of a step: the unions the alert concerns."""
EMPLOYER: Final = "employer"
"""As the target of a step: the employer of the production."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After how many hours in which nobody took up an open alert who is told: a local, a union, `employer`.

    `local` and `union` are those the alert concerns, whichever they are.
    """

    after_hours: int
    to: str


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an alert is followed up: reminders, distances before its clocks in days, and who is told when."""

    remind_hours: int
    unacknowledge_hours: int
    distances: list[int]
    steps: list[Step]


DEFAULT: Final = Plan(
    remind_hours=72,
    unacknowledge_hours=168,
    distances=[30, 14, 7, 3, 1],
    steps=[Step(120, LOCAL), Step(240, UNION)],
)
"""What an alert is followed up by when neither its local nor its union has a plan of its own."""


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Until when, its last day included, an alert rests; `approver` is None while it is only proposed."""

    until: dt.date
    reason: str
    author: str
    approver: str | None = None


class Grievance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of the grievance procedure that was taken: which, when, and the union's own reference."""

    step: int
    filed_on: dt.date
    reference: str


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change of one clock that both parties agreed to; `number` is of the thread entry that proposed it."""

    number: int
    clock: str
    kind: Literal["extend", "toll"]
    agreed_at: dt.datetime
    proposed_by: str
    consented_by: str
    until: dt.date | None = None
    days: int = 0


class Cure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing an employer has undertaken to do, and by which day."""

    what: str
    by: dt.date


class Course(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has become of an alert beside its finding.

    `since` is when it came into its present state, `touched_at` when the union last had a hand in a move of
    it: an employer's answers put nothing off. `to` is whom its newest move is addressed to beyond those
    concerned. `given` are the distances before clocks that it was reminded at, as `clock@day:distance`.
    `held_by` is the rule whose missing disclosure holds it back.
    """

    # A plan is always written out: the default may change, a running case does not.
    plan: Plan = msgspec.field(default_factory=lambda: DEFAULT)
    since: dt.datetime | None = None
    touched_at: dt.datetime | None = None
    reopened: int = 0
    reopened_at: dt.datetime | None = None
    assignee: str | None = None
    proposed: Waiver | None = None
    waiver: Waiver | None = None
    grievance: Grievance | None = None
    grievances: list[Grievance] = []
    held_by: str | None = None
    cured: bool = False
    level: int = 0
    to: list[str] = []
    given: list[str] = []
    reminded_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    accepted: bool = False
    changes: list[Change] = []
    cures: list[Cure] = []


def plain(course: Course) -> dict[str, Any]:
    """*course* as the tables keep it."""
    told: dict[str, Any] = msgspec.to_builtins(course)
    return told
