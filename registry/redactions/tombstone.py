"""What redactions have taken, by the rows they changed.

A redaction's own row lists each row it changed with the digest that row had and the digest of what was left.
Its ledger entry vouches for the list; so a redacted row is held to what the redaction left, and to no less.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from registry.errors import Corrupt


class Changed(msgspec.Struct, frozen=True):
    """One row that a redaction changed: its digest before and after, in hexadecimal."""

    table: str
    key: list[str]
    was: str
    now: str


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """A redaction's body: what was ordered about which version, and every row that changed by it."""

    disclosure_id: str
    version: int
    sections: list[str]
    ground: str = ""
    ordered_by: str = ""
    reason: str = ""
    rows: list[Changed]


class Left(NamedTuple):
    """The digest a row had before it was first redacted, and the one it has since it was last."""

    was: str
    now: str


class Taken(NamedTuple):
    """Everything redactions have changed: rows by table and key, sections by the version they were in."""

    redactions: int
    rows: Mapping[tuple[str, ...], Left]
    sections: Mapping[tuple[str, ...], set[str]]


NOTHING: Final = Taken(0, {}, {})


def taken(redactions: Iterable[tuple[str, bytes]]) -> Taken:
    """What *redactions*, as employer and body in the order of the ledger, have changed."""
    rows: dict[tuple[str, ...], Left] = {}
    sections: dict[tuple[str, ...], set[str]] = {}
    count = 0
    for employer_id, body in redactions:
        count += 1
        told = read(employer_id, body)
        sections.setdefault((employer_id, told.disclosure_id, str(told.version)), set()).update(told.sections)
        for each in told.rows:
            key = each.table, *each.key
            before = rows.get(key)
            if before is not None and before.now != each.was:
                raise Corrupt(f"redaction of {each.table} {'/'.join(each.key)}: it was changed in between")
            rows[key] = Left(before.was if before else each.was, each.now)
    return Taken(count, rows, sections)


def read(employer_id: str, body: bytes) -> Tombstone:
    """The list in a redaction's *body*."""
    try:
        return msgspec.json.decode(body, type=Tombstone)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise Corrupt(f"redaction of {employer_id}: its list cannot be read: {fault}") from None


def encode(tombstone: Tombstone) -> bytes:
    """A redaction's body: canonical JSON."""
    return msgspec.json.encode(tombstone, order="sorted")


def sections_gone(bodies: Sequence[Tombstone], version: int) -> set[str]:
    """The sections that were taken out of one version before."""
    return {name for each in bodies if each.version == version for name in each.sections}
