"""The files of a packet, and which of them each ledger entry vouches for."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.disclosures import release
from registry.ledger.entry import Entry, decode, row_bytes, section_disclosure
from registry.observations.entry import canonical
from registry.packets.case import Case, Row
from registry.threads.entry import sealed

MANIFEST: Final = "MANIFEST.sha256"
PROOFS: Final = "ledger/proofs.json"
ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST: Final = 80
MOST: Final = 536_870_912
"""Bytes of evidence that a packet carries: 512 MiB. Files beyond are named in it, with their digests."""
PARTY: Final = {"employer_version": "employer", "production_version": "production"}
NAMES: Final = {
    "employer_version": "the employer's record",
    "production_version": "the production's record",
    "alert_move": "a move of the alert",
    "thread_entry": "an entry of the thread",
    "request_entry": "a request, or an answer to it",
    "observation": "an observation",
    "disclosure_version": "a version of a disclosure",
    "judgement": "a judgement of the production",
    "publication": "the rules that judged",
}


class Bound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a ledger entry of the case vouches for, and the files of the packet that show it.

    `row` is the whole record; `content` the bytes that the entry's `sha256` is of; `sections` some sections
    of them, where others are withheld from whoever the packet was made for.
    """

    index: int
    says: str
    entry: str
    row: str = ""
    content: str = ""
    sections: str = ""
    proof: list[str]


class File(msgspec.Struct, frozen=True):
    """A file of evidence, whose bytes are not held in memory."""

    evidence_id: UUID
    employer_id: str
    size: int
    sha256: str


class Folder(msgspec.Struct, frozen=True):
    """The files of a packet by name: those made here, and those of evidence."""

    made: dict[str, bytes]
    evidence: dict[str, File]
    bound: list[Bound]


def folder(case: Case) -> Folder:
    """Everything in *case* as files, but for what is said in words."""
    made: dict[str, bytes] = {}
    evidence: dict[str, File] = {}
    fits = carried(case)
    bound = []
    for table, row in case.told.rows():
        index = row["ledger_index"]
        placed = case.entries[index]
        entry = decode(placed.entry)
        files = shown(case, table, row, entry)
        names = {"entry": f"ledger/{index:010}-entry.json"}
        made[names["entry"]] = placed.entry
        told = row_bytes(table, row)
        # A row that a redaction has changed is not the one that its entry vouches for any more.
        if whole(case, table, row) and sha256(told) == entry.record:
            names["row"] = f"ledger/{index:010}-row.json"
            made[names["row"]] = told
        if table == "thread_entry" and row["kind"] == "evidence" and index in fits:
            names["content"] = evidence_name(row)
            evidence[names["content"]] = file_of(row)
        for part, (name, body) in files.items():
            names[part] = name
            made[name] = body
        proof = [each.hex() for each in placed.proof]
        bound.append(Bound(index=index, says=about(table, row), proof=proof, **names))
    made[PROOFS] = proofs(case, bound)
    return Folder(made, evidence, bound)


def proofs(case: Case, bound: list[Bound]) -> bytes:
    """The tree as of the instant, and the proof of each entry."""
    told = {"form": 1, "size": case.size, "root": case.root.hex(), "entries": bound}
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def shown(case: Case, table: str, row: Row, entry: Entry) -> dict[str, tuple[str, bytes]]:
    """The file that shows what an entry vouches for beside its row, and its bytes; none where none may."""
    if row["ledger_index"] in case.hidden:
        return {}
    match table:
        case "employer_version" | "production_version":
            return {"content": (f"parties/{PARTY[table]}.json", row["body"])}
        case "publication":
            name = f"rules/{row['kind']}-{safe(row['name'])}-{entry.sha256[:12]}.toml"
            return {"content": (name, row["body"])}
        case "judgement" if sha256(row["findings"]) == entry.sha256:
            return {"content": (f"judgements/{row['judgement_id']}.json", row["findings"])}
        case "request_entry":
            return {"content": (f"requests/{row['request_id']}/{row['revision']:03}.json", row["body"])}
        case "observation":
            name = f"observations/{row['observation_id']}.json"
            return {"content": (name, canonical(row["document"]))}
        case "thread_entry" if row["kind"] != "evidence":
            return {"content": (thread_name(row), sealed(row["salt"], row["document"]))}
        case "disclosure_version":
            return filing(case, row)
        case _:
            return {}


