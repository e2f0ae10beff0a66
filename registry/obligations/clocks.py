"""The time limits of a pack: what each is counted from, the day it ends, and the arithmetic in words.

The day a limit is counted from is never counted itself; a limit is kept on its last day.
"""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.obligations import workdays
from registry.obligations.due import Number, amount
from registry.obligations.finding import Clock, Ends, Later, Origin, RunsFor
from registry.obligations.moments import plus_months, words
from registry.obligations.params import Basis

AT_ONCE: Final = frozenset({"occurrence", "knowledge"})
"""What a clock counts from that a finding of a violation knows by itself."""
LATER: Final = frozenset({"opened", "answered", "grieved"})
"""What a clock counts from that only the alert's own course knows."""
MOST_DAYS: Final = 3660


class WrittenClock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time limit beside a finding, as written in a pack.

    It is counted from the occurrence, from when that was first known, from the day the duty is due, or from a
    move of the alert about it (`step` says which step of a grievance). Of several with one `matter` the
    earliest decides. `roll` moves an end that is no business day of `calendar` to the next. A `fixed` limit
    is set by statute, and no agreement of the parties moves it. `ends_with` names the move that meets it. One
    that is for `every` duty need not be named by each.
    """

    name: str
    counts_from: Origin
    says: str
    confidence: Basis
    days: Number = 0
    months: int = 0
    business_days: Number = 0
    calendar: str = ""
    roll: bool = False
    step: int = 0
    matter: str = ""
    runs_for: RunsFor = "union"
    ends_with: Ends = ""
    fixed: bool = False
    every: bool = False


def numbers(clock: WrittenClock) -> list[str]:
    """The names of the parameters a clock is counted by."""
    return [one for one in (clock.days, clock.business_days) if isinstance(one, str)]


def later(clock: WrittenClock, values: dict[str, Any]) -> Later:
    """A clock that begins with a move of the alert, with its numbers as they are on the day."""
    return Later(
        name=clock.name,
        counts_from=clock.counts_from,
        says=clock.says,
        confidence=clock.confidence,
        days=amount(clock.days, values),
        months=clock.months,
        business_days=amount(clock.business_days, values),
        calendar=clock.calendar,
        roll=clock.roll,
        step=clock.step,
        matter=clock.matter,
        runs_for=clock.runs_for,
        ends_with=clock.ends_with,
        fixed=clock.fixed,
    )


def begun(clock: Later, begin: dt.date) -> Clock:
    """A clock that runs from the day *begin*, with the arithmetic in words."""
    until, arithmetic = ends(clock, begin)
    return Clock(
        name=clock.name,
        until=until,
        says=f"{clock.says}: {arithmetic}.",
        confidence=clock.confidence,
        counts_from=clock.counts_from,
        matter=clock.matter,
        step=clock.step,
        runs_for=clock.runs_for,
        ends_with=clock.ends_with,
        fixed=clock.fixed,
    )


def ends(clock: Later, begin: dt.date) -> tuple[dt.date, str]:
    """The last day of a clock that is counted from *begin*, and how it is counted."""
    until = plus_months(begin, clock.months) + dt.timedelta(days=clock.days)
    if clock.business_days:
        until = workdays.plus(begin, clock.business_days, clock.calendar)
    length = spoken(clock)
    said = f"{length} from {words(begin)} is {words(until)}" if length else f"by {words(until)}"
    off = workdays.why_off(until, clock.calendar) if clock.roll else ""
    if not off:
        return until, said
    moved = workdays.rolled(until, clock.calendar)
    return moved, f"{said}, no business day ({off}), so it is {words(moved)}"


def spoken(clock: Later | WrittenClock) -> str:
    """How long a clock runs: `60 days`, `6 months`, `5 business days (US-CA)`; empty for no time at all."""
    if clock.business_days:
        days = "day" if clock.business_days == 1 else "days"
        return f"{clock.business_days} business {days} ({clock.calendar})"
    if clock.months:
        return f"{clock.months} {'month' if clock.months == 1 else 'months'}"
    if clock.days:
        return f"{clock.days} {'day' if clock.days == 1 else 'days'}"
    return ""


def named(pack: Sequence[WrittenClock], names: Sequence[str]) -> list[WrittenClock]:
    """The clocks of a duty: those it names, by name or by matter, and those that are for every duty."""
    return [clock for clock in pack if clock.every or clock.name in names or clock.matter in names]


def faults(clock: WrittenClock, params: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """What is wrong with a clock: the text it stands by, what is wrong, and the nearest name."""
    lengths = [one for one in (clock.days, clock.months, clock.business_days) if one != 0]
    if len(lengths) != 1 and not (clock.counts_from == "due" and not lengths):
        yield clock.name, "it is counted in days, in months or in business days: in one of them", None
    for name in numbers(clock):
        if name not in params:
            yield name, f"{name} is not a parameter", nearest(name, params)
    for number in (clock.days, clock.months, clock.business_days):
        if isinstance(number, int) and not 0 <= number <= MOST_DAYS:
            yield clock.name, f"{number} is not a length of time between 0 and {MOST_DAYS}", None
    if (clock.counts_from == "grieved") != (clock.step > 0):
        yield clock.name, "a clock from a step of the grievance, and only such a one, says which step", None
    yield from calendar_faults(clock.name, clock.calendar, clock.business_days, roll=clock.roll)


def calendar_faults(
    text: str, calendar: str, business_days: Number, *, roll: bool = False
) -> Iterator[tuple[str, str, str | None]]:
    """What is wrong with a count of business days: none to count by, or one nobody knows."""
    if calendar and calendar not in workdays.calendars():
        says = f"{calendar} is not a calendar of business days such as US, US-CA or GB"
        yield calendar, says, nearest(calendar, workdays.calendars())
    if isinstance(business_days, int) and not 0 <= business_days <= workdays.MOST:
        yield text, f"{business_days} is not a number of business days up to {workdays.MOST}", None
    if bool(calendar) != (business_days != 0 or roll):
        yield text, "business days are counted by a calendar, and a calendar is there to count by", None


def nearest(name: str, known: Any) -> str | None:
    """The nearest of the names that are known."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.4)), None)
