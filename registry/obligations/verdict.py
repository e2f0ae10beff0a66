"""One obligation on one subject at one instant: the decision, in three values, and why.

1. The trigger is known false: not applicable. 2. A known fact alone makes a breach: violation, even when
other facts are missing. 3. Everything needed is known and nothing is amiss: satisfied. 4. Otherwise:
insufficient information, naming what is missing. A duty whose day has not come is not applicable, not yet
due.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.conditions import Condition, Known, holds
from registry.obligations.due import LATE, Timing, timing
from registry.obligations.finding import Verdict
from registry.obligations.pack import Obligation


class Decision(msgspec.Struct, frozen=True):
    """A verdict with its reason code, the facts that are missing, and the sentences that lead to it."""

    verdict: Verdict
    reason: str
    because: list[str]
    asks: list[str]
    questions: list[str]
    review: list[str]
    timing: Timing


def decide(
    duty: Obligation,
    facts: dict[str, Any],
    known: Known,
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
) -> Decision:
    """The decision on *duty* for a subject with *facts*; *known* is what conditions see of them."""
    because: list[str] = []
    untriggered, undecided_when = trigger(duty, known, because)
    if untriggered:
        return Decision("not_applicable", untriggered, because, [], [], [], Timing("none"))
    undone = holds(duty.not_done, known) if duty.not_done else None
    when = timing(duty.written.due, facts, values, zone, as_of, undone)
    if when.says:
        because.append(f"{when.says[0].upper()}{when.says[1:]}")
    breach = {condition.text: holds(condition, known) for condition in duty.breach}
    verdict, reason, asks, questions = concluded(duty, known, facts, breach, when, undecided_when, because)
    review = [ask for condition, ask in duty.review if condition is None or holds(condition, known)]
    if verdict == "not_applicable":
        review = []
    return Decision(verdict, reason, because, asks, questions, review, when)


def trigger(duty: Obligation, known: Known, because: list[str]) -> tuple[str | None, list[Condition]]:
    """The reason code of the first condition that is known false, and the conditions nobody can decide."""
    undecided = []
    for condition, reason in duty.when:
        answer = holds(condition, known)
        because.append(condition.line(answer))
        if answer is False:
            return reason, []
        if answer is None:
            undecided.append(condition)
    return None, undecided


def concluded(
    duty: Obligation,
    known: Known,
    facts: dict[str, Any],
    breach: dict[str, bool | None],
    when: Timing,
    undecided_when: list[Condition],
    because: list[str],
) -> tuple[Verdict, str, list[str], list[str]]:
    """Verdict, reason code, missing facts and open questions, once the trigger is not known false."""
    open_breach = [c for c in duty.breach if breach[c.text] is None]
    if undecided_when:
        asks = missing([*undecided_when, *open_breach], facts)
        return "insufficient_information", "trigger-unknown", asks, []
    questions = [ask for condition, ask in duty.undecided if condition and holds(condition, known)]
    if questions:
        because += questions
        return "insufficient_information", "not-in-any-source", [], questions
    broken = [c for c in duty.breach if breach[c.text]]
    if broken:
        because += [condition.line(True) for condition in broken]
        return duty.written.breach_verdict, "breach", [], []
    excused = any(holds(condition, known) for condition in duty.excused)
    if when.state in LATE and not excused:
        return duty.written.breach_verdict, when.state, [], []
    if when.state == "pending" and not excused:
        return "not_applicable", "not-yet-due", [], []
    met = {condition.text: holds(condition, known) for condition in duty.met}
    failed = [c for c in duty.met if met[c.text] is False]
    if failed:
        because += [condition.line(False) for condition in failed]
        return duty.written.breach_verdict, "not-met", [], []
    asks = missing([*open_breach, *(c for c in duty.met if met[c.text] is None)], facts)
    if when.state == "unknown" and not excused:
        asks = list(dict.fromkeys([*asks, *when.asks]))
    if asks:
        return "insufficient_information", "missing-facts", asks, []
    because += [c.line(False) for c in duty.breach] + [c.line(True) for c in duty.met]
    if excused:
        because += [c.line(True) for c in duty.excused if holds(c, known)]
    return "satisfied", "met", [], []


def missing(conditions: list[Condition], facts: dict[str, Any]) -> list[str]:
    """The facts that undecided conditions read and nobody stated."""
    return list(
        dict.fromkeys(name for condition in conditions for name in condition.names if name not in facts)
    )