def filing(case: Case, row: Row) -> dict[str, tuple[str, bytes]]:
    """The bytes of a version as they were received, or the sections of them that may be read."""
    content = case.contents.get((row["disclosure_id"], row["version"]))
    if content is None:
        return {}
    name = f"filings/{row['disclosure_id']}/version-{row['version']:03}"
    kept = withheld(case, "disclosure_version", row)
    if not kept:
        return {"content": (f"{name}.json", content.body)}
    received: dict[str, Any] = msgspec.json.decode(content.body)
    touched = release.sections(kept)
    open_ = {key: value for key, value in received.items() if key in row["document"] and key not in touched}
    parts = release.shown(received, case.role)
    told = {
        "withheld": kept,
        "sections": open_,
        # What may be read of a section that is kept in part. It opens nothing: its salt is of the whole.
        "parts": {key: parts[key] for key in touched if key in parts and key not in kept},
        "opened": [section_disclosure(content.salts[key], key, value) for key, value in open_.items()],
    }
    return {"sections": (f"{name}-sections.json", msgspec.json.format(msgspec.json.encode(told)) + b"\n")}


def withheld(case: Case, table: str, row: Row) -> list[str]:
    """What of a version is kept from the packet's reader, by it or by the newest one known by then."""
    if table != "disclosure_version":
        return []
    # A withdrawal has no marks of its own: those of what it withdraws go on counting.
    versions = [
        each
        for each in case.told.versions
        if each["disclosure_id"] == row["disclosure_id"] and each["kind"] != "withdrawal"
    ]
    return sorted(release.kept(row["document"], versions[-1]["document"] if versions else None, case.role))


def whole(case: Case, table: str, row: Row) -> bool:
    """Whether all of a row may be shown. An observation's names its reporter, and never is."""
    if row["ledger_index"] in case.hidden or table == "observation":
        return False
    return not withheld(case, table, row) and not redacted(case, table, row)


def redacted(case: Case, table: str, row: Row) -> bool:
    """Whether a row is of a version whose content was taken away by order."""
    return table == "disclosure_version" and (row["disclosure_id"], row["version"]) not in case.contents


def sha256(data: bytes) -> str:
    """The digest of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def thread_name(row: Row) -> str:
    """What the words of an entry of a thread are called in the packet."""
    return f"thread/{row['thread']}-{row['thread_id']}/{row['number']:03}.json"


def evidence_name(row: Row) -> str:
    """What a file of evidence is called in the packet: its place in the ledger and its name made safe."""
    return f"evidence/{row['ledger_index']:010}-{safe(row['document']['name'])}"


def carried(case: Case) -> set[int]:
    """The entries whose files are in the packet: the first ones, as many as fit into it together."""
    fits, total = set(), 0
    for row in case.told.thread:
        if row["kind"] == "evidence":
            total += row["document"]["bytes"]
            if total > MOST:
                break
            fits.add(row["ledger_index"])
    return fits


def file_of(row: Row) -> File:
    """The file that an entry of a thread tells of."""
    told = row["document"]
    return File(UUID(told["evidence_id"]), row["employer_id"], told["bytes"], told["sha256"])


def safe(name: str) -> str:
    """*name* as every file system takes it; its end is kept, since it says what the file is."""
    return ODD.sub("_", name)[-LONGEST:].lstrip(".-") or "file"


def about(table: str, row: Row) -> str:
    """What an entry is about, in words."""
    number = row.get("revision") or row.get("version") or row.get("number")
    kind = str(row.get("move") or row.get("kind") or "").replace("_", " ")
    return NAMES[table] + (f": {kind}" if kind else "") + (f", {number}" if number else "")


def manifest(files: Mapping[str, str]) -> bytes:
    """The digest and name of each file, by name, as `sha256sum` writes and checks them."""
    return "".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()


def digests(folder_: Folder) -> dict[str, str]:
    """The SHA-256 of every file, by name."""
    found = {name: hashlib.sha256(body).hexdigest() for name, body in folder_.made.items()}
    return found | {name: file.sha256 for name, file in folder_.evidence.items()}
