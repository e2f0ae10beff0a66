"""Days and instants, compared as agreements count them.

A moment is a calendar day, or an instant with its offset. Days are local to the production. The trigger day
is excluded; a duty due on a day is met on that day. Hours are elapsed hours between instants. Where a day
alone cannot decide, the answer is None: undecided.
"""

import calendar
import datetime as dt
import functools
from typing import Final
from zoneinfo import ZoneInfo

Moment = dt.date | dt.datetime
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SMALL: Final = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)


def moment(text: str) -> Moment:
    """*text* as a day (`2025-03-24`) or an instant (`2025-03-24T09:00:00-07:00`)."""
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    return dt.datetime.fromisoformat(text)


def day(when: Moment, zone: ZoneInfo) -> dt.date:
    """The calendar day of *when* at the production."""
    return day_at(when, zone) if isinstance(when, dt.datetime) else when


@functools.lru_cache(maxsize=4096)
def day_at(when: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The calendar day of an instant: one judgement asks for the same few again and again."""
    return when.astimezone(zone).date()


@functools.lru_cache(maxsize=4096)
def start(of: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a day, in UTC."""
    return dt.datetime.combine(of, dt.time(), zone).astimezone(dt.UTC)


def span(when: Moment, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The earliest and latest instants *when* can mean: one instant, or a whole day."""
    if isinstance(when, dt.datetime):
        return when.astimezone(dt.UTC), when.astimezone(dt.UTC)
    return start(when, zone), start(when + dt.timedelta(days=1), zone) - dt.timedelta(microseconds=1)


def precedes(done: Moment, event: Moment, zone: ZoneInfo, *, or_at: bool = False) -> bool | None:
    """Whether *done* came before *event*; None when both fall on one day and a time is missing."""
    done_first, done_last = span(done, zone)
    event_first, event_last = span(event, zone)
    if or_at and day(done, zone) == day(event, zone) and not both_instants(done, event):
        return True
    if done_last < event_first or (or_at and done_last == event_first):
        return True
    if done_first >= event_last:
        return done_first == event_last and or_at
    return None


def both_instants(one: Moment, other: Moment) -> bool:
    """Whether both carry a time of day."""
    return isinstance(one, dt.datetime) and isinstance(other, dt.datetime)


def hours_ahead(done: Moment, event: Moment, hours: int, zone: ZoneInfo) -> bool | None:
    """Whether *done* came at least *hours* elapsed hours before *event*; None when a time is missing."""
    done_first, done_last = span(done, zone)
    event_first, event_last = span(event, zone)
    gap = dt.timedelta(hours=hours)
    if event_first - done_last >= gap:
        return True
    if event_last - done_first < gap:
        return False
    return None


def plus_months(of: dt.date, months: int) -> dt.date:
    """The same day *months* later; the last day of the month where there is no such day."""
    year, month = divmod(of.year * 12 + of.month - 1 + months, 12)
    return dt.date(year, month + 1, min(of.day, calendar.monthrange(year, month + 1)[1]))


@functools.lru_cache(maxsize=4096)
def quarter(of: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of the calendar quarter *of* falls in."""
    first = dt.date(of.year, (of.month - 1) // 3 * 3 + 1, 1)
    return first, plus_months(first, 3) - dt.timedelta(days=1)


def quarters(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Every calendar quarter that [*first*, *last*] touches, in order."""
    found = [quarter(first)]
    while found[-1][1] < last:
        found.append(quarter(found[-1][1] + dt.timedelta(days=1)))
    return found


def window(of: dt.date, anchor: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """The first and last day of the contract window *of* falls in: *months* long, counted from *anchor*."""
    passed = (of.year - anchor.year) * 12 + of.month - anchor.month - (of.day < anchor.day)
    first = plus_months(anchor, passed // months * months)
    return first, plus_months(first, months) - dt.timedelta(days=1)


def words(when: Moment | None) -> str:
    """*when* as a person reads it: `14 March 2025`, with the time where one is known."""
    if when is None:
        return "no date"
    text = f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    return f"{text} {when:%H:%M %z}" if isinstance(when, dt.datetime) else text


def days(number: int) -> str:
    """`one day`, `four days`, `14 days`."""
    said = SMALL[number] if 0 <= number < len(SMALL) else str(number)
    return f"{said} day" if number == 1 else f"{said} days"


def plain(code: object) -> str:
    """A code of the schema as words: `position_eliminated` is `position eliminated`."""
    return str(code).replace("_", " ")
