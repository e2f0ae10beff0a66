"""Decisions made before: one duty, the same facts and the same side of every day give the same decision.

Each duty remembers its own, by the facts it reads: at most `MOST`, then it begins anew. What is remembered
hangs on nothing else, is never changed, and goes with the pack it belongs to; only the time taken tells it
from a decision made anew.
"""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.obligations.conditions import Known
from registry.obligations.due import placed
from registry.obligations.moments import span
from registry.obligations.pack import Obligation, Status
from registry.obligations.verdict import Decision, decide, undecidable

MOST: Final = 256
"""Decisions that one duty remembers, and as many times that it was not triggered."""
ALWAYS: Final = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)


def recalled(
    duty: Obligation,
    status: Status,
    known: Known,
    facts: dict[str, Any],
    values: dict[str, int],
    zone: ZoneInfo,
    on: dt.datetime,
) -> Decision:
    """The decision on *duty* of that *status*; made where none is remembered of such facts and such a day."""
    if facts is not known.facts:
        return made(duty, status, known, facts, values, zone, on)
    get = known.keys.get
    if duty.closed:
        found: Decision | None = duty.closed.get(tuple(map(get, duty.gate)))
        if found:
            return found
    key: Any = tuple(map(get, duty.reads))
    if duty.dated:
        key = key, zone, tuple(map(values.get, duty.parameters)) if duty.parameters else ()
    for since, until, decision in duty.decisions.get(key, ()):
        if since <= on < until:
            return decision  # type: ignore[no-any-return]
    decision = made(duty, status, known, facts, values, zone, on)
    if untriggered(decision):
        keep(duty.closed, tuple(map(get, duty.gate)), decision)
    else:
        since, until = spell(duty, facts, values, zone, on) if duty.dated else ALWAYS
        keep(duty.decisions, key, (*duty.decisions.get(key, ()), (since, until, decision)))
    return decision


def made(
    duty: Obligation,
    status: Status,
    known: Known,
    facts: dict[str, Any],
    values: dict[str, int],
    zone: ZoneInfo,
    on: dt.datetime,
) -> Decision:
    """The decision made anew."""
    if status == "in_force":
        return decide(duty, facts, known, values, zone, on)
    return undecidable(duty, facts, known, values, zone, on, status)


def untriggered(decision: Decision) -> bool:
    """Whether the trigger alone decided: nothing after a false condition of it is asked."""
    last = decision.steps[-1] if decision.steps else None
    return last is not None and last.role == "when" and last.answer is False


def spell(
    duty: Obligation, facts: dict[str, Any], values: dict[str, int], zone: ZoneInfo, on: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """From which instant until which, around *on*, the same facts give the same decision.

    It may change only when the duty falls due, when what is planned is done, and when what is amiss occurs.
    """
    due = duty.written.due
    turns = [span(facts[name], zone)[0] for name in days(duty) if facts.get(name)]
    if due and facts.get(due.event):
        limit = placed(due, facts[due.event], None, values, zone, on, undone_by_now=None).limit
        turns += [limit] if limit else []
    begins, ends = ALWAYS
    return (
        max((at for at in turns if at <= on), default=begins),
        min((at for at in turns if at > on), default=ends),
    )


def days(duty: Obligation) -> list[str]:
    """The facts that are held against the instant of a judgement."""
    due = duty.written.due
    return [name for name in ((due.event, due.done) if due else ()) + (duty.written.occurred,) if name]


def keep(remembered: dict[Any, Any], key: Any, what: Any) -> None:
    """Remember *what*; one step at a time, so that threads may do so side by side."""
    if len(remembered) >= MOST:
        remembered.clear()
    remembered[key] = what
