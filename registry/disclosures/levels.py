"""The release level of every field, as the schemas that ship with the code mark it (`x-release`).

A level is a rank: 0 public, 1 parties (representatives too), 2 auditor, 3 employer. What stands inside
something stricter is as strict as that: a public field of a list for the parties is for the parties. A field
that its schema does not know would be the employer's own; no document that was taken has one.
"""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from registry import files

RANK: Final = {"public": 0, "parties": 1, "auditor": 2, "employer": 3}
VERSION: Final = re.compile(r"\d+\.\d+")


class Level(msgspec.Struct, frozen=True):
    """The rank of one place in a document, and the strictest rank at it or anywhere below."""

    rank: int
    strictest: int
    fields: "dict[str, Level]" = {}
    items: "Level | None" = None


OWN: Final = Level(RANK["employer"], RANK["employer"])
"""Of a field that the schema does not know."""


@functools.cache
def levels() -> dict[str, Level]:
    """Schema version → the levels of a whole document of it; read once."""
    folder: Path = files.SCHEMAS / "disclosure"
    found = {path.stem: path for path in folder.glob("*.json") if VERSION.fullmatch(path.stem)}
    names = sorted(found, key=lambda name: [int(part) for part in name.split(".")])
    return {name: compiled(msgspec.json.decode(found[name].read_bytes())) for name in names}


def of(version: object) -> Level:
    """The levels of a document that says this schema *version*; of the newest where it says none we know."""
    known = levels()
    return known[version] if isinstance(version, str) and version in known else known[next(reversed(known))]


def compiled(schema: Mapping[str, Any]) -> Level:
    """The levels of a whole *schema*; raises KeyError for a field without a level."""
    return level_of(schema, schema["$defs"], RANK["public"])


def level_of(raw: Mapping[str, Any], definitions: Mapping[str, Any], rank: int) -> Level:
    """The level of one subschema that has *rank*, and of everything below it."""
    full = dict(raw)
    while "$ref" in full:
        name = full.pop("$ref").removeprefix("#/$defs/")
        full = {**definitions[name], **full}
    fields = {
        name: level_of(sub, definitions, max(rank, RANK[sub["x-release"]]))
        for name, sub in full.get("properties", {}).items()
    }
    items = level_of(full["items"], definitions, rank) if "items" in full else None
    below = [each.strictest for each in fields.values()] + ([items.strictest] if items else [])
    return Level(rank, max([rank, *below]), fields, items)
