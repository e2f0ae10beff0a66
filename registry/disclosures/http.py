"""The doors through which disclosures are read: the list, one, its versions, its bytes, its receipt."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.disclosures import act
from registry.disclosures.receipt import Proven
from registry.disclosures.version import Listed
from registry.disclosures.view import Disclosure, Received, Version, beside
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST, Page

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
OfProduction = Annotated[
    str | None,
    QueryParameter(
        description="Only disclosures of the production with this key.",
        max_length=63,
        pattern=r"^[a-z0-9-]+$",
    ),
]
Number = Annotated[int, PathParameter(description="The version, counted from 1.", ge=1, le=1_000_000)]
Newest = Annotated[
    int | None,
    QueryParameter(description="The version, counted from 1; absent: the newest.", ge=1, le=1_000_000),
]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/disclosures",
    operation_id="listDisclosures",
    summary="List disclosures",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def list_disclosures(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    production_id: OfProduction = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Listed]:
    """The disclosures you may see, newest first.

    An employer sees its own, a representative those of productions with their locals, an auditor those of
    their mandate.
    """
    return await act.find(db, principal, production_id, cursor, limit, moment)


@get(
    "/v1/disclosures/{disclosure_id:uuid}",
    operation_id="getDisclosure",
    summary="Read a disclosure",
    opt={"roles": READERS, "memento": True},
    tags=["disclosures"],
)
async def get_disclosure(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Response[Disclosure]:
    """One disclosure as it stands, in the newest schema's shape. The ETag is its version.

    What the employer's marks, or the level of each field in the schema, keep from callers of your role is
    left out and named in `withheld`: sections by name, fields as JSON Pointers into the whole document.
    """
    found = await act.show(db, principal, disclosure_id, moment)
    link = beside(disclosure_id, found.version, found.version)
    return Response(found, headers={"ETag": f'"{found.version}"', "Link": link})


@get(
    "/v1/disclosures/{disclosure_id:uuid}/versions",
    operation_id="listVersions",
    summary="List the versions of a disclosure",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def list_versions(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> list[Version]:
    """Every filing, amendment and withdrawal of one disclosure, oldest first."""
    return await act.list_versions(db, principal, disclosure_id, moment)


@get(
    "/v1/disclosures/{disclosure_id:uuid}/versions/{version:int}",
    operation_id="getVersion",
    summary="Read the exact bytes of a version",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def get_version(
    disclosure_id: DisclosureId,
    version: Number,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Response[bytes]:
    """The bytes as they were received; their SHA-256 is in Content-Digest and in the ledger."""
    return reply(await act.get_bytes(db, principal, disclosure_id, version, moment))


@get(
    "/v1/disclosures/{disclosure_id:uuid}/receipt",
    operation_id="getReceipt",
    summary="Read the receipt of a version",
    opt={"roles": READERS},
    tags=["disclosures"],
)
async def get_receipt(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    version: Newest = None,
) -> Proven:
    """What was received when, and the proof that its entry is in the ledger, as it is now or as it was."""
    return await act.get_receipt(db, principal, disclosure_id, version, moment)


def reply(received: Received) -> Response[bytes]:
    """The bytes as they were received."""
    return Response(content=received.body, headers=received.headers, media_type="application/json")


routes = [list_disclosures, get_disclosure, list_versions, get_version, get_receipt]
