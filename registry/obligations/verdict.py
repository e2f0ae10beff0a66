"""One obligation on one subject at one instant: the decision, in three values, and why.

1. The trigger is known false: not applicable. 2. A known fact alone makes a breach: violation, even when
other facts are missing. 3. Everything needed is known and nothing is amiss: satisfied. 4. Otherwise:
insufficient information, naming what is missing. A duty whose day has not come is not applicable, not yet
due; and nothing is a breach before the day on which it would happen. A question that no source answers
(`undecided`) takes the place of a verdict that something is amiss, never of one that nothing is.
"""

import datetime as dt
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.conditions import Condition, Known, holds
from registry.obligations.due import LATE, Timing, timing
from registry.obligations.finding import Verdict
from registry.obligations.moments import Moment, day, span, words
from registry.obligations.pack import Obligation, Status

Conclusion = tuple[Verdict, str, list[str], list[str]]
Role = Literal["when", "breach", "met", "excused", "undecided", "review"]
UNDECIDED: Final = "insufficient_information"
OWN_FIGURE: Final = "How the days are counted is the registry's own proposal; no source that was read says."
AMISS: Final = frozenset({"breach", "not-met", "late", "overdue"})


class Step(msgspec.Struct, frozen=True):
    """One condition that was asked, the part it plays, and its answer; `words` is how a person says both.

    A question for a person (`undecided`, `review`) may stand without a condition; its words are the question.
    """

    role: Role
    condition: Condition | None
    words: str
    answer: bool | None


class Decision(msgspec.Struct, frozen=True):
    """A verdict with its reason code, the facts that are missing, and the sentences that lead to it.

    `steps` are the conditions asked, in order, each with its answer.
    """

    verdict: Verdict
    reason: str
    because: list[str]
    asks: list[str]
    questions: list[str]
    review: list[str]
    timing: Timing
    steps: tuple[Step, ...] = ()


