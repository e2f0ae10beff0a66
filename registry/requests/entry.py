"""One entry of a request's history: its row, its ledger entry, and what the judge hears of it."""

import datetime as dt
import hashlib
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Role, union_of
from registry.ledger import entry as entries
from registry.obligations.statement import Heard

EntryKind = Literal["request", "answer"]
RequestState = Literal["open", "answered", "closed"]
APART = ("employer_id", "production_id", "union", "requested_on")
"""Members of a request's body that the judge is told otherwise, or not at all."""


class HeardAt(Heard, frozen=True):
    """What was heard, and where in the ledger it stands."""

    ledger_index: int


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A row of request_entry; fields stand in the order they are inserted."""

    employer_id: str
    request_id: UUID
    revision: int
    production_id: str
    party: str
    kind: EntryKind
    document: dict[str, Any]
    body: bytes
    key_digest: bytes | None
    recorded_at: dt.datetime
    recorded_by: str
    role: Role
    ledger_index: int = -1


def ledger_entry(row: Entered, leaf: bytes | None) -> bytes:
    """The ledger entry of *row*; *leaf* is of the entry before it of the same request."""
    return entries.encode(
        entries.Entry(
            kind=row.kind,
            id=str(row.request_id),
            seq=row.revision,
            prev=leaf.hex() if leaf else None,
            sha256=hashlib.sha256(row.body).hexdigest(),
            record=entries.row_digest("request_entry", msgspec.structs.asdict(row)),
            at=entries.stamp(row.recorded_at),
        )
    )


def state_after(row: Entered) -> RequestState:
    """The state in which an entry leaves its request."""
    if row.kind == "request":
        return "open"
    return "closed" if row.document["closes"] else "answered"


def heard(row: Entered) -> HeardAt:
    """*row* in the judge's words: a request was made when it was recorded, whatever earlier day is stated."""
    at = entries.stamp(row.recorded_at)
    if row.kind == "request":
        name = str(row.request_id)
        body = {key: value for key, value in row.document.items() if key not in APART}
        body["requested_on"] = at
        if "requested_on" in row.document:
            body["stated_on"] = row.document["requested_on"]
    else:
        name = f"{row.request_id}.{row.revision}"
        told = {key: value for key, value in row.document.items() if value != []}
        body = {"request": str(row.request_id), **told}
    return HeardAt(
        id=name,
        kind=row.kind,
        at=row.recorded_at,
        by=row.role,
        union=union_of(row.party),
        body=body,
        ledger_index=row.ledger_index,
    )
