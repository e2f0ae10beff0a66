"""Whose plans an alert is followed by, and those plans made into one."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from registry.alerts.course import DEFAULT, LOCAL, UNION, Plan, Step
from registry.auth.scope import union_of


def asked_for(locals_: Iterable[str], unions: Iterable[str]) -> list[str]:
    """The parties whose plans have to be known to say how an alert of *locals_* and *unions* is followed."""
    return sorted({*locals_, *(union_of(each) for each in locals_), *unions})


def followed(stored: Mapping[str, Plan], locals_: Sequence[str], unions: Sequence[str]) -> Plan:
    """The plan an alert opens with: of its local, else of its union, else the default.

    Where several parties are concerned, each is followed up as its own plan says: the plan is all of theirs.
    """
    lone = [union for union in unions if union not in {union_of(each) for each in locals_}]
    parties = sorted({*locals_, *lone})
    own = [(party, applying(stored, party)) for party in parties]
    if all(plan == DEFAULT for _, plan in own):
        return DEFAULT
    return joined([spelt_out(plan, party) for party, plan in own])


def applying(stored: Mapping[str, Plan], party: str) -> Plan:
    """The plan of *party*: its own, else its union's, else the default."""
    return stored.get(party) or stored.get(union_of(party)) or DEFAULT


def spelt_out(plan: Plan, party: str) -> Plan:
    """*plan* for *party* alone: `local` and `union` in its steps as the keys they stand for."""
    names = {LOCAL: party, UNION: union_of(party)}
    return msgspec.structs.replace(
        plan, steps=[Step(step.after_hours, names.get(step.to, step.to)) for step in plan.steps]
    )


def joined(plans: Sequence[Plan]) -> Plan:
    """One plan that does at least what each of *plans* does: the shortest times, all distances, all steps."""
    steps = sorted({(step.after_hours, step.to) for plan in plans for step in plan.steps})
    return Plan(
        remind_hours=min(plan.remind_hours for plan in plans),
        unacknowledge_hours=min(plan.unacknowledge_hours for plan in plans),
        distances=sorted({days for plan in plans for days in plan.distances}, reverse=True),
        steps=[Step(hours, to) for hours, to in steps],
    )
