"""A checkpoint: which log, how many entries, which root. C2SP tlog-checkpoint v1.0.0, no extension lines.

It is the text of a signed note. Two checkpoints of one origin that no consistency proof joins are a fork:
the evidence that a log has told two histories.
"""

import base64
import binascii
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Invalid
from registry.ledger import note
from registry.ledger.merkle import WIDTH
from registry.ledger.note import Note, Signature, Verifier


class Checkpoint(NamedTuple):
    """The tree of a log at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Seal:
    """What a log's checkpoints are signed with: its origin, which is the key's name, and its key."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        self.origin = note.check_name(origin)
        self.key = key
        self.verifier = note.verifier(origin, key)
        self.key_id = self.verifier.key_id

    def sign(self, size: int, root: bytes) -> str:
        """The signed checkpoint of a tree: the same bytes whenever it is signed."""
        text = Checkpoint(self.origin, size, root).text
        return Note(text, [Signature(self.origin, self.key_id, self.key.sign(text.encode()))]).signed


def read(text: str) -> Checkpoint:
    """The checkpoint in the *text* of a note; raises Invalid for anything else, passes over extensions."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or lines[-1]:
        raise Invalid("the note's text is no checkpoint")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")) or len(size) > 19:
        raise Invalid(f"`{size[:40]}` is no size of a tree")
    try:
        raw = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != WIDTH:
        raise Invalid(f"`{root[:80]}` is no root of a tree")
    return Checkpoint(origin, int(size), raw)


def opened(data: bytes, key: Verifier) -> tuple[Checkpoint, Note]:
    """The checkpoint in the note *data*, signed by *key* of the same name as its origin; raises Invalid."""
    found = note.read(data)
    said = read(found.text)
    if said.origin != key.name:
        raise Invalid(f"the checkpoint is of {said.origin[:120]}, not of {key.name}")
    if not note.verified(found, [key]):
        raise Invalid(f"the checkpoint carries no signature of {key.name}")
    return said, found
