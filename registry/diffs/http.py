"""The doors of differences: between two versions, and between two moments."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.diffs import act
from registry.diffs.between import Between
from registry.diffs.versions import VersionDiff
from registry.judging.house import House

Key = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="A key.", max_length=63)]
# Read by the room itself: of a parameter called `from` the framework would say another name in a refusal.
FromVersion = Annotated[
    str | None,
    QueryParameter(name="from", description="The older version, from 1; the one before `to`, if unsaid."),
]
ToVersion = Annotated[
    str | None, QueryParameter(name="to", description="The newer version, from 1; the newest, if unsaid.")
]
From = Annotated[
    str | None,
    QueryParameter(
        name="from",
        description="The earlier moment: an instant, or a size of the ledger in digits. Required.",
    ),
]
To = Annotated[
    str | None,
    QueryParameter(
        name="to",
        description="The later moment: an instant, or a size of the ledger in digits; now, if unsaid.",
    ),
]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/disclosures/{disclosure_id:uuid}/diff",
    operation_id="diffVersions",
    summary="What changed between two versions",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def diff_versions(
    disclosure_id: Annotated[UUID, PathParameter(description="The disclosure's id.")],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    since: FromVersion = None,
    to: ToVersion = None,
) -> Response[VersionDiff]:
    """Each field that changed, with what it said and what it says, and the same as a JSON Patch.

    With `Accept: application/json-patch+json` the patch alone (RFC 6902): applied to the older version as you
    read it, it gives the newer one. Tools, uses and events are held against those of the same id. What is
    kept from you in either version, or in the newest, is in no answer.
    """
    accept = request.headers.get("accept")
    found = await act.versions(db, house.schemas, principal, disclosure_id, (since, to), accept)
    headers = {"Vary": "Accept"}
    return Response[Any](found.body, media_type=found.media_type, headers=headers)


@get(
    "/v1/productions/{employer_id:str}/{production_id:str}/diff",
    operation_id="diffProduction",
    summary="What changed about a production between two moments",
    opt={"roles": READERS},
    tags=["productions"],
)
async def diff_production(
    employer_id: Key,
    production_id: Key,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    since: From = None,
    to: To = None,
) -> Between:
    """Its record, what was filed, verdicts that are others now, and alerts that were opened or moved.

    Both moments are cuts of the ledger: the answer names their sizes, and asked by them it is the same for
    ever. A finding is prima facie, for a person to pursue; it is never a legal conclusion.
    """
    return await act.of_production(db, principal, (employer_id, production_id), (since, to), now)


@get(
    "/v1/employers/{employer_id:str}/diff",
    operation_id="diffEmployer",
    summary="What changed about an employer between two moments",
    opt={"roles": READERS},
    tags=["employers"],
)
async def diff_employer(
    employer_id: Key,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    since: From = None,
    to: To = None,
) -> Between:
    """The same for an employer: its own record, and each of its productions that you may see.

    At most 200 productions are compared at once. A finding is prima facie, for a person to pursue; it is
    never a legal conclusion.
    """
    return await act.of_employer(db, principal, employer_id, (since, to), now)


routes = [diff_versions, diff_production, diff_employer]
