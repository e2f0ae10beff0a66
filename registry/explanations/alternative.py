"""What else a fact could be: the other answer, the other words of a list, the number or day at the boundary.

Candidates only; whether one gives another verdict is found by deciding again (`counterfactual.py`).
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.conditions import LITERAL, Condition, fact
from registry.obligations.due import After, Before, Timing, amount, by_days, shifted
from registry.obligations.facts import ABOUT
from registry.obligations.moments import Moment, day, span, words
from registry.obligations.pack import Obligation

WHOLE: Final = re.compile(r"(?<![\w.])\d+(?![\w.])")
MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)
STEMS: Final = ("_on", "_at")
BESIDE: Final = {
    "consult.held_on": "consult.recorded",
    "layoff.notice_on": "layoff.noticed",
    "change.notice_on": "change.noticed",
}
"""Moments beside which another yes or no says that there is one, where its name is not their own."""

Facts = dict[str, Any]


class Option(msgspec.Struct, frozen=True):
    """Another value of a fact, and how a person says it; `late` is a day that would not have been in time."""

    value: Any
    says: str
    late: bool = False


class Trial(msgspec.Struct, frozen=True):
    """One duty on one subject as it was decided: what a candidate is worked out from."""

    duty: Obligation
    facts: Facts
    values: dict[str, Any]
    zone: ZoneInfo
    on: dt.datetime
    timing: Timing
    choices: Callable[[str], Sequence[str]]

    @property
    def conditions(self) -> list[Condition]:
        """Every condition of the duty, those of a breach first."""
        duty = self.duty
        asked = [condition for condition, _ in duty.undecided]
        triggers = [condition for condition, _ in duty.when]
        undone = [duty.not_done] if duty.not_done else []
        return [*duty.breach, *duty.met, *duty.excused, *undone, *asked, *triggers]


def beside(about: str, moment: str) -> str | None:
    """The yes or no that says there is such a moment: `severance.paid` beside `severance.paid_on`."""
    named = [BESIDE.get(moment, ""), *(moment.removesuffix(stem) for stem in STEMS if moment.endswith(stem))]
    facts = ABOUT[about]
    return next((name for name in named if name in facts and facts[name].type == "bool"), None)


def with_fact(about: str, facts: Facts, name: str, value: Any) -> Facts:
    """*facts* with another value of one of them, and what is the same question: done when, and whether."""
    changed = {**facts, name: value}
    if fact(about, name).type == "moment":
        flag = beside(about, name)
        return {**changed, flag: True} if flag else changed
    if value is False:
        gone = {each for each in facts if each in ABOUT[about] and beside(about, each) == name}
        return {each: held for each, held in changed.items() if each not in gone or each == name}
    return changed


def options(trial: Trial, name: str) -> list[Option]:
    """What the fact *name* could be instead of what it is; both ways, when it is not known."""
    kind, now = fact(trial.duty.written.about, name).type, trial.facts.get(name)
    match kind:
        case "bool":
            found = [Option(True, "yes"), Option(False, "no")]
        case "string":
            found = [Option(text, text.replace("_", " ")) for text in texts(trial, name)]
        case "int":
            found = [Option(number, str(number)) for number in numbers(trial, name)]
        case "strings":
            found = list(lists(trial, name))
        case "moment":
            found = list(days(trial, name))
    return [option for option in found if option.value != now]


def texts(trial: Trial, name: str) -> list[str]:
    """The words a fact can be: those its field allows, and those the duty's conditions name."""
    return list(dict.fromkeys([*literals(trial, name), *trial.choices(name)]))


def literals(trial: Trial, name: str) -> list[str]:
    """The words in quotation marks in the conditions that read *name*."""
    read = [condition.text for condition in trial.conditions if name in condition.names]
    return [found[1:-1] for text in read for found in LITERAL.findall(text) if len(found) > 2]


def numbers(trial: Trial, name: str) -> list[int]:
    """The numbers at a boundary: those the conditions name or compare it with, and one on either side.

    The nearest to what it is come first.
    """
    read = [condition for condition in trial.conditions if name in condition.names]
    named = [int(found) for c in read for found in WHOLE.findall(LITERAL.sub("''", c.text))]
    others = [trial.facts.get(other) for c in read for other in c.names if other != name]
    named += [value for value in others if isinstance(value, int) and not isinstance(value, bool)]
    near = sorted({value + step for value in named for step in (-1, 0, 1) if value + step >= 0})
    now = trial.facts.get(name)
    return near if now is None else sorted(near, key=lambda value: (abs(value - now), value))


