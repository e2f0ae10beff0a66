"""The decision on a worked example that a pack carries with its obligation."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.obligations.conditions import activated
from registry.obligations.moments import day, start
from registry.obligations.pack import Obligation, Params, WrittenPack
from registry.obligations.standing import CARRIED, in_force, not_in_force
from registry.obligations.verdict import Decision, decide, undecidable

EXAMPLE_DAY: Final = dt.date(2025, 12, 31)
"""The day an example is judged for when it names none and the text was in force a year before."""


def exemplified(
    pack: WrittenPack,
    made: Obligation,
    stated: dict[str, Any],
    as_of: dt.date | None,
    params: Params | None,
) -> Decision:
    """The decision on an example's facts, at noon of its day: by status, by the days in force, by the duty.

    A text is not in force before its first day, nor for an event it counts from outside its days; what was
    carried over from the edition before is judged whenever it began.
    """
    written, zone = made.written, ZoneInfo("UTC")
    force = written.since or pack.since, written.until or pack.until
    since = force[0] or dt.date.min
    on = as_of or max(EXAMPLE_DAY, since + dt.timedelta(days=365) if force[0] else EXAMPLE_DAY)
    known = activated(written.about, stated)
    values = params.on(on) if params else {}
    at = start(on, zone) + dt.timedelta(hours=12)
    status = written.status or pack.status
    if status != "in_force":
        return undecidable(made, stated, known, values, zone, at, status)
    event = stated.get(written.due.event) if written.due else None
    begins = day(event, zone) if event else as_of
    carried = stated.get(CARRIED.get(written.about, "")) is True
    outside = on if on < since else None
    if begins and not carried and not in_force(force, begins):
        outside = begins
    if outside:
        return not_in_force(pack.title, force, outside)
    return decide(made, stated, known, values, zone, at)
