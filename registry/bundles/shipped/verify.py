"""Check a bundle of the registry: `python3 verify.py BUNDLE.zip [--vkey VKEY]`.

Needs Python 3.9 or later and the package `cryptography`, and nothing of the registry. It writes no file and
unpacks nothing: it reads the zip as it came and looks at every byte of it. It stops at the first fault and
names it. The key is yours to know: give it with `--vkey`; without it the bundle's own is believed, and that
is said. Exit status: 0 it holds, 1 it does not, 2 it could not be checked.

What it checks, in this order:

1. the zip: one form, nothing compressed, nothing twice, names that stay in one folder (class Files);
2. the manifest: the last file, with the SHA-256 of every other one (check_manifest);
3. bundle.json, and that the checkpoint and every earlier one are signed by the log's key (Bundle.signed);
4. every entry of the log: its form, that it follows the one before it of the same record (check_entry);
5. that each file is what its entry vouches for, by the entry's own digests and commitments (check_files);
6. the tree over all entries, every tile, and each checkpoint's root (class Tree, check_tile);
7. that nothing is there that no entry vouches for; and of a bundle that says it is complete, that nothing is
   missing but what an order took out, and what bundle.json says is withheld (Bundle.check, count).

What it does not check:

- that what was filed is true, or came from whom the record names;
- that findings follow from rules and facts: only that the log has these rules and these findings;
- that the key is the registry's, unless you gave it; who the witnesses are that bundle.json names;
- the signatures of time stamps (`openssl ts -verify` does): only that each is of its checkpoint;
- what is withheld, and whether for the reason that is given; what a bundle that is not complete leaves out;
- for whom it was made, VERIFY.txt, and this program: those are the words of whoever made the bundle;
- that nothing came after: ask the registry, a mirror or a witness for a later checkpoint.
"""

# ruff: noqa: INP001 (no part of the program: it stands alone in every bundle)
from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import struct
import sys
import zlib
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOP = "bundle/"
MANIFEST = "bundle/MANIFEST.sha256"
INDEX = "bundle/bundle.json"
CHECKPOINT = "bundle/log/checkpoint"
OWN = (MANIFEST, INDEX, CHECKPOINT, "bundle/VERIFY.txt", "bundle/verify.py")
NAME = re.compile(r"bundle/[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*\Z", re.ASCII)
FILINGS = ("filing", "amendment", "withdrawal")
FAMILY = {**dict.fromkeys(FILINGS, "disclosure"), "answer": "request"}
"""What the entries of one record are called together, where they are of several kinds."""
KINDS = (
    *FILINGS,
    *("employer", "production", "pack", "params", "schema", "judgement", "alert", "request", "answer"),
    *("observation", "thread", "access", "export", "log", "redaction"),
)
WHYS = {"side": "thread", "size": "thread", "maker": "export", "others": "judgement"}
"""Why an entry may be withheld, and of which kind it is then."""
MEANT = {
    "side": "words of a thread that one side keeps to itself",
    "size": "files of evidence beyond the bytes that one bundle takes",
    "maker": "manifests of exports that others made",
    "others": "judgements with findings that concern others, too",
}
FULL = 256
PIECE = 1 << 20
MOST = 1 << 28
"""Bytes of a file that is read as one: no entry, tile, record or manifest of a bundle has as many."""
LARGEST = 2**53 - 1
"""The largest whole number that every program reads as what it is."""


class Wrong(Exception):
    """The first thing that does not hold, in words."""


def sha256(data: bytes) -> str:
    """A digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def require(holds: object, fault: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(fault)


def canonical(value: Any) -> bytes:
    """A value as canonical JSON (RFC 8785, for values without floats)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(data: bytes) -> Any:
    """The JSON value in some bytes; None where there is none, or a number that programs read differently."""

    def refuse(_: str) -> Any:
        raise ValueError("programs write such numbers in different ways")

    def whole(digits: str) -> int:
        # Its length first: to read a number of a million digits takes some Pythons minutes.
        return int(digits) if len(digits) <= 17 and abs(int(digits)) <= LARGEST else refuse(digits)

    try:
        return json.loads(data.decode(), parse_int=whole, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def exactly(data: bytes) -> Any:
    """The JSON value in some bytes that are its canonical form; None where they are not."""
    value = parse(data)
    try:
        return value if value is not None and canonical(value) == data else None
    except (UnicodeEncodeError, RecursionError):
        return None


# --- the zip ------------------------------------------------------------------------------------------------

LOCAL = struct.Struct("<4s5H3L2H")


def header(name: bytes, crc: int, size: int) -> bytes:
    """What stands before a file: stored as it is, of 1 January 1980, and nothing else."""
    return LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 0x21, crc, size, size, len(name), 0) + name


