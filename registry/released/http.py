"""The doors of the public: productions, what is released of a disclosure, and counts."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from registry.db import Database
from registry.page import LONGEST, MOST, Page
from registry.released import act
from registry.released.view import PublicCounts, PublicDisclosure, PublicProduction

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="The ETag of the answer you have.", max_length=1000),
]
HAD = {304: ResponseSpec(None, description="You have this answer already.")}


@get(
    "/v1/public/productions",
    operation_id="listPublicProductions",
    summary="Productions the public may know of",
    opt={"public": True},
    tags=["public"],
    responses=HAD,
)
async def list_productions(
    db: NamedDependency[Database],
    now: NamedDependency[dt.datetime],
    cursor: Cursor = None,
    limit: Limit = None,
    if_none_match: IfNoneMatch = None,
) -> Response[Page[PublicProduction]]:
    """Productions whose title is released, or about which something filed is released; for anybody.

    Until a title is released, its production goes by its code name, and nothing that leads to the title is
    shown. The order says nothing.
    """
    found = await act.find_productions(db, now, cursor, limit, if_none_match)
    return Response(found.content, status_code=found.status, headers=found.headers)


@get(
    "/v1/public/disclosures/{disclosure_id:uuid}",
    operation_id="getPublicDisclosure",
    summary="What is released of a disclosure",
    opt={"public": True},
    tags=["public"],
    responses=HAD,
)
async def get_disclosure(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    now: NamedDependency[dt.datetime],
    if_none_match: IfNoneMatch = None,
) -> Response[PublicDisclosure]:
    """The fields that the schema and the employer's own marks both leave to the public, and no other."""
    found = await act.show_disclosure(db, disclosure_id, now, if_none_match)
    return Response(found.content, status_code=found.status, headers=found.headers)


@get(
    "/v1/public/counts",
    operation_id="getPublicCounts",
    summary="How much is on record",
    opt={"public": True},
    tags=["public"],
    responses=HAD,
)
async def get_counts(
    db: NamedDependency[Database], if_none_match: IfNoneMatch = None
) -> Response[PublicCounts]:
    """Employers, productions, disclosures and alerts, by kind; counted at most once a minute.

    A number from one to four is not told, nor one that such a number could be worked out from.
    """
    found = await act.count(db, if_none_match)
    return Response(found.content, status_code=found.status, headers=found.headers)


routes = [list_productions, get_disclosure, get_counts]
