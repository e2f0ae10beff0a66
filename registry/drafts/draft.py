"""A draft as it is kept: a document in the making, what it was made from, and how far it has come."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec

DraftState = Literal["open", "in_review", "approved", "filed", "discarded"]
Origin = Literal["blank", "given", "next_quarter", "amendment", "answer"]


class Remark(msgspec.Struct, frozen=True):
    """Something a coordinator should know of how the draft was made.

    `pointer` leads into the document it was made from; it is empty where the remark is about the whole.
    """

    pointer: str
    says: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft was made from: nothing, a document sent along, a version, or an answer about an alert."""

    kind: Origin
    disclosure_id: UUID | None = None
    version: int | None = None
    alert_id: UUID | None = None
    number: int | None = None
    remarks: list[Remark] = []


class Carried(msgspec.Struct, frozen=True):
    """A fact carried over that time may have changed, until a person confirms or changes it.

    `path` names records by their ids, so that it holds when the document is rearranged. When `stated` is
    false, what was carried over is that nothing was said.
    """

    path: list[str | int]
    says: str
    stated: bool = True
    was: Any = None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The second pair of eyes: who asked for it, of whom (null: any colleague), and what they decided."""

    asked_by: str
    asked_at: dt.datetime
    reviewer: str | None = None
    note: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    approved: bool | None = None
    answer: str | None = None


class FiledAs(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a filed draft. `key` is a digest of the Idempotency-Key it was filed with."""

    disclosure_id: UUID
    version: int
    filed_by: str
    filed_at: dt.datetime
    key: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A row of draft; fields stand in the order they are inserted."""

    employer_id: str
    draft_id: UUID
    production_id: str
    disclosure_id: UUID | None
    base_version: int | None
    source: Source
    to_confirm: list[Carried]
    document: dict[str, Any]
    state: DraftState
    revision: int
    author: str
    editor: str
    review: Review | None
    filed: FiledAs | None
    key_digest: bytes | None
    request_digest: bytes
    created_at: dt.datetime
    changed_at: dt.datetime

    @property
    def base(self) -> tuple[UUID, int] | None:
        """The version that its differences are counted from: disclosure and number; None for no version."""
        if self.disclosure_id is not None and self.base_version is not None:
            return self.disclosure_id, self.base_version
        if self.source.disclosure_id is not None and self.source.version is not None:
            return self.source.disclosure_id, self.source.version
        return None


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as the list shows it: without its document. `unconfirmed` counts what is still to confirm."""

    draft_id: UUID
    production_id: str
    made_from: Origin
    disclosure_id: UUID | None
    type: str | None
    period_from: str | None
    period_to: str | None
    state: DraftState
    revision: int
    unconfirmed: int
    author: str
    editor: str
    created_at: dt.datetime
    changed_at: dt.datetime
