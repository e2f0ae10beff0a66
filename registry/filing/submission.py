"""What a caller hands in, and what it is once it has been read and checked."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.disclosures.version import Kind
from registry.errors import Fault
from registry.filing.withdrawal import Withdrawal


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One filing, amendment or withdrawal: bytes and headers as they came, who sent them, and when.

    `key`, `if_match` and `digest` are the headers Idempotency-Key, If-Match and Content-Digest, unread.
    `also` is done in the transaction that writes it, before all else: it is given the connection and the
    disclosure's id and version, and what it raises refuses the submission.
    """

    principal: Principal
    body: bytes
    now: dt.datetime
    kind: Kind = "filing"
    key: str | None = None
    disclosure_id: UUID | None = None
    if_match: str | None = None
    digest: str | None = None
    also: Callable[[Any, UUID, int], Awaitable[None]] | None = None

    @property
    def path(self) -> str:
        """The address it was sent to."""
        match self.kind:
            case "filing":
                return "/v1/disclosures"
            case "amendment":
                return f"/v1/disclosures/{self.disclosure_id}"
            case "withdrawal":
                return f"/v1/disclosures/{self.disclosure_id}/withdrawal"

    @property
    def method(self) -> str:
        """The method it was sent by."""
        return "PUT" if self.kind == "amendment" else "POST"


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that has no fault of its own.

    `received` is the document as it came, `document` the same in the newest schema's shape; a withdrawal's
    is its statement in both. `expected` is the version it changes, None for a new disclosure.
    """

    submission: Submission
    employer_id: str
    key: str | None
    fingerprint: bytes
    expected: int | None
    schema_version: str
    received: dict[str, Any]
    document: dict[str, Any]
    warnings: list[Fault]
    withdrawal: Withdrawal | None = None

    @property
    def kind(self) -> Kind:
        """Filing, amendment or withdrawal."""
        return self.submission.kind

    @property
    def now(self) -> dt.datetime:
        """When it was handed in."""
        return self.submission.now

    @property
    def filing(self) -> dict[str, Any]:
        """The document's part about the filing itself; empty for a withdrawal."""
        found: dict[str, Any] = self.document.get("filing", {})
        return found

    @property
    def production_id(self) -> str | None:
        """The production the document names; None for a withdrawal, which names none."""
        found: str | None = self.document.get("production", {}).get("id")
        return found

    @property
    def period(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day of the period it is about, as far as it says so."""
        said = self.filing.get("period") or {}
        first, last = (said.get(name) for name in ("from", "to"))
        return first and dt.date.fromisoformat(first), last and dt.date.fromisoformat(last)

    @property
    def reason(self) -> str | None:
        """Why a disclosure is amended or withdrawn."""
        return (
            self.withdrawal.reason if self.withdrawal else (self.filing.get("amendment") or {}).get("reason")
        )

    @property
    def explanation(self) -> str | None:
        """The same in words."""
        if self.withdrawal:
            return self.withdrawal.explanation
        return (self.filing.get("amendment") or {}).get("explanation")
