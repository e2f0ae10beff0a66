"""What is published by digest: packs, parameter sets and disclosure schemas, byte for byte."""

import datetime as dt
import hashlib
from typing import Any, Literal

import msgspec

Kind = Literal["pack", "params", "schema"]


class Publication(msgspec.Struct, frozen=True):
    """One thing published: its kind, its name, and its exact bytes."""

    kind: Kind
    name: str
    body: bytes

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the bytes: what verdicts and entries name it by."""
        return hashlib.sha256(self.body).digest()

    def row(self, now: dt.datetime) -> dict[str, Any]:
        """The row of `publication`, in the order of its columns, without its place in the ledger."""
        return {
            "kind": self.kind,
            "name": self.name,
            "digest": self.digest,
            "body": self.body,
            "published_at": now,
        }


class Published(msgspec.Struct, frozen=True):
    """A publication's place: `leaf` is the leaf hash of its ledger entry."""

    kind: str
    name: str
    digest: bytes
    published_at: dt.datetime
    ledger_index: int
    leaf: bytes
