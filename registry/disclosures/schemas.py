"""The published versions of the disclosure schema, and the one question asked of them: what is wrong.

A published version is never edited; `schemas/disclosure/digests.json` holds each one's digest. Which
version is current and which are on their way out is data, `schemas/disclosure/versions.json`.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

import jsonschema_rs
import msgspec

from registry.disclosures import codes as code_lists
from registry.disclosures import telling, violations, wording
from registry.disclosures.codes import CodeList
from registry.disclosures.outline import Node, outline
from registry.disclosures.survey import Survey, survey
from registry.errors import Corrupt, Fault, SchemaViolation, UnknownSchema

MOST: Final = 1_000
"""The search for violations ends at this many."""


class Deprecation(msgspec.Struct, frozen=True):
    """When a version was deprecated, and when it stops being taken."""

    deprecated_at: dt.datetime
    sunset_at: dt.datetime


class Life(msgspec.Struct, frozen=True):
    """The life of one version, as `versions.json` has it."""

    published_on: dt.date
    deprecated_at: dt.datetime | None = None
    sunset_at: dt.datetime | None = None


class Versions(msgspec.Struct, frozen=True):
    """What `versions.json` says."""

    current: str
    versions: dict[str, Life]


class Published(msgspec.Struct, frozen=True):
    """One version: its bytes, its outline, and its compiled validators (whole, and of parts as needed)."""

    body: bytes
    root: Node
    definitions: dict[str, Any]
    validator: jsonschema_rs.Validator
    parts: dict[int, jsonschema_rs.Validator]


class SchemaSet(msgspec.Struct, frozen=True):
    """Every published version with the code lists they refer to."""

    versions: tuple[str, ...]
    current: str
    deprecated: dict[str, Deprecation]
    codes: dict[str, CodeList]
    published: dict[str, Published]

    def body(self, version: str) -> bytes:
        """The schema itself, byte for byte as published; raises UnknownSchema."""
        return self.named(version).body

    def digest(self, version: str) -> bytes:
        """SHA-256 of the schema as published; raises UnknownSchema."""
        return hashlib.sha256(self.body(version)).digest()

    def check(self, document: dict[str, Any]) -> list[Fault]:
        """The warnings of a valid document; raises UnknownSchema, or SchemaViolation with every fault."""
        schema = self.named(document.get("schema_version"))
        noted = survey(schema.root, document, self.codes)
        if not noted.faults and is_valid(schema, document):
            return wording.capped(
                [telling.told(note) for note in noted.warnings[: wording.MOST]], rest(noted)
            )
        refuse(self, schema, document, noted)
        return []

    def named(self, version: object) -> Published:
        """The version called *version*; raises UnknownSchema."""
        found = self.published.get(version) if isinstance(version, str) else None
        if found is not None:
            return found
        known = list(self.versions)
        plain = isinstance(version, str | int)
        near = code_lists.nearest(version, known) if plain else None
        said = "The document does not say its schema version."
        if version is not None:
            said = f"There is no schema version {wording.shown(version)}."
        if isinstance(version, dict | list):
            said = f"The schema version must be text, in quotation marks, not {wording.shown(version)}."
        fix = f'Write "schema_version": "{near or self.current}", in quotation marks.'
        raise UnknownSchema(
            said, [Fault("/schema_version", "unknown-version", said, fix, known, near or self.current)]
        )


def load(files: Mapping[str, bytes], codes: Mapping[str, bytes]) -> SchemaSet:
    """The schemas in *files* (those of `schemas/disclosure`) with the lists in *codes* (`schemas/codes`).

    Keys are file names. Raises Corrupt when a published version is not what was published.
    """
    lives = msgspec.json.decode(files["versions.json"], type=Versions)
    digests = msgspec.json.decode(files["digests.json"], type=dict[str, str])
    names = sorted(lives.versions, key=lambda name: [int(part) for part in name.split(".")])
    for name in names:
        if hashlib.sha256(files[f"{name}.json"]).hexdigest() != digests.get(name):
            raise Corrupt(
                f"schema {name} is not the one that was published; a published version is never edited"
            )
    return SchemaSet(
        versions=tuple(names),
        current=lives.current,
        deprecated={
            name: Deprecation(life.deprecated_at, life.sunset_at)
            for name, life in lives.versions.items()
            if life.deprecated_at and life.sunset_at
        },
        codes=code_lists.load(codes),
        published={name: publish(files[f"{name}.json"]) for name in names},
    )


def publish(body: bytes) -> Published:
    """One version, compiled."""
    schema = msgspec.json.decode(body)
    return Published(body, outline(schema), schema["$defs"], violations.compiled(schema), {})


def is_valid(schema: Published, document: dict[str, Any]) -> bool:
    """Whether *document* follows *schema*; a value no validator can take does not."""
    try:
        return schema.validator.is_valid(document)
    except (ValueError, OverflowError, RecursionError):
        return False


def rest(noted: Survey) -> int:
    """How many warnings are not worded at all."""
    return max(0, len(noted.warnings) - wording.MOST)


def refuse(schemas: SchemaSet, schema: Published, document: dict[str, Any], noted: Survey) -> None:
    """Raise SchemaViolation with everything wrong with *document*."""
    others = [each.root for each in schemas.published.values() if each is not schema]
    try:
        search = violations.violations(schema.root, document, schema.definitions, schema.parts, [])
        errors = list(islice(search, MOST + 1))
    except (ValueError, OverflowError, RecursionError):
        errors = []
    faults: dict[str, Fault] = {}
    for note in noted.faults[: wording.MOST]:
        fault = telling.told(note)
        faults.setdefault(fault.pointer, fault)
    uncounted = len(noted.faults[wording.MOST :]) + noted.unlisted
    for path, error in errors:
        uncounted += max(0, len(getattr(error.kind, "unexpected", ())) - wording.MOST)
        for fault in wording.faults(schema.root, path, error, others):
            faults.setdefault(fault.pointer, fault)
    if not faults:
        faults[""] = Fault(
            "", "unreadable", "The document holds a value no JSON reader takes.", "Send it as JSON."
        )
    listed = sorted(faults.values(), key=lambda fault: in_order(fault.pointer))
    count = len(listed) + uncounted
    noun = "fault" if count == 1 else "faults"
    detail = f"The disclosure has {count:,} {noun}; each says where it is and how to mend it."
    raise SchemaViolation(detail, wording.capped(listed, uncounted))


def in_order(pointer: str) -> list[tuple[int, int, str]]:
    """A key that sorts pointers as people read: by name, and items by number."""
    return [
        (0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part)
        for part in pointer.split("/")
    ]
