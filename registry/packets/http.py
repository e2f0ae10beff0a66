"""The door of packets: everything about one case in one file, for those who may read the alert."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from registry.auth.scope import Principal
from registry.db import Database
from registry.judging.house import House
from registry.packets import act
from registry.packets.form import wanted

READERS = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/alerts/{alert_id:uuid}/packet",
    operation_id="getPacket",
    summary="Everything about one case in one file",
    opt={"roles": READERS},
    media_type="application/zip",
    tags=["alerts"],
)
async def get_packet(
    alert_id: Annotated[UUID, PathParameter(description="The alert's id.")],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    house: NamedDependency[House],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    as_of: Annotated[
        str | None,
        QueryParameter(
            format="date-time",
            description="The case as it was known at this instant; now, if unsaid. Not before it was opened.",
        ),
    ] = None,
) -> Stream:
    """Parties, clause, facts and who asserted them, clocks, timeline, thread, files, filings, rules, proofs.

    A zip of files unless `Accept` prefers `application/pdf`: the same in print, with the zip attached to it.
    The same alert, instant and role give the same bytes. Notes of one side are never in it, nor sections the
    employer keeps from your role. VERIFY.txt says how to check it without the registry. A finding is prima
    facie, for a person to pursue; it is never a legal conclusion.
    """
    form = wanted(request.headers.get("accept"))
    packet = await act.make(db, house, principal, alert_id, as_of, now, form)
    return Stream(act.sent(packet), headers=packet.headers)


routes = [get_packet]
