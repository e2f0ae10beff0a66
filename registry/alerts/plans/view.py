"""A plan as it is shown: what applies to a party, and whose plan that is."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import msgspec

from registry.alerts.course import Plan
from registry.alerts.plans.plan import applying
from registry.auth.scope import union_of

Source = Literal["own", "union", "default"]


class Kept(msgspec.Struct, frozen=True):
    """A row of escalation_plan."""

    party: str
    revision: int
    plan: Plan
    changed_at: dt.datetime
    changed_by: str


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """How alerts of `party` that open now are followed up.

    `source` says whose plan this is: its own, its union's, or the registry's default. `revision` is of its
    own plan; 0 while there is none.
    """

    party: str
    source: Source
    plan: Plan
    revision: int
    changed_at: dt.datetime | None
    changed_by: str | None


def shown(party: str, stored: Mapping[str, Kept]) -> PlanShown:
    """What applies to *party*, of the plans of it and of its union that are *stored*."""
    own = stored.get(party)
    applied = own or stored.get(union_of(party))
    source: Source = "own" if own else "union" if applied else "default"
    return PlanShown(
        party=party,
        source=source,
        plan=applying({name: kept.plan for name, kept in stored.items()}, party),
        revision=own.revision if own else 0,
        changed_at=applied.changed_at if applied else None,
        changed_by=applied.changed_by if applied else None,
    )
