"""The tombstone: the history row of a redaction, its ledger entry, and what a caller is shown of it."""

import datetime as dt
import hashlib
from uuid import UUID

import msgspec

from registry.ledger import entry
from registry.redactions.tombstone import Tombstone


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """A row of redaction; fields stand in the order they are inserted."""

    employer_id: str
    redaction_id: UUID
    disclosure_id: UUID
    version: int
    sections: list[str]
    ground: str
    ordered_by: str
    body: bytes
    recorded_at: dt.datetime
    recorded_by: str
    key_digest: bytes | None
    ledger_index: int = -1


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out of which version, on what ground, by whose order; and where its entry stands.

    `rows_changed` counts the rows of the history that were changed by it. `still_in` names versions of the
    same disclosure that say the same in one of these sections: each has to be redacted by its own order.
    """

    redaction_id: UUID
    employer_id: str
    disclosure_id: UUID
    version: int
    sections: list[str]
    ground: str
    ordered_by: str
    reason: str
    recorded_at: dt.datetime
    recorded_by: str
    rows_changed: int
    still_in: list[int]
    ledger_index: int


def ledger_entry(row: Redacted) -> bytes:
    """The ledger entry of a redaction: digests only."""
    return entry.encode(
        entry.Entry(
            kind="redaction",
            id=str(row.redaction_id),
            seq=1,
            sha256=hashlib.sha256(row.body).hexdigest(),
            record=entry.row_digest("redaction", msgspec.structs.asdict(row)),
            at=entry.stamp(row.recorded_at),
        )
    )


def shown(row: Redacted, told: Tombstone, still_in: list[int]) -> Redaction:
    """*row* as its author is answered."""
    return Redaction(
        redaction_id=row.redaction_id,
        employer_id=row.employer_id,
        disclosure_id=row.disclosure_id,
        version=row.version,
        sections=row.sections,
        ground=row.ground,
        ordered_by=row.ordered_by,
        reason=told.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        rows_changed=len(told.rows),
        still_in=still_in,
        ledger_index=row.ledger_index,
    )
