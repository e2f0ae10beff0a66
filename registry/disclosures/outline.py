"""A disclosure schema as a tree the registry can walk beside a document.

JSON Schema says what is well-formed; its own keywords say the rest, so that a new version of the schema
brings its own checks and no code has to learn its fields:

x-code         the value is a key of this code list
x-check        the value passes this named check
x-refers       the value is the id of a record in this list
x-ids          records of this list are told apart by id, throughout the document
x-order        pairs of fields of which the first is not later than the second
x-dated        pairs of a yes-or-no field and the day it happened: a day given beside a no is worth a warning
x-recommended  fields whose absence is worth a warning (a list inside: any one of them)
x-says         a pattern, in words
x-replaced-by  the field that took this one's place
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

LONGEST: Final = 500


class Node(msgspec.Struct, frozen=True):
    """One place in a document: what stands there, in whose words, and what is checked."""

    title: str
    schema: dict[str, Any]
    kind: str
    properties: "dict[str, Node]" = {}
    required: frozenset[str] = frozenset()
    """The properties that have to be there."""
    items: "Node | None" = None
    watched: "dict[str, Node]" = {}
    """The properties a walk has to look into."""
    recommended: tuple[tuple[str, ...], ...] = ()
    wanted: frozenset[str] = frozenset()
    """All names in `recommended`: where each is given, there is nothing to look for."""
    order: tuple[tuple[str, str], ...] = ()
    dated: tuple[tuple[str, str], ...] = ()
    code: str = ""
    check: str = ""
    refers: str = ""
    ids: str = ""
    most: int = LONGEST
    says: str = ""
    replaced_by: str = ""


def outline(schema: Mapping[str, Any]) -> Node:
    """The outline of a whole schema; raises KeyError for a `$ref` that leads nowhere."""
    return node_of(dict(schema), schema["$defs"])


def node_of(raw: dict[str, Any], definitions: Mapping[str, Any]) -> Node:
    """The node of one subschema, with what its `$ref` says filled in."""
    full = resolved(raw, definitions)
    properties = {name: node_of(sub, definitions) for name, sub in full.get("properties", {}).items()}
    items = node_of(full["items"], definitions) if "items" in full else None
    kind = full.get("type", "")
    recommended = tuple(
        (each,) if isinstance(each, str) else tuple(each) for each in full.get("x-recommended", [])
    )
    return Node(
        title=full.get("title", ""),
        schema=raw,
        kind=kind if isinstance(kind, str) else "boolean",
        properties=properties,
        required=frozenset(full.get("required", [])),
        items=items,
        watched={name: node for name, node in properties.items() if watches(node)},
        recommended=recommended,
        wanted=frozenset(name for names in recommended for name in names),
        order=tuple((first, second) for first, second in full.get("x-order", [])),
        dated=tuple((answer, at) for answer, at in full.get("x-dated", [])),
        code=full.get("x-code", ""),
        check=full.get("x-check", ""),
        refers=full.get("x-refers", ""),
        ids=full.get("x-ids", ""),
        most=full.get("maxItems", LONGEST),
        says=full.get("x-says", ""),
        replaced_by=full.get("x-replaced-by", ""),
    )


def resolved(raw: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """*raw* over what its `$ref` names."""
    if "$ref" not in raw:
        return dict(raw)
    name = raw["$ref"].removeprefix("#/$defs/")
    return {**resolved(definitions[name], definitions), **raw}


def watches(node: Node) -> bool:
    """Whether a walk has anything to look for at *node* or below; a list is always measured."""
    return bool(
        node.kind == "array"
        or node.watched
        or node.recommended
        or node.order
        or node.dated
        or node.code
        or node.check
        or node.refers
    )


def find(node: Node, path: list[str | int]) -> Node | None:
    """The node at *path*, or None where the schema knows no such place."""
    found: Node | None = node
    for step in path:
        if found is None:
            return None
        found = found.items if isinstance(step, int) else found.properties.get(step)
    return found
