"""What an export is: what was asked, of which tree, which files with which digests; and its note."""

import base64
import datetime as dt
import hashlib
from typing import Final
from uuid import UUID

import msgspec

from registry.auth.scope import Principal, Scope, scope_of
from registry.exports.form import Form

FORM: Final = 1
"""Of the files: raised when the same rows would be other bytes than before."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A place where a file can be taken up: so many bytes and rows in, behind this row of the ledger."""

    bytes: int
    rows: int
    place: int


class ExportFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file, and whose data it shows.

    `marks` are places to go on from: bytes before, rows before, the ledger's row before.
    """

    name: str
    entity: str | None
    rows: int
    bytes: int
    sha256: str
    employers: list[str] = []
    marks: list[Mark] = []


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: which tables, in which form, of which employers and productions (null: all you see)."""

    entities: list[str]
    format: Form
    as_of: dt.datetime | None = None
    employers: list[str] | None = None
    productions: list[str] | None = None


class ExportManifest(msgspec.Struct, frozen=True, kw_only=True):
    """An export: made from the first `tree_size` entries of the ledger, for a caller of this role and scope.

    `writer` and `form` say what wrote the files, `schema` whose fields they have. The ledger's entry of kind
    export has the digest of its canonical bytes.
    """

    export_id: UUID
    query: ExportQuery
    tree_size: int
    root: str
    checkpoint: str | None
    role: str
    scope: Scope
    schema: str
    writer: str
    form: int
    made_at: dt.datetime
    files: list[ExportFile]

    @property
    def body(self) -> bytes:
        """Its canonical bytes."""
        return msgspec.json.encode(self, order="sorted")


class ExportMade(msgspec.Struct, frozen=True, kw_only=True):
    """An export, the SHA-256 of its manifest, and the entry of the ledger that vouches for it."""

    manifest: ExportManifest
    sha256: str
    ledger_index: int
    signed: bool
    href: dict[str, str]


class ExportLine(msgspec.Struct, frozen=True, kw_only=True):
    """An export as the list shows it."""

    export_id: UUID
    query: ExportQuery
    tree_size: int
    made_at: dt.datetime
    ledger_index: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row of export."""

    export_id: UUID
    subject: str
    body: bytes
    signed: str
    ledger_index: int


def note_text(manifest: ExportManifest, sha256: str) -> str:
    """What the log's key signs: no checkpoint, for its second line is no size of a tree."""
    root = base64.b64encode(bytes.fromhex(manifest.root)).decode()
    lines = [
        "ai-use-registry export v1",
        f"export {manifest.export_id}",
        f"tree {manifest.tree_size} {root}",
        f"manifest sha256 {sha256}",
        *(f"file {each.sha256} {each.bytes} {each.rows} {each.name}" for each in manifest.files),
    ]
    return "\n".join(lines) + "\n"


def same_reader(manifest: ExportManifest, principal: Principal) -> bool:
    """Whether *principal* may see what the export was made for: the same role, within the same limits."""
    return manifest.role == principal.role and manifest.scope == scope_of(principal)


def sha256(body: bytes) -> str:
    """The digest of a manifest's bytes."""
    return hashlib.sha256(body).hexdigest()


def made(found: ExportManifest, body: bytes, ledger_index: int, *, signed: bool) -> ExportMade:
    """An export as it is answered, with the addresses of everything it has."""
    here = f"/v1/exports/{found.export_id}"
    href = {each.name: f"{here}/{each.name}" for each in found.files}
    href |= {"manifest": f"{here}/manifest.json", "entry": f"/ledger/entries/{ledger_index}"}
    if signed:
        href["note"] = f"{here}/manifest.note"
    return ExportMade(
        manifest=found, sha256=sha256(body), ledger_index=ledger_index, signed=signed, href=href
    )


def shown(kept: Kept) -> ExportMade:
    """A kept export as it is answered."""
    found = msgspec.json.decode(kept.body, type=ExportManifest)
    return made(found, kept.body, kept.ledger_index, signed=bool(kept.signed))


def described_by(said: ExportMade) -> dict[str, str]:
    """The headers that lead from a file alone to its manifest."""
    return {
        "Link": f'</v1/exports/{said.manifest.export_id}>; rel="describedby"',
        "Ledger-Entry": str(said.ledger_index),
    }


def names(entities: list[str], form: Form) -> list[tuple[str, str]]:
    """The tables of an export, each with the name of its file."""
    return [(entity, f"{entity}.{form}") for entity in entities]
