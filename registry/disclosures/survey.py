"""What a JSON Schema cannot say, looked for along its outline: codes, identifiers, references, dates.

A survey works on documents that break their schema too, so that every fault is told at once; whatever is of
the wrong kind is passed over here, because the schema says it. Notes are small, and worded only when told.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from registry.disclosures import identifiers, moments
from registry.disclosures.codes import CodeList
from registry.disclosures.outline import Node

MOST: Final = 2_000
"""No more notes than this are kept; the rest are counted."""

Trail = tuple[Any, ...]
"""The way to a value, innermost step first: `(step, outer trail)`, `()` at the top."""


class Note(NamedTuple):
    """Something to be told about one place; `other` is what it is held against."""

    kind: str
    trail: Trail
    node: Node
    value: Any
    other: Any = None


class Survey:
    """The notes of one document: faults and warnings in document order, and ids and references met."""

    def __init__(self, codes: Mapping[str, CodeList]) -> None:
        self.codes = codes
        self.faults: list[Note] = []
        self.warnings: list[Note] = []
        self.unlisted = 0
        self.ids: dict[str, dict[str, Trail]] = {}
        self.references: list[Note] = []

    def fault(self, note: Note) -> None:
        """Keep a fault."""
        if len(self.faults) < MOST:
            self.faults.append(note)
        else:
            self.unlisted += 1

    def warn(self, note: Note) -> None:
        """Keep a warning."""
        if len(self.warnings) < MOST:
            self.warnings.append(note)


def survey(root: Node, document: dict[str, Any], codes: Mapping[str, CodeList]) -> Survey:
    """Everything to be told about *document* that its schema cannot see."""
    found = Survey(codes)
    look_at_object(found, root, document, ())
    for reference in found.references:
        if reference.value not in found.ids.get(reference.node.refers, {}):
            found.fault(reference)
    return found


def look_at_object(found: Survey, node: Node, value: dict[str, Any], trail: Trail) -> None:
    """Look at an object and what it holds."""
    if node.check:
        OBJECT_CHECKS[node.check](found, node, value, trail)
    if not node.wanted <= value.keys() and not (trail == () and is_nil(value)):
        for names in node.recommended:
            if not any(name in value for name in names):
                found.warn(Note("recommended", (names[0], trail), node.properties[names[0]], None, names))
    if node.order or node.dated:
        look_at_days(found, node, value, trail)
    watched = node.watched
    for name, inner in value.items():
        child = watched.get(name)
        if child is not None:
            look_at(found, child, inner, (name, trail))


def look_at_days(found: Survey, node: Node, value: dict[str, Any], trail: Trail) -> None:
    """Look at an object's days: are they in order, and is none given for what is said not to have been."""
    for first, second in node.order:
        one, two = value.get(first), value.get(second)
        if isinstance(one, str) and isinstance(two, str) and moments.precedes(two, one):
            found.fault(Note("order", (second, trail), node.properties[second], two, (first, one)))
    for answer, at in node.dated:
        if value.get(answer) is False and at in value:
            found.warn(Note("dated", (at, trail), node.properties[at], value[at], node.properties[answer]))


def look_at(found: Survey, node: Node, value: Any, trail: Trail) -> None:
    """Look at one value, if it is of the kind the schema asks for."""
    kind = type(value)
    if kind is str:
        if node.kind == "string":
            look_at_text(found, node, value, trail)
    elif kind is dict:
        if node.kind == "object":
            look_at_object(found, node, value, trail)
    elif kind is list and node.kind == "array" and node.items is not None:
        look_at_list(found, node, node.items, value, trail)


def look_at_list(found: Survey, node: Node, items: Node, value: list[Any], trail: Trail) -> None:
    """Look at a list, as far as it may be long."""
    if len(value) > node.most:
        found.fault(Note("too-many", trail, node, len(value)))
    seen = found.ids.setdefault(node.ids, {}) if node.ids else None
    for at, inner in enumerate(value[: node.most]):
        if seen is not None and type(inner) is dict and type(key := inner.get("id")) is str:
            here = ("id", (at, trail))
            first = seen.setdefault(key, here)
            if first is not here:
                found.fault(Note("twice", here, items.properties["id"], key, first))
        look_at(found, items, inner, (at, trail))


