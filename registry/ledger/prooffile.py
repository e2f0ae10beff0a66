"""The proof of one entry as a file that other tools read: C2SP tlog-proof v1, extension `.tlog-proof`.

It carries the place, the proof of inclusion, and the signed checkpoint with whatever cosignatures it has.
The entry itself travels beside it. `extra` is free and not vouched for.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.errors import Corrupt, Invalid
from registry.ledger import checkpoint, merkle
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.note import Verifier

HEADER: Final = "c2sp.org/tlog-proof@v1"
MOST: Final = 63


class Proof(NamedTuple):
    """What a `.tlog-proof` says."""

    place: int
    hashes: list[bytes]
    note: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """The file."""
        extra = [] if self.extra is None else [f"extra {b64(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.place}", *(b64(each) for each in self.hashes), "", ""]
        return "\n".join(lines) + self.note


def b64(data: bytes) -> str:
    """Base64, as these files write hashes."""
    return base64.b64encode(data).decode()


def read(text: str) -> Proof:
    """The proof in *text*; raises Invalid, saying what is wrong. Verifies nothing."""
    head, empty, note = text.partition("\n\n")
    lines = head.split("\n")
    if not empty or lines.pop(0) != HEADER:
        raise Invalid(f"this is no proof file: it begins with `{HEADER}` and has an empty line")
    try:
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = base64.b64decode(lines.pop(0)[6:], validate=True)
        word, _, index = lines.pop(0).partition(" ")
        hashes = [base64.b64decode(line, validate=True) for line in lines]
    except (binascii.Error, ValueError, IndexError):
        raise Invalid("a line of the proof file is not base64, or its place is missing") from None
    canonical = index.isascii() and index.isdigit() and str(int(index)) == index
    if word != "index" or not canonical or len(hashes) > MOST or not merkle.are_hashes(hashes):
        raise Invalid("the proof file names no place, or a line of it is no hash")
    return Proof(int(index), hashes, note, extra)


def check(proof: Proof, entry: bytes, key: Verifier) -> Checkpoint:
    """The checkpoint that *proof* leads to, when it proves *entry* under *key*; raises Invalid or Corrupt."""
    said, _ = checkpoint.opened(proof.note.encode(), key)
    leaf = merkle.leaf_hash(entry)
    if not merkle.verify_inclusion(proof.place, said.size, leaf, proof.hashes, said.root):
        raise Corrupt(f"the proof does not lead from the entry to the root of the tree of {said.size}")
    return said


def of(index: int, hashes: Sequence[bytes], note: str, extra: bytes | None = None) -> str:
    """The file that proves the entry at *index* against the checkpoint in *note*."""
    return Proof(index, list(hashes), note, extra).text
