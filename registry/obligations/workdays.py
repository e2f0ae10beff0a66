"""Business days, by the calendar of a place: no Saturday or Sunday, and no public holiday there.

The holidays come from the library `holidays`, by ISO 3166 code of a country or one of its parts (`US`,
`US-CA`, `CA-BC`, `GB`). They are looked up once per calendar and year.
"""

import datetime as dt
import functools
from typing import Final

import holidays

DAY: Final = dt.timedelta(days=1)
WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST: Final = 400
"""As many business days, at most, are counted in one go."""


@functools.cache
def calendars() -> frozenset[str]:
    """Every calendar the library knows: `US`, and `US-CA` for a part of it."""
    countries = holidays.list_supported_countries(include_aliases=False)
    return frozenset(countries) | {f"{key}-{part}" for key, parts in countries.items() for part in parts}


@functools.lru_cache(maxsize=512)
def days_off(calendar: str, year: int) -> dict[dt.date, str]:
    """The public holidays of one calendar and year, each with its name."""
    country, _, part = calendar.partition("-")
    return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US"))


@functools.lru_cache(maxsize=128)
def weekend(calendar: str) -> frozenset[int]:
    """The days of the week on which nobody works, Monday being 0."""
    country, _, part = calendar.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None).weekend)


def why_off(of: dt.date, calendar: str) -> str:
    """Why a day is no business day: the holiday, or the day of the week; empty when it is one."""
    name = days_off(calendar, of.year).get(of, "")
    return name or (WEEK[of.weekday()] if of.weekday() in weekend(calendar) else "")


def is_workday(of: dt.date, calendar: str) -> bool:
    """Whether a day is a business day."""
    return not why_off(of, calendar)


def plus(of: dt.date, number: int, calendar: str) -> dt.date:
    """The day *number* business days after a day, which is not counted itself."""
    return counted(of, number, calendar, DAY)


def minus(of: dt.date, number: int, calendar: str) -> dt.date:
    """The day *number* business days before a day, which is not counted itself."""
    return counted(of, number, calendar, -DAY)


def counted(of: dt.date, number: int, calendar: str, step: dt.timedelta) -> dt.date:
    """The day reached from *of* after *number* business days, going by *step*."""
    left = min(number, MOST)
    while left > 0:
        of += step
        left -= is_workday(of, calendar)
    return of


def rolled(of: dt.date, calendar: str) -> dt.date:
    """A day, or the next business day when it is none."""
    while not is_workday(of, calendar):
        of += DAY
    return of
