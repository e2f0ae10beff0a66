"""Try a draft out, and file it: the draft is marked in the transaction that files its document."""

import datetime as dt
from uuid import UUID

import msgspec
import structlog

from registry.auth.scope import Principal
from registry.db import Connection, Database
from registry.disclosures import store as disclosures
from registry.drafts import act as drafts
from registry.drafts import asked, confirm, steps, store, view
from registry.drafts.asked import Nothing
from registry.drafts.draft import Draft, FiledAs
from registry.drafts.handing_in import ready
from registry.drafts.order import written
from registry.drafts.view import DraftCheck
from registry.errors import SchemaViolation
from registry.filing import act as filing
from registry.filing.answer import Outcome
from registry.filing.prepare import employer_of
from registry.idempotency import key_of, required
from registry.judging.house import House
from registry.productions.version import check_match

log = structlog.get_logger()


async def check(
    db: Database, house: House, principal: Principal, draft_id: UUID, body: bytes, now: dt.datetime
) -> DraftCheck:
    """What would be answered if the draft were filed now, and what else it waits for; nothing is stored."""
    employer_id = employer_of(principal)
    asked.read(Nothing, body)
    async with db.snapshot() as conn:
        draft = await store.find(conn, employer_id, draft_id)
        around = await drafts.around(conn, draft)
        other = await find_other(conn, draft)
    content = written(house.schemas, draft.document)
    found = await filing.preflight(db, house, content, now, principal, draft.disclosure_id)
    handed = ready.submission(draft, principal, content, "", now)
    faults = [*ready.own_faults(draft, handed), *([ready.taken(other)] if other else [])]
    return view.checked(draft, around, ready.with_faults(found, faults))


async def find_other(conn: Connection, draft: Draft) -> UUID | None:
    """Another disclosure in force of the kind and period that the draft is about, of which there is one."""
    period = ready.period_of(draft)
    if period is None or draft.filed is not None:
        return None
    own = draft.disclosure_id or draft.draft_id
    return await disclosures.find_same_period(conn, draft.employer_id, draft.production_id, own, *period)


async def file(
    db: Database,
    house: House,
    principal: Principal,
    draft_id: UUID,
    body: bytes,
    key: str | None,
    if_match: str | None,
    now: dt.datetime,
) -> Outcome:
    """File the document of a draft; what it is answered with is what any filing or amendment is.

    Sent again with its key it files nothing, and gets the first answer again, byte for byte.
    """
    employer_id = employer_of(principal)
    asked.read(Nothing, body)
    given = required(key_of(key), "filing")
    async with db.snapshot() as conn:
        draft = await store.find(conn, employer_id, draft_id)
        if not is_filed_by(draft, given):
            await check_ready(conn, draft, if_match)
    content = written(house.schemas, draft.document)
    handed = ready.submission(draft, principal, content, ready.key_of(draft, given), now)
    if faults := ready.own_faults(draft, handed):
        raise SchemaViolation(faults[0].detail, faults)

    async def mark(conn: Connection, disclosure_id: UUID, version: int) -> None:
        """Mark the draft as filed, if it is still what was read; the filing's transaction commits both."""
        held = await store.find(conn, employer_id, draft_id, lock=True)
        if is_filed_by(held, given):
            return
        await check_ready(conn, held, if_match)
        filed = FiledAs(
            disclosure_id=disclosure_id,
            version=version,
            filed_by=principal.subject,
            filed_at=now,
            key=ready.digest_of(given),
        )
        await drafts.moved(conn, held, now, state=steps.after(held, "file"), filed=filed)

    outcome = await filing.file_one(db, house, msgspec.structs.replace(handed, also=mark))
    if not outcome.replayed:
        log.info("draft.filed", employer=employer_id, draft=str(draft_id))
    return outcome


def is_filed_by(draft: Draft, given: str) -> bool:
    """Whether this very request has filed the draft before."""
    return draft.filed is not None and draft.filed.key == ready.digest_of(given)


async def check_ready(conn: Connection, draft: Draft, if_match: str | None) -> None:
    """Raise what keeps the draft from being filed: another revision, its state, open questions, two eyes."""
    check_match(if_match, draft.revision)
    steps.after(draft, "file")
    steps.check_confirmed(list(confirm.pending(draft.to_confirm, draft.document)))
    steps.check_eyes(draft, four_eyes=await drafts.four_eyes(conn, draft.employer_id))
