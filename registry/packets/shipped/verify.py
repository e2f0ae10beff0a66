"""Check a packet without the registry: `python3 verify.py`, beside the files. Needs Python 3.8, nothing else.

It checks that every file is the one the manifest names, that each ledger entry has the row, the bytes or the
sections it vouches for, and under its own name, that no file is here which no entry vouches for (but for what
is said in words, and this program), that entries of one record follow each other, that they are of one alert,
and that every entry is in the one tree whose root is in ledger/proofs.json. Whether that root is the
registry's is for you to compare; it is checked here, too, with `--head FILE --consistency FILE`: the answers
of the registry to /ledger/head and to /ledger/consistency?from=…&to=….
"""

# ruff: noqa: INP001 (no part of the program: it stands alone in every packet)
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST = "MANIFEST.sha256"
PROOFS = "ledger/proofs.json"
FAMILY = {
    "filing": "disclosure",
    "amendment": "disclosure",
    "withdrawal": "disclosure",
    "answer": "request",
}
"""What the entries of one record are called together, where they are of several kinds."""
OWN = (MANIFEST, PROOFS, "VERIFY.txt", "packet.pdf", "packet.txt", "verify.py")
"""Files that no entry vouches for: what is said in words was made from those that entries vouch for."""
LITTER = (".DS_Store", ".localized", "Thumbs.db", "desktop.ini")
"""Names of files that a desktop puts into a folder by itself; those that begin with `._` are, too."""


class Wrong(Exception):
    """What does not hold, in words."""


def say(text: str) -> None:
    """One line to whoever runs this."""
    sys.stdout.write(text + "\n")


def sha256(data: bytes) -> str:
    """A digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def require(holds: bool, fault: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(fault)


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes as their parent (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows a leaf at its index in the tree of a size and root (RFC 9162, 2.1.3.2)."""
    place, last, result = index, size - 1, leaf
    if not 0 <= index < size:
        return False
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


