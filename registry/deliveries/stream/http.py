"""The door of the stream."""

from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from registry.auth.scope import Principal
from registry.db import Database
from registry.deliveries.stream import act

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
After = Annotated[
    int | None,
    QueryParameter(
        description="The id of the last event you have, where a header cannot be sent; -1 for all there are.",
        ge=-1,
        le=2**53 - 1,
    ),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="The id of the last event you have. Browsers send it by themselves.",
        max_length=30,
    ),
]
Authorization = Annotated[str | None, HeaderParameter(name="Authorization", include_in_schema=False)]


@get(
    "/v1/alerts/stream",
    operation_id="streamAlerts",
    summary="Hear of what happens as it happens",
    opt={"roles": {"employer", "representative", "auditor", "administrator"}},
    tags=["alerts"],
    media_type="text/event-stream",
)
async def stream_alerts(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    after: After = None,
    last_event_id: LastEventId = None,
    authorization: Authorization = None,
) -> Stream:
    """Events of alerts, requests and threads that you may read, as server-sent events, while they happen.

    An event's id is its place in the ledger. Come back with the last id you have, and you get everything
    after it, whatever was restarted meanwhile; without one you get what happens from now on. A comment comes
    every 15 seconds when nothing else does. The stream ends when your token does.
    """
    found = await act.opened(db, principal, after, last_event_id, authorization)
    return Stream(found, headers=HEADERS, media_type="text/event-stream")


routes = [stream_alerts]