def directory(members: list[tuple[str, int, int, int]], start: int) -> bytes:
    """What stands behind the last file: a line for each, and the end; Zip64 where numbers are too large."""
    told, large, many = [], 0xFFFFFFFF, 0xFFFF
    for name, crc, size, offset in members:
        raw, far = name.encode(), offset >= large
        more = struct.pack("<2HQ", 1, 8, offset) if far else b""
        said = (0x0314, 45 if far else 20, 0, 0, 0, 0x21, crc, size, size, len(raw), len(more), 0, 0, 0)
        told.append(
            struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *said, 0o100644 << 16, large if far else offset)
        )
        told += raw, more
    lines = b"".join(told)
    count, size, wide = len(members), len(lines), b""
    if count >= many or start >= large or size >= large:
        wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 0x0314, 45, 0, 0, count, count, size, start)
        wide += struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1)
    few = min(count, many)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, few, few, min(size, large), min(start, large), 0)
    return lines + wide + end


class Files:
    """The files of a bundle: where each begins, how long it is, its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.places: dict[str, tuple[int, int]] = {}
        self.digests: dict[str, str] = {}
        members: list[tuple[str, int, int, int]] = []
        place, behind = 0, "its beginning"
        while self.at(place, 4) != b"PK\x01\x02":
            name, crc, size = self.head(place, behind)
            require(name not in self.places, f"{name} is in the archive twice, again at byte {place}")
            start = place + LOCAL.size + len(name)
            self.digests[name] = self.digest(name, start, size, crc)
            self.places[name] = start, size
            members.append((name, crc, size, place))
            place, behind = start + size, name
        expected = directory(members, place)
        said = self.at(place, len(expected) + 1)
        if said != expected:
            short = min(len(said), len(expected))
            at = place + next((n for n in range(short) if said[n] != expected[n]), short)
            raise Wrong(f"the archive is not as it was written at byte {at}, in its directory")

    def at(self, place: int, count: int) -> bytes:
        """Some bytes from a place on."""
        self.file.seek(place)
        return self.file.read(count)

    def head(self, place: int, behind: str) -> tuple[str, int, int]:
        """Name, checksum and size in the header at a place, every byte of which is as it must be."""
        fault = f"the archive is not as it was written at byte {place}, behind {behind}"
        head = self.at(place, LOCAL.size)
        require(len(head) == LOCAL.size, fault)
        said = LOCAL.unpack(head)
        raw = self.at(place + LOCAL.size, said[9])
        require(raw.isascii() and NAME.match(raw.decode("ascii")), fault)
        require(header(raw, said[6], said[7]) == head + raw, fault)
        return raw.decode("ascii"), said[6], said[7]

    def digest(self, name: str, start: int, size: int, crc: int) -> str:
        """The digest of a file, whose checksum must be the one in its header."""
        self.file.seek(start)
        hashed, found, left = hashlib.sha256(), 0, size
        while left:
            piece = self.file.read(min(PIECE, left))
            require(piece, f"{name} is cut short, at byte {start + size - left}")
            hashed.update(piece)
            found, left = zlib.crc32(piece, found), left - len(piece)
        where = f"(bytes {start} to {start + size} of the archive)"
        require(found == crc, f"{name} is not as it was written: its checksum is another {where}")
        return hashed.hexdigest()

    def read(self, name: str) -> bytes:
        """A file's content, in memory."""
        require(name in self.places, f"{name} is missing")
        start, size = self.places[name]
        require(size <= MOST, f"{name} has {size} bytes, more than any such file")
        data = self.at(start, size)
        require(sha256(data) == self.digests[name], f"{name} was changed while it was checked")
        return data


def check_manifest(files: Files) -> None:
    """The last file names all others with their digests, in their order."""
    names = list(files.places)
    require(names and names[-1] == MANIFEST, f"{MANIFEST} is not the last file")
    lines = (f"{files.digests[name]}  {name[len(TOP) :]}\n".encode() for name in names[:-1])
    hashed = hashlib.sha256()
    for line in lines:
        hashed.update(line)
    if hashed.hexdigest() == files.digests[MANIFEST]:
        return
    # It is not what it has to be: where is the first difference?
    start, size = files.places[MANIFEST]
    files.file.seek(start)
    for number, name in enumerate(names[:-1], 1):
        expected = f"{files.digests[name]}  {name[len(TOP) :]}\n".encode()
        told = files.file.readline(min(len(expected), start + size - files.file.tell()))
        if told != expected:
            same = told[64:] == expected[64:]
            require(not same, f"{name} is not the file that the manifest names in line {number}")
            raise Wrong(f"the manifest does not name {name} in its place, line {number}")
    raise Wrong(f"the manifest names more than there is, from line {len(names)} on")


