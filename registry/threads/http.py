"""The doors of threads: both parties speak and show files about an alert or a request, all concerned read."""

import datetime as dt
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody
from litestar.response import Stream

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.page import LONGEST, MOST, Page
from registry.threads import act
from registry.threads.act import Sent
from registry.threads.evidence import LARGEST, LONGEST_NAME
from registry.threads.kinds import TAKEN
from registry.threads.said import Comment
from registry.threads.view import Spoken

Asking = Request[Principal, Any, State]
AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
RequestId = Annotated[UUID, PathParameter(description="The request's id.")]
EvidenceId = Annotated[UUID, PathParameter(description="The file's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing, quoted or bare; required. A repeat gets the same answer.",
    ),
]
Digest = Annotated[
    str | None,
    HeaderParameter(
        name="Content-Digest",
        description="RFC 9530, `sha-256` or `sha-512`; checked against the file when given.",
    ),
]
IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="The ETag of a file you have already.")
]
Name = Annotated[
    str,
    QueryParameter(
        description="What the file is called, with the ending of its type, without folders.",
        min_length=1,
        max_length=LONGEST_NAME,
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
READERS = {"employer", "representative", "auditor", "administrator"}
SPEAKERS = {"employer", "representative"}
FILE: Final = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": f"The file's bytes, with its own type in Content-Type: {', '.join(TAKEN)}.",
}


@get(
    "/v1/alerts/{alert_id:uuid}/thread",
    operation_id="listAlertThread",
    summary="Read what was said about an alert",
    opt={"roles": READERS},
    tags=["threads"],
)
async def list_alert_thread(
    alert_id: AlertId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Spoken]:
    """Answers, comments, files and agreed changes about an alert, oldest first, each with its ledger entry.

    You read what was said to both parties, and the notes of your own side. Auditors and administrators read
    what was said to both.
    """
    return await act.read(db, principal, ("alert", alert_id), cursor, limit, moment)


@get(
    "/v1/requests/{request_id:uuid}/thread",
    operation_id="listRequestThread",
    summary="Read what was said about a request",
    opt={"roles": READERS},
    tags=["threads"],
)
async def list_request_thread(
    request_id: RequestId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[Spoken]:
    """A request, its answers, and what else was said about it, oldest first, each with its ledger entry.

    You read what was said to both parties, and the notes of your own side. Auditors and administrators read
    what was said to both.
    """
    return await act.read(db, principal, ("request", request_id), cursor, limit, moment)


@post(
    "/v1/alerts/{alert_id:uuid}/comment",
    operation_id="commentOnAlert",
    summary="Comment on an alert",
    opt={"roles": SPEAKERS, "record": Comment},
    tags=["threads"],
)
async def comment_on_alert(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[Spoken]:
    """Say something about an alert to both parties, or note it for your own side with `seen_by: us`.

    It moves nothing: the alert stays as it is, and one that is resolved or withdrawn may be spoken about too.
    """
    done = await act.comment(db, principal, ("alert", alert_id), body, key, now)
    return Response(done.shown, headers=done.headers)


@post(
    "/v1/requests/{request_id:uuid}/comment",
    operation_id="commentOnRequest",
    summary="Comment on a request",
    opt={"roles": SPEAKERS, "record": Comment},
    tags=["threads"],
)
async def comment_on_request(
    request_id: RequestId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[Spoken]:
    """Say something about a request to both parties, or note it for your own side with `seen_by: us`.

    It answers nothing and starts or stops no clock; a request that is closed may be spoken about too.
    """
    done = await act.comment(db, principal, ("request", request_id), body, key, now)
    return Response(done.shown, headers=done.headers)


@post(
    "/v1/alerts/{alert_id:uuid}/evidence",
    operation_id="showAlertEvidence",
    summary="Show a file about an alert",
    opt={"roles": SPEAKERS, "body": FILE},
    tags=["threads"],
    request_max_body_size=LARGEST,
)
async def show_alert_evidence(
    request: Asking,
    alert_id: AlertId,
    name: Name,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
    digest: Digest = None,
) -> Response[Spoken]:
    """Put a file of up to 25 MiB on record for both parties; its SHA-256 stands in the ledger.

    Send its bytes as the body, its type in Content-Type. A file that is not what it says is refused, and so
    is one with macros. It is kept as it is and never shown as a page; nobody promises that it is harmless.
    """
    sent = Sent(body, name, request.headers.get("content-type"), digest)
    done = await act.show_file(db, principal, ("alert", alert_id), sent, key, now)
    return Response(done.shown, headers=done.headers)


@post(
    "/v1/requests/{request_id:uuid}/evidence",
    operation_id="showRequestEvidence",
    summary="Show a file about a request",
    opt={"roles": SPEAKERS, "body": FILE},
    tags=["threads"],
    request_max_body_size=LARGEST,
)
async def show_request_evidence(
    request: Asking,
    request_id: RequestId,
    name: Name,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
    digest: Digest = None,
) -> Response[Spoken]:
    """Put a file of up to 25 MiB on record for both parties; its SHA-256 stands in the ledger.

    Send its bytes as the body, its type in Content-Type. A file that is not what it says is refused, and so
    is one with macros. It is kept as it is and never shown as a page; nobody promises that it is harmless.
    """
    sent = Sent(body, name, request.headers.get("content-type"), digest)
    done = await act.show_file(db, principal, ("request", request_id), sent, key, now)
    return Response(done.shown, headers=done.headers)


@get(
    "/v1/evidence/{evidence_id:uuid}",
    operation_id="getEvidence",
    summary="Download a file of evidence",
    opt={"roles": READERS},
    tags=["threads"],
    media_type="*/*",
)
async def get_evidence(
    evidence_id: EvidenceId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    if_none_match: IfNoneMatch = None,
) -> Stream:
    """The exact bytes that were sent, as a download under the name they came with.

    The Content-Type is the one the bytes have shown; Content-Digest and ETag are of its SHA-256, which is the
    `sha256` of its ledger entry.
    """
    found = await act.download(db, principal, evidence_id, if_none_match, moment)
    return Stream(found.pieces, status_code=found.status, headers=found.headers)


routes = [
    list_alert_thread,
    list_request_thread,
    comment_on_alert,
    comment_on_request,
    show_alert_evidence,
    show_request_evidence,
    get_evidence,
]
