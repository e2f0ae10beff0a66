"""Packs × what is known × an instant → findings, and the earliest instant at which time alone changes one.

The same filings known, the same pack digests and the same instant give the same findings, on any machine.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from registry.obligations.assemble import Statement, assemble
from registry.obligations.conditions import activated, fact
from registry.obligations.due import LATE
from registry.obligations.filings import next_quarter
from registry.obligations.finding import Clock, Finding, Missing
from registry.obligations.moments import day, plus_months, start, words
from registry.obligations.pack import Obligation, Pack, PackSet, Params, WrittenClock
from registry.obligations.standing import Stand, stand
from registry.obligations.statement import Binding, Known, Production
from registry.obligations.subjects import BUILDERS, Subject
from registry.obligations.verdict import Decision, decide

TOP = ("/uses", "/workforce", "/consultations", "/production", "/employer", "/filing", "/reason")


class Judgement(msgspec.Struct, frozen=True):
    """Every finding on a production at one instant."""

    findings: list[Finding]
    judged_again_at: dt.datetime | None
    packs: dict[str, str]


class Case(msgspec.Struct, frozen=True):
    """What one judgement needs at hand, and what it has worked out already.

    `subjects` are shared by the packs of one parameter set; `earlier` keeps those of earlier knowledge.
    """

    packs: PackSet
    statement: Statement
    as_of: dt.datetime
    earlier: dict[tuple[int, str], dict[str, Subject]] = {}
    subjects: dict[tuple[str, str], list[Subject]] = {}


def judge(packs: PackSet, production: Production, known: Sequence[Known], as_of: dt.datetime) -> Judgement:
    """What *packs* say of *production* at *as_of*, given the filings known then, oldest first."""
    known = [version for version in known if version.filed_at <= as_of]
    case = Case(packs, assemble(production, known), as_of, {}, {})
    findings: list[Finding] = []
    again: list[dt.datetime] = []
    used: dict[str, str] = {}
    for pack in packs.packs.values():
        bindings = bound(pack, production)
        if not bindings:
            continue
        used[pack.name] = pack.digest
        params = packs.params[pack.written.params]
        used[params.name] = params.digest
        for finding, later in judged(case, pack, params, bindings):
            findings.append(finding)
            again += later
    quarter = next_quarter(case.statement, as_of)
    if quarter:
        again.append(quarter)
    findings.sort(key=lambda finding: (finding.rule, finding.subject_kind, finding.subject))
    return Judgement(findings, min((at for at in again if at > as_of), default=None), used)


def bound(pack: Pack, production: Production) -> list[Binding]:
    """The bindings through which *pack* applies to *production*; a pack for every agreement always does."""
    if "*" in pack.written.agreements:
        return [Binding("*", production.locals, dt.date.min)]
    return [binding for binding in production.bindings if binding.agreement in pack.written.agreements]


def judged(
    case: Case, pack: Pack, params: Params, bindings: list[Binding]
) -> Iterator[tuple[Finding, list[dt.datetime]]]:
    """Each finding of one pack, with the instants at which time alone may change it."""
    standing: dict[str, list[Stand]] = {}
    for duty in pack.obligations:
        about = duty.written.about
        if about not in standing:
            standing[about] = [
                stand(case.statement, case.as_of, pack, params, bindings, subject)
                for subject in subjects_of(case, params, about)
            ]
        for each in standing[about]:
            lasting = each.bound_from is not None and duty.written.due is None
            outside = None if lasting else each.outside
            decision = outside or decided(case, duty, each.subject, each.values)
            yield (
                made(case, pack, params, duty, each, decision),
                [*each.edges, *instants(case, decision, each)],
            )


def subjects_of(case: Case, params: Params, about: str) -> list[Subject]:
    """What duties about *about* are judged about, found once."""
    if (params.name, about) not in case.subjects:
        now = {**params.on(day(case.as_of, case.statement.zone)), "as_of": case.as_of}
        case.subjects[params.name, about] = list(BUILDERS[about](case.statement, now))
    return case.subjects[params.name, about]


def decided(case: Case, duty: Obligation, subject: Subject, values: dict[str, Any]) -> Decision:
    """The decision on one subject; its facts are handed to the condition language once."""
    if subject.activation is None:
        subject.activation = activated(duty.written.about, subject.facts)
    return decide(duty, subject.facts, subject.activation, values, case.statement.zone, case.as_of)


def instants(case: Case, decision: Decision, each: Stand) -> list[dt.datetime]:
    """When a duty that is not yet due becomes due soon, and overdue; when something planned is to be done."""
    when = decision.timing
    found = [when.planned] if when.planned else []
    if decision.reason == "not-yet-due" and when.limit is not None and when.on is not None:
        found += [when.limit, soon_from(case, when.on, each.values)]
    return found


def soon_from(case: Case, on: dt.date, values: dict[str, Any]) -> dt.datetime:
    """The first instant at which a duty due on *on* counts as due soon."""
    return start(on - dt.timedelta(days=int(values.get("DUE_SOON_DAYS", 7))), case.statement.zone)


def made(
    case: Case, pack: Pack, params: Params, duty: Obligation, each: Stand, decision: Decision
) -> Finding:
    """The decision as a finding, with citation, clocks, and whom it concerns."""
    written, when, subject = duty.written, decision.timing, each.subject
    occurred = known = None
    clocks: list[Clock] = []
    if decision.verdict == "violation":
        occurred = occurred_on(case, duty, subject, decision)
        occurred = max(occurred, each.bound_from) if occurred and each.bound_from else occurred
        known = known_on(case, duty, subject, begun(case, decision, occurred)) if occurred else None
        named = [clock for clock in pack.written.clock if clock.name in written.clocks]
        clocks = [running(clock, occurred, known) for clock in named if occurred and known]
    return Finding(
        rule=duty.rule,
        pack=pack.name,
        pack_digest=pack.digest,
        params=params.name,
        values={name: each.values[name] for name in duty.parameters},
        subject_kind=subject.kind,
        subject=subject.id,
        verdict=decision.verdict,
        reason=decision.reason,
        says=written.says,
        because=[*subject.notes, *decision.because],
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
        and case.as_of >= soon_from(case, when.on, each.values),
        quiet=written.quiet,
        clocks=clocks,
        citation=duty.citation,
        remedy=written.remedy,
    )


def asked(subject: Subject, about: str, decision: Decision) -> list[Missing]:
    """What would decide: each missing fact where it is answered, and each question no filing can answer."""
    found: list[Missing] = []
    for name in decision.asks:
        if name in subject.gaps:
            found += subject.gaps[name]
            continue
        entry = fact(about, name)
        pointer = entry.pointer if entry.pointer.startswith(TOP) else subject.pointer + entry.pointer
        found.append(Missing(name, pointer, entry.question, entry.asks))
    found += [Missing("text", "", question, "union and employer") for question in decision.questions]
    return list(dict.fromkeys(found))


def occurred_on(case: Case, duty: Obligation, subject: Subject, decision: Decision) -> dt.date | None:
    """The day of a breach: the day the obligation names, else the first day it was overdue."""
    named = subject.facts.get(duty.written.occurred) if duty.written.occurred else None
    if named:
        return day(named, case.statement.zone)
    if decision.timing.limit and decision.timing.state in {"late", "overdue"}:
        return day(decision.timing.limit, case.statement.zone)
    return day(subject.on, case.statement.zone) if subject.on else None


def begun(case: Case, decision: Decision, occurred: dt.date) -> dt.date:
    """The first day on which there was a breach to know of: never before the duty was overdue."""
    when = decision.timing
    if when.limit is None or when.state not in LATE:
        return occurred
    return max(occurred, day(when.limit, case.statement.zone))


def known_on(case: Case, duty: Obligation, subject: Subject, begins: dt.date) -> dt.date | None:
    """The first day on which what was filed showed the breach, and it had happened."""
    if not duty.written.clocks:
        return None
    statement = case.statement
    params = {**case_params(case), "as_of": case.as_of}
    for end, version in enumerate(statement.known[:-1], start=1):
        one = known_then(case, end, duty.written.about, params).get(subject.id)
        if one and decided(case, duty, one, params).verdict == "violation":
            return max(day(version.filed_at, statement.zone), begins)
    return max(day(statement.known[-1].filed_at, statement.zone), begins)


def known_then(case: Case, end: int, about: str, params: dict[str, Any]) -> dict[str, Subject]:
    """The subjects that the first *end* versions gave, by id."""
    if (end, about) not in case.earlier:
        then = assemble(case.statement.production, case.statement.known[:end])
        case.earlier[end, about] = {one.id: one for one in BUILDERS[about](then, params)}
    return case.earlier[end, about]


def case_params(case: Case) -> dict[str, Any]:
    """All parameters at the instant of the judgement."""
    found: dict[str, Any] = {}
    for params in case.packs.params.values():
        found |= params.on(day(case.as_of, case.statement.zone))
    return found


def running(clock: WrittenClock, occurred: dt.date, known: dt.date) -> Clock:
    """A time limit as a day, with the arithmetic in words."""
    begin = occurred if clock.counts_from == "occurrence" else known
    until = plus_months(begin, clock.months) + dt.timedelta(days=clock.days)
    length = f"{clock.days} days" if clock.days else f"{clock.months} months"
    says = f"{clock.says}: {length} from {words(begin)} is {words(until)}."
    return Clock(clock.name, until, says, clock.confidence)