class Trail:
    """Asks conditions of the known facts, and keeps what was asked."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.steps: list[Step] = []

    def ask(self, role: Role, conditions: list[Condition]) -> list[bool | None]:
        """The answers of *conditions*, in order."""
        answers = [holds(condition, self.known) for condition in conditions]
        self.steps += [
            Step(role, condition, condition.line(answer), answer)
            for condition, answer in zip(conditions, answers, strict=True)
        ]
        return answers

    def questions(
        self, role: Role, asks: list[tuple[Condition, str]] | list[tuple[Condition | None, str]]
    ) -> list[bool | None]:
        """Whether each question for a person arises."""
        answers = [condition is None or holds(condition, self.known) for condition, _ in asks]
        self.steps += [
            Step(role, condition, said, answer)
            for (condition, said), answer in zip(asks, answers, strict=True)
        ]
        return answers


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
    trail = Trail(known)
    untriggered, undecided_when = trigger(duty, trail, because)
    if untriggered:
        steps = tuple(trail.steps)
        return Decision("not_applicable", untriggered, because, [], [], [], Timing("none"), steps)
    when = timed(duty, facts, known, values, zone, as_of)
    if when.says:
        if when.on and duty.parameters and duty.citation.confidence != "inferred":
            because.append(OWN_FIGURE)
        because.append(f"{when.says[0].upper()}{when.says[1:]}")
    verdict, reason, asks, questions = concluded(duty, trail, facts, when, undecided_when, because)
    ahead = ahead_of(occurs(duty, facts, when), zone, as_of) if reason in AMISS else None
    if ahead:
        verdict, reason, when = "not_applicable", "not-yet-due", ahead
        because.append(ahead.says)
    review = []
    if duty.review and verdict != "not_applicable":
        arise = trail.questions("review", duty.review)
        review = [ask for (_, ask), arises in zip(duty.review, arise, strict=True) if arises]
    return Decision(verdict, reason, because, asks, questions, review, when, tuple(trail.steps))


def timed(
    duty: Obligation,
    facts: dict[str, Any],
    known: Known,
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
) -> Timing:
    """How the duty stands in time, if it has a day."""
    undone = holds(duty.not_done, known) if duty.not_done else None
    return timing(duty.written.due, facts, values, zone, as_of, undone)


def undecidable(
    duty: Obligation,
    facts: dict[str, Any],
    known: Known,
    values: dict[str, Any],
    zone: ZoneInfo,
    as_of: dt.datetime,
    status: Status,
) -> Decision:
    """The answer of a text that is no law and no agreement in force: shown with its day, never decided."""
    says = NOT_LAW[status]
    when = timed(duty, facts, known, values, zone, as_of)
    because = [says]
    if when.on:
        because.append(f"Were it in force: {when.says}")
    reason = "proposed-law" if status == "proposed" else "not-in-force"
    return Decision("not_applicable", reason, because, [], [], [], when)


NOT_LAW: Final[dict[Status, str]] = {
    "proposed": "It is a bill: proposed, not law. It is shown and never judges.",
    "vetoed": "It was vetoed and is not law. It is shown and never judges.",
    "negotiated": "It is being negotiated: no concluded text is in force. It is shown and never judges.",
}


def occurs(duty: Obligation, facts: dict[str, Any], when: Timing) -> Moment | None:
    """When what is amiss happens: as the duty names it, else when what is due is done, or was to be.

    What is late is amiss from the day it was overdue, which has passed.
    """
    due = duty.written.due
    if duty.written.occurred or due is None:
        return facts.get(duty.written.occurred)
    return None if when.state in LATE else facts.get(due.done) or facts.get(due.event)


def ahead_of(occurs: Moment | None, zone: ZoneInfo, as_of: dt.datetime) -> Timing | None:
    """The day on which what is amiss would happen, while it lies ahead; None when it has come."""
    if occurs is None:
        return None
    limit = span(occurs, zone)[0]
    if limit <= as_of:
        return None
    on = day(occurs, zone)
    return Timing("pending", f"{words(on)} has not come: it is not a breach yet.", on, limit)


def trigger(duty: Obligation, trail: Trail, because: list[str]) -> tuple[str | None, list[Condition]]:
    """The reason code of the first condition that is known false, and the conditions nobody can decide."""
    undecided = []
    for condition, reason in duty.when:
        [answer] = trail.ask("when", [condition])
        because.append(condition.line(answer))
        if answer is False:
            return reason, []
        if answer is None:
            undecided.append(condition)
    return None, undecided


def concluded(
    duty: Obligation,
    trail: Trail,
    facts: dict[str, Any],
    when: Timing,
    undecided_when: list[Condition],
    because: list[str],
) -> Conclusion:
    """Verdict, reason code, missing facts and open questions, once the trigger is not known false."""
    if undecided_when:
        open_breach = unanswered(duty.breach, trail.ask("breach", duty.breach))
        return UNDECIDED, "trigger-unknown", missing([*undecided_when, *open_breach], facts), []
    verdict, reason, asks, _ = weighed(duty, trail, facts, when, because)
    if not duty.undecided or verdict in {"satisfied", "not_applicable"}:
        return verdict, reason, asks, []
    arise = trail.questions("undecided", duty.undecided)
    questions = [ask for (_, ask), arises in zip(duty.undecided, arise, strict=True) if arises]
    if questions:
        because += questions
        return UNDECIDED, "not-in-any-source", asks, questions
    doubts = missing(unanswered([condition for condition, _ in duty.undecided], arise), facts)
    if doubts and reason in AMISS:
        return UNDECIDED, "missing-facts", doubts, []
    return verdict, reason, asks, []


def weighed(
    duty: Obligation, trail: Trail, facts: dict[str, Any], when: Timing, because: list[str]
) -> Conclusion:
    """What the known facts say by themselves, before any question no source answers."""
    breaches = trail.ask("breach", duty.breach)
    if True in breaches:
        because += [c.line(True) for c, answer in zip(duty.breach, breaches, strict=True) if answer]
        return duty.written.breach_verdict, "breach", [], []
    excuses = trail.ask("excused", duty.excused) if when.state in LATE else []
    if when.state in LATE and True not in excuses and None not in excuses:
        return duty.written.breach_verdict, when.state, [], []
    if when.state == "pending":
        return "not_applicable", "not-yet-due", [], []
    met = trail.ask("met", duty.met)
    if False in met:
        because += [c.line(False) for c, answer in zip(duty.met, met, strict=True) if answer is False]
        return duty.written.breach_verdict, "not-met", [], []
    open_terms = unanswered(duty.breach, breaches) + unanswered(duty.met, met)
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


def unanswered(conditions: list[Condition], answers: list[bool | None]) -> list[Condition]:
    """The conditions a missing fact could still change."""
    return [condition for condition, answer in zip(conditions, answers, strict=True) if answer is None]


def missing(conditions: list[Condition], facts: dict[str, Any]) -> list[str]:
    """The facts undecided conditions read and nobody stated; all of them, where numbers cannot decide."""
    found: list[str] = []
    for condition in conditions:
        found += [name for name in condition.names if name not in facts] or condition.names
    return list(dict.fromkeys(found))
