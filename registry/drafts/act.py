"""Make, save and review drafts: none of it is judged, or told to anybody but the employer's offices."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import structlog

from registry.auth.scope import Principal
from registry.db import Connection, Database
from registry.disclosures import store as disclosures
from registry.disclosures import upgrade
from registry.drafts import asked, confirm, steps, store, view
from registry.drafts.asked import Decided, HandedOver, Saved
from registry.drafts.draft import Draft, DraftLine, DraftState, Review
from registry.drafts.making import act as making
from registry.drafts.order import written
from registry.drafts.steps import StepName
from registry.drafts.view import Around, DraftPage
from registry.filing.prepare import employer_of
from registry.idempotency import REPLAYED
from registry.judging.house import House
from registry.page import Page, decode, limit_of
from registry.page import page as paged
from registry.productions import store as productions
from registry.productions.version import check_match, refuse
from registry.productions.view import etag

log = structlog.get_logger()


class Begun(msgspec.Struct, frozen=True):
    """A draft that was made now, or by the same request before."""

    page: DraftPage
    replayed: bool

    @property
    def headers(self) -> dict[str, str]:
        """Where it is, its revision, and whether it was made before."""
        address = {"ETag": etag(self.page.revision), "Location": f"/v1/drafts/{self.page.draft_id}"}
        return address | (REPLAYED if self.replayed else {})


async def begin(
    db: Database, house: House, principal: Principal, body: bytes, key: str | None, now: dt.datetime
) -> Begun:
    """Make a draft: blank, with a document, from a version, or from an answer's proposal."""
    draft, replayed = await making.make(db, house, principal, body, key, now)
    async with db.snapshot() as conn:
        return Begun(await shown(conn, house, draft), replayed)


async def show(db: Database, house: House, principal: Principal, draft_id: UUID) -> DraftPage:
    """One draft of the caller's own employer."""
    async with db.snapshot() as conn:
        return await shown(conn, house, await store.find(conn, employer_of(principal), draft_id))


