"""What is sent of the log: bytes with their ETag and how long they may be kept; the keys that sign."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from registry.ledger.log.signed import Log, Signed

TEXT: Final = "text/plain"
BYTES: Final = "application/octet-stream"
FOR_EVER: Final = "public, max-age=31536000, immutable"
A_MOMENT: Final = "public, max-age=2"
A_MINUTE: Final = "public, max-age=60"
"""A checkpoint's own lines never change; cosignatures are added to it as they come."""


class Served(msgspec.Struct, frozen=True):
    """An answer: its status, its bytes, what they are, and its headers."""

    status: int
    body: bytes
    media: str
    headers: Mapping[str, str]


class PastLog(msgspec.Struct, frozen=True):
    """One key of the ledger with the last checkpoint it signed; it signed trees of `first_size` and more."""

    number: int
    origin: str
    vkey: str
    first_size: int
    started_at: dt.datetime
    last_checkpoint: str | None


class LogKeys(msgspec.Struct, frozen=True):
    """What checkpoints are verified with: the name of the log, its key as a vkey, and every log there was."""

    origin: str
    vkey: str
    logs: list[PastLog]


def served(body: bytes, media: str, kept: str, known: str | None, name: str | None = None) -> Served:
    """*body* under its ETag; without it where the caller says in *known* (If-None-Match) that it has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": kept}
    if is_known(tag, known):
        return Served(304, b"", media, headers)
    if name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Served(200, body, media, headers)


def is_known(tag: str, known: str | None) -> bool:
    """Whether If-None-Match names *tag*; a weak tag of the same bytes counts (RFC 9110, 13.1.2)."""
    named = [each.strip().removeprefix("W/") for each in (known or "").split(",")]
    return tag in named or named == ["*"]


def keys(logs: Sequence[Log], last: Sequence[Signed | None]) -> LogKeys:
    """The keys of *logs*, each with its last checkpoint."""
    past = [
        PastLog(
            each.number,
            each.origin,
            each.vkey,
            each.first_size,
            each.started_at,
            signed.note if signed else None,
        )
        for each, signed in zip(logs, last, strict=True)
    ]
    return LogKeys(logs[-1].origin, logs[-1].vkey, past)
