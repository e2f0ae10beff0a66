"""What was verified and how far: kept by whoever verified it, outside the database, believed only there."""

from datetime import datetime

import msgspec

from registry.errors import Invalid
from registry.ledger.merkle import WIDTH


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A tree that was verified: size and root, its newest checkpoint, the instant of its newest entry.

    `root` is in hexadecimal. `origin` and `note` are empty where nothing is signed.
    """

    size: int
    root: str
    origin: str = ""
    note: str = ""
    at: datetime | None = None


class Progress(msgspec.Struct, frozen=True):
    """How far a verification has come: which part, how much of it is done, and of how much."""

    part: str
    done: int
    of: int


class Tally(msgspec.Struct, frozen=True):
    """What was verified: the ledger's size and root, and how many rows were read one by one for it.

    `first` is the entry it began with, `checkpoints` how many signatures held, `redacted` how many rows are
    held to what a redaction left of them. `keys` are the logs' public keys, which the caller has to know.
    """

    size: int
    root: bytes
    rows_checked: int
    first: int = 0
    checkpoints: int = 0
    redactions: int = 0
    redacted: int = 0
    keys: list[str] = []
    verified: Verified | None = None


def encode(verified: Verified) -> bytes:
    """*verified* as a file holds it."""
    return msgspec.json.format(msgspec.json.encode(verified), indent=1) + b"\n"


def decode(data: bytes) -> Verified:
    """What the file *data* holds; raises Invalid for anything else."""
    try:
        found = msgspec.json.decode(data, type=Verified)
        fits = found.size >= 0 and len(bytes.fromhex(found.root)) == WIDTH
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        fits = False
    if not fits:
        raise Invalid(
            "this file does not say how far a history was verified; leave it out, and all of it is verified"
        )
    return found
