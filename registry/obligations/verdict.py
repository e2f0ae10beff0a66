"""One obligation on one subject at one instant: the decision, in three values, and why.

1. The trigger is known false: not applicable. 2. A known fact alone makes a breach: violation, even when
other facts are missing. 3. Everything needed is known and nothing is amiss: satisfied. 4. Otherwise:
insufficient information, naming what is missing. A duty whose day has not come is not applicable, not yet
due; and nothing is a breach before the day on which it would happen. A question that no source answers
(`undecided`) takes the place of a verdict that something is amiss, never of one that nothing is.
"""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.conditions import Condition, Known, holds
from registry.obligations.due import LATE, Timing, timing
from registry.obligations.finding import Verdict
from registry.obligations.moments import Moment, day, span, words
from registry.obligations.pack import Obligation

Conclusion = tuple[Verdict, str, list[str], list[str]]
UNDECIDED: Final = "insufficient_information"
OWN_FIGURE: Final = "How the days are counted is the registry's own proposal; no source that was read says."
AMISS: Final = frozenset({"breach", "not-met", "late", "overdue"})


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
        if when.on and duty.parameters and duty.citation.confidence != "inferred":
            because.append(OWN_FIGURE)
        because.append(f"{when.says[0].upper()}{when.says[1:]}")
    verdict, reason, asks, questions = concluded(duty, known, facts, when, undecided_when, because)
    ahead = ahead_of(facts.get(duty.written.occurred), zone, as_of) if reason in AMISS else None
    if ahead:
        verdict, reason, when = "not_applicable", "not-yet-due", ahead
        because.append(ahead.says)
    review = [ask for condition, ask in duty.review if condition is None or holds(condition, known)]
    if verdict == "not_applicable":
        review = []
    return Decision(verdict, reason, because, asks, questions, review, when)


def ahead_of(occurs: Moment | None, zone: ZoneInfo, as_of: dt.datetime) -> Timing | None:
    """The day on which what is amiss would happen, while it lies ahead; None when it has come."""
    if occurs is None:
        return None
    limit = span(occurs, zone)[0]
    if limit <= as_of:
        return None
    on = day(occurs, zone)
    return Timing("pending", f"{words(on)} has not come: it is not a breach yet.", on, limit)


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
    when: Timing,
    undecided_when: list[Condition],
    because: list[str],
) -> Conclusion:
    """Verdict, reason code, missing facts and open questions, once the trigger is not known false."""
    if undecided_when:
        open_breach = [c for c in duty.breach if holds(c, known) is None]
        return UNDECIDED, "trigger-unknown", missing([*undecided_when, *open_breach], facts), []
    verdict, reason, asks, _ = weighed(duty, known, facts, when, because)
    if not duty.undecided or verdict in {"satisfied", "not_applicable"}:
        return verdict, reason, asks, []
    questions = [ask for condition, ask in duty.undecided if holds(condition, known)]
    if questions:
        because += questions
        return UNDECIDED, "not-in-any-source", asks, questions
    doubts = missing([c for c, _ in duty.undecided if holds(c, known) is None], facts)
    if doubts and reason in AMISS:
        return UNDECIDED, "missing-facts", doubts, []
    return verdict, reason, asks, []


def weighed(
    duty: Obligation, known: Known, facts: dict[str, Any], when: Timing, because: list[str]
) -> Conclusion:
    """What the known facts say by themselves, before any question no source answers."""
    broken = [c for c in duty.breach if holds(c, known)]
    if broken:
        because += [condition.line(True) for condition in broken]
        return duty.written.breach_verdict, "breach", [], []
    excuses = [holds(condition, known) for condition in duty.excused] if when.state in LATE else []
    if when.state in LATE and True not in excuses and None not in excuses:
        return duty.written.breach_verdict, when.state, [], []
    if when.state == "pending":
        return "not_applicable", "not-yet-due", [], []
    met = {condition.text: holds(condition, known) for condition in duty.met}
    failed = [c for c in duty.met if met[c.text] is False]
    if failed:
        because += [condition.line(False) for condition in failed]
        return duty.written.breach_verdict, "not-met", [], []
    open_terms = [c for c in (*duty.breach, *duty.met) if holds(c, known) is None]
    if when.state in LATE and True not in excuses:
        open_terms += duty.excused
    asks = missing(open_terms, facts)
    if when.state == "unknown" or (when.state == "overdue" and True in excuses):
        asks = list(dict.fromkeys([*asks, *when.asks]))
    excused = [c.line(True) for c, answer in zip(duty.excused, excuses, strict=False) if answer]
    if asks:
        because += excused
        return UNDECIDED, "missing-facts", asks, []
    because += [c.line(False) for c in duty.breach] + [c.line(True) for c in duty.met] + excused
    return "satisfied", "met", [], []


def missing(conditions: list[Condition], facts: dict[str, Any]) -> list[str]:
    """The facts that undecided conditions read and nobody stated."""
    return list(
        dict.fromkeys(name for condition in conditions for name in condition.names if name not in facts)
    )
