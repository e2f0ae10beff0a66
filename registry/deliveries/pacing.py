"""When an event is told: at once, after the quiet hours, or with others once a day; what presses, at once."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from registry.deliveries.event import Event
from registry.subscriptions.subscription import Pace, Quiet

PRESSING: Final = dt.timedelta(hours=48)
"""Nothing holds back what ends within this time."""
DAY: Final = dt.timedelta(days=1)
FIRST_TO_END: Final = dt.timedelta(hours=14)
LAST_TO_END: Final = dt.timedelta(hours=12)
"""How long before and after midnight at Greenwich a day ends somewhere on earth."""


class Slot(msgspec.Struct, frozen=True):
    """From when something may be sent, and whether together with others."""

    not_before: dt.datetime
    digest: bool


def presses_from(event: Event, now: dt.datetime) -> dt.datetime | None:
    """Since when, or from when, a day that *event* names ends somewhere on earth within 48 hours.

    None where it names none that is not over everywhere.
    """
    days = [day for day in (event.due_on, event.clock_on) if day is not None]
    midnights = [dt.datetime.combine(day + DAY, dt.time(), tzinfo=dt.UTC) for day in days]
    starts = [each - FIRST_TO_END - PRESSING for each in midnights if now < each + LAST_TO_END]
    return min(starts, default=None)


def presses(event: Event, now: dt.datetime) -> bool:
    """Whether *event* names a day that ends, somewhere on earth, within 48 hours."""
    start = presses_from(event, now)
    return start is not None and start <= now


def slot(pace: Pace, now: dt.datetime, *, at_once: bool, by: dt.datetime | None = None) -> Slot:
    """When something that happens at *now* is told at *pace*.

    *at_once*: nothing may hold it back; *by*: nothing may from then on.
    """
    if at_once:
        return Slot(now, digest=False)
    found = unhurried(pace, now)
    return found if by is None or found.not_before <= by else Slot(by, digest=False)


def unhurried(pace: Pace, now: dt.datetime) -> Slot:
    """The same for what never presses."""
    zone = ZoneInfo(pace.time_zone)
    if pace.at == "daily":
        return Slot(after_quiet(pace.quiet, next_hour(pace.hour, zone, now), zone), digest=True)
    return Slot(after_quiet(pace.quiet, now, zone), digest=False)


def after_quiet(quiet: Quiet | None, instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """*instant*, or the end of the quiet hours it falls into."""
    if quiet is None or not is_quiet(quiet, instant.astimezone(zone).hour):
        return instant
    return next_hour(quiet.to, zone, instant)


def is_quiet(quiet: Quiet, hour: int) -> bool:
    """Whether *hour* of the day is one of the quiet ones; they may pass midnight."""
    if quiet.from_ < quiet.to:
        return quiet.from_ <= hour < quiet.to
    return hour >= quiet.from_ or hour < quiet.to


def next_hour(hour: int, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """The next time after *now* that a clock in *zone* shows *hour* o'clock.

    Where the clock skips the hour, when it would have been; where it shows the hour twice, the first time.
    """
    today = now.astimezone(zone).date()
    for days in range(3):
        local = dt.datetime.combine(today + dt.timedelta(days=days), dt.time(hour), tzinfo=zone)
        found = local.astimezone(dt.UTC)
        if found > now:
            return found
    raise AssertionError("a day has every hour, or nearly")
