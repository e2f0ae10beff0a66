"""What a caller is shown of editions, packs, parameter sets and disclosure schemas: all of it is public."""

import datetime as dt
import difflib
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import msgspec

from registry.agreements.publication import Publication
from registry.agreements.terms import Edition
from registry.disclosures.schemas import SchemaSet
from registry.errors import NotFound
from registry.obligations.pack import Pack, PackSet, Params, parsed


@runtime_checkable
class Rules(Protocol):
    """What the registry judges with; the house of the judging room is one."""

    @property
    def schemas(self) -> SchemaSet:
        """The disclosure schemas."""

    @property
    def packs(self) -> PackSet:
        """The packs and their parameter sets."""

    @property
    def editions(self) -> Mapping[str, Edition]:
        """The editions of agreements, by key."""


class PackLine(msgspec.Struct, frozen=True):
    """A pack in a list: which agreements it speaks for, when it is in force, and the digest of its bytes."""

    name: str
    title: str
    digest: str
    agreements: list[str]
    since: dt.date | None
    until: dt.date | None
    obligations: int


class ParamsLine(msgspec.Struct, frozen=True):
    """A parameter set in a list, and the digest of its bytes."""

    name: str
    title: str
    digest: str


class Shelf(msgspec.Struct, frozen=True):
    """Every edition, pack and parameter set there is."""

    editions: list[Edition]
    packs: list[PackLine]
    params: list[ParamsLine]


class PackShown(msgspec.Struct, frozen=True):
    """A pack as JSON; the digest is that of the TOML it was published as."""

    name: str
    digest: str
    pack: dict[str, Any]


class Agreement(msgspec.Struct, frozen=True):
    """One edition with the packs that speak for it, or one pack by its own name; and their parameters."""

    key: str
    edition: Edition | None
    packs: list[PackShown]
    params: list[PackShown]


class SchemaLine(msgspec.Struct, frozen=True):
    """One version of the disclosure schema, and how long it is still taken."""

    version: str
    current: bool
    digest: str
    href: str
    deprecated_at: dt.datetime | None = None
    sunset_at: dt.datetime | None = None


def publications(rules: Rules) -> list[Publication]:
    """Everything the program judges by, as publications, in order: parameters, packs, schemas."""
    return [
        *(Publication("params", name, item.body) for name, item in sorted(rules.packs.params.items())),
        *(Publication("pack", name, item.body) for name, item in sorted(rules.packs.packs.items())),
        *(Publication("schema", name, rules.schemas.body(name)) for name in rules.schemas.versions),
    ]


def shelf(rules: Rules) -> Shelf:
    """The list of everything agreements are judged by."""
    return Shelf(
        editions=[edition for _, edition in sorted(rules.editions.items())],
        packs=[pack_line(pack) for _, pack in sorted(rules.packs.packs.items())],
        params=[
            ParamsLine(params.name, params.title, params.digest)
            for _, params in sorted(rules.packs.params.items())
        ],
    )


def pack_line(pack: Pack) -> PackLine:
    """*pack* as one line of a list."""
    written = pack.written
    return PackLine(
        name=pack.name,
        title=written.title,
        digest=pack.digest,
        agreements=written.agreements,
        since=written.since,
        until=written.until,
        obligations=len(pack.obligations),
    )


def agreement(rules: Rules, key: str) -> Agreement:
    """The edition or pack *key* names; raises NotFound with the nearest name there is."""
    named = [
        pack
        for name, pack in sorted(rules.packs.packs.items())
        if key == name or key in pack.written.agreements
    ]
    edition = rules.editions.get(key)
    if not named and edition is None:
        near = difflib.get_close_matches(key[:80], [*rules.editions, *rules.packs.packs], n=1)
        raise NotFound("there is no such agreement" + (f"; did you mean {near[0]}?" if near else ""))
    used = {pack.written.params for pack in named} & rules.packs.params.keys()
    return Agreement(
        key=key,
        edition=edition,
        packs=[shown(pack) for pack in named],
        params=[shown(rules.packs.params[name]) for name in sorted(used)],
    )


def shown(item: Pack | Params) -> PackShown:
    """A pack or parameter set as JSON, from the very bytes that were published."""
    return PackShown(item.name, item.digest, parsed(item.name, item.body))


def schema_lines(schemas: SchemaSet) -> list[SchemaLine]:
    """Every version of the disclosure schema, oldest first."""
    return [schema_line(schemas, version) for version in schemas.versions]


def schema_line(schemas: SchemaSet, version: str) -> SchemaLine:
    """One version of the disclosure schema as a line of a list."""
    passing = schemas.deprecated.get(version)
    return SchemaLine(
        version=version,
        current=version == schemas.current,
        digest=schemas.digest(version).hex(),
        href=f"/v1/schemas/{version}",
        deprecated_at=passing.deprecated_at if passing else None,
        sunset_at=passing.sunset_at if passing else None,
    )


def schema_body(schemas: SchemaSet, version: str) -> bytes:
    """The JSON Schema itself, byte for byte as published; raises NotFound for a version there is not."""
    if version not in schemas.versions:
        raise NotFound(f"there is no such schema version; there are {', '.join(schemas.versions)}")
    return schemas.body(version)
