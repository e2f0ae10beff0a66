"""The doors of escalation plans: representatives say how alerts of their parties are followed up."""

from datetime import datetime
from typing import Annotated

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, RawBody

from registry.alerts.plans import act
from registry.alerts.plans.asked import AskedPlan
from registry.alerts.plans.view import PlanShown
from registry.auth.scope import Principal
from registry.db import Database
from registry.productions.view import etag

Party = Annotated[
    str,
    PathParameter(
        description="A local or a union, as in IATSE:700 or IATSE.",
        max_length=64,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description='The ETag of the plan as you read it; required. It is "0" while the party has none.',
        max_length=100,
    ),
]


@get(
    "/v1/escalation-plans/{party:str}",
    operation_id="getEscalationPlan",
    summary="How alerts of a local or union are followed up",
    opt={"roles": set(act.OWNERS)},
    tags=["alerts"],
)
async def get_plan(
    party: Party, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Response[PlanShown]:
    """The plan that alerts of this local or union open with now: its own, its union's, or the default.

    An alert keeps the plan it opened with; each alert shows its own.
    """
    found = await act.show(db, principal, party)
    return Response(found, headers={"ETag": etag(found.revision)})


@put(
    "/v1/escalation-plans/{party:str}",
    operation_id="changeEscalationPlan",
    summary="Say how alerts of a local or union are followed up",
    opt={"roles": set(act.OWNERS), "record": AskedPlan},
    tags=["alerts"],
)
async def change_plan(
    party: Party,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[PlanShown]:
    """Replace the whole plan: when reminders come, when nobody's acknowledgement lapses, who is told when.

    It counts for alerts that open from now on. What is left out has the default's value; no `steps` means
    that an alert nobody takes up is reminded of, and told to nobody else.
    """
    done = await act.change(db, principal, party, body, if_match, now)
    return Response(done, headers={"ETag": etag(done.revision)})


routes = [get_plan, change_plan]
