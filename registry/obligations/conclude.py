"""From a ruling to a finding: citation, missing facts with their places, days of a breach, and clocks."""

import datetime as dt
from typing import Any, Final

from registry.obligations.assemble import assemble
from registry.obligations.case import Case, Held, built, decided
from registry.obligations.conditions import fact
from registry.obligations.due import LATE
from registry.obligations.fact import Fact
from registry.obligations.finding import Clock, Finding, Missing
from registry.obligations.moments import day, plus_months, start, words
from registry.obligations.pack import Params, WrittenClock
from registry.obligations.standing import carry
from registry.obligations.subjects import Subject
from registry.obligations.verdict import Decision

TOP: Final = frozenset({"uses", "workforce", "consultations", "production", "employer", "filing", "reason"})
"""Sections of a disclosure: a fact's pointer that begins with one is not relative to the subject's record."""


def finding_of(case: Case, ruling: Held) -> Finding:
    """The ruling as a finding, with citation, clocks, and whom it concerns."""
    duty, each, decision = ruling.duty, ruling.stand, ruling.decision
    written, when, subject = duty.written, decision.timing, each.subject
    occurred = known = None
    clocks: list[Clock] = []
    if decision.verdict == "violation":
        occurred = occurred_on(case, ruling)
        known = known_on(case, ruling, begun(case, decision, occurred)) if occurred else None
        named = [clock for clock in ruling.pack.written.clock if clock.name in written.clocks]
        clocks = [running(clock, occurred, known) for clock in named if occurred and known]
    return Finding(
        rule=duty.rule,
        pack=ruling.pack.name,
        pack_digest=ruling.pack.digest,
        params=ruling.params.name,
        values={name: each.values[name] for name in duty.parameters},
        subject_kind=subject.kind,
        subject=subject.id,
        verdict=decision.verdict,
        reason=decision.reason,
        says=written.says,
        because=[*subject.notes, *each.notes, *decision.because],
        missing=asked(subject, written.about, decision) if decision.asks or decision.questions else [],
        review=decision.review,
        severity=written.severity,
        owed_to=written.owed_to,
        locals=each.locals,
        unions=each.unions,
        occurred_on=occurred,
        known_on=known,
        due_on=when.on,
        due_at=when.limit,
        due_soon=decision.reason == "not-yet-due"
        and when.on is not None
        and case.on >= soon_from(case, when.on, each.values),
        quiet=written.quiet,
        clocks=clocks,
        citation=duty.citation,
        remedy=written.remedy,
        alert=written.alert,
        shadow={label: subject.facts.get(name) for label, name in written.shadow.items()},
    )


def soon_from(case: Case, on: dt.date, values: dict[str, Any]) -> dt.datetime:
    """The first instant at which a duty due on *on* counts as due soon."""
    return start(on - dt.timedelta(days=int(values.get("DUE_SOON_DAYS", 7))), case.statement.zone)


def asked(subject: Subject, about: str, decision: Decision) -> list[Missing]:
    """What would decide: each missing fact where it is answered, and each question no filing can answer."""
    found: list[Missing] = []
    for name in decision.asks:
        if name in subject.gaps:
            found += subject.gaps[name]
            continue
        entry = fact(about, name)
        found.append(Missing(name, pointer_in(subject, entry), entry.question, entry.asks))
    found += [Missing("text", "", question, "union and employer") for question in decision.questions]
    return list(dict.fromkeys(found))


def pointer_in(subject: Subject, entry: Fact) -> str:
    """Where a disclosure answers a fact of *subject*."""
    absolute = not entry.pointer or entry.pointer.split("/")[1] in TOP
    return entry.pointer if absolute else subject.pointer + entry.pointer


def occurred_on(case: Case, ruling: Held) -> dt.date | None:
    """The day of a breach: the day the obligation names, else the first day it was overdue.

    Never before the first day on which the text reached the subject.
    """
    zone, subject = case.statement.zone, ruling.subject
    limit, state = ruling.decision.timing.limit, ruling.decision.timing.state
    named = subject.facts.get(ruling.duty.written.occurred) if ruling.duty.written.occurred else None
    found = day(subject.on, zone) if subject.on else None
    if named:
        found = day(named, zone)
    elif limit and state in LATE:
        found = day(limit, zone)
    return max(found, ruling.stand.bound_from) if found and ruling.stand.bound_from else found


def begun(case: Case, decision: Decision, occurred: dt.date) -> dt.date:
    """The first day on which there was a breach to know of: never before the duty was overdue."""
    when = decision.timing
    if when.limit is None or when.state not in LATE:
        return occurred
    return max(occurred, day(when.limit, case.statement.zone))


def known_on(case: Case, ruling: Held, begins: dt.date) -> dt.date | None:
    """The first day on which what was known showed the breach, and it had happened."""
    duty, each, zone = ruling.duty, ruling.stand, case.statement.zone
    if not duty.written.clocks:
        return None
    told = instants_told(case)
    for number, at in enumerate(told[:-1]):
        one = known_then(case, number, at, duty.written.about, ruling.params).get(ruling.subject.id)
        if one and each.carried and each.bound_from:
            one = carry(one, duty.written.about, each.bound_from)
        if one and decided(case, duty, each, one).verdict == "violation":
            return max(day(at, zone), begins)
    return max(day(told[-1], zone), begins) if told else begins


def instants_told(case: Case) -> list[dt.datetime]:
    """When something became known, in order."""
    statement = case.statement
    told = {version.filed_at for version in statement.known} | {one.at for one in statement.heard}
    return sorted(told | {loss.filed_at for loss in statement.elsewhere})


def known_then(case: Case, number: int, at: dt.datetime, about: str, params: Params) -> dict[str, Subject]:
    """The subjects that what was known at *at*, the *number*th instant, gave, by id."""
    key = number, f"{params.name}/{about}"
    if key not in case.earlier:
        statement = case.statement
        then = assemble(
            statement.production,
            [version for version in statement.known if version.filed_at <= at],
            [one for one in statement.heard if one.at <= at],
            [loss for loss in statement.elsewhere if loss.filed_at <= at],
        )
        now = {**params.on(day(case.on, statement.zone)), "as_of": case.on}
        case.earlier[key] = {one.id: one for one in built(then, about, now)}
    return case.earlier[key]


def running(clock: WrittenClock, occurred: dt.date, known: dt.date) -> Clock:
    """A time limit as a day, with the arithmetic in words."""
    begin = occurred if clock.counts_from == "occurrence" else known
    until = plus_months(begin, clock.months) + dt.timedelta(days=clock.days)
    length = f"{clock.days} days" if clock.days else f"{clock.months} months"
    says = f"{clock.says}: {length} from {words(begin)} is {words(until)}."
    return Clock(clock.name, until, says, clock.confidence)
