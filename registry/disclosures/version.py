"""One version of a disclosure, as it is stored, listed and told to the judge."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec

Kind = Literal["filing", "amendment", "withdrawal"]
State = Literal["filed", "amended", "withdrawn"]
Quarter = tuple[dt.date, dt.date]
"""Its first and its last day."""

WITHDRAWAL_SCHEMA = "withdrawal-1.0"


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history: everything but the bytes. Fields stand in the order they are inserted."""

    employer_id: str
    disclosure_id: UUID
    version: int
    production_id: str
    kind: Kind
    reason: str | None
    explanation: str | None
    schema_version: str
    filed_at: dt.datetime
    filed_by: str
    sha256: bytes
    document: dict[str, Any]
    warnings: list[dict[str, Any]]
    ledger_index: int


class Content(msgspec.Struct, frozen=True):
    """The exact bytes received, and the salts of the section commitments."""

    body: bytes
    salts: dict[str, str]


class Gone(msgspec.Struct, frozen=True):
    """The tombstone of sections of one version that were taken out: on what ground, and by whose order."""

    redaction_id: UUID
    version: int
    sections: list[str]
    ground: str
    ordered_by: str
    recorded_at: dt.datetime
    ledger_index: int


class Told(msgspec.Struct, frozen=True):
    """What the judge is told of one version; a withdrawal's document is its own short statement."""

    disclosure_id: UUID
    version: int
    kind: Kind
    type: str
    filed_at: dt.datetime
    reason: str | None
    explanation: str | None
    document: dict[str, Any]
    ledger_index: int


class Head(msgspec.Struct, frozen=True):
    """Where a disclosure stands now, with the leaf of its newest entry."""

    disclosure_id: UUID
    production_id: str
    type: str
    version: int
    state: State
    leaf: bytes


class Listed(msgspec.Struct, frozen=True):
    """The living record as a list shows it."""

    disclosure_id: UUID
    employer_id: str
    production_id: str
    type: str
    period_from: dt.date | None
    period_to: dt.date | None
    version: int
    state: State
    changed_at: dt.datetime