def lists(trial: Trial, name: str) -> Iterator[Option]:
    """A list without one of the words the conditions name, with one more, and empty."""
    now = trial.facts.get(name) or []
    named = list(dict.fromkeys(literals(trial, name)))
    for word in named:
        if word in now:
            yield Option([each for each in now if each != word], f"without {word}")
        else:
            yield Option([*now, word], f"with {word}")
    yield Option([], "none")


def days(trial: Trial, name: str) -> Iterator[Option]:
    """The last day, or instant, at which the duty would have been met; and the first at which it is late."""
    due = trial.duty.written.due
    if due is None or name not in {due.event, due.done}:
        return
    event, done = trial.facts.get(due.event), trial.facts.get(due.done)
    if name == due.done and event is not None and trial.timing.on is not None:
        yield from last_in_time(trial, event)
    elif name == due.event and done is not None:
        yield from later_event(trial, done)


def last_in_time(trial: Trial, event: Moment) -> Iterator[Option]:
    """When it had to be done by, and just too late."""
    due, on = trial.duty.written.due, trial.timing.on
    assert on is not None, "the caller has looked"
    if not isinstance(due, Before) or by_days(due, trial.values):
        yield Option(on, f"on or before {words(on)}")
        yield from past(trial, Option(on + DAY, f"after {words(on)}", late=True))
        return
    hours = amount(due.hours, trial.values)
    first, last = span(event, trial.zone)
    exact = isinstance(event, dt.datetime)
    if hours:
        limit = local(trial, (last if due.or_at else first) - dt.timedelta(hours=hours))
        yield Option(limit, f"at or before {words(limit)}")
        yield from past(trial, Option(limit + MINUTE, f"after {words(limit)}", late=True))
    elif exact:
        at = local(trial, first)
        yield Option(at if due.or_at else at - MINUTE, f"{'at or ' if due.or_at else ''}before {words(at)}")
        yield from past(trial, Option(at + MINUTE, f"after {words(at)}", late=True))
    else:
        by = event if due.or_at else event - DAY
        yield Option(by, f"on or before {words(by)}")
        yield from past(trial, Option(event + DAY, f"after {words(event)}", late=True))


def past(trial: Trial, option: Option) -> Iterator[Option]:
    """*option*, unless it lies ahead: what is planned is not done."""
    if span(option.value, trial.zone)[0] <= trial.on:
        yield option


def local(trial: Trial, at: dt.datetime) -> dt.datetime:
    """An instant as the production's clock shows it."""
    return at.astimezone(trial.zone)


def later_event(trial: Trial, done: Moment) -> Iterator[Option]:
    """From when on the event would have left time enough for what was done; and just too early."""
    due, by = trial.duty.written.due, day(done, trial.zone)
    if not isinstance(due, Before | After):
        return
    if isinstance(due, Before) and not by_days(due, trial.values):
        hours = amount(due.hours, trial.values)
        if hours:
            at = local(trial, span(done, trial.zone)[1] + dt.timedelta(hours=hours))
            yield Option(at, f"at or after {words(at)}")
            yield Option(at - dt.timedelta(days=2), f"before {words(at)}", late=True)
            return
        first = by + dt.timedelta(days=0 if due.or_at else 1)
    else:
        first = earliest(due, by, trial.values)
    yield Option(first, f"on or after {words(first)}")
    yield Option(first - DAY, f"before {words(first)}", late=True)


def earliest(due: Before | After, done: dt.date, values: dict[str, Any]) -> dt.date:
    """The first day of an event for which what was done on a day was in time."""
    way: Literal[1, -1] = 1 if isinstance(due, After) else -1
    first = done - way * (shifted(due, done, values, 1)[0] - done)
    while shifted(due, first, values, way)[0] >= done:
        first -= DAY
    while shifted(due, first, values, way)[0] < done:
        first += DAY
    return first
