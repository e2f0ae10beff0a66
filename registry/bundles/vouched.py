"""That each file of a bundle is what its entry vouches for, by the entry's own digests and commitments."""

import base64
import hashlib
import re
from collections.abc import Collection
from typing import Any, Final

import msgspec

from registry.bundles.index import Index, canonical
from registry.bundles.layout import Names
from registry.bundles.opened import Opened
from registry.errors import Corrupt, RegistryError
from registry.ledger import entry as entries
from registry.ledger import merkle, prooffile
from registry.ledger.entry import Entry

SECTIONS: Final = {"opened", "sections", "withheld"}
LARGEST: Final = 2**53 - 1
"""The largest whole number that every program reads as what it is."""
DIGEST: Final = re.compile(rb"[0-9a-f]{64}")


class Placed(msgspec.Struct, frozen=True):
    """An entry of the log: where it stands, what it says, its leaf hash."""

    index: int
    entry: Entry
    leaf: bytes


def check_files(
    bundle: Opened, index: Index, placed: Placed, names: Names, note: str, rules: Collection[str]
) -> list[str]:
    """Every file of an entry that is there; returns their names.

    *note* is the signed checkpoint, *rules* are the digests of what was published before.
    """
    found = [name for name in msgspec.structs.astuple(names) if name and bundle.has(name)]
    entry = placed.entry
    if names.row in found and sha256(bundle.read(names.row)) != entry.record:
        raise Corrupt(f"{names.row} is not what entry {placed.index} vouches for")
    if entry.kind == "judgement" and names.row in found and not ruled(bundle.read(names.row), entry, rules):
        raise Corrupt(
            f"{names.row} names other rules than were published, or than entry {placed.index} vouches for"
        )
    for name in (names.content, names.file):
        # By the digest of all its bytes, as it was taken when the zip was read: a file may be large.
        digest = bundle.digests.get(name, "")
        # A judgement's entry names its findings twice.
        findings = entry.findings if entry.kind == "judgement" else None
        if name in found and (digest != entry.sha256 or findings not in (None, digest)):
            raise Corrupt(f"{name} is not what entry {placed.index} vouches for")
    if names.salts in found and not salts_open(bundle, placed, names):
        raise Corrupt(f"{names.salts} does not open what entry {placed.index} commits to")
    if names.sections in found and not sections_open(bundle.read(names.sections), entry):
        raise Corrupt(f"{names.sections} does not open what entry {placed.index} commits to")
    if names.proof in found and not proves(bundle.read(names.proof), placed, index, note):
        raise Corrupt(f"{names.proof} does not prove entry {placed.index}")
    return found


def ruled(data: bytes, entry: Entry, rules: Collection[str]) -> bool:
    """Whether a judgement was made by rules that were published, and by those that its entry names."""
    row = read(data)
    packs = row.get("packs") if isinstance(row, dict) else None
    if not isinstance(packs, dict) or not all(isinstance(each, str) for each in packs.values()):
        return False
    return {*packs.values()} <= {*rules} and sha256("\n".join(sorted(packs.values())).encode()) == entry.rules


def is_whole(bundle: Opened, names: Names, entry: Entry) -> bool:
    """Whether every file that shows what an entry vouches for is there; of a filing, or its sections are."""
    if names.sections and bundle.has(names.proof) and bundle.has(names.sections):
        return True
    content = names.file if bundle.has(names.file) else names.content
    parts = [names.row, content, names.salts if entry.sd else "", names.proof]
    return all(bundle.has(name) for name in parts if name)


def is_short(data: bytes, entry: Entry) -> bool:
    """Whether sections are missing that are not said to be withheld; *data* is a file of sections."""
    told = read(data)
    return len(told["opened"]) + len(told["withheld"]) < len(entry.sd)


def digests_in(data: bytes) -> set[str]:
    """Every digest that a redaction names."""
    return {each.decode() for each in DIGEST.findall(data)}


def keys_in(data: bytes) -> set[str]:
    """The keys of logs that the entry of a change names: the one before it and the one after."""
    told = read(data)
    sides = [told.get(side) for side in ("before", "after")] if isinstance(told, dict) else []
    keys = [side.get("vkey") for side in sides if isinstance(side, dict)]
    return {key for key in keys if isinstance(key, str)}


def salts_open(bundle: Opened, placed: Placed, names: Names) -> bool:
    """Whether the salts open every commitment to the bytes as they were received."""
    salts, received = read(bundle.read(names.salts)), {}
    if bundle.has(names.content):
        received = decoded(bundle.read(names.content))
    fits = isinstance(salts, dict) and isinstance(received, dict) and salts.keys() == received.keys()
    fits = fits and all(isinstance(salt, str) for salt in salts.values())
    return bool(received) and fits and entries.commit_sections(received, salts) == placed.entry.sd


def sections_open(data: bytes, entry: Entry) -> bool:
    """Whether the entry commits to each section that is opened, and they read as they are told."""
    told = read(data)
    if not isinstance(told, dict) or told.keys() != SECTIONS or not isinstance(told["opened"], list):
        return False
    found, withheld = {}, told["withheld"]
    for text in told["opened"]:
        if not isinstance(text, str) or entries.section_digest(text) not in entry.sd:
            return False
        section = section_in(text)
        if section is None:
            return False
        found[section[0]] = section[1]
    if not isinstance(withheld, list) or not all(isinstance(each, str) for each in withheld):
        return False
    named = withheld == sorted({*withheld} - found.keys()) and len(found) == len(told["opened"])
    counted = len(found) + len(withheld) <= len(entry.sd)
    return named and counted and canonical(found) == canonical(told["sections"])


def section_in(text: str) -> tuple[str, Any] | None:
    """The name and the value of the section that *text* opens; None where it opens none."""
    try:
        opened = read(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except ValueError:
        return None
    if not isinstance(opened, list) or [type(each) for each in opened[:2]] != [str, str] or len(opened) != 3:
        return None
    return opened[1], opened[2]


def proves(data: bytes, placed: Placed, index: Index, note: str) -> bool:
    """Whether a proof file proves the entry against the bundle's checkpoint, and is written as it should."""
    extra = {"disclosure_id": placed.entry.id, "sha256": placed.entry.sha256, "version": placed.entry.seq}
    try:
        proof = prooffile.read(data.decode())
    except (RegistryError, UnicodeDecodeError):
        return False
    written = prooffile.of(placed.index, proof.hashes, note, canonical(extra)).encode() == data
    root = bytes.fromhex(index.root)
    return written and merkle.verify_inclusion(placed.index, index.size, placed.leaf, proof.hashes, root)


def read(data: bytes) -> Any:
    """A canonical JSON value; None for bytes that are none."""
    value = decoded(data)
    return value if value is not None and canonical(value) == data else None


def decoded(data: bytes) -> Any:
    """The JSON value in *data*; None where there is none, or a number that programs read differently."""
    try:
        value = msgspec.json.decode(data)
        return None if has_odd_number(value) else value
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def has_odd_number(value: Any) -> bool:
    """Whether a number stands in *value* that is not whole or too large: programs write those differently."""
    if isinstance(value, dict):
        return any(has_odd_number(each) for each in value.values())
    if isinstance(value, list):
        return any(has_odd_number(each) for each in value)
    return isinstance(value, float) or (isinstance(value, int) and abs(value) > LARGEST)


def sha256(data: bytes) -> str:
    """The digest of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
