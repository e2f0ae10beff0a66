"""What time alone asks of an alert: reminders, escalation, the end of a rest, and when to look again.

An alert that was overlooked for a while, because nobody's program ran, is moved once for each of these, not
once for every time that was missed. A held alert is left in peace until a time limit is near, a closed one
asks for nothing.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.alert import Alert, MoveName
from registry.alerts.clocks.clock import DUE, running
from registry.alerts.clocks.clock import in_words as left_in_words
from registry.alerts.course import LOCAL, UNION
from registry.alerts.lifecycle import CLOSED, in_words
from registry.obligations.moments import days, start

DAY: Final = dt.timedelta(days=1)
TELLING: Final[frozenset[MoveName]] = frozenset({"open", "update", "reopen", "extend", "lapse", "remind"})
"""The moves that tell of an alert's clocks as they are: what is told then need not be told again."""
FORWARD: Final = 7
"""So many days before a time limit ends nothing is held back."""


class Due(msgspec.Struct, frozen=True):
    """A move that time asks for since *at*: what it is, why, and what it makes of the course."""

    at: dt.datetime
    move: MoveName
    reason: str
    marks: dict[str, Any]


Limits = Sequence[tuple[str, dt.date]]
"""The names of time limits and their last days, soonest first."""


def due(alert: Alert, now: dt.datetime) -> Due | None:
    """The first move that time asks of *alert* by *now*, or None."""
    return next((each for each in asked(alert, limits(alert, now), now) if each.at <= now), None)


def ahead(alert: Alert, now: dt.datetime) -> tuple[dt.datetime | None, dt.date | None]:
    """When time asks for something next, and the soonest day on which a time limit ends.

    It is *now* or before when time asks already; None when it never will.
    """
    found = limits(alert, now)
    soonest = found[0][1] if found else None
    instants = [each.at for each in asked(alert, found, now)]
    if soonest and not alert.course.held_by:
        # No move: the soonest clock that runs is another one from then on.
        instants.append(start(soonest + DAY, ZoneInfo(alert.time_zone)))
    return min(instants, default=None), soonest


def asked(alert: Alert, found: Limits, now: dt.datetime) -> Iterator[Due]:
    """What time asks of *alert*, now or later, what comes first in rank first."""
    if alert.state in CLOSED:
        return
    waiver = alert.course.waiver
    if alert.state == "waived" and waiver:
        ends = start(waiver.until + DAY, ZoneInfo(alert.time_zone))
        yield Due(ends, "lapse", f"The waiver held until {waiver.until}, and the matter stands.", {})
    if alert.course.held_by:
        yield from release(alert, found, now)
        return
    if alert.state == "acknowledged":
        hours, course = alert.course.plan.unacknowledge_hours, alert.course
        reason = f"It was taken up, and nobody has moved it for {span(hours)}."
        # What the union left lying is no new beginning: no clock starts anew for it.
        marks = {"reopened_at": course.reopened_at, "answered_at": course.answered_at}
        yield Due(touched(alert) + dt.timedelta(hours=hours), "reopen", reason, marks)
    if alert.state == "open" or unheard(alert):
        yield from escalation(alert, now)
    yield from reminder(alert, found, now)


def release(alert: Alert, found: Limits, now: dt.datetime) -> Iterator[Due]:
    """The end of holding back, before a time limit ends, whether the missing disclosure is there or not."""
    zone = ZoneInfo(alert.time_zone)
    for name, until in found[:1]:
        reason = says(name, until, now.astimezone(zone).date())
        yield Due(start(until - FORWARD * DAY, zone), "update", reason, {"held_by": None})


def unheard(alert: Alert) -> bool:
    """Whether the employer has answered and nobody of the union has said anything to that."""
    return alert.state == "answered" and not alert.course.accepted


def escalation(alert: Alert, now: dt.datetime) -> Iterator[Due]:
    """The next step of the plan while nobody takes up the alert; overdue steps are taken together."""
    steps = sorted(alert.course.plan.steps, key=lambda step: step.after_hours)
    since, level = left_since(alert), alert.course.level
    left = [(since + dt.timedelta(hours=step.after_hours), step) for step in steps[level:]]
    if not left:
        return
    taken = [step for at, step in left if at <= now] or [left[0][1]]
    told = sorted({key for step in taken for key in targets(alert, step.to)})
    reason = f"Nobody has taken it up for {span(taken[-1].after_hours)}: told to {', '.join(told)}."
    yield Due(left[0][0], "escalate", reason, {"level": level + len(taken), "to": told})


