"""What a witness is sent and what it answers: C2SP tlog-witness, `add-checkpoint`.

A submission is the size the witness has signed before, the proof that the new tree begins with that one, an
empty line, and the signed checkpoint.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.errors import Corrupt, Invalid
from registry.ledger import merkle, note
from registry.ledger.note import Note, Signature, Verifier

MOST_HASHES: Final = 63
LARGEST: Final = 1 << 16
"""Bytes of a submission, and of an answer to one."""
SIZE_TYPE: Final = "text/x.tlog.size"
LARGEST_TREE: Final = 2**53 - 1


class Submission(NamedTuple):
    """One `add-checkpoint`: the size known before, the proof, and the note as it came."""

    old: int
    proof: list[bytes]
    note: bytes

    @property
    def body(self) -> bytes:
        """The bytes that are posted."""
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note


class Cosigned(NamedTuple):
    """The witness has signed."""

    signature: Signature


class Elsewhere(NamedTuple):
    """The witness has signed a tree of another size last."""

    size: int


class Declined(NamedTuple):
    """The witness has not signed; `contradicted`: because of what it has signed before."""

    why: str
    contradicted: bool = False


Answer = Cosigned | Elsewhere | Declined


def read(data: bytes) -> Submission:
    """The submission in *data*; raises Invalid, saying what is wrong. The note is not opened."""
    head, empty, rest = data.partition(b"\n\n")
    if not empty or not head.startswith(b"old "):
        raise Invalid("a submission begins with `old <size>` and has an empty line before the checkpoint")
    try:
        first, *lines = head.decode("ascii").split("\n")
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except (UnicodeDecodeError, binascii.Error, ValueError):
        raise Invalid("a line of the proof is not base64") from None
    old = size_in(first.removeprefix("old "))
    if old is None:
        raise Invalid("a submission begins with `old` and a size in decimal, without leading zeros")
    if len(proof) > MOST_HASHES or not merkle.are_hashes(proof):
        raise Invalid(f"a proof is at most {MOST_HASHES} lines of 32 bytes each")
    return Submission(old, proof, rest)


def size_in(word: str) -> int | None:
    """The size of a tree that *word* is, in decimal without leading zeros; None if it is none."""
    plain = word.isascii() and word.isdigit() and len(word) <= 16 and str(int(word)) == word
    return int(word) if plain and int(word) <= LARGEST_TREE else None


def answered(status: int, media: str, body: bytes, text: str, key: Verifier) -> Answer:
    """What a witness with *key* has answered to the checkpoint whose text is *text*."""
    if status == 200:
        return cosigned(body, text, key)
    told = size_in(body[:40].decode("latin-1").removesuffix("\n"))
    if status == 409 and media.partition(";")[0].strip() == SIZE_TYPE and told is not None:
        return Elsewhere(told)
    why = {
        403: "it knows this log's name, but not the key the checkpoint is signed with",
        404: "it does not know this log",
        409: "it has signed another tree of this size",
        422: "it has signed a tree that this one does not continue",
    }.get(status, "it refused the checkpoint")
    said = plain(body)
    return Declined(f"{why} ({status}{': ' + said if said else ''})", contradicted=status in (409, 422))


def cosigned(body: bytes, text: str, key: Verifier) -> Answer:
    """The cosignature of *key* in the *body* of an answer, if it holds."""
    try:
        said = body.decode()
        lines = said.removesuffix("\n").split("\n")
        found = note.verified(Note(text, [note.read_signature(line) for line in lines]), [key])
    except (Invalid, UnicodeDecodeError):
        return Declined("its answer is no signature line")
    except Corrupt:
        return Declined("its signature does not hold")
    if not found:
        return Declined(f"its answer carries no signature of {key.name[:100]}")
    return Cosigned(found[0][1])


def plain(body: bytes, most: int = 160) -> str:
    """The beginning of *body* as one line that can be kept and shown."""
    said = body[: 4 * most].decode("utf-8", "replace")
    return " ".join("".join(mark if mark.isprintable() else " " for mark in said).split())[:most]


def log_id(origin: str) -> str:
    """The name of a log in a witness's addresses: the SHA-256 of its origin, in hexadecimal."""
    return hashlib.sha256(origin.encode()).hexdigest()


def needs_proof(old: int, new: int) -> bool:
    """Whether a proof is needed to go from a tree of *old* entries to one of *new*."""
    return 0 < old < new


def with_lines(text: str, lines: Sequence[str]) -> str:
    """The signed note *text* with more signature *lines* behind its own, each key once."""
    given = note.read(text.encode())
    more = [note.read_signature(line.removesuffix("\n")) for line in lines]
    return note.joined(given, more).signed
