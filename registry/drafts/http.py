"""The doors of drafts: an employer's own office makes them, works on them, and files them."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.drafts import act
from registry.drafts.asked import LARGEST, Decided, HandedOver, Nothing, Saved
from registry.drafts.draft import DraftLine, DraftState
from registry.drafts.handing_in import act as handing_in
from registry.drafts.making.asked import AskedDraft
from registry.drafts.view import DraftCheck, DraftPage
from registry.filing.answer import Answer
from registry.filing.http import reply
from registry.judging.house import House
from registry.page import LONGEST, MOST, Page
from registry.productions.view import etag

DraftId = Annotated[UUID, PathParameter(description="The draft's id.")]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the draft as you read it; required.", max_length=100
    ),
]
MakingKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing; sent again with it, the same draft is answered, not another.",
    ),
]
FilingKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing for this filing; required. A repeat gets the same answer.",
    ),
]
OfProduction = Annotated[
    str | None,
    QueryParameter(
        description="Only drafts about the production with this key.", max_length=63, pattern=r"^[a-z0-9-]+$"
    ),
]
# The framework keeps the name `state` for itself.
InState = Annotated[
    DraftState | None,
    QueryParameter(
        name="state", description="Only drafts in this state; unsaid: all that are not discarded."
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
OFFICE = {"employer"}


def page_of(found: DraftPage) -> Response[DraftPage]:
    """A draft with the ETag of its revision."""
    return Response(found, headers={"ETag": etag(found.revision)})


@post(
    "/v1/drafts",
    operation_id="makeDraft",
    summary="Make a draft",
    opt={"roles": OFFICE, "record": AskedDraft},
    tags=["drafts"],
    request_max_body_size=LARGEST,
)
async def make_draft(
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: MakingKey = None,
) -> Response[DraftPage]:
    """Begin a document: blank, your own so far, the next quarter's from an earlier filing, or an amendment.

    A draft may be incomplete and wrong; it is judged by nobody and seen by your own offices alone until it is
    filed. The next quarter's draft says what differs from the earlier filing, and which facts carried over
    you have to confirm before it can be filed.
    """
    made = await act.begin(db, house, principal, body, key, now)
    return Response(made.page, headers=made.headers)


@get("/v1/drafts", operation_id="listDrafts", summary="List drafts", opt={"roles": OFFICE}, tags=["drafts"])
async def list_drafts(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    production_id: OfProduction = None,
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[DraftLine]:
    """Your own drafts, newest first, without their documents."""
    return await act.find(
        db, principal, production_id=production_id, state=in_state, cursor=cursor, limit=limit
    )


@get(
    "/v1/drafts/{draft_id:uuid}",
    operation_id="getDraft",
    summary="Read a draft",
    opt={"roles": OFFICE},
    tags=["drafts"],
)
async def get_draft(
    draft_id: DraftId,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
) -> Response[DraftPage]:
    """One draft: its document, what differs from the filing it was made from, and what it still waits for."""
    return page_of(await act.show(db, house, principal, draft_id))


@put(
    "/v1/drafts/{draft_id:uuid}",
    operation_id="saveDraft",
    summary="Save a draft",
    opt={"roles": OFFICE, "record": Saved},
    tags=["drafts"],
    request_max_body_size=LARGEST,
)
async def save_draft(
    draft_id: DraftId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[DraftPage]:
    """Keep the document as it is now, and confirm what still holds.

    Any JSON object of at most 1 MiB can be saved. An approval that was given is taken back by it.
    """
    return page_of(await act.save(db, house, principal, draft_id, body, if_match, now))


@delete(
    "/v1/drafts/{draft_id:uuid}",
    operation_id="discardDraft",
    summary="Discard a draft",
    opt={"roles": OFFICE},
    tags=["drafts"],
)
async def discard_draft(
    draft_id: DraftId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> None:
    """Give a draft up. It can still be read, and is listed when discarded drafts are asked for."""
    await act.discard(db, principal, draft_id, if_match, now)


@post(
    "/v1/drafts/{draft_id:uuid}/check",
    operation_id="checkDraft",
    summary="Try a draft out",
    opt={"roles": OFFICE, "record": Nothing},
    tags=["drafts"],
    status_code=200,
)
async def check_draft(
    draft_id: DraftId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> DraftCheck:
    """What would be answered if it were filed now, with every fault and finding. Nothing is stored."""
    return await handing_in.check(db, house, principal, draft_id, body, now)


@post(
    "/v1/drafts/{draft_id:uuid}/review",
    operation_id="reviewDraft",
    summary="Hand a draft to a second person",
    opt={"roles": OFFICE, "record": HandedOver},
    tags=["drafts"],
    status_code=200,
)
async def review_draft(
    draft_id: DraftId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[DraftPage]:
    """Ask a colleague to look at it before it is filed; by name, or whoever comes first."""
    return page_of(await act.hand_over(db, house, principal, draft_id, body, if_match, now))


@post(
    "/v1/drafts/{draft_id:uuid}/approval",
    operation_id="approveDraft",
    summary="Approve a draft or send it back",
    opt={"roles": OFFICE, "record": Decided},
    tags=["drafts"],
    status_code=200,
)
async def approve_draft(
    draft_id: DraftId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[DraftPage]:
    """Decide as the second person: never the author, nor whoever saved it last."""
    return page_of(await act.decide(db, house, principal, draft_id, body, if_match, now))


@post(
    "/v1/drafts/{draft_id:uuid}/filing",
    operation_id="fileDraft",
    summary="File a draft",
    opt={"roles": OFFICE, "record": Nothing},
    tags=["drafts"],
    responses={200: ResponseSpec(Answer, description="The amendment is on record.")},
)
async def file_draft(
    draft_id: DraftId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: FilingKey = None,
    if_match: IfMatch = None,
) -> Response[Answer]:
    """Put the draft's document on record, as a new disclosure or as an amendment.

    Refused while carried-over facts are to be confirmed, while a colleague has still to decide, and, where
    your company asks for four eyes, without a second person's approval.
    """
    return reply(await handing_in.file(db, house, principal, draft_id, body, key, if_match, now))


routes = [
    make_draft,
    list_drafts,
    get_draft,
    save_draft,
    discard_draft,
    check_draft,
    review_draft,
    approve_draft,
    file_draft,
]