def look_at_text(found: Survey, node: Node, value: str, trail: Trail) -> None:
    """Look at a code, an identifier, a moment or a reference."""
    if node.refers:
        found.references.append(Note("reference", trail, node, value))
    elif node.code:
        known = found.codes[node.code]
        if value not in known.values:
            found.fault(Note("code", trail, node, value, known))
        elif other := known.values[value].get("confused_with"):
            found.warn(Note("look-alike", trail, node, value, (known.values[value], known.values[other])))
    elif node.check == "occupation":
        look_at_occupation(found, node, value, trail)
    elif node.check and (wrong := TEXT_CHECKS[node.check](value)):
        found.fault(Note(node.check, trail, node, value, wrong))


def look_at_occupation(found: Survey, node: Node, value: str, trail: Trail) -> None:
    """A code of a SOC group in the list is checked in full; of another group, it can only be warned about."""
    known = found.codes["crafts"]
    if value in known.values:
        return
    groups = {code[:7] for code in known.values}
    if is_occupation(value) and value[:7] not in groups:
        found.warn(Note("unusual-occupation", trail, node, value, known))
    else:
        found.fault(Note("code", trail, node, value, known))


def is_occupation(value: str) -> bool:
    """Whether *value* has the form of an O*NET-SOC code, 27-4032.00."""
    return (
        len(value) == 10
        and value.isascii()
        and value[2] == "-"
        and value[7] == "."
        and (value[:2] + value[3:7] + value[8:]).isdigit()
    )


def look_at_location(found: Survey, node: Node, value: dict[str, Any], trail: Trail) -> None:
    """A state or province belongs to its country."""
    part, land = value.get("subdivision"), value.get("country")
    if not isinstance(part, str):
        return
    child, where = node.properties["subdivision"], ("subdivision", trail)
    if wrong := identifiers.subdivision(part):
        found.fault(Note("subdivision", where, child, part, (wrong, land)))
    elif isinstance(land, str) and part[:2] != land:
        found.fault(Note("subdivision", where, child, part, (f"It is not in {land[:2]}.", land)))


def look_at_filing(found: Survey, node: Node, value: dict[str, Any], trail: Trail) -> None:
    """A quarterly update speaks for one calendar quarter."""
    period = value.get("period")
    if value.get("type") != "quarterly_update" or not isinstance(period, dict):
        return
    first, last = period.get("from"), period.get("to")
    if isinstance(first, str) and isinstance(last, str) and not moments.is_quarter(first, last):
        found.fault(Note("quarter", ("period", trail), node.properties["period"], (first, last)))


def look_at_whole(found: Survey, node: Node, value: dict[str, Any], trail: Trail) -> None:
    """A nil return has no uses."""
    if value.get("uses") and is_nil(value):
        found.fault(Note("nil", ("uses", trail), node.properties["uses"], None))


def is_nil(document: Mapping[str, Any]) -> bool:
    """Whether *document* says that no AI was used."""
    filing = document.get("filing")
    return isinstance(filing, dict) and filing.get("type") == "nil_return"


TEXT_CHECKS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "moment": moments.wrong,
    "eidr": identifiers.eidr,
    "isan": identifiers.isan,
    "lei": identifiers.lei,
    "jurisdiction": identifiers.jurisdiction,
}
OBJECT_CHECKS: Final[Mapping[str, Callable[[Survey, Node, dict[str, Any], Trail], None]]] = {
    "location": look_at_location,
    "quarter": look_at_filing,
    "nil_return": look_at_whole,
}


def path_of(trail: Trail) -> list[str | int]:
    """The steps of *trail*, outermost first."""
    steps: list[str | int] = []
    while trail:
        steps.append(trail[0])
        trail = trail[1]
    return steps[::-1]
