"""The body of an escalation plan, and every fault in one."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from registry.alerts.course import DEFAULT, EMPLOYER, LOCAL, UNION, Plan, Step
from registry.auth.scope import union_of
from registry.errors import Fault
from registry.productions import record, shape

REMIND: Final = (1, 720)
UNACKNOWLEDGE: Final = (1, 2160)
AFTER: Final = (1, 8760)
DISTANCE: Final = (0, 366)
MOST_DISTANCES: Final = 20
MOST_STEPS: Final = 10

Hours = Annotated[int, msgspec.Meta(ge=1, le=8760)]
Days = Annotated[int, msgspec.Meta(ge=0, le=366)]
Target = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class AskedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told, after how many hours in which nobody took up an open alert.

    `to` is the plan's own local or its union, `local` or `union` for those the alert concerns, or `employer`.
    """

    after_hours: Hours
    to: Target


class AskedPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How your alerts are followed up.

    Reminders come every `remind_hours` while an alert is open or acknowledged, and at each of `distances`
    days before a time limit. An acknowledged alert that nobody moves for `unacknowledge_hours` is open again.
    """

    remind_hours: Hours = DEFAULT.remind_hours
    unacknowledge_hours: Hours = DEFAULT.unacknowledge_hours
    distances: list[Days] = msgspec.field(default_factory=lambda: list(DEFAULT.distances))
    steps: list[AskedStep] = []


def check(document: Any, party: str) -> list[Fault]:
    """Every fault of the body of *party*'s plan."""
    if not isinstance(document, dict):
        return shape.check(AskedPlan, document)
    found = check_number(document.get("remind_hours"), REMIND, "/remind_hours", "hours")
    found += check_number(document.get("unacknowledge_hours"), UNACKNOWLEDGE, "/unacknowledge_hours", "hours")
    found += check_distances(document.get("distances"))
    found += check_steps(document.get("steps"), party)
    return record.fresh(found + shape.check(AskedPlan, document))


def check_number(value: Any, bounds: tuple[int, int], pointer: str, unit: str) -> list[Fault]:
    """The fault of a whole number outside *bounds*; what is none is said by its form."""
    if type(value) is not int or bounds[0] <= value <= bounds[1]:
        return []
    detail = f"{shape.said(value)} {unit} is not between {bounds[0]} and {bounds[1]}."
    return [Fault(pointer, "out-of-range", detail, fix=f"Give {bounds[0]} to {bounds[1]} {unit}.")]


def check_distances(value: Any) -> list[Fault]:
    """The faults of the distances before a time limit: none at all, too many, one twice, one too far."""
    if not isinstance(value, list):
        return []
    if not 1 <= len(value) <= MOST_DISTANCES:
        detail = f"{len(value)} distances: a time limit is reminded of at least once."
        return [Fault("/distances", "too-many-or-none", detail, fix=f"Give 1 to {MOST_DISTANCES} distances.")]
    found = []
    for at, days in enumerate(value):
        found += check_number(days, DISTANCE, f"/distances/{at}", "days")
        if days in value[:at]:
            detail = f"{shape.said(days)} is there twice."
            found.append(Fault(f"/distances/{at}", "twice", detail, fix="Name it once."))
    return found


def check_steps(value: Any, party: str) -> list[Fault]:
    """The faults of the steps: too many, too late, twice the same, or to somebody this plan cannot tell."""
    if not isinstance(value, list):
        return []
    if len(value) > MOST_STEPS:
        detail = f"{len(value)} steps are too many."
        return [Fault("/steps", "too-long", detail, fix=f"Give at most {MOST_STEPS}.")]
    found = []
    allowed = targets(party)
    for at, step in enumerate(value):
        if not isinstance(step, dict):
            continue
        pointer, to = f"/steps/{at}", step.get("to")
        found += check_number(step.get("after_hours"), AFTER, f"{pointer}/after_hours", "hours")
        if isinstance(to, str) and to not in allowed:
            detail = f"A plan of {party} cannot tell {shape.said(to)}."
            found.append(shape.not_listed(f"{pointer}/to", "not-allowed", detail, to, allowed))
        if step in value[:at]:
            found.append(Fault(pointer, "twice", "This step is there twice.", fix="Name it once."))
    return found


def targets(party: str) -> Sequence[str]:
    """Whom a plan of *party* may tell: the words for those concerned, the employer, itself, its union.

    Another local does not see the alert, so a step to it would reach nobody.
    """
    return [LOCAL, UNION, EMPLOYER, *sorted({party, union_of(party)})]


def plan_of(said: AskedPlan) -> Plan:
    """The plan that is asked for, its distances from far to near and its steps in time."""
    return Plan(
        remind_hours=said.remind_hours,
        unacknowledge_hours=said.unacknowledge_hours,
        distances=sorted(said.distances, reverse=True),
        steps=[Step(step.after_hours, step.to) for step in sorted(said.steps, key=lambda s: s.after_hours)],
    )
