"""Whether an agreement reaches a subject (edition, bindings, locals), and whom a finding concerns."""

import datetime as dt
from typing import Final

import msgspec

from registry.obligations.assemble import Statement
from registry.obligations.due import Timing
from registry.obligations.moments import day, start, words
from registry.obligations.pack import Pack, Params
from registry.obligations.statement import Binding
from registry.obligations.subjects import Subject
from registry.obligations.verdict import Decision

WORK: Final = frozenset({"use", "use and event", "event", "workforce"})


class Stand(msgspec.Struct, frozen=True):
    """A subject under one pack, with what every duty of the pack needs to know of it."""

    subject: Subject
    values: dict[str, int]
    outside: Decision | None
    locals: list[str]
    unions: list[str]
    bound_from: dt.date | None
    """The first day the agreement reaches a use that began outside its term, for duties that last."""
    edges: list[dt.datetime]
    """When a term begins or ends, where that alone may change the verdict."""


def stand(
    statement: Statement,
    as_of: dt.datetime,
    pack: Pack,
    params: Params,
    bindings: list[Binding],
    subject: Subject,
) -> Stand:
    """A subject under one pack: its parameters, whom it concerns, and whether the edition is in force."""
    zone = statement.zone
    on = day(subject.on or as_of, zone)
    locals_, unions = concerned(statement, pack, subject)
    outside = out_of_force(pack, bindings, on)
    terms = [term(pack, binding) for binding in bindings] if outside or subject.on is None else []
    bound_from, edges = None, list[dt.datetime]()
    if outside and subject.kind == "use" and subject.on:
        last = min(day(subject.last or as_of, zone), day(as_of, zone))
        bound_from = min((since for since, until in terms if on <= since <= min(last, until)), default=None)
    if subject.on is None or (outside and subject.kind == "use"):
        edges = [start(since, zone) for since, _ in terms if since > dt.date.min]
        edges += [start(until + dt.timedelta(days=1), zone) for _, until in terms if until < dt.date.max]
    if foreign(statement, pack, bindings, subject):
        says = f"Neither the work nor anybody concerned is of a local that {pack.written.title} covers here."
        outside, bound_from = (
            Decision("not_applicable", "wrong-agreement", [says], [], [], [], Timing("none")),
            None,
        )
    return Stand(subject, params.on(on), outside, locals_, unions, bound_from, edges)


def term(pack: Pack, binding: Binding) -> tuple[dt.date, dt.date]:
    """The days on which *binding* holds under the pack's edition, first and last included."""
    since = max(binding.since, pack.written.since or dt.date.min)
    return since, min(binding.until or dt.date.max, pack.written.until or dt.date.max)


def foreign(statement: Statement, pack: Pack, bindings: list[Binding], subject: Subject) -> bool:
    """Whether work or people belong to other unions, or to locals another agreement of the production covers.

    A union without locals (the DGA) has a say over the whole production, whoever's work it is.
    """
    if "*" in pack.written.agreements or subject.kind not in WORK or not subject.locals:
        return False
    mine = {local for binding in bindings for local in binding.locals}
    if not mine.isdisjoint(subject.locals) or not any(":" in local for local in mine):
        return False
    others = {
        local
        for binding in statement.production.bindings
        if binding.agreement not in pack.written.agreements
        for local in binding.locals
    }
    return all(local.partition(":")[0] != pack.written.union or local in others for local in subject.locals)


def out_of_force(pack: Pack, bindings: list[Binding], on: dt.date) -> Decision | None:
    """Not applicable, when *on* lies outside the edition or outside every binding."""
    written = pack.written
    if (written.since and on < written.since) or (written.until and on > written.until):
        says = (
            f"{written.title} is in force from {words(written.since)} to {words(written.until)}; "
            f"{words(on)} is outside."
        )
        return Decision("not_applicable", "not-in-force", [says], [], [], [], Timing("none"))
    if not any(
        binding.since <= on and (binding.until is None or on <= binding.until) for binding in bindings
    ):
        says = f"The employer was not bound by the agreement on {words(on)}."
        return Decision("not_applicable", "out-of-term", [says], [], [], [], Timing("none"))
    return None


def concerned(statement: Statement, pack: Pack, subject: Subject) -> tuple[list[str], list[str]]:
    """The locals and unions a finding concerns: the subject's, else the production's, else the agreement's.

    Somebody always hears of it: where no local is known at all, the union itself stands in.
    """
    union = pack.written.union
    production = statement.production
    signed = [one for b in production.bindings if b.agreement in pack.written.agreements for one in b.locals]
    for stated in (subject.locals, production.locals, signed):
        mine = sorted({local for local in stated if union in ("*", local.partition(":")[0])})
        if mine:
            break
    else:
        mine = [union] if union != "*" else []
    return mine, sorted({local.partition(":")[0] for local in mine})