# --- bundle.json --------------------------------------------------------------------------------------------


def is_number(value: Any, least: int = 1) -> bool:
    """Whether a value is a whole number within bounds; true and false are none."""
    return type(value) is int and least <= value <= LARGEST


def is_text(value: Any, pattern: str = "") -> bool:
    """Whether a value is a text, of a pattern."""
    return isinstance(value, str) and (not pattern or re.match(pattern, value) is not None)


def is_texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def is_list(value: Any, members: dict[str, Any]) -> bool:
    """Whether a value is a list of objects that have exactly these members, each of its kind."""
    if not isinstance(value, list):
        return False
    return all(
        isinstance(each, dict) and each.keys() == members.keys() and all(members[k](each[k]) for k in each)
        for each in value
    )


def read_index(data: bytes) -> Any:
    """What the bundle says of itself."""

    def short(value: Any) -> bool:
        return is_text(value, r"^[0-9a-f]{12}$") and not value.endswith("\n")

    def is_place(value: Any) -> bool:
        return is_number(value, 0)

    def is_why(value: Any) -> bool:
        return isinstance(value, str) and value in WHYS

    def texts_or_none(value: Any) -> bool:
        return value is None or is_texts(value)

    def text_or_none(value: Any) -> bool:
        return value is None or is_text(value)

    scope = dict.fromkeys(("employers", "locals", "unions"), texts_or_none)
    kinds = {
        "form": lambda value: type(value) is int and value == 1,
        "size": is_number,
        "root": lambda value: is_text(value, r"^[0-9a-f]{64}$") and not value.endswith("\n"),
        "log": is_number,
        "logs": lambda value: is_list(value, {"number": is_number, "origin": is_text, "vkey": is_text}),
        "witnesses": is_texts,
        "checkpoints": lambda value: is_list(value, {"log": is_number, "size": is_number}),
        "stamps": lambda value: is_list(
            value, {"log": is_number, "size": is_number, "authority": is_text, "short": short}
        ),
        "scope": lambda value: is_list([value], {"role": is_text, "production": text_or_none, **scope}),
        "complete": lambda value: isinstance(value, bool),
        "left_out": lambda value: isinstance(value, list) and all(type(each) is int for each in value),
        "withheld": lambda value: is_list(value, {"entry": is_place, "why": is_why}),
    }
    told = exactly(data)
    fault = f"{INDEX} is not what a bundle says of itself"
    require(is_list([told], kinds), fault)
    numbers = [each["number"] for each in told["logs"]]
    earlier = [(each["log"], each["size"]) for each in told["checkpoints"]]
    stamped = [(each["log"], each["size"], each["short"]) for each in told["stamps"]]
    for each in (numbers, earlier, stamped, told["left_out"], told["witnesses"]):
        require(each == sorted(set(each)), fault)
    named = {told["log"], *(each[0] for each in earlier), *(each[0] for each in stamped)}
    require(named <= set(numbers), fault)
    require((told["log"], told["size"]) not in earlier, fault)
    require(all(size <= told["size"] for _, size in earlier), fault)
    limits = [told["scope"][each] for each in ("employers", "production", "locals")]
    require(not told["complete"] or limits == [None, None, None], fault)
    kept = [each["entry"] for each in told["withheld"]]
    require(all(0 <= each < told["size"] for each in [*told["left_out"], *kept]), fault)
    require(kept == sorted(set(kept) - set(told["left_out"])), fault)
    require(all(each["short"] == sha256(each["authority"].encode())[:12] for each in told["stamps"]), fault)
    return told


# --- keys, notes, checkpoints -------------------------------------------------------------------------------


def read_vkey(text: str) -> tuple[str, int, bytes] | None:
    """Name, kind and bytes of the public key in a text; None where it is no key."""
    name, _, rest = text.strip().partition("+")
    said, _, body = rest.partition("+")
    raw = unbase64(body) or b""
    if len(raw) != 33 or raw[0] not in (1, 4) or not is_name(name):
        return None
    key = name, raw[0], raw[1:]
    return key if key_id(key).hex() == said else None


def is_name(name: str) -> bool:
    """Whether a key can be called so."""
    return bool(name) and "+" not in name and not any(mark.isspace() or ord(mark) < 32 for mark in name)


