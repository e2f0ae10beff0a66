"""The doors of changes of clocks: either party asks, the other one consents or refuses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, RawBody

from registry.alerts.act import etag
from registry.alerts.alert import AlertPage
from registry.alerts.clocks import act
from registry.alerts.clocks.change import Consent, Extension, Proposal, Refusal
from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment

AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
Number = Annotated[
    int, PathParameter(description="The entry of the thread in which the change was asked for.", ge=1)
]
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
        name="If-Match", description="The ETag of the alert as you read it; required.", max_length=100
    ),
]
READERS = {"employer", "representative", "auditor", "administrator"}
PARTIES = {"employer", "representative"}


@get(
    "/v1/alerts/{alert_id:uuid}/extensions",
    operation_id="listExtensions",
    summary="List the changes of clocks that were asked for",
    opt={"roles": READERS},
    tags=["alerts"],
)
async def list_extensions(
    alert_id: AlertId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
) -> list[Proposal]:
    """Every change of a clock that a party asked for about an alert, and what the other party answered."""
    return await act.show(db, principal, alert_id, moment)


@post(
    "/v1/alerts/{alert_id:uuid}/extensions",
    operation_id="askForExtension",
    summary="Ask the other party for more time",
    opt={"roles": PARTIES, "record": Extension},
    tags=["alerts"],
)
async def ask_for_extension(
    alert_id: AlertId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    key: Key = None,
) -> Response[Proposal]:
    """Ask that a clock of an alert ends later (`extend`, `until` a day) or stands still (`toll`, for `days`).

    Either party asks and the other one answers; until it consents, the clock runs on as it did. `due` is the
    day of the duty itself. What is set by statute cannot be changed by agreement.
    """
    done = await act.ask(db, principal, alert_id, body, key, now)
    return Response(done.shown, headers=done.headers)


@post(
    "/v1/alerts/{alert_id:uuid}/extensions/{number:int}/consent",
    operation_id="consentToExtension",
    summary="Consent to a change of a clock",
    status_code=200,
    opt={"roles": PARTIES, "record": Consent},
    tags=["alerts"],
)
async def consent_to_extension(
    alert_id: AlertId,
    number: Number,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AlertPage]:
    """Agree to what the other party asked for: the clock changes, and the alert shows what was agreed.

    More time for the duty itself also lets the alert rest until then. The verdict stays what it is: what was
    agreed stands beside it.
    """
    moved = await act.consent(db, principal, alert_id, number, body, if_match, now)
    return Response(moved, headers={"ETag": etag(moved.revision)})


@post(
    "/v1/alerts/{alert_id:uuid}/extensions/{number:int}/refusal",
    operation_id="refuseExtension",
    summary="Refuse a change of a clock",
    status_code=200,
    opt={"roles": PARTIES, "record": Refusal},
    tags=["alerts"],
)
async def refuse_extension(
    alert_id: AlertId,
    number: Number,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Proposal:
    """Decline what the other party asked for, with the reason; the clock runs on as it did."""
    return await act.turn_down(db, principal, alert_id, number, body, now)


routes = [list_extensions, ask_for_extension, consent_to_extension, refuse_extension]
