"""The door of one alert: everybody concerned reads it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.alerts import act
from registry.alerts.alert import AlertPage
from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment

AlertId = Annotated[UUID, PathParameter(description="The alert's id.")]
READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/alerts/{alert_id:uuid}",
    operation_id="getAlert",
    summary="Read an alert",
    opt={"roles": READERS, "memento": True},
    tags=["alerts"],
)
async def get_alert(
    alert_id: AlertId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    moment: NamedDependency[Moment | None],
) -> Response[AlertPage]:
    """One alert, with everything a person needs to pursue it. The ETag is its revision.

    It shows the clause and how sure we are of it, the facts, the questions that are open, the time limits
    with their arithmetic and the days left, the moves you may make now, and every move the alert made, each
    with its place in the ledger. Every alert is *prima facie*, for a person to pursue. As of an earlier
    moment its clocks stand as they stood then, and there are no moves to make.
    """
    found = await act.show(db, principal, alert_id, now, moment)
    return Response(found, headers={"ETag": act.etag(found.revision)})


routes = [get_alert]
