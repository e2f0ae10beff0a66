"""Whether a text reaches a subject (parties, place, edition, status), from which day, and whom it concerns.

A use that spans two editions is judged under each for its own days: what began under the edition before
counts, under the one that follows, as begun on its first day.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.assemble import Statement
from registry.obligations.conditions import activated
from registry.obligations.covering import concerned, foreign, groups, parties
from registry.obligations.due import Timing
from registry.obligations.facts import ABOUT
from registry.obligations.moments import day, start, words
from registry.obligations.pack import Obligation, Pack, PackSet, Params
from registry.obligations.statement import Binding
from registry.obligations.subjects import Subject
from registry.obligations.verdict import Decision

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


def reaching(packs: PackSet, statement: Statement) -> dict[str, list[Binding]]:
    """The bindings of each pack that applies at all: those of `bound`, without asking every pack."""
    production = statement.production
    codes = {part for code in places_of(statement) for part in lying_in(code)}
    keys = ["*", *codes, *(binding.agreement for binding in production.bindings)]
    names = {name for key in keys for name in packs.reach.get(key, ())}
    names |= {name for key in territories_of(statement) for name in packs.shows.get(key, ())}
    found = {name: bound(pack, statement) for name, pack in packs.packs.items() if name in names}
    return {name: held for name, held in found.items() if held}


def lying_in(code: str) -> list[str]:
    """A place and every place it lies in: `US-CA` and `US`."""
    parts = code.split("-")
    return ["-".join(parts[:number]) for number in range(1, len(parts) + 1)]


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
    who, stated = parties(statement, pack, bindings), tuple(subject.locals)
    locals_, unions = concerned(who, stated)
    if who.pact and any(foreign(who, people) for people in groups(subject)):
        says = f"Neither the work nor anybody concerned is of a local that {pack.written.title} covers here."
        decision = Decision("not_applicable", "wrong-agreement", [says], [], [], [], Timing("none"))
        return Stand(subject, params.on(since), decision, locals_, unions, None, [])
    outside = out_of_force(pack, bindings, since, force)
    if not outside and subject.on:
        notes = ends(pack, subject, since, on, force, bindings, statement)
        return Stand(subject, params.on(since), None, locals_, unions, None, [], notes=notes)
    terms = [term(binding, force) for binding in bindings]
    terms = [(begins, until) for begins, until in terms if begins <= until]
    reached = first_reached(subject, terms, since, on, zone) if outside else None
    turns = terms if subject.on else [*terms, (force[0] or dt.date.min, force[1] or dt.date.max)]
    edges = edges_of(turns, zone) if subject.on is None or lasts(subject) else []
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
    bindings: list[Binding],
    statement: Statement,
) -> tuple[str, ...]:
    """What to say of a subject that goes on beyond the term of the edition it is judged under."""
    if not lasts(subject):
        return ()
    terms = [term(binding, force) for binding in bindings]
    until = max(until for begins, until in terms if begins <= since <= until)
    if day(on, statement.zone) <= until:
        return ()
    if subject.last and day(subject.last, statement.zone) <= until:
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


def out_of_force(pack: Pack, bindings: list[Binding], on: dt.date, force: Force) -> Decision | None:
    """Not applicable, when *on* lies outside the text's days in force or outside every binding."""
    if not in_force(force, on):
        return not_in_force(pack.written.title, force, on)
    for binding in bindings:
        if binding.since <= on and (binding.until is None or on <= binding.until):
            return None
    says = f"The employer was not bound by the agreement on {words(on)}."
    return Decision("not_applicable", "out-of-term", [says], [], [], [], Timing("none"))


def in_force(force: Force, on: dt.date) -> bool:
    """Whether *on* is one of the text's days in force."""
    since, until = force
    return (since is None or since <= on) and (until is None or on <= until)


@functools.lru_cache(maxsize=1024)
def not_in_force(title: str, force: Force, on: dt.date) -> Decision:
    """Not applicable: *on* is not one of the text's days in force."""
    since, until = force
    held = f"from {words(since)} to {words(until)}" if since and until else f"until {words(until)}"
    if until is None:
        held = f"from {words(since)} on"
    says = f"{title} is in force {held}; {words(on)} is outside."
    return Decision("not_applicable", "not-in-force", [says], [], [], [], Timing("none"))
