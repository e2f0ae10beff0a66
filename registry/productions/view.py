"""What a caller is shown of an employer or a production: the record, its revision, its ledger entry."""

import datetime as dt
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from registry.errors import Fault
from registry.productions.record import EmployerRecord, ProductionRecord

R = TypeVar("R", EmployerRecord, ProductionRecord)


class Place(msgspec.Struct, frozen=True):
    """Where in the ledger a change stands: index, and leaf hash in hexadecimal."""

    index: int
    leaf: str


class Recorded(msgspec.Struct, Generic[R], frozen=True):
    """The answer to a change: what is on record now, what is doubtful about it, and where the proof is."""

    record: R
    revision: int
    changed_at: dt.datetime
    warnings: list[Fault]
    ledger: Place


def recorded(
    record: R, revision: int, now: dt.datetime, index: int, leaf: bytes, warnings: Sequence[Fault] = ()
) -> Recorded[R]:
    """The answer to a change that was made at *now*."""
    return Recorded(record, revision, now, list(warnings), Place(index, leaf.hex()))


def etag(revision: int) -> str:
    """The strong ETag of a revision."""
    return f'"{revision}"'
