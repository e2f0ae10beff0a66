"""What a draft owes beside being a right document, and the submission that files it."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.disclosures import moments
from registry.drafts.draft import Draft
from registry.errors import Fault, SchemaViolation
from registry.filing.prepare import check_amendment
from registry.filing.submission import Submission
from registry.filing.trial import Preflight
from registry.productions.shape import said
from registry.productions.view import etag


def submission(draft: Draft, principal: Principal, body: bytes, key: str, now: dt.datetime) -> Submission:
    """The filing, or the amendment, that *body*, the draft's document, is handed in as."""
    return Submission(
        principal=principal,
        body=body,
        now=now,
        kind="amendment" if draft.disclosure_id else "filing",
        key=key,
        disclosure_id=draft.disclosure_id,
        if_match=etag(draft.base_version) if draft.base_version else None,
    )


def key_of(draft: Draft, given: str) -> str:
    """The Idempotency-Key of a draft's filing in the filing room, for the key *given* by the caller."""
    return f"draft-{draft.draft_id}-{digest_of(given)}"


def digest_of(given: str) -> str:
    """What is kept of a caller's key: enough to know it again."""
    return hashlib.sha256(given.encode()).hexdigest()[:32]


def own_faults(draft: Draft, handed: Submission) -> list[Fault]:
    """The faults that only the draft can know of: another production, no reason to amend."""
    return [*check_production(draft), *check_reason(draft, handed)]


def check_production(draft: Draft) -> list[Fault]:
    """The fault of a document that is about another production than its draft."""
    named = member(draft.document, "production").get("id")
    if named is None or named == draft.production_id:
        return []
    detail = f"The draft is about `{draft.production_id}`, its document about {said(named)}."
    fix = f"Write `{draft.production_id}`, or make a draft about the other production."
    return [Fault("/production/id", "another-production", detail, fix=fix, allowed=[draft.production_id])]


def check_reason(draft: Draft, handed: Submission) -> list[Fault]:
    """The fault of an amendment that gives no reason, or of a new disclosure that gives one."""
    filing = member(draft.document, "filing")
    try:
        check_amendment({"filing": filing}, handed)
    except SchemaViolation as refused:
        return refused.faults
    return []


def period_of(draft: Draft) -> tuple[str, tuple[dt.date, dt.date]] | None:
    """The kind of filing and the days it is about, of which there is one in force; None where many may be."""
    filing = member(draft.document, "filing")
    period = member(filing, "period")
    kind = filing.get("type")
    days = [moments.parsed(day) for day in (period.get("from"), period.get("to")) if isinstance(day, str)]
    if kind not in ("quarterly_update", "nil_return") or len(days) != 2 or None in days:
        return None
    first, last = (day.date() if isinstance(day, dt.datetime) else day for day in days)
    assert first is not None
    assert last is not None
    return kind, (first, last)


def taken(other: UUID) -> Fault:
    """The fault of a second disclosure of one kind for one period."""
    detail = "There is a disclosure of this kind for this period already."
    fix = f"Make a draft from disclosure {other} with `as` amendment, or write another period."
    return Fault("/filing/period", "already-filed", detail, fix=fix)


def member(document: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in *document*; an empty one when there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def with_faults(preflight: Preflight, more: list[Fault]) -> Preflight:
    """*preflight* with faults that it could not know."""
    known = {fault.pointer for fault in preflight.faults}
    found = [*preflight.faults, *(fault for fault in more if fault.pointer not in known)]
    return msgspec.structs.replace(preflight, accepted=not found, faults=found)
