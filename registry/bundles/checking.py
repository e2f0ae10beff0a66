"""A bundle checked with the registry's own code: form, manifest, keys, tree, chains, what entries vouch for.

Nothing of a bundle is believed but the key that is given, or where none is, the key it names itself.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, Final

import msgspec

from registry.bundles import vouched
from registry.bundles.chains import Chains
from registry.bundles.index import Index, read
from registry.bundles.layout import (
    CHECKPOINT,
    INDEX,
    MANIFEST,
    OWN,
    WHYS,
    Names,
    checkpoint_name,
    names_of,
    stamp_name,
    tile_name,
)
from registry.bundles.opened import Opened, opened
from registry.bundles.vouched import Placed, check_files
from registry.errors import Corrupt, Invalid
from registry.ledger import checkpoint, note, tiles
from registry.ledger import entry as entries
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.entry import Entry
from registry.ledger.merkle import Frontier, leaf_hash
from registry.ledger.note import Note, Verifier
from registry.ledger.tiles import FULL, Tile

RULES: Final = ("pack", "params")
"""Kinds of entries whose content judgements are made by."""
WRONG_INDEX: Final = f"{INDEX} is not what a bundle says of itself"
WRONG_KEY: Final = f"{INDEX} names a key that is none"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the first fault, or none. `trusted`: the key was given, not the bundle's own.

    `shown`: of how many of the *records* it has all; when `complete`, of all but those `withheld`, with why.
    """

    holds: bool
    fault: str = ""
    size: int = 0
    root: str = ""
    origin: str = ""
    vkey: str = ""
    trusted: bool = False
    files: int = 0
    complete: bool = False
    records: int = 0
    shown: int = 0
    withheld: dict[str, int] = {}


def check(file: IO[bytes], vkey: str | None = None) -> Verdict:
    """Whether the bundle *file* holds, by *vkey* or by its own key; Invalid for a *vkey* that is none."""
    given = note.read_vkey(vkey) if vkey else None
    try:
        return Checked(opened(file), given).verdict()
    except Corrupt as fault:
        return Verdict(holds=False, fault=fault.detail, trusted=given is not None)


