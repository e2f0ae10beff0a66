"""From a ruling to a finding: citation, missing facts with their places, days of a breach, and clocks."""

import datetime as dt
import functools
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from registry.obligations import clocks
from registry.obligations.assemble import Statement, assemble, first_filings
from registry.obligations.case import Case, Held, built, decided
from registry.obligations.conditions import fact
from registry.obligations.due import LATE
from registry.obligations.fact import Fact
from registry.obligations.finding import Finding, Missing
from registry.obligations.moments import day, start
from registry.obligations.pack import Params
from registry.obligations.standing import carry
from registry.obligations.statement import Heard
from registry.obligations.subjects import Subject
from registry.obligations.verdict import Decision, occurs

TOP: Final = frozenset({"uses", "workforce", "consultations", "production", "employer", "filing", "reason"})
"""Sections of a disclosure: a fact's pointer that begins with one is not relative to the subject's record."""

RECORDS: Final = {
    "use": "uses",
    "event": "events",
    "workforce": "workforce",
    "consent": "consents",
    "vendor": "vendors",
    "claim": "claims",
}
"""The list of the records whose ids are those of what is judged."""
OWN_MATTER: Final = frozenset({"request", "consultation"})
"""What is judged about one request and its answers, whatever else was asked."""


def finding_of(case: Case, ruling: Held) -> Finding:
    """The ruling as a finding, with citation, clocks, and whom it concerns."""
    duty, each, decision = ruling.duty, ruling.stand, ruling.decision
    written, when, subject = duty.written, decision.timing, each.subject
    more: dict[str, Any] = breach(case, ruling) if decision.verdict == "violation" else {}
    if decision.asks or decision.questions:
        more["missing"] = asked(subject, written.about, decision)
    if decision.review:
        more["review"] = decision.review
    if duty.parameters:
        more["values"] = {name: each.values[name] for name in duty.parameters}
    if written.shadow:
        more["shadow"] = {label: subject.facts.get(name) for label, name in written.shadow.items()}
    if when.on is not None:
        soon = decision.reason == "not-yet-due" and case.on >= soon_from(case, when.on, each.values)
        more |= {"due_on": when.on, "due_at": when.limit, "due_soon": soon}
    if duty.clocks:
        more |= limits(ruling, more)
    return replace(
        ruling.pack.outlines[duty.rule],
        subject_kind=subject.kind,
        subject=subject.id,
        verdict=decision.verdict,
        reason=decision.reason,
        because=[*subject.notes, *each.notes, *decision.because],
        locals=each.locals,
        unions=each.unions,
        **more,
    )


def breach(case: Case, ruling: Held) -> dict[str, Any]:
    """The days of a violation: when it occurred, and when it could be known."""
    occurred = occurred_on(case, ruling)
    known = known_on(case, ruling, begun(case, ruling.decision, occurred)) if occurred else None
    return {"occurred_on": occurred, "known_on": known}


def limits(ruling: Held, more: dict[str, Any]) -> dict[str, Any]:
    """The time limits beside a finding with the days in *more*: those that run, and those a move begins.

    A violation has all of them, an open question those of its duty's day and of the alert, a duty soon due
    those of its day.
    """
    decision, written = ruling.decision, ruling.duty.written
    violated = decision.verdict == "violation"
    asked = decision.verdict == "insufficient_information" and not written.quiet
    if not (violated or asked or more.get("due_soon")):
        return {}
    occurred, known, due = (more.get(name) for name in ("occurred_on", "known_on", "due_on"))
    begins = {"due": due}
    if violated and occurred and known:
        begins |= {"occurrence": occurred, "knowledge": known}
    values = ruling.stand.values
    found: dict[str, Any] = {}
    for clock in ruling.duty.clocks:
        begin = begins.get(clock.counts_from)
        if begin:
            found.setdefault("clocks", []).append(clocks.begun(clocks.later(clock, values), begin))
        elif clock.counts_from in clocks.LATER and (violated or asked):
            found.setdefault("later", []).append(clocks.later(clock, values))
    return found


def soon_from(case: Case, on: dt.date, values: dict[str, Any]) -> dt.datetime:
    """The first instant at which a duty due on *on* counts as due soon."""
    return start(on - dt.timedelta(days=int(values.get("DUE_SOON_DAYS", 7))), case.statement.zone)


def asked(subject: Subject, about: str, decision: Decision) -> list[Missing]:
    """What would decide: each missing fact where it is answered, and each question no filing can answer."""
    if subject.gaps.keys().isdisjoint(decision.asks):
        return list(unstated(about, tuple(decision.asks), tuple(decision.questions), subject.pointer))
    found: list[Missing] = []
    for name in decision.asks:
        if name in subject.gaps:
            found += subject.gaps[name]
            continue
        found += unstated(about, (name,), (), subject.pointer)
    found += unstated(about, (), tuple(decision.questions), subject.pointer)
    return list(dict.fromkeys(found))


@functools.lru_cache(maxsize=4096)
def unstated(
    about: str, names: tuple[str, ...], questions: tuple[str, ...], pointer: str
) -> tuple[Missing, ...]:
    """What is to be stated about the record at *pointer*: the same words for each production."""
    entries = [fact(about, name) for name in names]
    found = [Missing(one.name, placed(one, pointer), one.question, one.asks) for one in entries]
    found += [Missing("text", "", question, "union and employer") for question in questions]
    return tuple(dict.fromkeys(found))


def pointer_in(subject: Subject, entry: Fact) -> str:
    """Where a disclosure answers a fact of *subject*."""
    return placed(entry, subject.pointer)


