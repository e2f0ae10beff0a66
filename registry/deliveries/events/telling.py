"""A row of a history as an event: of an alert's moves, of a request's entries, of a thread."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.clocks import clock as clocks
from registry.alerts.clocks.clock import Running
from registry.alerts.course import Course
from registry.auth.scope import union_of
from registry.deliveries.event import Event
from registry.subscriptions.types import ALERT_TYPES, THREAD_TYPES

Row = Mapping[str, Any]


def of_move(row: Row) -> Event:
    """A move of an alert."""
    finding, course = row["finding"], msgspec.convert(row["course"] or {}, Course)
    return Event(
        **common(row, "alert", ALERT_TYPES[row["move"]]),
        **ends_of(row, course),
        locals=list(row["locals"]),
        unions=list(row["unions"]),
        author=row["author"],
        kind=row["kind"],
        severity=finding["severity"],
        rule=finding["rule"],
        state=row["state"],
        clause=finding["citation"]["clause"],
        says=finding["says"],
        held=course.held_by is not None,
        to=course.to,
    )


def of_request(row: Row) -> Event:
    """A request was made, or an entry answered it."""
    closes = row["document"].get("closes", False)
    said = "made" if row["kind"] == "request" else "closed" if closes else "answered"
    return Event(
        **common(row, "request", f"request.{said}"),
        locals=[row["party"]],
        unions=[union_of(row["party"])],
        author=row["author"],
        state="open" if said == "made" else said,
        asks=row["asks"],
    )


def of_thread(row: Row) -> Event | None:
    """Something was said about an alert or a request; None for what its alert's own move tells."""
    type_ = THREAD_TYPES.get(row["kind"])
    if type_ is None:
        return None
    course = msgspec.convert(row["course"] or {}, Course)
    return Event(
        **common(row, row["thread"], type_),
        **(ends_of(row, course) if row["finding"] else {}),
        locals=list(row["locals"]),
        unions=list(row["unions"]),
        author=row["author"],
        side=row["side"],
        kind=row["alert_kind"],
        severity=row["severity"],
        rule=row["rule"],
        state=row["state"],
        asks=row["asks"],
    )


def common(row: Row, thread: str, type_: str) -> dict[str, Any]:
    """What every event has."""
    return {
        "position": row["position"],
        "type": type_,
        "at": row["at"],
        "about": row["about"],
        "thread": thread,
        "employer_id": row["employer_id"],
        "production_id": row["production_id"],
        "title": row["title"],
        "revision": row["revision"],
    }


def ends_of(row: Row, course: Course) -> dict[str, Any]:
    """When an alert is due and which clock of it ends next; nothing of one that is over."""
    if row["state"] in {"resolved", "withdrawn"}:
        return {}
    soonest = clock_of(row, course)
    return {
        "due_on": day_of(row["finding"]["due_on"]),
        "clock": soonest.name if soonest else None,
        "clock_on": soonest.until if soonest else None,
    }


def clock_of(row: Row, course: Course) -> Running | None:
    """The clock of an alert that ends next, as its move left it."""
    zone = ZoneInfo(row["time_zone"])
    running = clocks.running(row["finding"], course, row["opened_at"], zone, row["at"])
    return next((clock for clock in running if clock.days_left >= 0), None)


def day_of(text: str | None) -> dt.date | None:
    """The day that *text* is."""
    return dt.date.fromisoformat(text) if text else None
