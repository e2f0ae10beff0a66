"""Packs × what is known × an instant → findings, and the earliest instant at which time alone changes one.

The same filings known, the same pack digests and the same instant give the same findings, on any machine.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from registry.obligations.assemble import Statement, assemble
from registry.obligations.conditions import fact
from registry.obligations.due import Timing
from registry.obligations.filings import next_quarter
from registry.obligations.finding import Citation, Clock, Finding, Missing
from registry.obligations.moments import day, plus_months, start
from registry.obligations.pack import Obligation, Pack, PackSet, Params, WrittenClock
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
    """What one judgement needs at hand. `earlier` keeps what was built of earlier states of knowledge."""

    packs: PackSet
    statement: Statement
    as_of: dt.datetime
    earlier: dict[tuple[int, str], dict[str, Subject]] = {}


def judge(packs: PackSet, production: Production, known: Sequence[Known], as_of: dt.datetime) -> Judgement:
    """What *packs* say of *production* at *as_of*, given the filings known then, oldest first."""
    known = [version for version in known if version.filed_at <= as_of]
    case = Case(packs, assemble(production, known), as_of, {})
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
    zone = case.statement.zone
    now: dict[str, Any] = {**params.on(day(case.as_of, zone)), "as_of": case.as_of}
    subjects: dict[str, list[Subject]] = {}
    for duty in pack.obligations:
        about = duty.written.about
        if about not in subjects:
            subjects[about] = list(BUILDERS[about](case.statement, now))
        for subject in subjects[about]:
            on = day(subject.on, zone) if subject.on else day(case.as_of, zone)
            values = params.on(on)
            outside = out_of_force(pack, bindings, on)
            decision = outside or decide(duty, subject.facts, values, zone, case.as_of)
            yield made(case, pack, params, duty, subject, decision, values), instants(case, decision, values)


def out_of_force(pack: Pack, bindings: list[Binding], on: dt.date) -> Decision | None:
    """Not applicable, when *on* lies outside the edition or outside every binding."""
    written = pack.written
    if (written.since and on < written.since) or (written.until and on > written.until):
        says = f"{written.title} is in force from {written.since} to {written.until}; {on} is outside."
        return Decision("not_applicable", "not-in-force", [says], [], [], [], Timing("none"))
    if not any(
        binding.since <= on and (binding.until is None or on <= binding.until) for binding in bindings
    ):
        says = f"The employer was not bound by the agreement on {on}."
        return Decision("not_applicable", "out-of-term", [says], [], [], [], Timing("none"))
    return None


def instants(case: Case, decision: Decision, values: dict[str, Any]) -> list[dt.datetime]:
    """When a duty that is not yet due becomes due soon, and overdue."""
    when = decision.timing
    if decision.reason != "not-yet-due" or when.limit is None or when.on is None:
        return []
    return [when.limit, soon_from(case, when.on, values)]


def soon_from(case: Case, on: dt.date, values: dict[str, Any]) -> dt.datetime:
    """The first instant at which a duty due on *on* counts as due soon."""
    return start(on - dt.timedelta(days=int(values.get("DUE_SOON_DAYS", 7))), case.statement.zone)


def made(
    case: Case,
    pack: Pack,
    params: Params,
    duty: Obligation,
    subject: Subject,
    decision: Decision,
    values: dict[str, Any],
) -> Finding:
    """The decision as a finding, with citation, clocks, and whom it concerns."""
    written, when = duty.written, decision.timing
    occurred = occurred_on(case, duty, subject, decision)
    known = known_on(case, duty, subject, occurred) if decision.verdict == "violation" else None
    locals_, unions = concerned(case, pack, subject)
    used = {name: values[name] for name in parameter_names(duty) if name in values}
    return Finding(
        rule=f"{pack.name}/{written.id}",
        pack=pack.name,
        pack_digest=pack.digest,
        params=params.name,
        values=used,
        subject_kind=subject.kind,
        subject=subject.id,
        verdict=decision.verdict,
        reason=decision.reason,
        says=written.says,
        because=[*subject.notes, *decision.because],
        missing=asked(subject, written.about, decision),
        review=decision.review,
        severity=written.severity,
        owed_to=written.owed_to,
        locals=locals_,
        unions=unions,
        occurred_on=occurred,
        known_on=known,
        due_on=when.on,
        due_at=when.limit,
        due_soon=decision.reason == "not-yet-due"
        and when.on is not None
        and case.as_of >= soon_from(case, when.on, values),
        quiet=written.quiet,
        clocks=[
            running(clock, occurred, known) for clock in pack.written.clock if clock.name in written.clocks
        ]
        if occurred and known
        else [],
        citation=Citation(written.clause, written.source, written.confidence),
        remedy=written.remedy,
    )


def parameter_names(duty: Obligation) -> list[str]:
    """The parameters an obligation's due names."""
    due = duty.written.due
    numbers = [getattr(due, name, None) for name in ("days", "hours", "at_least")]
    return [number for number in numbers if isinstance(number, str)]


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


def concerned(case: Case, pack: Pack, subject: Subject) -> tuple[list[str], list[str]]:
    """The locals and unions a finding concerns: the subject's own, else the production's."""
    union = pack.written.union
    stated = subject.locals or case.statement.production.locals
    mine = sorted({local for local in stated if union in ("*", local.partition(":")[0])})
    if not mine:
        mine = sorted(
            {one for one in case.statement.production.locals if union in ("*", one.partition(":")[0])}
        )
    unions = {local.partition(":")[0] for local in mine} | ({union} if union != "*" else set())
    return mine, sorted(unions)


def occurred_on(case: Case, duty: Obligation, subject: Subject, decision: Decision) -> dt.date | None:
    """The day of a breach: the day the obligation names, else the first day it was overdue."""
    if decision.verdict != "violation":
        return None
    named = subject.facts.get(duty.written.occurred) if duty.written.occurred else None
    if named:
        return day(named, case.statement.zone)
    if decision.timing.limit and decision.timing.state in {"late", "overdue"}:
        return day(decision.timing.limit, case.statement.zone)
    return day(subject.on, case.statement.zone) if subject.on else None


def known_on(case: Case, duty: Obligation, subject: Subject, occurred: dt.date | None) -> dt.date | None:
    """The first day on which what was filed showed the breach, and it had happened."""
    if not duty.written.clocks or occurred is None:
        return None
    statement = case.statement
    params = {**case_params(case), "as_of": case.as_of}
    for end, version in enumerate(statement.known[:-1], start=1):
        one = known_then(case, end, duty.written.about, params).get(subject.id)
        if one and decide(duty, one.facts, params, statement.zone, case.as_of).verdict == "violation":
            return max(day(version.filed_at, statement.zone), occurred)
    return max(day(statement.known[-1].filed_at, statement.zone), occurred)


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
    return Clock(clock.name, until, f"{clock.says}: {length} from {begin} is {until}.", clock.confidence)