def placed(entry: Fact, pointer: str) -> str:
    """Where a disclosure answers a fact of the record at *pointer*."""
    absolute = not entry.pointer or entry.pointer.split("/")[1] in TOP
    return entry.pointer if absolute else pointer + entry.pointer


def occurred_on(case: Case, ruling: Held) -> dt.date | None:
    """The day of a breach: the day the obligation names, else the first day it was overdue.

    Never before the first day on which the text reached the subject.
    """
    zone, subject = case.statement.zone, ruling.subject
    limit, state = ruling.decision.timing.limit, ruling.decision.timing.state
    named = occurs(ruling.duty, subject.facts, ruling.decision.timing) or subject.on
    found = day(named, zone) if named else None
    if limit and state in LATE and not subject.facts.get(ruling.duty.written.occurred):
        found = day(limit, zone)
    return max(found, ruling.stand.bound_from) if found and ruling.stand.bound_from else found


def begun(case: Case, decision: Decision, occurred: dt.date) -> dt.date:
    """The first day on which there was a breach to know of: never before the duty was overdue."""
    when = decision.timing
    if when.limit is None or when.state not in LATE:
        return occurred
    return max(occurred, day(when.limit, case.statement.zone))


def known_on(case: Case, ruling: Held, begins: dt.date) -> dt.date | None:
    """The first day on which what was known showed the breach, and it had happened.

    What was known once is judged for as long as nothing else was told: that it would have shown the breach
    had it stood longer makes nobody know of it earlier.
    """
    duty, each, zone = ruling.duty, ruling.stand, case.statement.zone
    if all(clock.counts_from not in clocks.AT_ONCE for clock in duty.clocks):
        return None
    about, matter = duty.written.about, matter_of(case, ruling)
    told = instants_told(case, matter)
    first = first_told(case, about, ruling.subject)
    for number, at in enumerate(told[:-1]):
        if at < first:
            continue
        then = replace(case, on=min(case.on, told[number + 1] - dt.timedelta(microseconds=1)))
        one = known_then(then, at, about, ruling.params, matter).get(ruling.subject.id)
        if one and each.carried and each.bound_from:
            one = carry(one, about, each.bound_from)
        if one and decided(then, duty, each, one).verdict == "violation":
            return max(day(at, zone), begins)
    return max(day(told[-1], zone), begins) if told else begins


class Matter(msgspec.Struct, frozen=True):
    """What was told beside filings that a subject may hang on; those of one *name* hang on the same."""

    name: str
    heard: list[Heard]


ALONE: Final = Matter("/", [])
"""What hangs on filings alone."""


def matter_of(case: Case, ruling: Held) -> Matter:
    """What was told beside filings of the matter that is judged.

    A request hangs on itself and its answers, a consultation on the request it was asked for by. Of what else
    is judged with clocks, nothing hangs on any but requests to bargain. Each matter is looked up by itself,
    so that many requests take no longer than each of them.
    """
    of: dict[str, Matter] | None = case.statement.shared.get("matters")
    if of is None:
        of = case.statement.shared["matters"] = matters(case.statement.heard)
    return of.get(ruling.subject.id, ALONE) if ruling.duty.written.about in OWN_MATTER else of[""]


def matters(heard: list[Heard]) -> dict[str, Matter]:
    """Each request with its answers by the request's id, and under "" all that are about bargaining."""
    found: dict[str, Matter] = {"": Matter("", [])}
    for told in heard:
        if told.kind == "request":
            found[told.id] = Matter(f"/{told.id}", [told])
    bargaining = {
        name for name, one in found.items() if name and one.heard[0].body.get("kind") == "bargaining"
    }
    for told in heard:
        name = told.id if told.kind == "request" else told.body.get("request", "")
        if told.kind == "answer" and name in found:
            found[name].heard.append(told)
        if name in bargaining:
            found[""].heard.append(told)
    return found


def instants_told(case: Case, matter: Matter) -> list[dt.datetime]:
    """When something became known that may matter, in order."""
    statement = case.statement
    told = {version.filed_at for version in statement.known} | {one.at for one in matter.heard}
    return sorted(told | {loss.filed_at for loss in statement.elsewhere})


def known_then(case: Case, at: dt.datetime, about: str, params: Params, matter: Matter) -> dict[str, Subject]:
    """The subjects that what was known at *at* gave, by id."""
    key = at, f"{params.name}/{about}{matter.name}"
    if key not in case.earlier:
        now = {**params.on(day(case.on, case.statement.zone)), "as_of": case.on}
        case.earlier[key] = {one.id: one for one in built(statement_then(case, at, matter), about, now)}
    return case.earlier[key]


def statement_then(case: Case, at: dt.datetime, matter: Matter) -> Statement:
    """What was known of a matter at *at*, put together once for all that is judged of it."""
    found = case.past.get((at, matter.name))
    if found is None:
        statement = case.statement
        if not case.first:
            case.first.update(first_filings(statement.known))
        found = case.past[at, matter.name] = assemble(
            statement.production,
            [version for version in statement.known if version.filed_at <= at],
            [one for one in matter.heard if one.at <= at],
            [loss for loss in statement.elsewhere if loss.filed_at <= at],
            case.first,
        )
    return found


def first_told(case: Case, about: str, subject: Subject) -> dt.datetime:
    """Before which instant nobody can have known of it: when a record of its name was first filed."""
    record = case.statement.records.get(RECORDS.get(about, ""), {}).get(subject.id)
    return record.first_filed_at if record else dt.datetime.min.replace(tzinfo=dt.UTC)
