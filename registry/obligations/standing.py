"""Whether a text reaches a subject (parties, place, edition, status), from which day, and whom it concerns.

A use that spans two editions is judged under each for its own days: what began under the edition before
counts, under the one that follows, as begun on its first day.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.assemble import Statement
from registry.obligations.conditions import activated
from registry.obligations.due import Timing
from registry.obligations.facts import ABOUT
from registry.obligations.moments import day, start, words
from registry.obligations.pack import Obligation, Pack, PackSet, Params
from registry.obligations.statement import Binding
from registry.obligations.subjects import Subject
from registry.obligations.verdict import Decision

WORK: Final = frozenset({"use", "use and event", "event", "workforce"})
LASTING: Final = frozenset({"use", "replica", "synthetic", "alteration", "footage", "tool", "adm"})
"""What goes on from a first day until it is said to end; anything else lasts only when its end is stated."""
CARRIED: Final = {
    about: f"{about}.carried_over" for about in ABOUT if f"{about}.carried_over" in ABOUT[about]
}
"""The fact that says whether a subject began before the edition it is judged under."""


Force = tuple[dt.date | None, dt.date | None]
"""The first and the last day a text is in force, as far as it has them."""


class Stand(msgspec.Struct, frozen=True):
    """A subject under one pack, with what every duty of the pack needs to know of it."""

    subject: Subject
    values: dict[str, int]
    outside: Decision | None
    locals: list[str]
    unions: list[str]
    bound_from: dt.date | None
    """The first day the text reaches what began before it did, for duties that last."""
    edges: list[dt.datetime]
    """When a term begins or ends, where that alone may change the verdict."""
    carried: bool = False
    """Whether the edition before bound the subject until then: every duty is judged from that first day."""
    notes: tuple[str, ...] = ()


def bound(pack: Pack, statement: Statement) -> list[Binding]:
    """The bindings through which *pack* applies: to everybody, by agreement, by place, or by territory."""
    written, production = pack.written, statement.production
    everybody = [Binding("*", production.locals, dt.date.min)]
    if "*" in written.agreements:
        return everybody
    if written.places and within(written.places, places_of(statement)):
        return everybody
    if written.territories and not set(written.territories).isdisjoint(territories_of(statement)):
        return everybody
    return [binding for binding in production.bindings if binding.agreement in written.agreements]


def places_of(statement: Statement) -> list[str]:
    """Where the production is made, as registered or as filed: ISO 3166 codes."""
    filed = [one.get("subdivision") or one.get("country") for one in statement.filed.get("locations") or ()]
    return [*statement.production.locations, *(code for code in filed if code)]


def territories_of(statement: Statement) -> list[str]:
    """Where the production is shown, as filed: ISO 3166 country codes."""
    return list(statement.filed.get("distribution_territories") or ())


def within(places: Sequence[str], codes: Sequence[str]) -> bool:
    """Whether one of *codes* is one of *places*, or lies in one."""
    return any(code == place or code.startswith(f"{place}-") for code in codes for place in places)


def by_agreement(pack: Pack) -> bool:
    """Whether the pack is an agreement between parties, and not a law or a rule for everybody."""
    return bool(pack.written.agreements) and "*" not in pack.written.agreements


def stand(
    packs: PackSet,
    statement: Statement,
    on: dt.datetime,
    pack: Pack,
    params: Params,
    bindings: list[Binding],
    subject: Subject,
    about: str,
    force: Force,
) -> Stand:
    """A subject under one pack: its parameters, whom it concerns, and whether the text is in *force*."""
    zone = statement.zone
    since = day(subject.on or on, zone)
    locals_, unions = concerned(statement, pack, subject)
    if foreign(statement, pack, bindings, subject):
        says = f"Neither the work nor anybody concerned is of a local that {pack.written.title} covers here."
        decision = Decision("not_applicable", "wrong-agreement", [says], [], [], [], Timing("none"))
        return Stand(subject, params.on(since), decision, locals_, unions, None, [])
    outside = out_of_force(pack, bindings, since, force)
    if not outside and subject.on:
        notes = ends(pack, subject, since, on, force, statement)
        return Stand(subject, params.on(since), None, locals_, unions, None, [], notes=notes)
    terms = [term(binding, force) for binding in bindings]
    terms = [(begins, until) for begins, until in terms if begins <= until]
    reached = first_reached(subject, terms, since, on, zone) if outside else None
    edges = edges_of(terms, zone) if subject.on is None or lasts(subject) else []
    if reached is None or not followed(packs, pack, statement, reached):
        return Stand(subject, params.on(since), outside, locals_, unions, reached, edges)
    began = f"It began {words(since)} under the edition before"
    says = f"{began}; {pack.written.title} is held against its days from {words(reached)}."
    older, values = carry(subject, about, reached), params.on(reached)
    return Stand(older, values, None, locals_, unions, reached, edges, carried=True, notes=(says,))


Terms = list[tuple[dt.date, dt.date]]


def first_reached(
    subject: Subject, terms: Terms, since: dt.date, on: dt.datetime, zone: ZoneInfo
) -> dt.date | None:
    """The first day of a term that reaches what began before it and still goes on; None for none."""
    if subject.on is None or not lasts(subject):
        return None
    last = min(day(subject.last or on, zone), day(on, zone))
    return min((begins for begins, _ in terms if since <= begins <= last), default=None)


def edges_of(terms: Terms, zone: ZoneInfo) -> list[dt.datetime]:
    """The instants at which a term begins, or has ended."""
    edges = [start(begins, zone) for begins, _ in terms if begins > dt.date.min]
    return edges + [start(until + dt.timedelta(days=1), zone) for _, until in terms if until < dt.date.max]


def lasts(subject: Subject) -> bool:
    """Whether a subject goes on from its first day, so that a term beginning later can reach it."""
    return subject.kind in LASTING or (subject.last is not None and subject.kind != "use and event")


def ends(
    pack: Pack,
    subject: Subject,
    since: dt.date,
    on: dt.datetime,
    force: Force,
    statement: Statement,
) -> tuple[str, ...]:
    """What to say of a subject that goes on beyond the edition it is judged under."""
    until = force[1]
    if until is None or not lasts(subject):
        return ()
    last = min(day(subject.last or on, statement.zone), day(on, statement.zone))
    if last <= until:
        return ()
    return (f"{pack.written.title} is held against its days from {words(since)} to {words(until)}.",)


def followed(packs: PackSet, pack: Pack, statement: Statement, reached: dt.date) -> bool:
    """Whether the edition before this one bound the employer on the day before *reached*."""
    before = pack.written.follows
    if not before:
        return False
    eve = reached - dt.timedelta(days=1)
    older = packs.packs.get(before)
    if older is None:
        held = [one for one in statement.production.bindings if one.agreement == before]
        return any(one.since <= eve and (one.until is None or eve <= one.until) for one in held)
    force = older.written.since, older.written.until
    terms = [term(binding, force) for binding in bound(older, statement)]
    return any(begins <= eve <= until for begins, until in terms)


def carry(subject: Subject, about: str, reached: dt.date) -> Subject:
    """The subject as a later edition sees it: begun on the edition's first day, and known to be older."""
    name = CARRIED.get(about)
    facts = {**subject.facts, name: True} if name else subject.facts
    return msgspec.structs.replace(subject, facts=facts, on=reached, activation=activated(about, facts))


