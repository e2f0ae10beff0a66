"""What a caller is shown of publications, and how far each has been applied."""

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from registry.agreements.publication import Published
from registry.agreements.shelf import Agreement
from registry.errors import NotFound
from registry.obligations.pack import PackSet


class Progress(msgspec.Struct, frozen=True):
    """How many of the productions a publication may concern have been judged since.

    `left` wait for the next sweep, `failed` could not be judged and are tried again with each sweep.
    """

    productions: int
    judged: int
    left: int
    failed: int


class Line(msgspec.Struct, frozen=True):
    """One publication: the digest verdicts name it by, since when it is known, its place in the ledger."""

    kind: Literal["pack", "params"]
    name: str
    digest: str
    published_at: dt.datetime
    ledger_index: int
    in_force: bool


class PublicationShown(msgspec.Struct, frozen=True):
    """One publication with the TOML it was published as, and how far it has been applied.

    How far is told of the present only: as of an earlier moment it is null.
    """

    publication: Line
    body: str
    href: str
    progress: Progress | None


class Accepted(msgspec.Struct, frozen=True):
    """The answer to a publication; `unchanged`: it was in force already, and nothing was done."""

    publication: Line
    unchanged: bool
    progress: Progress


def names_of(key: str, packs: PackSet, rows: Iterable[Published]) -> set[str]:
    """The packs and parameter sets *key* means: one by name, or those that speak for an agreement."""
    known = {row.name for row in rows}
    if key in known:
        return {key}
    found = {name for name, pack in packs.packs.items() if key in pack.written.agreements}
    if not found:
        keys = {*known, *(each for pack in packs.packs.values() for each in pack.written.agreements)}
        near = difflib.get_close_matches(key[:80], sorted(keys), n=1)
        raise NotFound("nothing is published of that" + (f"; did you mean {near[0]}?" if near else ""))
    return found


def lines(rows: Sequence[Published], names: set[str]) -> list[Line]:
    """Every publication of *names*, newest first; *rows* stand in the order of the ledger."""
    newest = {row.name: row.ledger_index for row in rows if row.name in names}
    return [line(row, newest[row.name]) for row in reversed(rows) if row.name in names]


def line(row: Published, newest: int) -> Line:
    """One publication; the one at *newest* is in force."""
    assert row.kind != "schema"
    kind: Literal["pack", "params"] = "pack" if row.kind == "pack" else "params"
    return Line(
        kind=kind,
        name=row.name,
        digest=row.digest.hex(),
        published_at=row.published_at,
        ledger_index=row.ledger_index,
        in_force=row.ledger_index == newest,
    )


def one_of(found: Sequence[Line], digest: str) -> Line:
    """The newest publication of *digest*; raises NotFound."""
    for each in found:
        if each.digest == digest:
            return each
    raise NotFound("there is no publication of this digest under that name")


def path_of(each: Line) -> str:
    """The address of a publication's exact bytes."""
    return f"/v1/agreements/{each.name}/publications/{each.digest}/body"


def status(done: Accepted) -> int:
    """201 for a new publication, 200 for one that was in force already."""
    return 200 if done.unchanged else 201


def place(done: Accepted) -> dict[str, str]:
    """Where a publication is to be read."""
    row = done.publication
    return {"Location": f"/v1/agreements/{row.name}/publications/{row.digest}"}


def passing(found: Agreement) -> dict[str, str]:
    """Since when what was asked for is on its way out (RFC 9745), and what follows it (RFC 5829)."""
    packs = [pack for pack in found.packs if pack.name == found.key] or found.packs
    days = [pack.pack["deprecated"] for pack in packs if pack.pack.get("deprecated")]
    named = sorted({pack.pack["successor"] for pack in packs if pack.pack.get("successor")})
    headers = {}
    if days and len(days) == len(packs):
        first = dt.datetime.combine(min(days), dt.time(), dt.UTC)
        headers["Deprecation"] = f"@{int(first.timestamp())}"
    if named:
        headers["Link"] = ", ".join(f'</v1/agreements/{key}>; rel="successor-version"' for key in named)
    return headers