async def find(
    db: Database,
    principal: Principal,
    *,
    production_id: str | None = None,
    state: DraftState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[DraftLine]:
    """A page of the employer's drafts, newest first."""
    key, size = decode(cursor, tuple[UUID]), limit_of(limit)
    async with db.snapshot() as conn:
        rows = await store.find_page(
            conn,
            employer_of(principal),
            production_id=production_id,
            state=state,
            before=key[0] if key else None,
            limit=size + 1,
        )
    return paged(rows, size, lambda item: [item.draft_id])


async def shown(conn: Connection, house: House, draft: Draft) -> DraftPage:
    """*draft* beside what it was made from."""
    return view.page(house.schemas, draft, await around(conn, draft))


async def around(conn: Connection, draft: Draft) -> Around:
    """What *draft* is seen beside."""
    base, head = None, None
    if draft.base is not None:
        found = await disclosures.find_versions(conn, draft.employer_id, *draft.base)
        base = upgrade.upgrade(found[0].document) if found else None
        head = await disclosures.find_head(conn, draft.employer_id, draft.base[0])
    return Around(base, head, await four_eyes(conn, draft.employer_id))


async def four_eyes(conn: Connection, employer_id: str) -> bool:
    """Whether the employer asks that a second person approves what is filed from a draft."""
    employer = await productions.find_employer(conn, employer_id)
    return employer is not None and employer.record.four_eyes


async def taken(
    conn: Connection, principal: Principal, draft_id: UUID, step: StepName, if_match: str | None
) -> tuple[Draft, DraftState]:
    """The draft, locked at the revision *if_match* names, and the state that *step* leads to."""
    draft = await store.find(conn, employer_of(principal), draft_id, lock=True)
    check_match(if_match, draft.revision)
    return draft, steps.after(draft, step)


async def moved(conn: Connection, draft: Draft, now: dt.datetime, **changes: Any) -> Draft:
    """*draft* with *changes*, as its next revision; the caller has locked it."""
    draft = msgspec.structs.replace(draft, **changes, revision=draft.revision + 1, changed_at=now)
    done = await store.move(conn, draft)
    assert done, "the draft's lock orders its changes"
    return draft


def tell(event: str, draft: Draft) -> None:
    """A line in the log, after the commit: names and numbers, nothing out of the document."""
    log.info(event, employer=draft.employer_id, draft=str(draft.draft_id), revision=draft.revision)


async def save(
    db: Database,
    house: House,
    principal: Principal,
    draft_id: UUID,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> DraftPage:
    """Keep the document as it is now, whatever is wrong with it; a review or an approval is taken back."""
    employer_of(principal)
    said = asked.read(Saved, body, asked.LARGEST)
    asked.check_size(written(house.schemas, said.document))
    async with db.transaction() as conn:
        draft, state = await taken(conn, principal, draft_id, "save", if_match)
        known = [pointer for pointer, _ in confirm.pending(draft.to_confirm, draft.document)]
        beside = await around(conn, draft)
        base = draft.base_version and (draft.base_version, beside.newest or draft.base_version)
        refuse([*confirm.check(said.confirmed, known), *asked.check_base(base or None, said.base_version)])
        draft = await moved(
            conn,
            draft,
            now,
            document=said.document,
            to_confirm=confirm.left(draft.to_confirm, draft.document, said.document, said.confirmed),
            base_version=said.base_version or draft.base_version,
            state=state,
            editor=principal.subject,
            review=remembered(draft.review),
        )
        page = await shown(conn, house, draft)
    tell("draft.saved", draft)
    return page


def remembered(review: Review | None) -> Review | None:
    """What is left of a review when the draft is saved: the words of whoever sent it back, else nothing."""
    return review if review and review.approved is False else None


async def discard(
    db: Database, principal: Principal, draft_id: UUID, if_match: str | None, now: dt.datetime
) -> None:
    """Give a draft up; its row stays, and nobody works on it any more."""
    async with db.transaction() as conn:
        draft, state = await taken(conn, principal, draft_id, "discard", if_match)
        draft = await moved(conn, draft, now, state=state)
    tell("draft.discarded", draft)


async def hand_over(
    db: Database,
    house: House,
    principal: Principal,
    draft_id: UUID,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> DraftPage:
    """Ask a second person to look at the draft; nothing carried over may be left to confirm."""
    employer_of(principal)
    said = asked.read(HandedOver, body)
    async with db.transaction() as conn:
        draft, state = await taken(conn, principal, draft_id, "hand_over", if_match)
        steps.check_reviewer(draft, said.reviewer)
        steps.check_confirmed(list(confirm.pending(draft.to_confirm, draft.document)))
        review = Review(asked_by=principal.subject, asked_at=now, reviewer=said.reviewer, note=said.note)
        draft = await moved(conn, draft, now, state=state, review=review)
        page = await shown(conn, house, draft)
    tell("draft.handed_over", draft)
    return page


async def decide(
    db: Database,
    house: House,
    principal: Principal,
    draft_id: UUID,
    body: bytes,
    if_match: str | None,
    now: dt.datetime,
) -> DraftPage:
    """Approve a draft, or send it back with a note; never by its author or by whoever saved it last."""
    employer_of(principal)
    said = asked.read(Decided, body)
    async with db.transaction() as conn:
        step: StepName = "approve" if said.approve else "send_back"
        draft, state = await taken(conn, principal, draft_id, step, if_match)
        steps.check_second(draft, principal.subject)
        assert draft.review is not None, "a draft in review has been handed over"
        review = msgspec.structs.replace(
            draft.review,
            decided_by=principal.subject,
            decided_at=now,
            approved=said.approve,
            answer=said.note,
        )
        draft = await moved(conn, draft, now, state=state, review=review)
        page = await shown(conn, house, draft)
    tell("draft.approved" if said.approve else "draft.sent_back", draft)
    return page
