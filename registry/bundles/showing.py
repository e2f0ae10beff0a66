"""Which files show what an entry vouches for, as far as the caller may read it and redactions left it."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from registry.auth.scope import Scope
from registry.bundles.index import canonical
from registry.bundles.layout import names_of
from registry.disclosures import release
from registry.errors import Corrupt
from registry.judging.ruling import concerning, decode
from registry.ledger import entry as entries
from registry.ledger import prooffile
from registry.ledger.entry import Entry, row_bytes
from registry.observations import entry as observations
from registry.threads import entry as threads
from registry.threads.evidence import File

Row = Mapping[str, Any]


class Reader(msgspec.Struct, frozen=True):
    """For whom a bundle is made, on which checkpoint, and the digests that redactions say are gone."""

    role: str
    scope: Scope
    note: str
    gone: Collection[str]


class Read(msgspec.Struct, frozen=True):
    """One row with its entry, where that stands, and its proof."""

    table: str
    row: Row
    beside: Row
    entry: Entry
    proof: list[bytes]

    @property
    def index(self) -> int:
        """Where the entry stands."""
        place: int = self.row["ledger_index"]
        return place


def files_of(read: Read, reader: Reader) -> dict[str, bytes]:
    """The files of one entry by name; raises Corrupt for a row that is not what it vouches for."""
    names = names_of(read.index, read.entry)
    files: dict[str, bytes] = {}
    if read.table == "disclosure_version":
        files = filing(read, reader)
    elif read.table != "judgement" or whole_judgement(read, reader):
        if names.row:
            files[names.row] = row_bytes(read.table, read.row)
        if names.content and shown_file(read) is None:
            files[names.content] = content_of(read)
    for name, vouched in ((names.row, read.entry.record), (names.content, read.entry.sha256)):
        if name in files and hashlib.sha256(files[name]).hexdigest() != vouched:
            if read.entry.record not in reader.gone:
                raise Corrupt(
                    f"{read.table}: the row of ledger entry {read.index} is not what it vouches for"
                )
            del files[name]
    return files


def content_of(read: Read) -> bytes:
    """The bytes that an entry's `sha256` is of."""
    match read.table:
        case "observation":
            return observations.canonical(read.row["document"])
        case "thread_entry":
            return threads.sealed(read.row["salt"], read.row["document"])
    body: bytes = read.row["findings"] if read.table == "judgement" else read.row["body"]
    return body


def shown_file(read: Read) -> File | None:
    """The file of evidence that an entry of a thread shows; its bytes are written as they are read."""
    if read.table != "thread_entry" or read.row["kind"] != "evidence":
        return None
    return msgspec.convert(read.row["document"], File)


def whole_judgement(read: Read, reader: Reader) -> bool:
    """Whether every finding of a judgement concerns the caller; else none is shown, for they are one text."""
    if reader.scope.locals is None:
        return True
    findings = decode(read.row["findings"])
    return len(concerning(reader.scope, findings)) == len(findings)


def filing(read: Read, reader: Reader) -> dict[str, bytes]:
    """A version's bytes as received with its salts, or the sections that may be read; and its receipt."""
    names, row, entry = names_of(read.index, read.entry), read.row, read.entry
    extra = canonical({"disclosure_id": entry.id, "sha256": entry.sha256, "version": entry.seq})
    files = {names.proof: prooffile.of(read.index, read.proof, reader.note, extra).encode()}
    body, salts = read.beside["body"], read.beside["salts"] or {}
    redacted = body is None or hashlib.sha256(body).hexdigest() != entry.sha256
    if redacted and entry.record not in reader.gone:
        raise Corrupt(
            f"disclosure_content: the content of ledger entry {read.index} is not what it vouches for"
        )
    kept = withheld(read, reader)
    if not kept and not redacted:
        return files | {
            names.row: row_bytes(read.table, row),
            names.content: body,
            names.salts: canonical(salts),
        }
    received = row["document"] if redacted else msgspec.json.decode(body)
    told = opened(
        {name: received[name] for name in received.keys() & row["document"].keys()}, salts, kept, entry
    )
    return files | {names.sections: canonical(told | {"withheld": kept})}


def withheld(read: Read, reader: Reader) -> list[str]:
    """The sections that a version, or the newest one of its disclosure, keeps from the caller."""
    kept = release.kept(read.row["document"], read.beside["newest"], reader.role)
    return sorted(release.sections(kept))


def opened(received: Row, salts: Mapping[str, str], kept: Collection[str], entry: Entry) -> dict[str, Any]:
    """The sections that may be read and that the entry commits to as they stand, each with what opens it."""
    sections, texts = {}, []
    for name in sorted(received.keys() & salts.keys() - {*kept}):
        text = entries.section_disclosure(salts[name], name, received[name])
        if entries.section_digest(text) in entry.sd:
            sections[name] = received[name]
            texts.append(text)
    return {"sections": sections, "opened": texts}
