"""The doors of employers and productions: administrators put them on record, all concerned read them."""

from datetime import datetime
from typing import Annotated

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST, Page
from registry.productions import act
from registry.productions.record import EmployerRecord, ProductionRecord
from registry.productions.store import Stored, StoredEmployer
from registry.productions.view import Recorded, etag

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the revision you are changing.", max_length=100
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
OfEmployer = Annotated[
    str | None,
    QueryParameter(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="Only this employer's.", max_length=63),
]
Key = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="A key.", max_length=63)]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/employers",
    operation_id="listEmployers",
    summary="List employers",
    opt={"roles": READERS},
    tags=["employers"],
)
async def list_employers(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[StoredEmployer]:
    """The employers you may see: yourself, those with a production of your locals, those of your mandate."""
    return await act.list_employers(db, principal, cursor, limit, moment)


@post(
    "/v1/employers",
    operation_id="createEmployer",
    summary="Put an employer on record",
    opt={"roles": {"administrator"}, "record": EmployerRecord},
    tags=["employers"],
)
async def create_employer(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Recorded[EmployerRecord]]:
    """Record a signatory company and what it has signed. The answer says where the ledger holds it."""
    done = await act.create_employer(db, principal, body, now)
    return Response(
        done, headers={"ETag": etag(done.revision), "Location": f"/v1/employers/{done.record.employer_id}"}
    )


@get(
    "/v1/employers/{employer_id:str}",
    operation_id="getEmployer",
    summary="Read an employer",
    opt={"roles": READERS},
    tags=["employers"],
)
async def get_employer(
    employer_id: Key,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Response[StoredEmployer]:
    """The newest record of an employer: which agreements it has signed, from when to when."""
    found = await act.show_employer(db, principal, employer_id, moment)
    return Response(found, headers={"ETag": etag(found.revision)})


@put(
    "/v1/employers/{employer_id:str}",
    operation_id="changeEmployer",
    summary="Change an employer",
    opt={"roles": {"administrator"}, "record": EmployerRecord},
    tags=["employers"],
)
async def change_employer(
    employer_id: Key,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[Recorded[EmployerRecord]]:
    """Replace the whole record. Other signatures have all the employer's productions judged again."""
    done = await act.change_employer(db, principal, employer_id, body, if_match, now)
    return Response(done, headers={"ETag": etag(done.revision)})


@get(
    "/v1/productions",
    operation_id="listProductions",
    summary="List productions",
    opt={"roles": READERS},
    tags=["productions"],
)
async def list_productions(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    employer_id: OfEmployer = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Stored]:
    """The productions you may see: your own, those with your locals, or those of your mandate."""
    return await act.list_productions(db, principal, employer_id, cursor, limit, moment)


@post(
    "/v1/productions",
    operation_id="createProduction",
    summary="Put a production on record",
    opt={"roles": {"administrator"}, "record": ProductionRecord},
    tags=["productions"],
)
async def create_production(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Recorded[ProductionRecord]]:
    """Record a production of an employer, made under agreements that the employer has signed."""
    done = await act.create_production(db, principal, body, now)
    address = f"/v1/productions/{done.record.employer_id}/{done.record.production_id}"
    return Response(done, headers={"ETag": etag(done.revision), "Location": address})


@get(
    "/v1/productions/{employer_id:str}/{production_id:str}",
    operation_id="getProduction",
    summary="Read a production",
    opt={"roles": READERS},
    tags=["productions"],
)
async def get_production(
    employer_id: Key,
    production_id: Key,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Response[Stored]:
    """The newest record of a production, and when time alone will have it judged again."""
    found = await act.show_production(db, principal, employer_id, production_id, moment)
    return Response(found, headers={"ETag": etag(found.revision)})


@put(
    "/v1/productions/{employer_id:str}/{production_id:str}",
    operation_id="changeProduction",
    summary="Change a production",
    opt={"roles": {"administrator"}, "record": ProductionRecord},
    tags=["productions"],
)
async def change_production(
    employer_id: Key,
    production_id: Key,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[Recorded[ProductionRecord]]:
    """Replace the whole record. The production is judged again at once."""
    done = await act.change_production(db, principal, employer_id, production_id, body, if_match, now)
    return Response(done, headers={"ETag": etag(done.revision)})


routes = [
    list_employers,
    create_employer,
    get_employer,
    change_employer,
    list_productions,
    create_production,
    get_production,
    change_production,
]
