"""One judgement at hand: its inputs, what has been worked out already, and each ruling it comes to."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.assemble import Statement, assemble
from registry.obligations.conditions import activated
from registry.obligations.finding import Finding
from registry.obligations.moments import Moment, day
from registry.obligations.pack import Obligation, Pack, PackSet, Params
from registry.obligations.recalled import recalled
from registry.obligations.standing import CARRIED, Stand, reaching, since_then
from registry.obligations.statement import Binding, Heard, Known, Loss, Production
from registry.obligations.subjects import BUILDERS, Subject
from registry.obligations.verdict import AMISS, Decision, ahead_of


class Case(msgspec.Struct, frozen=True):
    """What one judgement needs at hand, and what it has worked out already.

    `as_of` is up to when things are known, `on` the instant they are judged for. `subjects` are shared by the
    packs of one parameter set; `earlier` keeps those of earlier knowledge, `past`. `bindings` are those of
    each pack that reaches the production at all.
    """

    packs: PackSet
    statement: Statement
    as_of: dt.datetime
    on: dt.datetime
    earlier: dict[tuple[dt.datetime, str], dict[str, Subject]] = {}
    subjects: dict[tuple[str, str], list[Subject]] = {}
    bindings: dict[str, list[Binding]] = {}
    past: dict[tuple[dt.datetime, str], Statement] = {}
    """What was known of a matter at earlier instants."""
    first: dict[tuple[str, str], Known] = {}
    """The version that first mentioned each record, once an earlier instant was looked at."""


class Held(msgspec.Struct, frozen=True):
    """One obligation decided on one subject, with everything the decision was made from."""

    pack: Pack
    params: Params
    duty: Obligation
    stand: Stand
    decision: Decision

    @property
    def subject(self) -> Subject:
        """What it was decided about."""
        return self.stand.subject


class Ruling(Held, frozen=True):
    """One obligation decided on one subject, and what is found."""

    finding: Finding


def opened(
    packs: PackSet,
    production: Production,
    known: Sequence[Known],
    as_of: dt.datetime,
    *,
    on: dt.datetime | None = None,
    heard: Sequence[Heard] = (),
    elsewhere: Sequence[Loss] = (),
) -> Case:
    """The case of *production* as known at *as_of*, to be judged for *on*; both sequences oldest first."""
    statement = assemble(
        production,
        [version for version in known if version.filed_at <= as_of],
        [told for told in heard if told.at <= as_of],
        [loss for loss in elsewhere if loss.filed_at <= as_of],
    )
    return Case(packs, statement, as_of, on or as_of, {}, {}, reaching(packs, statement))


def subjects_of(case: Case, params: Params, about: str) -> list[Subject]:
    """What duties about *about* are judged about, found once."""
    if (params.name, about) not in case.subjects:
        now = {**params.on(day(case.on, case.statement.zone)), "as_of": case.on}
        case.subjects[params.name, about] = built(case.statement, about, now)
    return case.subjects[params.name, about]


def built(statement: Statement, about: str, now: dict[str, Any]) -> list[Subject]:
    """The subjects of one kind, none of them carried over from an earlier edition."""
    found = list(BUILDERS[about](statement, now))
    if about in CARRIED:
        for subject in found:
            subject.facts.setdefault(CARRIED[about], False)
    return found


def decided(case: Case, duty: Obligation, each: Stand, subject: Subject) -> Decision:
    """The decision on one subject as it stands; its facts are handed to the condition language once."""
    known = subject.activation
    if known is None:
        known = subject.activation = activated(duty.written.about, subject.facts)
    zone, facts = case.statement.zone, known.facts
    if each.carried and each.bound_from:
        facts = since_then(duty, facts, each.bound_from, zone)
    decision = recalled(duty, "in_force", known, facts, each.values, zone, case.on)
    if decision.reason in AMISS and not (duty.written.occurred or duty.written.due):
        return not_before(subject.on, decision, zone, case.on)
    return decision


def not_before(day_of: Moment | None, decision: Decision, zone: ZoneInfo, on: dt.datetime) -> Decision:
    """*decision*, unless what is amiss is about a day that lies ahead and the duty names no other."""
    ahead = ahead_of(day_of, zone, on)
    if ahead is None:
        return decision
    because = [*decision.because, ahead.says]
    return Decision("not_applicable", "not-yet-due", because, [], [], [], ahead, decision.steps)


def shown(case: Case, pack: Pack, duty: Obligation, each: Stand) -> Decision | None:
    """The answer of a text that is a bill, vetoed or not concluded; None for one that may judge."""
    status = duty.written.status or pack.written.status
    if status == "in_force":
        return None
    subject = each.subject
    known = subject.activation
    if known is None:
        known = subject.activation = activated(duty.written.about, subject.facts)
    return recalled(duty, status, known, known.facts, each.values, case.statement.zone, case.on)
