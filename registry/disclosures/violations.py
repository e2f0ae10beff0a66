"""Every violation of a schema, without ever building a million of them.

The validator gives all errors of a value at once, each with a copy of what it found there: a megabyte of
empty objects became two gigabytes of errors. So a large document is checked piece by piece, small pieces
whole, and the search ends when there are more than anybody will read.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
from jsonschema_rs import ValidationError, ValidationErrorKind

from registry.disclosures.outline import Node

SMALL: Final = 2_000
"""A piece of at most this many values is checked whole."""

Path = list[str | int]
Found = tuple[Path, ValidationError]


def violations(
    node: Node,
    value: Any,
    definitions: Mapping[str, Any],
    validators: dict[int, jsonschema_rs.Validator],
    path: Path,
) -> Iterator[Found]:
    """The violations of *value*, which stands at *path*, as they are found."""
    if size(value) <= SMALL:
        yield from whole(node, value, definitions, validators, path)
    elif isinstance(value, dict) and node.kind == "object":
        held = {
            name for name, inner in value.items() if name in node.properties and size(inner) > SMALL // 10
        }
        rest = {
            name: None if size(inner) > SMALL // 10 else inner
            for name, inner in value.items()
            if name not in held
        }
        for where, error in whole(node, rest, definitions, validators, path):
            if not (isinstance(error.kind, ValidationErrorKind.Required) and error.kind.property in held):
                yield where, error
        for name in held:
            yield from violations(node.properties[name], value[name], definitions, validators, [*path, name])
    elif isinstance(value, list) and node.kind == "array" and node.items is not None:
        for at, inner in enumerate(value[: node.most]):
            yield from violations(node.items, inner, definitions, validators, [*path, at])
    else:
        # Of the wrong kind altogether: an empty one of the same kind shows that as well.
        yield from whole(node, type(value)(), definitions, validators, path)


def whole(
    node: Node,
    value: Any,
    definitions: Mapping[str, Any],
    validators: dict[int, jsonschema_rs.Validator],
    path: Path,
) -> Iterator[Found]:
    """The violations of a piece that is small."""
    validator = validators.get(id(node))
    if validator is None:
        validator = validators[id(node)] = compiled({**node.schema, "$defs": definitions})
    for error in validator.iter_errors(value):
        yield path, error


def compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """A validator that asserts formats and never leaves the machine for a reference."""
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, offline=True)


def size(value: Any) -> int:
    """How many values *value* holds, counted no further than SMALL."""
    stack, count = [value], 0
    while stack and count <= SMALL:
        count += 1
        inner = stack.pop()
        if isinstance(inner, dict):
            stack.extend(inner.values())
        elif isinstance(inner, list):
            stack.extend(inner if len(inner) <= SMALL else inner[: SMALL + 1])
    return count
