"""What a caller is shown of an alert: its line of the list, its page."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.alert import AlertLine, AlertPage, MoveName, Stored, Told
from registry.alerts.clocks.clock import clock_on, ended, running
from registry.alerts.lifecycle import CLOSED, by_hand
from registry.auth.scope import Principal

T = TypeVar("T")

OF_THE_COURSE: Final = (
    *("reopened", "assignee", "waiver", "grievance", "held_by", "cured", "answered_at", "accepted"),
    *("cures", "grievances", "changes", "plan"),
)
"""What is shown of an alert's course under its own name."""


def line(stored: Stored, caller: Principal | None, now: dt.datetime) -> AlertLine:
    """An alert as the list shows it to *caller* at *now*; None is a reader of the past, who moves nothing."""
    return shown(stored, caller, now, AlertLine, {})


def page(stored: Stored, history: Sequence[Told], caller: Principal | None, now: dt.datetime) -> AlertPage:
    """An alert with everything about it, as *caller* is shown it at *now*."""
    over = ended(stored.finding, stored.course, stored.opened_at, ZoneInfo(stored.time_zone), now)
    return shown(stored, caller, now, AlertPage, {"history": history, "ended_clocks": over})


def as_it_was(stored: Stored, at: dt.datetime) -> Stored:
    """*stored*, as of a moment, with the soonest day on which a clock that ran *at* that instant ends."""
    zone = ZoneInfo(stored.time_zone)
    closed = stored.state in CLOSED
    soonest = None if closed else clock_on(stored.finding, stored.course, stored.opened_at, zone, at)
    return msgspec.structs.replace(stored, clock_on=soonest)


def shown(
    stored: Stored, caller: Principal | None, now: dt.datetime, kind: type[T], more: dict[str, Any]
) -> T:
    """*stored* as a struct of *kind*: what the finding says, what the alert is, and its clocks at *now*."""
    course, zone = stored.course, ZoneInfo(stored.time_zone)
    facts = {**stored.finding, **msgspec.structs.asdict(stored)}
    facts |= {name: getattr(course, name) for name in OF_THE_COURSE}
    facts["proposed_waiver"] = course.proposed
    facts["clause"] = stored.finding["citation"]["clause"]
    facts["clocks"] = running(stored.finding, course, stored.opened_at, zone, now)
    facts["moves"] = open_to(stored, caller) if caller else []
    return msgspec.convert({**facts, **more}, kind)


def open_to(stored: Stored, caller: Principal) -> list[MoveName]:
    """The moves *caller* may make of an alert they see: those of their role, and no approval of their own."""
    proposed = stored.course.proposed
    own = proposed is None or proposed.author == caller.subject
    return [
        move
        for move in by_hand(stored.state, caller.role)
        if not (move == "waive" and own) and not (move == "accept" and stored.course.accepted)
    ]
