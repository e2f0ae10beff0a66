"""A thread as it is shown: who said what, which files stand behind it, and where the proof of it is."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Role
from registry.productions.view import Place
from registry.threads.entry import Entered, EntryKind, Side, ThreadKind
from registry.threads.evidence import File

SpokenKind = EntryKind | Literal["request"]


class FileLink(msgspec.Struct, frozen=True):
    """A file that was shown: what it is, and where it is to be had."""

    evidence_id: UUID
    name: str
    media_type: str
    bytes: int
    sha256: str
    href: str


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a thread. `number` counts the thread's own entries from one, whoever reads them.

    A request and the answers to it stand in its thread too: they have no number, but the `revision` of the
    request that they made. `side` says who reads the entry: both parties, or one of them. `said` is what was
    sent; `files` are those it shows or refers to.
    """

    kind: SpokenKind
    number: int | None
    revision: int | None
    side: Side
    party: str
    author: str
    role: Role
    recorded_at: dt.datetime
    said: dict[str, Any]
    files: list[FileLink]
    ledger: Place


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a thread as it is read, from either history, with its leaf in the ledger."""

    kind: SpokenKind
    number: int | None
    revision: int | None
    side: Side
    party: str
    document: dict[str, Any]
    recorded_at: dt.datetime
    recorded_by: str
    role: Role
    ledger_index: int
    leaf: bytes


def heard(row: Entered, leaf: bytes) -> Heard:
    """*row* with its *leaf*, as it is read from either history."""
    return Heard(
        kind=row.kind,
        number=row.number,
        revision=None,
        side=row.side,
        party=row.party,
        document=row.document,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        role=row.role,
        ledger_index=row.ledger_index,
        leaf=leaf,
    )


def spoken(row: Heard, files: Mapping[str, File]) -> Spoken:
    """*row* as it is shown; *files* are those of its thread, by their ids."""
    return Spoken(
        kind=row.kind,
        number=row.number,
        revision=row.revision,
        side=row.side,
        party=row.party,
        author=row.recorded_by,
        role=row.role,
        recorded_at=row.recorded_at,
        said=row.document,
        files=[link(files[name]) for name in named(row) if name in files],
        ledger=Place(row.ledger_index, row.leaf.hex()),
    )


def named(row: Heard) -> list[str]:
    """The ids of the files that an entry shows or refers to."""
    if row.kind == "evidence":
        return [row.document["evidence_id"]]
    told = row.document.get("evidence", [])
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def link(file: File) -> FileLink:
    """Where *file* is to be had."""
    return FileLink(**msgspec.structs.asdict(file), href=address(file.evidence_id))


def address(evidence_id: UUID) -> str:
    """Where a file of evidence is."""
    return f"/v1/evidence/{evidence_id}"


def place_of(kind: ThreadKind, thread_id: UUID) -> str:
    """Where a thread is."""
    return f"/v1/{kind}s/{thread_id}/thread"
