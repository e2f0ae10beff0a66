"""One reading as it is shown, its digest, and the ledger entry of a batch of them."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from registry.auth.reading import Reading
from registry.auth.scope import Scope
from registry.ledger import entry as entries


class Kept(Reading, frozen=True, kw_only=True):
    """A row of access_log with whose data it showed, and the batch it is in."""

    employers: list[str]
    number: int | None = None
    place: int | None = None
    ledger_index: int | None = None


class Batched(msgspec.Struct, frozen=True):
    """Where a reading stands in the ledger: the entry of its batch, and its place in the batch from 0."""

    number: int
    place: int
    ledger_index: int


class AccessLine(msgspec.Struct, frozen=True, kw_only=True):
    """One reading: who read what, when, as of when and why; and of whose data you may know that it showed it.

    `query` and `why` are null where others' data was shown, too: they may speak of it; `sha256`, what the
    batch lists, is null then as well. `batch` is null until the reading is in the ledger.
    """

    access_id: UUID
    read_at: dt.datetime
    subject: str
    role: str
    method: str
    path: str
    query: str | None
    as_of: str | None
    why: str | None
    employers: list[str]
    others: bool
    sha256: str | None
    batch: Batched | None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A row of access_batch; fields stand in the order they are inserted."""

    batch_id: UUID
    number: int
    readings: int
    body: bytes
    recorded_at: dt.datetime
    ledger_index: int = -1


def digest(reading: Reading, employers: Collection[str]) -> str:
    """The digest of a reading of the data of *employers*, as a batch lists it."""
    row: dict[str, Any] = {name: getattr(reading, name) for name in Reading.__struct_fields__}
    return entries.row_digest("access_log", row | {"employers": sorted(employers)})


def digest_of(row: Mapping[str, Any], employers: Collection[str]) -> str:
    """The same of a *row* of access_log as the table has it."""
    return entries.row_digest("access_log", {**row, "employers": sorted(employers)})


def body(digests: Sequence[str]) -> bytes:
    """What a batch's entry is of: the digests of its readings, in order, as canonical JSON."""
    return msgspec.json.encode({"readings": list(digests)}, order="sorted")


def ledger_entry(batch: Batch, leaf: bytes | None) -> bytes:
    """The ledger entry of *batch*; *leaf* is of the entry of the batch before it."""
    return entries.encode(
        entries.Entry(
            kind="access",
            id=str(batch.batch_id),
            seq=batch.number,
            prev=leaf.hex() if leaf else None,
            sha256=hashlib.sha256(batch.body).hexdigest(),
            record=entries.row_digest("access_batch", msgspec.structs.asdict(batch)),
            at=entries.stamp(batch.recorded_at),
        )
    )


def shown(kept: Kept, scope: Scope, *, own: bool = False) -> AccessLine:
    """*kept* as somebody within *scope* may know it; *own*: they made it themselves, and know it all."""
    told = [each for each in kept.employers if own or scope.employers is None or each in scope.employers]
    others = len(told) < len(kept.employers)
    place = None
    if kept.number is not None and kept.place is not None and kept.ledger_index is not None:
        place = Batched(kept.number, kept.place, kept.ledger_index)
    return AccessLine(
        access_id=kept.access_id,
        read_at=kept.read_at,
        subject=kept.subject,
        role=kept.role,
        method=kept.method,
        path=kept.path,
        query=None if others else kept.query,
        as_of=kept.as_of,
        why=None if others else kept.why,
        employers=sorted(told),
        others=others,
        sha256=None if others else digest(kept, kept.employers),
        batch=place,
    )
