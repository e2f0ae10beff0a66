"""Whom a duty under an agreement is owed about: the people an agreement has to cover to reach something."""

import functools
from collections.abc import Iterable
from typing import Final

import msgspec

from registry.obligations.assemble import Statement
from registry.obligations.pack import Pack
from registry.obligations.statement import Binding
from registry.obligations.subject import Subject

WORK: Final = frozenset({"use", "use and event", "event", "workforce"})


def groups(subject: Subject) -> list[tuple[str, ...]]:
    """The people something is about, as locals; an agreement has to cover somebody of each group.

    Of a use and a loss that followed, two: whoever worked with the tool, and whoever lost work. Of a
    consultation, whoever asked: the local, or the union where no local is named.
    """
    if subject.kind == "consultation":
        asked = subject.facts.get("consultation.local") or subject.facts.get("consultation.union")
        return [(asked,)] if asked else []
    if subject.kind not in WORK:
        return []
    lost = subject.facts.get("event.local")
    return [tuple(subject.facts.get("use.locals") or ()), (lost,)] if lost else [tuple(subject.locals)]


class Parties(msgspec.Struct, frozen=True, cache_hash=True):
    """Who is party to a text on one production, as locals."""

    union: str
    pact: bool
    signed: tuple[str, ...]
    """Of the agreements of the pack themselves."""
    bound: tuple[str, ...]
    """Of every binding through which the pack applies."""
    others: tuple[str, ...]
    """Of the production's other agreements."""
    registered: tuple[str, ...]


def parties(statement: Statement, pack: Pack, bindings: list[Binding]) -> Parties:
    """The parties to *pack*, worked out once for each agreement, and once for all laws."""
    found: Parties | None = statement.shared.get(pack.whose)
    if found is None:
        held = statement.production.bindings
        found = statement.shared[pack.whose] = Parties(
            pack.written.union,
            pack.pact,
            signed=locals_of(one for one in held if one.agreement in pack.written.agreements),
            bound=locals_of(bindings),
            others=locals_of(one for one in held if one.agreement not in pack.written.agreements),
            registered=tuple(statement.production.locals),
        )
    return found


def locals_of(bindings: Iterable[Binding]) -> tuple[str, ...]:
    """The locals of some bindings."""
    return tuple(local for binding in bindings for local in binding.locals)


@functools.lru_cache(maxsize=4096)
def foreign(who: Parties, stated: tuple[str, ...]) -> bool:
    """Whether work or people belong to other unions, or to locals another agreement of the production covers.

    A union without locals (the DGA) has a say over the whole production, whoever's work it is; a law and the
    registry's own rules reach everybody.
    """
    if not who.pact or not stated:
        return False
    if not set(who.bound).isdisjoint(stated) or not any(":" in local for local in who.bound):
        return False
    return all(local.partition(":")[0] != who.union or local in who.others for local in stated)


@functools.lru_cache(maxsize=4096)
def concerned(who: Parties, stated: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The locals and unions a finding concerns: the subject's, else the production's, else the agreement's.

    Somebody always hears of it: where no local is known at all, the union itself stands in.
    """
    union = who.union
    for some in (stated, who.registered, who.signed):
        mine = sorted({one for one in some if union in ("*", one.partition(":")[0]) or one in who.signed})
        if mine:
            break
    else:
        mine = [union] if union != "*" else []
    return mine, sorted({local.partition(":")[0] for local in mine})
