"""The doors of the access log: who read whose data, and the batches that are in the ledger."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.access import act
from registry.access.line import AccessLine
from registry.auth.scope import Principal, Role
from registry.db import Database
from registry.page import LONGEST, MOST, Page

OfEmployer = Annotated[
    str | None,
    QueryParameter(
        name="employer_id",
        description="Only readings that showed data of the employer with this key.",
        max_length=63,
        pattern=r"^[a-z0-9-]+$",
    ),
]
BySubject = Annotated[
    str | None,
    QueryParameter(
        name="by",
        description="Only readings by the person with this subject.",
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
    ),
]
ByRole = Annotated[Role | None, QueryParameter(description="Only readings by callers of this role.")]
From = Annotated[
    str | None,
    QueryParameter(
        name="from", format="date-time", description="Only readings from this instant on.", max_length=40
    ),
]
Until = Annotated[
    str | None,
    QueryParameter(format="date-time", description="Only readings until this instant.", max_length=40),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
Number = Annotated[int, PathParameter(description="The batch's number, from 1.", ge=1, le=2_000_000_000)]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/access-log",
    operation_id="listAccesses",
    summary="Who read whose data",
    opt={"roles": READERS},
    tags=["access log"],
)
async def list_accesses(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    employer_id: OfEmployer = None,
    by: BySubject = None,
    role: ByRole = None,
    first: From = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[AccessLine]:
    """Each reading of what is not public, newest first: who, what, when, as of when, and why if they said so.

    An employer sees every reading of its data, by others and by its own offices; an auditor those of their
    mandate; a representative their own; an administrator all. A message that has arrived is a reading of each
    alert or request it told of, by the way that `method` names; a command an operator ran on the machine
    itself is one by their login name, with the `method` `command line`. Say why you read something with the
    header Access-Reason on any request, in at most 500 letters: it is kept here. A reading is in the ledger
    once `batch` says where; `sha256` is then the item at `place` of that batch.
    """
    return await act.find(
        db,
        principal,
        employer_id=employer_id,
        subject=by,
        role=role,
        span=(first, until),
        cursor=cursor,
        limit=limit,
    )


@get(
    "/v1/access-log/batches/{number:int}",
    operation_id="getAccessBatch",
    summary="One batch of readings, as the ledger vouches for it",
    opt={"roles": READERS},
    tags=["access log"],
)
async def get_batch(number: Number, db: NamedDependency[Database]) -> Response[bytes]:
    """The digests of the readings in a batch, in order. The SHA-256 of these bytes is in the batch's entry.

    A digest says nothing to whoever does not have the reading. The header Ledger-Index names the entry.
    """
    found = await act.get_batch(db, number)
    headers = {"Ledger-Index": str(found.ledger_index)}
    return Response(found.body, headers=headers, media_type="application/json")


routes = [list_accesses, get_batch]
