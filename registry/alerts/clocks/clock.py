"""Every clock of an alert, counted for an instant: its last day, what is left, and how that was counted.

A clock is kept on its last day, by the calendar of the place of the production. Changes that both parties
agreed to are counted after the pack's own arithmetic, in the order they were agreed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.alerts.course import Change, Course, Grievance
from registry.obligations import clocks
from registry.obligations.finding import Clock, Later, RunsFor
from registry.obligations.moments import days, words

DUE: Final = "due"
"""The name of the clock that is the duty's own day."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A clock of an alert, as it stands where the production is.

    `until` is its last day, agreed changes counted; `days_left` is negative when that is over, and `left`
    says it in words. `steps` is the arithmetic. Of several clocks of one matter the earliest `decides`;
    another names it in `over`. `ended` says what met a clock that runs no more. A `fixed` one cannot be
    changed by agreement.
    """

    name: str
    until: dt.date
    says: str
    confidence: str
    days_left: int
    left: str = ""
    steps: list[str] = []
    counts_from: str = "occurrence"
    matter: str = ""
    runs_for: RunsFor = "union"
    fixed: bool = False
    decides: bool = True
    over: str = ""
    ended: str = ""


def running(
    finding: Mapping[str, Any], course: Course, opened_at: dt.datetime, zone: ZoneInfo, now: dt.datetime
) -> list[Running]:
    """The clocks that no move has met, soonest first; those that have passed stand at the end."""
    return [clock for clock in every(finding, course, opened_at, zone, now) if not clock.ended]


def ended(
    finding: Mapping[str, Any], course: Course, opened_at: dt.datetime, zone: ZoneInfo, now: dt.datetime
) -> list[Running]:
    """The clocks that a move of the alert has met, each with what met it."""
    return [clock for clock in every(finding, course, opened_at, zone, now) if clock.ended]


def clock_on(
    finding: Mapping[str, Any], course: Course, opened_at: dt.datetime, zone: ZoneInfo, now: dt.datetime
) -> dt.date | None:
    """The soonest last day of a clock that still runs and decides; None when none does."""
    return next(
        (
            clock.until
            for clock in running(finding, course, opened_at, zone, now)
            if clock.decides and clock.days_left >= 0
        ),
        None,
    )


def every(
    finding: Mapping[str, Any], course: Course, opened_at: dt.datetime, zone: ZoneInfo, now: dt.datetime
) -> list[Running]:
    """All clocks of an alert, those that have ended too, in the order they are to be looked at."""
    today = now.astimezone(zone).date()
    found = [counted(clock, course, zone, today) for clock in begun(finding, course, opened_at, zone)]
    return sorted(decided(found), key=lambda one: (one.days_left < 0, abs(one.days_left), one.name))


def begun(
    finding: Mapping[str, Any], course: Course, opened_at: dt.datetime, zone: ZoneInfo
) -> Iterator[Clock]:
    """Each clock that has begun: the finding's own, its duty's day, and those that the course began."""
    own = msgspec.convert(finding["clocks"], list[Clock])
    yield from own
    if finding["due_on"] and all(clock.name != DUE for clock in own):
        # A clause may be quoted that leaves it to the registry's own number which day that is.
        sure = "inferred" if finding.get("values") else finding["citation"]["confidence"]
        yield due(dt.date.fromisoformat(finding["due_on"]), sure)
    for clock in msgspec.convert(finding.get("later", []), list[Later]):
        begin = begins(clock, course, opened_at, zone)
        if begin:
            yield clocks.begun(clock, begin)


def due(on: dt.date, confidence: str) -> Clock:
    """The day of the duty itself, as a clock."""
    says = f"What is owed is due on {words(on)}."
    return Clock(DUE, on, says, confidence, counts_from="due", runs_for="employer")


def begins(clock: Later, course: Course, opened_at: dt.datetime, zone: ZoneInfo) -> dt.date | None:
    """The day from which a clock is counted, when the course has come to it."""
    if clock.counts_from == "opened":
        return (course.reopened_at or opened_at).astimezone(zone).date()
    if clock.counts_from == "answered":
        return course.answered_at.astimezone(zone).date() if course.answered_at else None
    return next((one.filed_on for one in steps_taken(course) if one.step == clock.step), None)


def steps_taken(course: Course) -> list[Grievance]:
    """The steps of the grievance that stands, the newest first; none when it stands no more."""
    found = [course.grievance] if course.grievance else []
    for one in reversed(course.grievances if found else []):
        # Numbers only rise within one grievance; what lies before a higher one is of another.
        if one.step < found[-1].step:
            found.append(one)
        elif one != found[-1]:
            break
    return found


def counted(clock: Clock, course: Course, zone: ZoneInfo, today: dt.date) -> Running:
    """A clock with its agreed changes, as it stands on a day."""
    until, said = changed(clock.until, standing(clock, course), zone)
    left = (until - today).days
    return Running(
        name=clock.name,
        until=until,
        says=clock.says,
        confidence=clock.confidence,
        days_left=left,
        left=in_words(left),
        steps=[clock.says, *said],
        counts_from=clock.counts_from,
        matter=clock.matter or clock.name,
        runs_for=clock.runs_for,
        fixed=clock.fixed,
        ended=met(clock, until, course, zone),
    )


def standing(clock: Clock, course: Course) -> list[Change]:
    """The agreed changes of a clock that still count.

    One that begins anew with a reopened alert has no use for time it stood still before; a day that both
    parties named stands.
    """
    anew = course.reopened_at if clock.counts_from in clocks.LATER else None
    return [
        change
        for change in course.changes
        if change.clock == clock.name and (change.kind == "extend" or not anew or change.agreed_at >= anew)
    ]


def changed(until: dt.date, agreed: Sequence[Change], zone: ZoneInfo) -> tuple[dt.date, list[str]]:
    """A last day after the changes both parties agreed to, and each of them in words."""
    said = []
    for change in agreed:
        on = f"by agreement of {words(change.agreed_at.astimezone(zone).date())}"
        if change.kind == "toll":
            until += dt.timedelta(days=change.days)
            said.append(f"It stood still for {days(change.days)} {on}, and ends on {words(until)}.")
        elif change.until and change.until > until:
            until = change.until
            said.append(f"It was extended {on} to {words(until)}.")
    return until, said


def met(clock: Clock, until: dt.date, course: Course, zone: ZoneInfo) -> str:
    """What met a clock, in words; empty while nothing has."""
    if clock.ends_with == "answer" and course.answered_at:
        return f"The employer answered on {words(course.answered_at.astimezone(zone).date())}."
    if clock.ends_with == "cure" and course.cured:
        return "What was owed has been done."
    if clock.ends_with != "grieve":
        return ""
    taken = next((one for one in reversed(steps_taken(course)) if one.step > clock.step), None)
    if taken is None:
        return ""
    over = (taken.filed_on - until).days
    late = f", {days(over)} after the last day" if over > 0 else ""
    return f"Step {taken.step} of the grievance was filed on {words(taken.filed_on)}{late}."


def decided(found: Iterable[Running]) -> Iterator[Running]:
    """Each clock, marked as deciding or as standing behind an earlier one of the same matter."""
    found = list(found)
    first: dict[str, Running] = {}
    for clock in sorted(found, key=lambda one: (one.until, one.name)):
        if not clock.ended:
            first.setdefault(clock.matter, clock)
    for clock in found:
        before = first.get(clock.matter)
        if clock.ended or before is None:
            yield msgspec.structs.replace(clock, decides=False)
        elif before.name != clock.name:
            yield msgspec.structs.replace(clock, decides=False, over=before.name)
        else:
            yield clock


def in_words(left: int) -> str:
    """What is left of a clock: `12 days left`, `ends today`, `passed 3 days ago`."""
    if left == 0:
        return "ends today"
    number = f"{abs(left)} {'day' if abs(left) == 1 else 'days'}"
    return f"{number} left" if left > 0 else f"passed {number} ago"
