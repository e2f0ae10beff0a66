"""When a duty is due, and whether it was done in time: typed, with the arithmetic in words.

Three kinds: before an event (by days, elapsed hours, or simply before it), after an event by days, and by
the end of the contract window a request falls in.
"""

import datetime as dt
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.moments import (
    Moment,
    day,
    days,
    hours_ahead,
    precedes,
    span,
    start,
    window,
    words,
)
from registry.obligations.workdays import minus, plus

Absent = Literal["not_done", "unknown"]
Number = int | str
"""A number, or the name of a dated parameter."""


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="before", tag_field="kind"):
    """Done ahead of *event*: at least *days*, *business_days* of `calendar`, *hours* elapsed, or just before.

    `or_at` lets the day (or instant) of the event itself count.
    """

    event: str
    done: str
    days: Number = 0
    hours: Number = 0
    business_days: Number = 0
    calendar: str = ""
    or_at: bool = False
    absent: Absent = "unknown"
    not_done: str = ""
    late: Literal["violation", "accepted"] = "violation"


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="after", tag_field="kind"):
    """Done at the latest *days* calendar days, or *business_days* of `calendar`, after *event*.

    The day of the event is not counted.
    """

    event: str
    done: str
    days: Number = 0
    business_days: Number = 0
    calendar: str = ""
    absent: Absent = "not_done"
    not_done: str = ""
    late: Literal["violation", "accepted"] = "violation"


class WindowEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="window_end", tag_field="kind"):
    """Done by the end of the contract window of *months* months that *event* falls in.

    If fewer than *at_least* days of the window remain, *at_least* days after *event* instead.
    """

    event: str
    done: str
    anchor: dt.date
    months: int
    at_least: Number
    absent: Absent = "not_done"
    not_done: str = ""
    late: Literal["violation", "accepted"] = "violation"


Due = Before | After | WindowEnd
State = Literal["none", "met", "late", "overdue", "pending", "unknown"]
LATE: Final = frozenset({"late", "overdue"})
IRREGULAR: Final = frozenset({"held", "sent", "paid", "made", "told", "given", "effective"})


class Timing(msgspec.Struct, frozen=True):
    """How a duty stands in time. `limit` is the first instant at which it is overdue."""

    state: State
    says: str = ""
    on: dt.date | None = None
    limit: dt.datetime | None = None
    asks: tuple[str, ...] = ()
    planned: dt.datetime | None = None
    """When what is planned to be done will have been done: until then it is not."""


def timing(
    due: Due | None,
    facts: dict[str, Any],
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
    declared_undone: bool | None,
) -> Timing:
    """How *due* stands at *as_of*; `declared_undone` is the filer's own word that it was not done."""
    if due is None:
        return Timing("none")
    event: Moment | None = facts.get(due.event)
    if event is None:
        return Timing("unknown", "The day it is counted from is not stated.", asks=(due.event,))
    done: Moment | None = facts.get(due.done)
    planned = ahead(done, zone, as_of) if done is not None else None
    if planned:
        stands = placed(due, event, None, values, zone, as_of, undone_by_now=True)
        told = f"{stands.says} It is planned for {words(done)}."
        return msgspec.structs.replace(stands, says=told, planned=planned)
    return placed(due, event, done, values, zone, as_of, undone_by_now=declared_undone)


def ahead(done: Moment, zone: ZoneInfo, as_of: dt.datetime) -> dt.datetime | None:
    """The first instant of *done*, when it lies after *as_of*: a plan, not a deed."""
    if not isinstance(done, dt.datetime) and done < as_of.date() - dt.timedelta(days=1):
        return None
    first = span(done, zone)[0]
    return first if first > as_of else None


def placed(
    due: Due,
    event: Moment,
    done: Moment | None,
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
    *,
    undone_by_now: bool | None,
) -> Timing:
    """How *due* stands between its event and what was done."""
    if isinstance(due, Before):
        return before(due, event, done, values, zone, as_of, undone_by_now)
    if isinstance(due, After):
        on, span_of = shifted(due, day(event, zone), values, 1)
        counted = f"due {words(on)}, {span_of} after {named(due.event)}{words(day(event, zone))}"
    else:
        on, counted = window_due(due, day(event, zone), values)
    return until(due, on, counted, done, zone, as_of, undone_by_now)


def tail_of(name: str) -> str:
    """What a moment is the moment of: `consultation.held_on` is `held`, `use.first` is `first use`."""
    head, _, tail = name.partition(".")
    if tail in {"first", "last"}:
        return f"{tail} {head}"
    if tail in {"on", "end"}:
        return head if tail == "on" else f"{head} {tail}"
    return tail.removesuffix("_on").removesuffix("_at").replace("_", " ")


def named(event: str) -> str:
    """What a duty is counted from, before its day: `first use on `, `it was requested on `."""
    said = tail_of(event)
    return f"{'it was ' if is_deed(said) else ''}{said} on "


