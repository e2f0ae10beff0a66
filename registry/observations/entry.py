"""An observation as it is kept: its row, its ledger entry, and what the judge hears of it."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import msgspec

from registry.auth.scope import Role, union_of
from registry.ledger import entry as entries
from registry.requests.entry import HeardAt

APART = ("employer_id", "production_id", "union")
"""Members of an observation that the judge is told otherwise."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row of observation; fields stand in the order they are inserted. `document` names no reporter."""

    employer_id: str
    observation_id: UUID
    production_id: str
    party: str
    role: Role
    document: dict[str, Any]
    reporter_name: str | None
    reporter_contact: str | None
    salt: str
    key_digest: bytes
    fingerprint: bytes
    recorded_at: dt.datetime
    ledger_index: int = -1


def canonical(document: dict[str, Any]) -> bytes:
    """The bytes whose digest is in the ledger: what everybody concerned may read of an observation."""
    return msgspec.json.encode(document, order="sorted")


def ledger_entry(row: Kept) -> bytes:
    """The ledger entry of *row*; it says nothing of a reporter, and the row's digest is salted."""
    return entries.encode(
        entries.Entry(
            kind="observation",
            id=str(row.observation_id),
            seq=1,
            sha256=hashlib.sha256(canonical(row.document)).hexdigest(),
            record=entries.row_digest("observation", msgspec.structs.asdict(row)),
            at=entries.stamp(row.recorded_at),
        )
    )


def heard(row: Kept) -> HeardAt:
    """*row* in the judge's words."""
    return HeardAt(
        id=str(row.observation_id),
        kind="observation",
        at=row.recorded_at,
        by=row.role,
        union=union_of(row.party),
        body={key: value for key, value in row.document.items() if key not in APART},
        ledger_index=row.ledger_index,
    )
