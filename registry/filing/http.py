"""The doors through which disclosures are filed, amended, withdrawn and tried out."""

import datetime as dt
from typing import Annotated, cast
from uuid import UUID

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.filing import act
from registry.filing.answer import Answer, Outcome
from registry.filing.submission import Submission
from registry.filing.trial import Preflight
from registry.filing.withdrawal import Withdrawal
from registry.judging.house import House

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing for this request, quoted or bare; a repeat gets the same answer.",
    ),
]
Match = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description='The ETag of the version you are changing, as in `"1"`.'),
]
Digest = Annotated[
    str | None,
    HeaderParameter(
        name="Content-Digest", description="RFC 9530, `sha-256`; checked against the body when given."
    ),
]


def reply(outcome: Outcome) -> Response[Answer]:
    """The answer as it was made, byte for byte; what it holds is an Answer."""
    return Response(
        content=cast("Answer", outcome.body),
        status_code=outcome.status,
        headers=outcome.headers,
        media_type="application/json",
    )


@post(
    "/v1/disclosures",
    operation_id="fileDisclosure",
    summary="File a disclosure",
    opt={"roles": {"employer"}},
    tags=["disclosures"],
)
async def file_disclosure(
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
    digest: Digest = None,
) -> Response[Answer]:
    """Put a disclosure on record; the answer has its receipt, warnings, findings, and what is due next.

    Findings do not refuse a filing: an honest disclosure of a breach is still a disclosure. Every finding
    is prima facie, for a person to pursue. The same Idempotency-Key with the same body gives the same answer.
    """
    submission = Submission(principal=principal, body=body, now=now, key=key, digest=digest)
    return reply(await act.file_one(db, house, submission))


@post(
    "/v1/disclosures/preflight",
    operation_id="preflightDisclosure",
    summary="Judge a disclosure without filing it",
    opt={"roles": {"employer"}},
    tags=["disclosures"],
    status_code=200,
)
async def preflight_disclosure(
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    disclosure_id: Annotated[
        UUID | None,
        QueryParameter(description="The disclosure this would amend; leave it out for a new one."),
    ] = None,
) -> Preflight:
    """What would be answered if this were filed now: faults, warnings, findings, due dates."""
    return await act.preflight(db, house, body, now, principal, disclosure_id)


@put(
    "/v1/disclosures/{disclosure_id:uuid}",
    operation_id="amendDisclosure",
    summary="Amend a disclosure",
    opt={"roles": {"employer"}},
    tags=["disclosures"],
)
async def amend_disclosure(
    disclosure_id: DisclosureId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
    if_match: Match = None,
    digest: Digest = None,
) -> Response[Answer]:
    """Restate a disclosure, with the reason in `filing.amendment`; the earlier versions stay in the history.

    If-Match names the version you read. Verdicts are made anew, and what they were before stays on record.
    """
    submission = Submission(
        principal=principal,
        body=body,
        now=now,
        kind="amendment",
        key=key,
        disclosure_id=disclosure_id,
        if_match=if_match,
        digest=digest,
    )
    return reply(await act.file_one(db, house, submission))


@post(
    "/v1/disclosures/{disclosure_id:uuid}/withdrawal",
    operation_id="withdrawDisclosure",
    summary="Withdraw a disclosure",
    opt={"roles": {"employer"}, "record": Withdrawal},
    tags=["disclosures"],
    status_code=200,
)
async def withdraw_disclosure(
    disclosure_id: DisclosureId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    key: Key = None,
    if_match: Match = None,
    digest: Digest = None,
) -> Response[Answer]:
    """Say that a disclosure no longer holds, and why. From then on it asserts nothing.

    It stays in the history, and duties that had accrued before stay.
    """
    submission = Submission(
        principal=principal,
        body=body,
        now=now,
        kind="withdrawal",
        key=key,
        disclosure_id=disclosure_id,
        if_match=if_match,
        digest=digest,
    )
    return reply(await act.file_one(db, house, submission))


routes = [file_disclosure, preflight_disclosure, amend_disclosure, withdraw_disclosure]
