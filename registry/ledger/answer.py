"""What callers are shown of the ledger: hashes in hexadecimal, entries as the exact text that is hashed."""

import datetime as dt
from collections.abc import Sequence

import msgspec


class LedgerHead(msgspec.Struct, frozen=True):
    """How many entries the ledger has, and the Merkle root over all of them."""

    size: int
    root: str


class LedgerEntry(msgspec.Struct, frozen=True):
    """One entry: `leaf` is SHA-256 of a zero byte and the UTF-8 bytes of `entry`."""

    index: int
    entry: str
    leaf: str
    appended_at: dt.datetime


class InclusionProof(msgspec.Struct, frozen=True):
    """Proof that the leaf at `index` is in the tree of `size` entries: RFC 6962 2.1.1, leaf sibling first."""

    index: int
    size: int
    proof: list[str]


class ConsistencyProof(msgspec.Struct, frozen=True, rename={"old": "from", "new": "to"}):
    """Proof that the tree of `from` entries begins the tree of `to` entries: RFC 6962 2.1.2."""

    old: int
    new: int
    proof: list[str]


def head(size: int, root: bytes) -> LedgerHead:
    """The head as shown."""
    return LedgerHead(size, root.hex())


def entry(index: int, data: bytes, leaf: bytes, appended_at: dt.datetime) -> LedgerEntry:
    """One stored entry as shown."""
    return LedgerEntry(index, data.decode(), leaf.hex(), appended_at)


def inclusion(index: int, size: int, proof: Sequence[bytes]) -> InclusionProof:
    """A proof of inclusion as shown."""
    return InclusionProof(index, size, [hashed.hex() for hashed in proof])


def consistency(old: int, new: int, proof: Sequence[bytes]) -> ConsistencyProof:
    """A proof of consistency as shown."""
    return ConsistencyProof(old, new, [hashed.hex() for hashed in proof])