def grown(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of the old size begins the one of the new (RFC 9162, 2.1.4.2)."""
    if not 1 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for hashed in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node(hashed, before), node(hashed, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node(after, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def hashes(texts: Sequence[str]) -> list[bytes]:
    """Hashes from hexadecimal; each has 32 bytes."""
    found = [bytes.fromhex(text) for text in texts]
    require(all(len(each) == 32 for each in found), "a hash of a proof is not 32 bytes long")
    return found


def check_files(folder: Path) -> dict[str, str]:
    """Every file named is there with its digest, and no other is; returns their names."""
    named: dict[str, str] = {}
    for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        path = Path(name)
        require(not path.is_absolute() and ".." not in path.parts, f"the manifest names {name!r}, outside")
        require(name not in named, f"the manifest names {name} twice")
        named[name] = digest
    found = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    litter = {path for path in found if path.name in LITTER or path.name.startswith("._")}
    there = {path.relative_to(folder).as_posix() for path in found if path not in litter} - {MANIFEST}
    if litter:
        names = sorted(path.relative_to(folder).as_posix() for path in litter)
        say(f"Left by a desktop, no part of the packet: {', '.join(names)}")
    require(not there - named.keys(), f"not in the manifest: {', '.join(sorted(there - named.keys()))}")
    require(not named.keys() - there, f"missing: {', '.join(sorted(named.keys() - there))}")
    for name, digest in named.items():
        require(not (folder / name).is_symlink(), f"{name} is a link, not a file")
        hashed = hashlib.sha256()
        with (folder / name).open("rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                hashed.update(piece)
        require(hashed.hexdigest() == digest, f"{name} is not the file the manifest names")
        named[name] = hashed.hexdigest()
    return named


def check_entry(folder: Path, files: dict[str, str], told: Any, size: int, root: bytes) -> tuple[Any, str]:
    """One ledger entry: its place in the tree, and everything it vouches for. Returns what it says."""
    index = told["index"]

    def read(name: str) -> bytes:
        require(name in files, f"entry {index}: {name} is not in the packet")
        return (folder / name).read_bytes()

    require(told["entry"] == f"ledger/{index:010}-entry.json", f"entry {index}: its file has another's name")
    data = read(told["entry"])
    leaf = hashlib.sha256(b"\x00" + data).digest()
    require(included(index, size, leaf, hashes(told["proof"]), root), f"entry {index} is not in the tree")
    entry = json.loads(data)
    for part in ("row", "content", "sections"):
        fits = not told.get(part) or called(told[part], part, index, entry)
        require(fits, f"entry {index}: {told.get(part)} is not what its {part} is called")
    if told.get("row"):
        require(sha256(read(told["row"])) == entry["record"], f"entry {index}: its row is another")
    if told.get("content"):
        read(told["content"])
        require(files[told["content"]] == entry["sha256"], f"entry {index}: {told['content']} is another")
    if told.get("sections"):
        check_sections(index, entry, told["sections"], json.loads(read(told["sections"])))
    return entry, leaf.hex()


def called(name: str, part: str, index: int, entry: Any) -> bool:
    """Whether a file has a name that only what this entry vouches for has in a packet."""
    own, number = entry["id"], f"{entry['seq']:03}"
    if part == "row":
        return name == f"ledger/{index:010}-row.json"
    folder = name.partition("/")[0]
    if folder == "evidence":
        return entry["kind"] == "thread" and name.startswith(f"evidence/{index:010}-")
    return name in {
        "filings": (f"filings/{own}/version-{number}.json", f"filings/{own}/version-{number}-sections.json"),
        "judgements": (f"judgements/{own}.json",),
        "observations": (f"observations/{own}.json",),
        "parties": (f"parties/{entry['kind']}.json",),
        "requests": (f"requests/{own}/{number}.json",),
        "rules": (name,) if name.endswith(f"-{entry['sha256'][:12]}.toml") else (),
        "thread": (f"thread/alert-{own}/{number}.json", f"thread/request-{own}/{number}.json"),
    }.get(folder, ())


def check_sections(index: int, entry: Any, name: str, told: Any) -> None:
    """The entry vouches for each section that is opened, and they read as they are told (RFC 9901)."""
    opened = {}
    for each in told["opened"]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(each.encode()).digest()).rstrip(b"=")
        require(digest.decode() in entry["sd"], f"entry {index}: it does not vouch for a section in {name}")
        _, section, value = json.loads(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)))
        opened[section] = value
    same = json.dumps(opened, sort_keys=True) == json.dumps(told["sections"], sort_keys=True)
    require(same, f"entry {index}: {name} has other words than the sections it opens")


def check_whole(files: dict[str, str], entries: Sequence[Any], found: Sequence[tuple[Any, str]]) -> str:
    """Every file is vouched for, every entry is told once, and all are of one alert; returns its id."""
    vouched = {
        told[part] for told in entries for part in ("entry", "row", "content", "sections") if part in told
    }
    loose = sorted(files.keys() - vouched - set(OWN))
    require(not loose, f"no entry vouches for {', '.join(loose)}")
    indexes = [told["index"] for told in entries]
    require(indexes == sorted(set(indexes)), "the entries are not told once each, in the order of the ledger")
    alerts = {entry["id"] for entry, _ in found if entry["kind"] == "alert"}
    require(len(alerts) == 1, f"it is of {len(alerts)} alerts, not of one")
    return str(alerts.pop())


def check_chains(found: Sequence[tuple[Any, str]]) -> list[str]:
    """Entries of one record follow each other; returns the records of which some entries are not here."""
    records: dict[str, dict[int, tuple[Any, str]]] = {}
    for entry, leaf in found:
        name = f"{FAMILY.get(entry['kind'], entry['kind'])} {entry['id']}"
        records.setdefault(name, {})[entry["seq"]] = (entry, leaf)
    gaps = []
    for name, chain in sorted(records.items()):
        for number, (entry, _) in chain.items():
            require((number == 1) == ("prev" not in entry), f"{name}: entry {number} begins wrongly")
            if number - 1 in chain:
                require(entry["prev"] == chain[number - 1][1], f"{name}: entry {number} follows another one")
        missing = sorted(set(range(1, max(chain) + 1)) - chain.keys())
        if missing:
            gaps.append(f"{name}: {', '.join(map(str, missing))}")
    return gaps


def check_root(proofs: Any, head_file: str, consistency_file: str) -> None:
    """The packet's tree begins the tree that the registry has now."""
    head = json.loads(Path(head_file).read_text(encoding="utf-8"))
    told = json.loads(Path(consistency_file).read_text(encoding="utf-8"))
    require(told["from"] == proofs["size"], f"ask for /ledger/consistency with from={proofs['size']}")
    require(told["to"] == head["size"], f"ask for /ledger/consistency with to={head['size']}")
    (old,), (new,) = hashes([proofs["root"]]), hashes([head["root"]])
    held = grown(proofs["size"], head["size"], old, new, hashes(told["proof"]))
    require(held, "the packet's tree does not begin the registry's: one of them was rewritten")
    say(f"The tree of {proofs['size']} entries begins the registry's tree of {head['size']}.")


def check(folder: Path, head: str, consistency: str) -> None:
    """Everything; raises Wrong at the first fault."""
    files = check_files(folder)
    say(f"Files: {len(files)}, each with the SHA-256 in {MANIFEST}; none is missing, none is more.")
    proofs = json.loads((folder / PROOFS).read_text(encoding="utf-8"))
    size, (root,) = proofs["size"], hashes([proofs["root"]])
    found = [check_entry(folder, files, told, size, root) for told in proofs["entries"]]
    told = proofs["entries"]
    say(f"Alert: {check_whole(files, told, found)}")
    say(f"Ledger entries: {len(found)}, each proved to be in the tree of {size} entries.")
    for name, words in (
        ("row", "with the whole record they vouch for"),
        ("content", "with the exact bytes they vouch for"),
        ("sections", "with some sections of what they vouch for, the rest being withheld"),
    ):
        say(f"  {sum(1 for each in told if each.get(name))} {words}")
    for gap in check_chains(found):
        say(f"  not in this packet, as it says itself: {gap}")
    say(f"Root: {proofs['root']}")
    if head and consistency:
        check_root(proofs, head, consistency)
        say("Everything holds.")
    else:
        say('Compare it with what the registry published: see VERIFY.txt, "Compare the root".')
        say("Everything holds in itself; the root is yet to be compared.")


def main() -> int:
    """Check the folder this file lies in."""
    asked = argparse.ArgumentParser(description="Check a packet without the registry.")
    asked.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent))
    asked.add_argument("--head", default="", help="a file with the registry's answer to /ledger/head")
    asked.add_argument(
        "--consistency", default="", help="a file with its answer to /ledger/consistency?from=…&to=…"
    )
    given = asked.parse_args()
    if bool(given.head) != bool(given.consistency):
        asked.error("give --head and --consistency together")
    try:
        check(Path(given.folder), given.head, given.consistency)
    except Wrong as fault:
        say(f"WRONG: {fault}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        say(f"WRONG: this is not a whole packet: {fault!r}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
