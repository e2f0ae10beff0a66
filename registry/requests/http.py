"""The doors of requests: unions ask, employers answer, all concerned read."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST, Page
from registry.productions.view import etag
from registry.requests import act
from registry.requests.answered import Answered
from registry.requests.asked import Asked
from registry.requests.entry import RequestState
from registry.requests.view import RequestLine, RequestPage, RequestRecorded

RequestId = Annotated[UUID, PathParameter(description="The request's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing, quoted or bare; required. A repeat gets the same answer.",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the request as you read it; required.", max_length=100
    ),
]
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
        description="Only requests about the production with this key.",
        max_length=63,
        pattern=r"^[a-z0-9-]+$",
    ),
]
# The framework keeps the name `state` for itself.
InState = Annotated[
    RequestState | None, QueryParameter(name="state", description="Only requests in this state.")
]
READERS = {"employer", "representative", "auditor", "administrator"}


@post(
    "/v1/requests",
    operation_id="makeRequest",
    summary="Ask an employer for a consultation, a meeting, information or bargaining",
    opt={"roles": {"representative", "administrator"}, "record": Asked},
    tags=["requests"],
)
async def make_request(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[RequestRecorded]:
    """Put a request on record and have the employer told. What it starts runs from this instant.

    An earlier day on which it was asked may be stated in `requested_on`; it is shown, and starts no clock.
    The employee on whose behalf you ask is not named. The same Idempotency-Key with the same body makes
    nothing new and gets the same answer; a key counts for your local or union and this employer.
    """
    made = await act.ask(db, principal, body, key, now)
    return Response(made.recorded, headers=made.headers)


@post(
    "/v1/requests/{request_id:uuid}/answer",
    operation_id="answerRequest",
    summary="Answer a request",
    status_code=200,
    opt={"roles": {"employer"}, "record": Answered},
    tags=["requests"],
)
async def answer_request(
    request_id: RequestId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[RequestRecorded]:
    """Say what you offer, held or decline; several answers may follow each other until one `closes` it.

    Whether it came in time is judged by the agreements. The day it counts from is the day it is recorded.
    """
    done = await act.answer(db, principal, request_id, body, if_match, now)
    return Response(done, headers={"ETag": etag(done.request.revision)})


@get(
    "/v1/requests",
    operation_id="listRequests",
    summary="List requests",
    opt={"roles": READERS},
    tags=["requests"],
)
async def list_requests(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    production_id: OfProduction = None,
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[RequestLine]:
    """The requests you may see, newest first.

    An employer sees those made of it, a representative those of their locals and unions, an auditor those of
    their mandate.
    """
    return await act.find(
        db, principal, production=production_id, state=in_state, cursor=cursor, limit=limit, moment=moment
    )


@get(
    "/v1/requests/{request_id:uuid}",
    operation_id="getRequest",
    summary="Read a request",
    opt={"roles": READERS},
    tags=["requests"],
)
async def get_request(
    request_id: RequestId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> Response[RequestPage]:
    """One request with every answer to it, each with its place in the ledger. The ETag is its revision."""
    found = await act.show(db, principal, request_id, moment)
    return Response(found, headers={"ETag": etag(found.revision)})


routes = [make_request, answer_request, list_requests, get_request]
