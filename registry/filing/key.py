"""What callers write into headers: Idempotency-Key, If-Match, Content-Digest; a request's fingerprint."""

import base64
import binascii
import hashlib
import re
from typing import Final

from registry.errors import Invalid, PreconditionMissing, Stale

LONGEST: Final = 255
QUOTED: Final = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:\s*;.*)?')
BARE: Final = re.compile(r"[\x21\x23-\x7e]+")
ETAG: Final = re.compile(r'"(0|[1-9][0-9]{0,8})"')
SHA256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):")


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


def required(key: str | None) -> str:
    """*key*, or Invalid: a filing cannot be repeated safely without one."""
    if key is None:
        raise Invalid(
            "a filing needs an Idempotency-Key, so that repeating it files nothing twice; send one of your "
            'own choosing with each new filing, as in Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"'
        )
    return key


def version_of(if_match: str | None) -> int:
    """The version *if_match* names; PreconditionMissing without it, Stale when no version has such a tag."""
    if if_match is None:
        raise PreconditionMissing(
            'send If-Match with the ETag of the version you are changing, as in If-Match: "1"'
        )
    found = ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Stale(
            'no version has that ETag; read the disclosure again and send its ETag, as in If-Match: "1"'
        )
    return int(found[1])


def check_digest(header: str | None, body: bytes) -> None:
    """Refuse *body* when a Content-Digest came with it (RFC 9530, sha-256) and does not match."""
    if header is None:
        return
    found = SHA256.search(header)
    if found is None:
        return
    try:
        said = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        said = b""
    if said != hashlib.sha256(body).digest():
        raise Invalid(
            "the body does not have the Content-Digest sent with it; it was changed on its way, send it again"
        )


def content_digest(body: bytes) -> str:
    """The Content-Digest of *body* (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def fingerprint(method: str, path: str, employer_id: str, body: bytes) -> bytes:
    """What makes two requests the same: method, path, tenant and body."""
    return hashlib.sha256(f"{method}\n{path}\n{employer_id}\n".encode() + body).digest()