class Checked:
    """A bundle under way through its checks."""

    def __init__(self, bundle: Opened, given: Verifier | None) -> None:
        self.bundle, self.given = bundle, given
        self.index = read(bundle.read(INDEX))
        self.keys, self.witnesses = keys_of(self.index, given)
        self.note, self.roots, self.stamped = "", dict[int, list[tuple[str, bytes]]](), list[str]()
        self.frontier, self.chains = Frontier(), Chains()
        self.rows: list[list[bytes]] = [[] for _ in range(tiles.HIGHEST + 1)]
        self.known = {MANIFEST, *OWN}
        self.redacted, self.left_out, self.short = set[str](), dict[int, str](), dict[str, Placed]()
        self.gone, self.kept = {*self.index.left_out}, {each.entry: each.why for each in self.index.withheld}
        self.rules, self.changes = set[str](), {self.keys[self.index.log].vkey}
        self.records, self.shown = 0, 0

    def verdict(self) -> Verdict:
        """Every check, in order; raises Corrupt at the first fault."""
        self.check_checkpoints()
        for place in range(-(-self.index.size // FULL)):
            self.check_bundle(place)
        for level, row in enumerate(self.rows[1:], 1):
            if row:
                self.check_tile(level)
        for name in self.bundle.members:
            if name not in self.known:
                raise Corrupt(f"no entry vouches for {name}")
        self.check_left_out()
        key = self.keys[self.index.log]
        return Verdict(
            holds=True,
            size=self.index.size,
            root=self.index.root,
            origin=key.name,
            vkey=key.vkey,
            trusted=self.given is not None,
            files=len(self.bundle.members),
            complete=self.index.complete,
            records=self.records,
            shown=self.shown,
            withheld=dict(sorted(Counter(self.kept.values()).items())),
        )

    def check_left_out(self) -> None:
        """What is missing from a complete bundle was redacted; every log signed this one, or is named."""
        for index, record in self.left_out.items():
            if record not in self.redacted:
                raise Corrupt(f"entry {index} is left out, and no redaction says so")
        for name, placed in self.short.items():
            if placed.entry.record not in self.redacted:
                raise Corrupt(
                    f"{name} is not all that entry {placed.index} vouches for, and no redaction says so"
                )
        if not {each.vkey for each in self.index.logs} <= self.changes:
            raise Corrupt(f"{INDEX} names a log that no entry of a change names")

    def check_checkpoints(self) -> None:
        """Each checkpoint is signed by its log; the newest one is of the tree the bundle is of."""
        index = self.index
        found, root = self.signed(CHECKPOINT, index.log, index.size)
        if root.hex() != index.root:
            raise Corrupt(f"{CHECKPOINT} has another root than {INDEX}")
        self.note = found.signed
        notes = {(index.log, index.size): found}
        for each in index.checkpoints:
            name = checkpoint_name(each.log, each.size)
            notes[each.log, each.size], root = self.signed(name, each.log, each.size)
            self.roots.setdefault(each.size, []).append((name, root))
            self.known.add(name)
        self.roots.setdefault(index.size, []).append((CHECKPOINT, bytes.fromhex(index.root)))
        for stamp in index.stamps:
            name = stamp_name(stamp.log, stamp.size, stamp.short)
            token, stamped = self.bundle.read(name), notes.get((stamp.log, stamp.size))
            if stamped is None or digest_alone(stamped, self.keys[stamp.log]) not in token:
                raise Corrupt(f"{name} is not a stamp of its checkpoint")
            self.known.add(name)

    def signed(self, name: str, log: int, size: int) -> tuple[Note, bytes]:
        """The note in a file and its root, when it is the checkpoint of that tree by that log."""
        key, data = self.keys[log], self.bundle.read(name)
        try:
            found = note.read(data)
            said = checkpoint.read(found.text)
        except Invalid:
            raise Corrupt(f"{name} is not a checkpoint of {key.name} with {size} entries") from None
        if found.text != Checkpoint(key.name, size, said.root).text or found.signed.encode() != data:
            raise Corrupt(f"{name} is not a checkpoint of {key.name} with {size} entries")
        try:
            held = note.verified(found, [key, *self.witnesses])
        except Corrupt:
            raise Corrupt(f"{name} carries a signature that does not hold") from None
        if key not in [each for each, _ in held]:
            raise Corrupt(f"{name} is not signed by {key.name}")
        return found, said.root

    def check_bundle(self, place: int) -> None:
        """The entries of one tile: form, chains, roots on the way, files; then the hashes themselves."""
        width = min(FULL, self.index.size - place * FULL)
        name = tile_name(Tile(None, place, width))
        self.known.add(name)
        for number, data in enumerate(entries_of(name, self.bundle.read(name), width)):
            index = place * FULL + number
            entry = entry_in(data, f"{name}: entry {index} is not in canonical form")
            leaf = leaf_hash(data)
            self.rows[0].append(leaf)
            full = self.frontier.append(leaf)
            self.check_entry(Placed(index, entry, leaf))
            if number == width - 1:
                self.check_tile(0)
            for subtree in full:
                self.rows[subtree.level].append(subtree.hash)
                if len(self.rows[subtree.level]) == FULL:
                    self.check_tile(subtree.level)

    def check_entry(self, placed: Placed) -> None:
        """One entry: its chain, the checkpoints of the tree it completes, its files."""
        index, entry = placed.index, placed.entry
        self.chains.follow(index, entry, placed.leaf)
        for name, root in self.roots.get(index + 1, ()):
            if root != self.frontier.root():
                raise Corrupt(f"{name} has another root than the entries give")
        names = names_of(index, entry)
        files = check_files(self.bundle, self.index, placed, names, self.note, self.rules)
        self.known.update(files)
        if entry.kind in RULES:
            self.rules.add(entry.sha256)
        if entry.kind == "redaction" and names.content in files:
            self.redacted |= vouched.digests_in(self.bundle.read(names.content))
        if entry.kind == "log" and names.content in files:
            self.changes |= vouched.keys_in(self.bundle.read(names.content))
        if index in self.gone:
            self.left_out[index] = entry.record
        else:
            self.count(placed, names, files)

    def count(self, placed: Placed, names: Names, files: Sequence[str]) -> None:
        """Whether all that an entry vouches for is shown, or is withheld for a reason that it can have."""
        whole, why = vouched.is_whole(self.bundle, names, placed.entry), self.kept.get(placed.index)
        left = [names.row] if why == "size" else []
        if why and (placed.entry.kind != WHYS[why] or files != left):
            raise Corrupt(f"entry {placed.index} is not withheld as {INDEX} says")
        if self.index.complete and not (whole or why):
            raise Corrupt(f"nothing shows what entry {placed.index} vouches for")
        self.records, self.shown = self.records + 1, self.shown + whole
        if not (self.index.complete and names.sections and self.bundle.has(names.sections)):
            return
        if vouched.is_short(self.bundle.read(names.sections), placed.entry):
            self.short[names.sections] = placed

    def check_tile(self, level: int) -> None:
        """The newest tile of a level has the hashes that the entries give."""
        size = self.frontier.size
        row = self.rows[level]
        place = (tiles.hashes_at(level, size) - 1) // FULL
        name = tile_name(Tile(level, place, len(row)))
        if self.bundle.read(name) != b"".join(row):
            raise Corrupt(f"{name} is not what the entries give")
        self.known.add(name)
        row.clear()


def entry_in(data: bytes, fault: str) -> Entry:
    """The entry that *data* is, whose number every program reads as what it is."""
    try:
        entry = entries.decode(data)
    except Corrupt:
        raise Corrupt(fault) from None
    if abs(entry.seq) > vouched.LARGEST:
        raise Corrupt(fault)
    return entry


def keys_of(index: Index, given: Verifier | None) -> tuple[dict[int, Verifier], list[Verifier]]:
    """The key of each log, and those of the witnesses; what the index says of them must fit together."""
    numbers = [each.number for each in index.logs]
    earlier = [(each.log, each.size) for each in index.checkpoints]
    stamped = [(each.log, each.size, each.short) for each in index.stamps]
    ordered: Sequence[Sequence[object]] = (numbers, earlier, stamped, index.left_out, index.witnesses)
    sound = all(list(each) == sorted(set(each)) for each in ordered)  # type: ignore[type-var]
    sound = sound and {index.log, *(log for log, *_ in [*earlier, *stamped])} <= set(numbers)
    sound = sound and (index.log, index.size) not in earlier
    sound = sound and all(size <= index.size for _, size in earlier)
    if not sound:
        raise Corrupt(WRONG_INDEX)
    keys = {each.number: key_of(each.vkey, note.ED25519) for each in index.logs}
    if any(keys[each.number].name != each.origin for each in index.logs):
        raise Corrupt(WRONG_KEY)
    if given is not None and given != keys[index.log]:
        raise Corrupt("the key given is not the one this bundle was signed with")
    return keys, [key_of(each, note.COSIGNATURE) for each in index.witnesses]


def key_of(text: str, kind: int) -> Verifier:
    """A key the index names."""
    try:
        found = note.read_vkey(text)
    except Invalid:
        raise Corrupt(WRONG_KEY) from None
    if found.kind != kind or found.vkey != text:
        raise Corrupt(WRONG_KEY)
    return found


def digest_alone(found: Note, key: Verifier) -> bytes:
    """The digest of a checkpoint as its log alone signed it, which is what is time-stamped."""
    own = [each for each in found.signatures if (each.name, each.key_id) == (key.name, key.key_id)][:1]
    return hashlib.sha256(Note(found.text, own).signed.encode()).digest()


def entries_of(name: str, data: bytes, width: int) -> Iterator[bytes]:
    """The entries in a bundle of *width*."""
    try:
        found = tiles.unbundled(data)
    except Corrupt:
        found = []
    if len(found) != width:
        raise Corrupt(f"{name} is not a bundle of {width} entries")
    yield from found