def deed(done: str) -> str:
    """What was done, before its day: `filed`, `held`; where its name is no deed, `done`."""
    said = tail_of(done)
    return said if is_deed(said) else "done"


def is_deed(said: str) -> bool:
    """Whether a word says that something was done."""
    return " " not in said and (said.endswith("ed") or said in IRREGULAR)


def amount(number: Number, values: dict[str, Any]) -> int:
    """A number as it stands, or the parameter of that name."""
    return number if isinstance(number, int) else int(values[number])


def by_days(due: Before | After, values: dict[str, Any]) -> bool:
    """Whether a due counts in days, calendar or business ones."""
    return bool(amount(due.days, values) or amount(due.business_days, values))


def shifted(
    due: Before | After, event: dt.date, values: dict[str, Any], way: Literal[1, -1]
) -> tuple[dt.date, str]:
    """The day a due's days after an event, or before it when *way* is -1; and how many they are, in words."""
    number = amount(due.business_days, values)
    if not number:
        number = amount(due.days, values)
        return event + way * dt.timedelta(days=number), days(number)
    on = (plus if way > 0 else minus)(event, number, due.calendar)
    return on, f"{days(number).replace(' day', ' business day')} ({due.calendar})"


def window_due(due: WindowEnd, asked: dt.date, values: dict[str, Any]) -> tuple[dt.date, str]:
    """The day a request of *asked* is due, and the arithmetic in words."""
    least = amount(due.at_least, values)
    ends = window(asked, due.anchor, due.months)[1]
    left = (ends - asked).days
    if left < least:
        on = asked + dt.timedelta(days=least)
        said = f"{days(least)} after the request of {words(asked)} ({days(left)} of the window left)"
        return on, f"due {words(on)}, {said}"
    said = f"the end of the window the request of {words(asked)} falls in ({days(left)} left)"
    return ends, f"due {words(ends)}, {said}"


def before(
    due: Before,
    event: Moment,
    done: Moment | None,
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
    declared_undone: bool | None,
) -> Timing:
    """How a duty stands that had to be done ahead of an event."""
    hours = amount(due.hours, values)
    if by_days(due, values):
        on, span_of = shifted(due, day(event, zone), values, -1)
        return until(
            due,
            on,
            f"due {words(on)}, {span_of} before {named(due.event)}{words(event)}",
            done,
            zone,
            as_of,
            declared_undone,
        )
    gap = dt.timedelta(hours=hours)
    limit = (span(event, zone)[1] if due.or_at else span(event, zone)[0]) - gap
    rule = f"at least {hours} hours before" if hours else "at or before" if due.or_at else "before"
    counted = f"due {rule} {named(due.event)}{words(event)}"
    on = day(limit, zone) if hours or due.or_at else day(event, zone)
    if done is None:
        return undone(due, on, counted, limit, as_of, declared_undone)
    intime = hours_ahead(done, event, hours, zone) if hours else precedes(done, event, zone, or_at=due.or_at)
    apart = (day(event, zone) - day(done, zone)).days
    told = f"{deed(due.done)} {words(done)}"
    if intime is None:
        return Timing(
            "unknown", f"{counted}; {told}: the same day, and a time is missing.", on, limit, (due.done,)
        )
    if intime:
        return Timing(
            "met", f"{counted}; {told}, {f'{days(apart)} before' if apart else 'in time'}.", on, limit
        )
    return Timing(
        "late", f"{counted}; {told}, {f'{days(-apart)} late' if apart < 0 else 'too late'}.", on, limit
    )


def until(
    due: Due,
    on: dt.date,
    counted: str,
    done: Moment | None,
    zone: ZoneInfo,
    as_of: dt.datetime,
    declared_undone: bool | None,
) -> Timing:
    """How a duty stands that had to be done by the end of a day."""
    limit = start(on + dt.timedelta(days=1), zone)
    if done is None:
        return undone(due, on, counted, limit, as_of, declared_undone)
    spare = (on - day(done, zone)).days
    told = f"{deed(due.done)} {words(day(done, zone))}"
    if spare >= 0:
        return Timing(
            "met", f"{counted}; {told}, {f'{days(spare)} early' if spare else 'on the day'}.", on, limit
        )
    state: State = "met" if due.late == "accepted" else "late"
    return Timing(state, f"{counted}; {told}, {days(-spare)} late.", on, limit)


def undone(
    due: Due, on: dt.date, counted: str, limit: dt.datetime, as_of: dt.datetime, declared_undone: bool | None
) -> Timing:
    """How a duty stands that nobody says was done."""
    if as_of < limit:
        return Timing("pending", f"{counted}; not yet due.", on, limit)
    if due.absent == "not_done" or declared_undone:
        return Timing("overdue", f"{counted}; not done by then, as far as filed.", on, limit, (due.done,))
    return Timing(
        "unknown", f"{counted}; whether and when it was done is not stated.", on, limit, (due.done,)
    )