def key_id(key: tuple[str, int, bytes]) -> bytes:
    """The four bytes that mark a key's signatures."""
    name, kind, public = key
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def as_vkey(key: tuple[str, int, bytes]) -> str:
    """A key as text."""
    body = base64.b64encode(bytes([key[1]]) + key[2]).decode()
    return f"{key[0]}+{key_id(key).hex()}+{body}"


def unbase64(text: str) -> bytes | None:
    """The bytes that a text in base64 stands for; None where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def read_note(data: bytes) -> tuple[str, list[tuple[str, bytes]]] | None:
    """A signed note as its text, and name and bytes of each signature; None where the bytes are none."""
    if len(data) > 1_000_000:
        return None
    try:
        said = data.decode()
    except UnicodeDecodeError:
        return None
    text, between, tail = said.rpartition("\n\n")
    if not between or not tail.endswith("\n") or any(ord(mark) < 32 and mark != "\n" for mark in said):
        return None
    lines = []
    for line in tail[:-1].split("\n"):
        parts = line.split(" ")
        raw = unbase64(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
        if raw is None or len(raw) < 5 or not is_name(parts[1]):
            return None
        lines.append((parts[1], raw))
    return (text + "\n", lines) if len(lines) <= 100 else None


def written(text: str, lines: list[tuple[str, bytes]]) -> bytes:
    """A note as it is handed on."""
    return (
        text + "\n" + "".join(f"\u2014 {n} {base64.b64encode(raw).decode()}\n" for n, raw in lines)
    ).encode()


def holds(text: str, raw: bytes, key: tuple[str, int, bytes]) -> bool:
    """Whether a signature, behind its key's four bytes, is that key's over a text."""
    message, data = text.encode(), raw[4:]
    if key[1] == 4:
        if len(data) != 72:
            return False
        message = f"cosignature/v1\ntime {int.from_bytes(data[:8], 'big')}\n{text}".encode()
        data = data[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(data, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- the tree -----------------------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes as their parent (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """Whether a proof shows a leaf at its index in the tree of a size and root (RFC 9162, 2.1.3.2)."""
    place, last, result = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node(hashed, result)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            result = node(result, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and result == root


class Tree:
    """The right edge of a tree as it grows: the roots of its whole subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[bytes] = []

    def append(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """One leaf more; returns level of tiles and hash of each subtree of 256, 65536, … that it fills."""
        index, height, full = self.size, 0, []
        self.size += 1
        while index & 1:
            leaf = node(self.edge.pop(), leaf)
            index, height = index >> 1, height + 1
            if height % 8 == 0:
                full.append((height // 8, leaf))
        self.edge.append(leaf)
        return full

    def root(self) -> bytes:
        """The root over all leaves so far."""
        result = self.edge[-1]
        for each in reversed(self.edge[:-1]):
            result = node(each, result)
        return result


def tile_path(level: str, place: int, width: int) -> str:
    """Where a tile lies: 1234067 is x001/x234/067; a partial one says how wide it is."""
    digits = f"{place:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])
    return f"{TOP}log/tile/{level}/{path}" + ("" if width == FULL else f".p/{width}")


# --- what entries vouch for ---------------------------------------------------------------------------------


def read_entry(data: bytes, fault: str) -> Any:
    """A ledger entry, which is in canonical form and says nothing unknown."""
    told = exactly(data)
    require(isinstance(told, dict), fault)
    needed = {"v", "kind", "id", "seq", "sha256", "record", "at"}
    texts = {"id", "sha256", "record", "at", "prev", "schema", "rules", "findings"}
    require(needed <= told.keys() <= needed | texts | {"sd"}, fault)
    require(type(told["v"]) is int and told["v"] == 1 and type(told["seq"]) is int, fault)
    require(all(isinstance(told[each], str) for each in texts & told.keys()), fault)
    require(isinstance(told["kind"], str) and told["kind"] in KINDS, fault)
    require("sd" not in told or (told["sd"] and is_texts(told["sd"])), fault)
    return told


def names_of(index: int, entry: Any) -> dict[str, str]:
    """What the files that show what an entry vouches for are called: it follows from the entry."""
    kind, number = entry["kind"], f"{entry['seq']:03}"
    own = re.sub(r"[^A-Za-z0-9_-]", "_", entry["id"])
    names = {"row": f"{TOP}rows/{index:010}.json"}
    if kind in FILINGS:
        stem = f"{TOP}filings/{own}/{number}"
        more = {
            "content": ".json",
            "sections": "-sections.json",
            "salts": "-salts.json",
            "proof": ".tlog-proof",
        }
        return {**names, **{part: stem + end for part, end in more.items()}}
    if kind == "observation":
        return {"content": f"{TOP}observations/{own}.json"}  # its row could tell who reported it
    if kind == "thread":
        stem = f"{TOP}threads/{own}/{number}"
        return {**names, "content": f"{stem}.json", "file": f"{stem}.file"}
    content = {
        "employer": f"employers/{own}/{number}.json",
        "production": f"productions/{own}/{number}.json",
        "pack": f"rules/pack-{own}-{number}.toml",
        "params": f"rules/params-{own}-{number}.toml",
        "schema": f"schemas/{own}-{number}.json",
        "judgement": f"judgements/{own}.json",
        "redaction": f"redactions/{own}.json",
        "log": f"changes/{own}-{number}.json",
        "request": f"requests/{own}/{number}.json",
        "answer": f"requests/{own}/{number}.json",
        "access": f"readings/{own}.json",
        "export": f"exports/{own}.json",
    }
    return {**names, "content": TOP + content[kind]} if kind in content else names


def commitment(text: str) -> str:
    """The commitment that an opened section makes (RFC 9901)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def salts_open(salts: Any, received: Any, entry: Any) -> bool:
    """Whether salts open every commitment to the sections of a document as it was received."""
    if not isinstance(salts, dict) or not isinstance(received, dict) or salts.keys() != received.keys():
        return False
    if not received or not all(isinstance(salt, str) for salt in salts.values()):
        return False
    told = []
    for name in sorted(received):
        try:
            opened = canonical([salts[name], name, received[name]])
        except (UnicodeEncodeError, RecursionError):
            return False
        told.append(commitment(base64.urlsafe_b64encode(opened).rstrip(b"=").decode()))
    return bool(told == entry.get("sd", []))


def sections_open(told: Any, entry: Any) -> bool:
    """Whether an entry commits to each section that is opened, and they read as they are told."""
    if not isinstance(told, dict) or told.keys() != {"opened", "sections", "withheld"}:
        return False
    found, kept, made = {}, told["withheld"], entry.get("sd", [])
    for text in told["opened"] if isinstance(told["opened"], list) else [None]:
        if not isinstance(text, str) or commitment(text) not in made:
            return False
        standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        raw = unbase64(standard) if not set(text) & {"+", "/"} else None
        opened = exactly(raw or b"")
        if not isinstance(opened, list) or len(opened) != 3 or not is_texts(opened[:2]):
            return False
        found[opened[1]] = opened[2]
    named = is_texts(kept) and kept == sorted(set(kept) - found.keys()) and len(found) == len(told["opened"])
    return bool(
        named and len(found) + len(kept) <= len(made) and canonical(found) == canonical(told["sections"])
    )


def ruled(row: Any, entry: Any, rules: set[str]) -> bool:
    """Whether a judgement was made by rules that were published, and by those that its entry names."""
    packs = row.get("packs") if isinstance(row, dict) else None
    if not isinstance(packs, dict) or not is_texts(list(packs.values())):
        return False
    told = sorted(packs.values())
    return set(told) <= rules and sha256("\n".join(told).encode()) == entry.get("rules")


def is_whole(names: dict[str, str], there: dict[str, str], entry: Any) -> bool:
    """Whether every file that shows what an entry vouches for is there; of a filing, or its sections are."""
    if {"proof", "sections"} <= there.keys():
        return True
    needed = names.keys() - ({"sections"} if entry.get("sd") else {"sections", "salts"})
    return needed - {"content" if "file" in there else "file"} <= there.keys()


def digests_in(data: bytes) -> set[str]:
    """Every digest that a redaction names."""
    return {each.decode() for each in re.findall(rb"[0-9a-f]{64}", data)}


def keys_in(told: Any) -> set[str]:
    """The keys of logs that the entry of a change names: the one before it and the one after."""
    sides = [told.get(side) for side in ("before", "after")] if isinstance(told, dict) else []
    keys = [side.get("vkey") for side in sides if isinstance(side, dict)]
    return {key for key in keys if isinstance(key, str)}


class Bundle:
    """A bundle under way through its checks."""

    def __init__(self, file: IO[bytes], given: tuple[str, int, bytes] | None) -> None:
        self.files = Files(file)
        check_manifest(self.files)
        self.told = read_index(self.files.read(INDEX))
        self.size, self.root = self.told["size"], bytes.fromhex(self.told["root"])
        self.keys = {each["number"]: self.key(each["vkey"], 1) for each in self.told["logs"]}
        same = all(self.keys[each["number"]][0] == each["origin"] for each in self.told["logs"])
        require(same, f"{INDEX} names a key that is none")
        own = self.keys[self.told["log"]]
        require(given in (None, own), "the key given is not the one this bundle was signed with")
        self.witnesses = [self.key(each, 4) for each in self.told["witnesses"]]
        self.known = set(OWN)
        self.note = self.files.read(CHECKPOINT)
        self.roots: dict[int, list[tuple[str, bytes]]] = {}
        self.tree, self.tiles = Tree(), [[] for _ in range(8)]  # type: tuple[Tree, list[list[bytes]]]
        self.newest: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.redacted: set[str] = set()
        self.left_out: dict[int, str] = {}
        self.short: dict[str, tuple[int, str]] = {}
        self.gone = set(self.told["left_out"])
        self.kept = {each["entry"]: each["why"] for each in self.told["withheld"]}
        self.rules: set[str] = set()
        self.changes = {as_vkey(own)}
        self.records = self.shown = 0
        self.kinds: dict[str, list[int]] = {}

    @staticmethod
    def key(text: str, kind: int) -> tuple[str, int, bytes]:
        """A key that the bundle names."""
        key = read_vkey(text)
        if key is None or key[1] != kind or as_vkey(key) != text:
            raise Wrong(f"{INDEX} names a key that is none")
        return key

    def check(self) -> None:
        """Everything; raises Wrong at the first fault."""
        self.check_checkpoints()
        for place in range(-(-self.size // FULL)):
            self.check_entries(place)
        for level in range(1, 8):
            if self.tiles[level]:
                self.check_tile(level)
        for name in self.files.places:
            require(name in self.known, f"no entry vouches for {name}")
        for index, record in self.left_out.items():
            said = record in self.redacted
            require(said, f"entry {index} is left out, and no redaction says so")
        for name, (index, record) in self.short.items():
            said = record in self.redacted
            require(said, f"{name} is not all that entry {index} vouches for, and no redaction says so")
        named = {each["vkey"] for each in self.told["logs"]} <= self.changes
        require(named, f"{INDEX} names a log that no entry of a change names")

    def check_checkpoints(self) -> None:
        """Each checkpoint is signed by its log; time stamps are of them."""
        told, notes = self.told, {}
        own = told["log"], self.size
        notes[own], root = self.signed(CHECKPOINT, *own)
        require(root == self.root, f"{CHECKPOINT} has another root than {INDEX}")
        for each in told["checkpoints"]:
            name, key = f"{TOP}checkpoints/{each['log']:03}-{each['size']:012}", (each["log"], each["size"])
            notes[key], root = self.signed(name, *key)
            self.roots.setdefault(each["size"], []).append((name, root))
            self.known.add(name)
        self.roots.setdefault(self.size, []).append((CHECKPOINT, self.root))
        for each in told["stamps"]:
            name = f"{TOP}stamps/{each['log']:03}-{each['size']:012}-{each['short']}.tsr"
            token, alone = self.files.read(name), notes.get((each["log"], each["size"]))
            stamped = alone is not None and hashlib.sha256(alone).digest() in token
            require(stamped, f"{name} is not a stamp of its checkpoint")
            self.known.add(name)

    def signed(self, name: str, log: int, size: int) -> tuple[bytes, bytes]:
        """A checkpoint as its log alone signed it, and its root."""
        data, key = self.files.read(name), self.keys[log]
        fault = f"{name} is not a checkpoint of {key[0]} with {size} entries"
        note = read_note(data)
        if note is None:
            raise Wrong(fault)
        text, lines = note
        parts = text.split("\n")
        root = (unbase64(parts[2]) if len(parts) == 4 else None) or b""
        require(len(root) == 32 and written(text, lines) == data, fault)
        require(text == f"{key[0]}\n{size}\n{base64.b64encode(root).decode()}\n", fault)
        own, seen = None, set()
        for signer, raw in lines:
            mark = signer, raw[:4]
            known = [each for each in (*self.witnesses, key) if (each[0], key_id(each)) == mark]
            if not known or mark in seen:
                continue
            seen.add(mark)
            require(holds(text, raw, known[0]), f"{name} carries a signature that does not hold")
            if known[0] == key:
                own = signer, raw
        if own is None:
            raise Wrong(f"{name} is not signed by {key[0]}")
        return written(text, [own]), root

    def check_entries(self, place: int) -> None:
        """The entries of one tile: form, chains, roots on the way, files; then the hashes themselves."""
        width = min(FULL, self.size - place * FULL)
        name = tile_path("entries", place, width)
        self.known.add(name)
        found, read, at = [], self.files.read(name), 0
        while at < len(read):
            length = int.from_bytes(read[at : at + 2], "big")
            whole = length and len(read) >= at + 2 + length
            require(whole, f"{name} is not a bundle of {width} entries")
            found.append(read[at + 2 : at + 2 + length])
            at += 2 + length
        require(len(found) == width, f"{name} is not a bundle of {width} entries")
        for number, data in enumerate(found):
            index = place * FULL + number
            entry = read_entry(data, f"{name}: entry {index} is not in canonical form")
            leaf = hashlib.sha256(b"\x00" + data).digest()
            self.tiles[0].append(leaf)
            full = self.tree.append(leaf)
            self.check_entry(index, entry, leaf)
            if number == width - 1:
                self.check_tile(0)
            for level, hashed in full:
                self.tiles[level].append(hashed)
                if len(self.tiles[level]) == FULL:
                    self.check_tile(level)

    def check_tile(self, level: int) -> None:
        """The newest tile of a level has the hashes that the entries give."""
        row = self.tiles[level]
        place = ((self.tree.size >> (8 * level)) - 1) // FULL
        name = tile_path(str(level), place, len(row))
        require(self.files.read(name) == b"".join(row), f"{name} is not what the entries give")
        self.known.add(name)
        row.clear()

    def check_entry(self, index: int, entry: Any, leaf: bytes) -> None:
        """One entry: that it follows the last of its record, checkpoints of its tree, its files."""
        kind = entry["kind"]
        family = FAMILY.get(kind, kind)
        key = family, "" if family in ("access", "log") else entry["id"]
        number, before = self.newest.get(key, (0, None))
        follows = (entry["seq"], entry.get("prev")) == (number + 1, before)
        if kind == "log":
            # The first log has no entry; the next one may point back or not.
            follows = entry["seq"] > number and entry.get("prev") in (None, before)
        require(follows, f"entry {index} does not follow the one before it of the same record")
        self.newest[key] = entry["seq"], leaf.hex()
        for name, root in self.roots.get(index + 1, []):
            require(root == self.tree.root(), f"{name} has another root than the entries give")
        names = names_of(index, entry)
        there = {part: name for part, name in names.items() if name in self.files.places}
        self.check_files(index, entry, leaf, there)
        self.known.update(there.values())
        if kind in ("pack", "params"):
            self.rules.add(entry["sha256"])
        if kind == "redaction" and "content" in there:
            self.redacted |= digests_in(self.files.read(there["content"]))
        if kind == "log" and "content" in there:
            self.changes |= keys_in(exactly(self.files.read(there["content"])))
        if index in self.gone:
            self.left_out[index] = entry["record"]
        else:
            self.count(index, entry, names, there)

    def count(self, index: int, entry: Any, names: dict[str, str], there: dict[str, str]) -> None:
        """Whether all that an entry vouches for is shown, or is withheld for a reason that it can have."""
        complete, whole, why = self.told["complete"], is_whole(names, there, entry), self.kept.get(index)
        fits = why is None or (
            entry["kind"] == WHYS[why] and set(there) == ({"row"} if why == "size" else set())
        )
        require(fits, f"entry {index} is not withheld as {INDEX} says")
        require(whole or why or not complete, f"nothing shows what entry {index} vouches for")
        self.records, self.shown = self.records + 1, self.shown + whole
        counted = self.kinds.setdefault(entry["kind"], [0, 0])
        counted[0], counted[1] = counted[0] + whole, counted[1] + 1
        if whole and complete and "sections" in there:
            told = exactly(self.files.read(there["sections"]))
            if len(told["opened"]) + len(told["withheld"]) < len(entry.get("sd", [])):
                self.short[there["sections"]] = index, entry["record"]

    def check_files(self, index: int, entry: Any, leaf: bytes, there: dict[str, str]) -> None:
        """Each file that is there is what the entry vouches for."""
        if "row" in there:
            same = sha256(self.files.read(there["row"])) == entry["record"]
            require(same, f"{there['row']} is not what entry {index} vouches for")
            by = entry["kind"] != "judgement" or ruled(
                exactly(self.files.read(there["row"])), entry, self.rules
            )
            other = f"names other rules than were published, or than entry {index} vouches for"
            require(by, f"{there['row']} {other}")
        for name in [there[part] for part in ("content", "file") if part in there]:
            # By the digest of all its bytes, as it was taken when the zip was read: a file may be large.
            digest = self.files.digests[name]
            findings = entry.get("findings") if entry["kind"] == "judgement" else None
            same = digest == entry["sha256"] and findings in (None, digest)
            require(same, f"{name} is not what entry {index} vouches for")
        if "salts" in there:
            salts = exactly(self.files.read(there["salts"]))
            content = self.files.read(there["content"]) if "content" in there else b""
            opens = salts_open(salts, parse(content), entry)
            require(opens, f"{there['salts']} does not open what entry {index} commits to")
        if "sections" in there:
            opens = sections_open(exactly(self.files.read(there["sections"])), entry)
            require(opens, f"{there['sections']} does not open what entry {index} commits to")
        if "proof" in there:
            proves = self.proves(self.files.read(there["proof"]), index, entry, leaf)
            require(proves, f"{there['proof']} does not prove entry {index}")

    def proves(self, data: bytes, index: int, entry: Any, leaf: bytes) -> bool:
        """Whether a C2SP tlog-proof proves an entry against the bundle's checkpoint, written as it should."""
        extra = {"disclosure_id": entry["id"], "sha256": entry["sha256"], "version": entry["seq"]}
        said = base64.b64encode(canonical(extra)).decode()
        begins, ends = f"c2sp.org/tlog-proof@v1\nextra {said}\nindex {index}\n".encode(), b"\n" + self.note
        if not data.startswith(begins) or not data.endswith(ends) or len(data) < len(begins) + len(ends):
            return False
        hashes = []
        for line in (
            data[len(begins) : len(data) - len(ends)].decode(errors="replace").splitlines(keepends=True)
        ):
            hashed = unbase64(line[:-1]) or b""
            if len(hashed) != 32 or line != base64.b64encode(hashed).decode() + "\n":
                return False
            hashes.append(hashed)
        return len(hashes) <= 63 and included(index, self.size, leaf, hashes, self.root)


def check(file: IO[bytes], vkey: str | None = None) -> Bundle:
    """A bundle that holds, by a key or by its own; raises Wrong at the first fault, ValueError for no key."""
    given = read_vkey(vkey) if vkey else None
    if vkey and given is None:
        raise ValueError("the key given is no vkey of an Ed25519 key")
    bundle = Bundle(file, given)
    bundle.check()
    return bundle


def say(text: str) -> None:
    """Write a text so that no terminal takes a part of it for an order, and every one can show it."""
    sys.stdout.write(
        "".join(
            mark if " " <= mark <= "~" or mark == "\n" else mark.encode("unicode_escape").decode()
            for mark in text
        )
    )


def tell(found: Bundle) -> None:
    """Say what holds, and what is not there."""
    own, scope = found.keys[found.told["log"]], canonical(found.told["scope"]).decode()
    whole = "all" if found.told["complete"] else "THE BUNDLE IS NOT COMPLETE and does not claim to be;"
    if found.told["complete"] and found.kept:
        whole = "all but what is withheld;"
    gone = f" {len(found.gone)} more were redacted by order." if found.gone else ""
    say(
        f"Files: {len(found.files.places)}, each named by the manifest; the log vouches for all but\n"
        f"VERIFY.txt, verify.py and what bundle.json says of whom it was made for: {scope}\n"
        f"Records: {whole} {found.shown} of {found.records} are here.{gone}\n"
    )
    kinds = (f"{kind} {there} of {every}" for kind, (there, every) in sorted(found.kinds.items()))
    say(f"Of each kind: {', '.join(kinds)}\n")
    reasons = list(found.kept.values())
    for why in sorted(set(reasons)):
        say(f"Withheld, as whoever made it says: {reasons.count(why)}, {MEANT[why]}\n")
    say(
        f"Entries: {found.size}, each in its place in the tree; root {found.told['root']}\n"
        f"Log: {own[0]}\nKey: {as_vkey(own)}\n"
    )


def main() -> int:
    """Check the bundle that is named."""
    asked = argparse.ArgumentParser(description="Check a bundle without the registry.")
    asked.add_argument("bundle", help="the zip, as it came")
    asked.add_argument("--vkey", default="", help="the key of the log, as you know it from elsewhere")
    given = asked.parse_args()
    try:
        with open(given.bundle, "rb") as file:  # noqa: PTH123 (it is opened once, and read)
            found = check(file, given.vkey or None)
    except Wrong as fault:
        say(f"WRONG: {fault}\n")
        return 1
    except (OSError, ValueError) as fault:
        say(f"WRONG: it cannot be checked: {fault}\n")
        return 2
    tell(found)
    if given.vkey:
        say("Everything holds, by the key that was given.\n")
    else:
        say(
            "Everything holds in itself, by the key that the bundle names. Compare that key with one from\n"
            "elsewhere, or run this again with --vkey.\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
