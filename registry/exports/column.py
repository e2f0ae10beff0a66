"""Columns of an export: what each is called, which type it has in every form, and what it means."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from registry.ledger.entry import stamp

Kind = Literal["text", "integer", "boolean", "date", "instant", "list", "json"]

MEANS: Final[Mapping[str, str]] = {
    "text": "text",
    "integer": "whole number",
    "boolean": "true or false; nothing where it is not known",
    "date": "day, YYYY-MM-DD",
    "instant": "instant in UTC, YYYY-MM-DDThh:mm:ss.ssssssZ",
    "list": "list of texts; in CSV as a JSON array",
    "json": "any JSON; in CSV and Parquet as JSON text",
}
"""What each type of column holds, in words for the data dictionary."""


class Column(msgspec.Struct, frozen=True):
    """One column."""

    name: str
    kind: Kind
    means: str


class Part(msgspec.Struct, frozen=True):
    """Where the columns that a disclosure's schema names come from: a section, and perhaps a list inside it.

    Members of *apart* are not columns of it: they are rows of another table.
    """

    section: str
    inside: str = ""
    apart: frozenset[str] = frozenset()


def plain(value: Any) -> Any:
    """*value* of a column of the database as an export tells it: what is no JSON becomes text."""
    match value:
        case dt.datetime():
            return stamp(value)
        case dt.date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            return value


def of_schema(schema: Mapping[str, Any], part: Part) -> list[Column]:
    """The columns that *schema* names for *part*, in its order, under its own titles."""
    node = resolved(schema, schema["properties"][part.section])
    node = resolved(schema, node["items"])
    if part.inside:
        node = resolved(schema, resolved(schema, node["properties"][part.inside])["items"])
    return [
        Column(
            name, kind_of(schema, said), f"{said.get('title', name)}. {said.get('description', '')}".strip()
        )
        for name, said in node["properties"].items()
        if name not in part.apart
    ]


def resolved(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """*node*, or what it refers to, with its own words kept."""
    if "$ref" not in node:
        return node
    return {
        **schema["$defs"][node["$ref"].rpartition("/")[2]],
        **{k: v for k, v in node.items() if k != "$ref"},
    }


def kind_of(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Kind:
    """The type of the column that holds a member that the schema describes by *node*."""
    found = resolved(schema, node)
    said = found.get("type")
    types = {said} if isinstance(said, str) else set(said or ())
    match sorted(types - {"null"}):
        case ["string"]:
            return "text"
        case ["integer"]:
            return "integer"
        case ["boolean"]:
            return "boolean"
        case ["array"] if kind_of(schema, found["items"]) == "text":
            return "list"
        case _:
            return "json"
