"""Packs × what is known × an instant → findings, and the earliest instant at which time alone changes one.

The same things known, the same pack digests and the same instants give the same findings, on any machine.
Two instants stand apart: *as_of*, up to which things are known, and *on*, for which they are judged. What is
known to happen after *on* lies ahead.
"""

import datetime as dt
import operator
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from registry.obligations.case import Case, Held, Ruling, decided, opened, shown, subjects_of
from registry.obligations.conclude import TOP, finding_of, soon_from
from registry.obligations.filings import next_day
from registry.obligations.finding import Finding
from registry.obligations.moments import day, start
from registry.obligations.pack import Obligation, Pack, PackSet
from registry.obligations.standing import Force, Stand, stand
from registry.obligations.statement import Heard, Known, Loss, Production
from registry.obligations.verdict import Decision

__all__ = ["TOP", "Case", "Judgement", "Ruling", "judge", "opened", "rulings"]

OVERDUE: Final = "overdue"
ORDER: Final = operator.attrgetter("rule", "subject_kind", "subject")


class Judgement(msgspec.Struct, frozen=True):
    """Every finding on a production at one instant.

    `holder` is the rule of a disclosure that is due and missing, when a pack says that it holds others back.
    """

    findings: list[Finding]
    judged_again_at: dt.datetime | None
    packs: dict[str, str]
    holder: str | None = None


def judge(
    packs: PackSet,
    production: Production,
    known: Sequence[Known],
    as_of: dt.datetime,
    *,
    on: dt.datetime | None = None,
    heard: Sequence[Heard] = (),
    elsewhere: Sequence[Loss] = (),
) -> Judgement:
    """What *packs* say of *production* for *on*, by what was filed, heard and lost elsewhere until *as_of*.

    Everything known comes oldest first. Without *on* it is judged for *as_of*.
    """
    case = opened(packs, production, known, as_of, on=on, heard=heard, elsewhere=elsewhere)
    findings: list[Finding] = []
    again: list[dt.datetime] = []
    holding: list[str] = []
    used: dict[str, str] = {}
    for ruling in rulings(case):
        findings.append(ruling.finding)
        again += instants(case, ruling)
        if ruling.duty.written.holds and ruling.decision.reason == OVERDUE:
            holding.append(ruling.finding.rule)
    for name in case.bindings:
        pack = packs.packs[name]
        params = packs.params[pack.written.params]
        if params.name not in used:
            again += [start(since, case.statement.zone) for since, _ in params.timeline]
        used[pack.name], used[params.name] = pack.digest, params.digest
    ahead = next_day(case.statement, case.on)
    if ahead:
        again.append(ahead)
    findings.sort(key=ORDER)
    ahead_at = min((at for at in again if at > case.on), default=None)
    return Judgement(findings, ahead_at, used, min(holding, default=None))


def rulings(case: Case, rule: str = "") -> Iterator[Ruling]:
    """Each obligation that binds the production, decided on each of its subjects; or those of one *rule*."""
    for name, bindings in case.bindings.items():
        pack = case.packs.packs[name]
        params = case.packs.params[pack.written.params]
        standing: dict[tuple[str, Force], list[Stand]] = {}
        for duty in pack.obligations:
            if rule and duty.rule != rule:
                continue
            about, force = duty.written.about, force_of(pack, duty)
            if (about, force) not in standing:
                standing[about, force] = [
                    stand(case.packs, case.statement, case.on, pack, params, bindings, subject, about, force)
                    for subject in subjects_of(case, params, about)
                ]
            for each in standing[about, force]:
                decision = decision_on(case, pack, duty, each)
                finding = finding_of(case, Held(pack, params, duty, each, decision))
                yield Ruling(pack, params, duty, each, decision, finding)


def force_of(pack: Pack, duty: Obligation) -> Force:
    """The days a duty is in force: its own, or its pack's."""
    return duty.written.since or pack.written.since, duty.written.until or pack.written.until


def decision_on(case: Case, pack: Pack, duty: Obligation, each: Stand) -> Decision:
    """The decision on a subject: shown only, outside, or judged.

    What began before the employer was bound is reached by the duties that last: those without a day, and
    those counted from something that happened since.
    """
    aside = shown(case, pack, duty, each)
    if aside:
        return aside
    outside = None if reached(case, duty, each) else each.outside
    return outside or decided(case, duty, each, each.subject)


def reached(case: Case, duty: Obligation, each: Stand) -> bool:
    """Whether a duty reaches a subject that began before the text did."""
    if each.bound_from is None:
        return False
    event = each.subject.facts.get(duty.written.due.event) if duty.written.due else None
    return duty.written.due is None or (
        event is not None and day(event, case.statement.zone) >= each.bound_from
    )


def instants(case: Case, ruling: Ruling) -> list[dt.datetime]:
    """When time alone may change a ruling: a term begins or ends, a day comes, a plan is due."""
    decision, each = ruling.decision, ruling.stand
    when = decision.timing
    found = [*each.edges]
    if when.planned:
        found.append(when.planned)
    if decision.reason == "not-yet-due" and when.limit is not None and when.on is not None:
        found += [when.limit, soon_from(case, when.on, each.values)]
    return found
