"""Idempotency-Key: the caller's own name for one request, so that sending it again does nothing twice."""

import hashlib
import re
from typing import Final

from registry.errors import Invalid

LONGEST: Final = 255
QUOTED: Final = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:\s*;.*)?')
BARE: Final = re.compile(r"[\x21\x23-\x7e]+")
REPLAYED: Final = {"Idempotency-Replayed": "true"}
"""The header of an answer that was given before."""


def key_of(header: str | None) -> str | None:
    """The Idempotency-Key in *header*, quoted or bare; None when there is none; Invalid when it is no key."""
    if header is None:
        return None
    text = header.strip()
    quoted = QUOTED.fullmatch(text)
    bare = text if BARE.fullmatch(text) else ""
    found = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else bare
    if not 1 <= len(found) <= LONGEST:
        raise Invalid(
            f"this Idempotency-Key cannot be read: send 1 to {LONGEST} printable ASCII characters, quoted, "
            'as in Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"'
        )
    return found


def required(key: str | None, noun: str) -> str:
    """*key*, or Invalid: a new *noun* cannot be sent again safely without one."""
    if key is None:
        article = "an" if noun[0] in "aeiou" else "a"
        raise Invalid(
            f"{article} {noun} needs an Idempotency-Key, so that repeating it files nothing twice; send one "
            f"of your own choosing with each new {noun}, as in "
            'Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"'
        )
    return key


def digest(party: str, key: str) -> bytes:
    """What is kept of a key that a *party* chose: enough to know it again, and not the key itself."""
    return hashlib.sha256(f"{party}\n{key}".encode()).digest()
