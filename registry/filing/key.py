"""What callers write into headers: Idempotency-Key, If-Match, Content-Digest; a request's fingerprint."""

import base64
import binascii
import hashlib
import re
from typing import Final

from registry.errors import Invalid, PreconditionMissing, Stale
from registry.idempotency import key_of, required

__all__ = ["check_digest", "content_digest", "fingerprint", "key_of", "required", "version_of"]

ETAG: Final = re.compile(r'"(0|[1-9][0-9]{0,8})"')
SHA256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):")


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
