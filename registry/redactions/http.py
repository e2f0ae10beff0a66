"""The door through which a section is taken out by order."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.judging.house import House
from registry.redactions.apart import act
from registry.redactions.asked import RedactionOrder
from registry.redactions.entry import Redaction
from registry.settings import Settings

DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the disclosure as you read it; required.", max_length=100
    ),
]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing, quoted or bare; required. A repeat gets the same answer.",
        max_length=300,
    ),
]


@post(
    "/v1/disclosures/{disclosure_id:uuid}/redactions",
    operation_id="redactDisclosure",
    summary="Take sections out of one version by order",
    status_code=200,
    opt={"roles": {"administrator"}, "record": RedactionOrder},
    tags=["disclosures"],
)
async def redact_disclosure(
    disclosure_id: DisclosureId,
    body: RawBody,
    db: NamedDependency[Database],
    house: NamedDependency[House],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
    key: Key = None,
) -> Response[Redaction]:
    """Take whole sections out of one version, for good: the bytes as received, the salts, every copy.

    Verdicts, days and clocks stay; the words of findings that rest on the sections go. A tombstone with the
    ground, its author and the list of what changed goes into the ledger; every older proof still holds.
    `still_in` names other versions that say the same.
    """
    folder = settings.data_dir / act.FOLDER
    done = await act.redact(db, house.editions, folder, principal, disclosure_id, body, if_match, key, now)
    return Response(done, headers={"Location": f"/v1/disclosures/{disclosure_id}"})


routes = [redact_disclosure]
