"""Signed notes and their keys: C2SP signed-note v1.0.0, Ed25519, and the cosignatures of tlog-cosignature v1.

A note is text that ends with a line feed, one empty line, and signature lines. A signature covers the text
with its final line feed. Keys are named; a signature of a key one does not know is passed over, one of a key
one knows that does not hold makes the whole note worthless.
"""

import base64
import binascii
import functools
import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.errors import Corrupt, Invalid

ED25519: Final = 1
COSIGNATURE: Final = 4
WIDTHS: Final = {ED25519: 64, COSIGNATURE: 72}
"""Bytes of a signature of each kind: a cosignature begins with its time."""
DASH: Final = "— "
MOST_SIGNATURES: Final = 100
LONGEST: Final = 1_000_000
CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""What no note may have in it: control characters but the line feed."""
ODD: Final = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")
"""What no name of a key may have in it: spaces of any kind, `+`, control characters, surrogates."""


class Verifier(NamedTuple):
    """A public key with its name and kind, as a *vkey* says it."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark the key's signatures."""
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """The key as text: name, id in hexadecimal, kind and key in base64."""
        body = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{body}"


class Signature(NamedTuple):
    """One signature line: whose, by which key, and its bytes behind the key's id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


class Note(NamedTuple):
    """A note taken apart; nothing of it is verified yet."""

    text: str
    signatures: list[Signature]

    @property
    def signed(self) -> str:
        """The note as it is handed on."""
        return self.text + "\n" + "".join(each.line for each in self.signatures)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that mark the signatures of a key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def check_name(name: str) -> str:
    """*name*, if a key can have it; raises Invalid otherwise."""
    if not name or ODD.search(name):
        said = name[:80].encode("utf-8", "replace").decode()
        raise Invalid(f"`{said}` is no name of a key: no spaces, no `+`, not empty")
    return name


def read_vkey(text: str) -> Verifier:
    """The key in *text*; raises Invalid, saying what is wrong."""
    name, _, rest = text.strip().partition("+")
    said, _, body = rest.partition("+")
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"`{text[:120]}` is no vkey: its last part is not base64") from None
    if len(raw) != 33 or raw[0] not in WIDTHS:
        raise Invalid(f"`{text[:120]}` is no vkey of an Ed25519 key")
    found = Verifier(check_name(name), raw[0], raw[1:])
    if found.key_id.hex() != said:
        raise Invalid(f"`{text[:120]}`: the key's id is {found.key_id.hex()}, not {said[:16]}")
    return found


def verifier(name: str, key: Ed25519PrivateKey, kind: int = ED25519) -> Verifier:
    """The public half of *key* under *name*."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return Verifier(check_name(name), kind, raw)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Signature:
    """The signature of *text* by *key* under *name*; deterministic (RFC 8032)."""
    assert text.endswith("\n"), "the text of a note ends with a line feed"
    return Signature(name, verifier(name, key).key_id, key.sign(text.encode()))


def cosign(text: str, name: str, key: Ed25519PrivateKey, seconds: int) -> Signature:
    """A witness's signature of *text* at POSIX time *seconds*."""
    stamp = struct.pack(">Q", seconds)
    return Signature(name, verifier(name, key, COSIGNATURE).key_id, stamp + key.sign(cosigned(text, seconds)))


def cosigned(text: str, seconds: int) -> bytes:
    """What a cosignature signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosigned_at(signature: Signature) -> int:
    """The POSIX time a cosignature tells."""
    (seconds,) = struct.unpack(">Q", signature.data[:8])
    return int(seconds)


def read(data: bytes) -> Note:
    """The note in *data*; raises Invalid for bytes that are none. Verifies nothing."""
    try:
        said = data.decode() if len(data) <= LONGEST else ""
    except UnicodeDecodeError:
        said = ""
    text, between, lines = said.rpartition("\n\n")
    if not between or CONTROL.search(said) or not lines.endswith("\n"):
        raise Invalid("these bytes are no signed note")
    signatures = [read_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > MOST_SIGNATURES:
        raise Invalid(f"the note has more than {MOST_SIGNATURES} signatures")
    return Note(text + "\n", signatures)


def read_signature(line: str) -> Signature:
    """The signature in one line; raises Invalid for anything else."""
    mark, name, body = [*line.split(" "), "", ""][:3]
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if mark != DASH.strip() or line.count(" ") != 2 or len(raw) < 5:
        raise Invalid(f"`{line[:80]}` is no signature line of a note")
    return Signature(check_name(name), raw[:4], raw[4:])


def verified(note: Note, known: Iterable[Verifier]) -> list[tuple[Verifier, Signature]]:
    """The signatures of *known* keys on *note*, each verified; raises Corrupt when one does not hold."""
    keys = {(each.name, each.key_id): each for each in known}
    found: dict[tuple[str, bytes], tuple[Verifier, Signature]] = {}
    for signature in note.signatures:
        mark = signature.name, signature.key_id
        key = keys.get(mark)
        if key is None or mark in found:
            continue
        if not holds(note.text, signature, key):
            raise Corrupt(f"the signature of {key.name} does not hold")
        found[mark] = key, signature
    return list(found.values())


def holds(text: str, signature: Signature, key: Verifier) -> bool:
    """Whether *signature* is *key*'s over *text*."""
    if len(signature.data) != WIDTHS[key.kind]:
        return False
    message, data = text.encode(), signature.data
    if key.kind == COSIGNATURE:
        message, data = cosigned(text, cosigned_at(signature)), signature.data[8:]
    try:
        loaded(key.public).verify(data, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(64)
def loaded(public: bytes) -> Ed25519PublicKey:
    """The key of these bytes, ready for use; ValueError for others."""
    return Ed25519PublicKey.from_public_bytes(public)


def joined(note: Note, more: Sequence[Signature]) -> Note:
    """*note* with *more* signatures behind its own, each key once."""
    had = {(each.name, each.key_id) for each in note.signatures}
    return Note(note.text, [*note.signatures, *(s for s in more if (s.name, s.key_id) not in had)])