def since_then(duty: Obligation, facts: dict[str, Any], reached: dt.date, zone: ZoneInfo) -> dict[str, Any]:
    """The facts under a later edition: what a duty counts from began, at the earliest, on its first day."""
    due = duty.written.due
    named = {duty.written.occurred, due.event if due else ""} - {""}
    early = [name for name in named if facts.get(name) and day(facts[name], zone) < reached]
    return {**facts, **dict.fromkeys(early, reached)} if early else facts


def term(binding: Binding, force: Force) -> tuple[dt.date, dt.date]:
    """The days on which *binding* holds while the text is in force, first and last included."""
    return max(binding.since, force[0] or dt.date.min), min(
        binding.until or dt.date.max, force[1] or dt.date.max
    )


def foreign(statement: Statement, pack: Pack, bindings: list[Binding], subject: Subject) -> bool:
    """Whether work or people belong to other unions, or to locals another agreement of the production covers.

    A union without locals (the DGA) has a say over the whole production, whoever's work it is; a law and the
    registry's own rules reach everybody.
    """
    if not by_agreement(pack) or subject.kind not in WORK or not subject.locals:
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


def out_of_force(pack: Pack, bindings: list[Binding], on: dt.date, force: Force) -> Decision | None:
    """Not applicable, when *on* lies outside the text's days in force or outside every binding."""
    if not in_force(force, on):
        return not_in_force(pack.written.title, force, on)
    if not any(
        binding.since <= on and (binding.until is None or on <= binding.until) for binding in bindings
    ):
        says = f"The employer was not bound by the agreement on {words(on)}."
        return Decision("not_applicable", "out-of-term", [says], [], [], [], Timing("none"))
    return None


def in_force(force: Force, on: dt.date) -> bool:
    """Whether *on* is one of the text's days in force."""
    since, until = force
    return (since is None or since <= on) and (until is None or on <= until)


def not_in_force(title: str, force: Force, on: dt.date) -> Decision:
    """Not applicable: *on* is not one of the text's days in force."""
    since, until = force
    held = f"from {words(since)} to {words(until)}" if since and until else f"until {words(until)}"
    if until is None:
        held = f"from {words(since)} on"
    says = f"{title} is in force {held}; {words(on)} is outside."
    return Decision("not_applicable", "not-in-force", [says], [], [], [], Timing("none"))


def concerned(statement: Statement, pack: Pack, subject: Subject) -> tuple[list[str], list[str]]:
    """The locals and unions a finding concerns: the subject's, else the production's, else the agreement's.

    Somebody always hears of it: where no local is known at all, the union itself stands in.
    """
    union = pack.written.union
    production = statement.production
    signed = [one for b in production.bindings if b.agreement in pack.written.agreements for one in b.locals]
    for stated in (subject.locals, production.locals, signed):
        mine = sorted({one for one in stated if union in ("*", one.partition(":")[0]) or one in signed})
        if mine:
            break
    else:
        mine = [union] if union != "*" else []
    return mine, sorted({local.partition(":")[0] for local in mine})