def reminder(alert: Alert, found: Limits, now: dt.datetime) -> Iterator[Due]:
    """The next reminder: so long after the last word, or so many days before a time limit ends."""
    zone, plan = ZoneInfo(alert.time_zone), alert.course.plan
    given = set(alert.course.given)
    # One reminder tells everything that is to be told by then.
    marks = {"given": come(alert, found, now)}
    for name, until in found:
        for distance in sorted(plan.distances):
            at = start(until - distance * DAY, zone)
            if mark(name, until, distance) not in given:
                yield Due(at, "remind", says(name, until, now.astimezone(zone).date()), marks)
    hours = pace(alert)
    if hours:
        reason = f"It is {in_words(alert.state)}, and nothing has happened for {span(hours)}."
        yield Due(expected(alert) + dt.timedelta(hours=hours), "remind", reason, marks)


def pace(alert: Alert) -> int | None:
    """After how many hours without a word *alert* is reminded of: longer while the parties are at it."""
    if alert.state == "waived":
        return None
    plan = alert.course.plan
    waits = alert.state in ("open", "acknowledged") or (unheard(alert) and left_since(alert) < entered(alert))
    return plan.remind_hours if waits else plan.unacknowledge_hours


def expected(alert: Alert) -> dt.datetime:
    """From when a word is waited for: the last one, or the last day of a cure the union has accepted."""
    if not (alert.state == "answered" and alert.course.accepted and alert.course.cures):
        return last_word(alert)
    last = max(cure.by for cure in alert.course.cures)
    return max(last_word(alert), start(last + DAY, ZoneInfo(alert.time_zone)))


def says(name: str, until: dt.date, today: dt.date) -> str:
    """How a reminder speaks of the time limit *name*."""
    what = "What is due" if name == DUE else f"The time limit `{name}`"
    return f"{what} ends on {until}: {left_in_words((until - today).days)}."


def passed(alert: Alert, now: dt.datetime) -> list[str]:
    """The marks of all distances before the clocks of *alert* that have come by *now*."""
    return come(alert, limits(alert, now), now)


def come(alert: Alert, found: Limits, now: dt.datetime) -> list[str]:
    """The same, of the time limits that were *found*."""
    zone = ZoneInfo(alert.time_zone)
    return [
        mark(name, until, distance)
        for name, until in found
        for distance in sorted(alert.course.plan.distances)
        if start(until - distance * DAY, zone) <= now
    ]


def mark(name: str, until: dt.date, distance: int) -> str:
    """How a course notes that it was reminded of a clock at a distance; a changed clock is another one."""
    return f"{name}@{until}:{distance}"


def limits(alert: Alert, now: dt.datetime) -> Limits:
    """The time limits that run and decide for *alert*, soonest first; none once it is closed."""
    if alert.state in CLOSED:
        return []
    zone = ZoneInfo(alert.time_zone)
    ticking = running(alert.finding, alert.course, alert.opened_at, zone, now)
    found = [(clock.name, clock.until) for clock in ticking if clock.decides and clock.days_left >= 0]
    return sorted(found, key=lambda limit: (limit[1], limit[0]))


def targets(alert: Alert, to: str) -> list[str]:
    """Whom a step of a plan tells: the key it names, or the parties of *alert* that it means."""
    if to == LOCAL:
        return alert.locals or alert.unions
    return alert.unions if to == UNION else [to]


def entered(alert: Alert) -> dt.datetime:
    """When *alert* came into its present state."""
    return alert.course.since or alert.opened_at


def left_since(alert: Alert) -> dt.datetime:
    """From when the steps of the plan are counted: an answer to what nobody has taken up begins nothing."""
    begun, taken_up = alert.course.reopened_at or alert.opened_at, alert.course.touched_at
    if alert.state == "answered" and (taken_up is None or taken_up < begun):
        return begun
    return entered(alert)


def touched(alert: Alert) -> dt.datetime:
    """When the union last moved *alert*, or it came into its present state."""
    return max(entered(alert), alert.course.touched_at or alert.opened_at)


def last_word(alert: Alert) -> dt.datetime:
    """When *alert* was last moved by the union, into its state, or by a reminder."""
    return max(touched(alert), alert.course.reminded_at or alert.opened_at)


def span(hours: int) -> str:
    """A number of hours in words: as days, when it is so many."""
    return days(hours // 24) if hours % 24 == 0 else f"{hours} hour{'s' * (hours != 1)}"
