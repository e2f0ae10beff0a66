"""The door of the statistics."""

from typing import Annotated, Any, cast

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.ledger.moment import Moment
from registry.statistics import act
from registry.statistics.table import About, Form, Statistics, Told

READERS = {"employer", "representative", "auditor", "administrator"}
OfAbout = Annotated[
    About,
    PathParameter(
        description="`exposure` by craft and local over time, `tools` by spread, `punctuality` of filings, "
        "`answers` and how long they take, `alerts` by clause."
    ),
]
InForm = Annotated[
    Form | None,
    QueryParameter(name="format", description="`json` or `csv`; as the header Accept says if unsaid."),
]


def reply(told: Told) -> Response[Statistics]:
    """The table as it was made, byte for byte; what it holds is Statistics."""
    return Response(content=cast("Statistics", told.body), headers=told.headers, media_type=told.media)


@get(
    "/v1/statistics/{about:str}",
    operation_id="getStatistics",
    summary="Read a table of statistics",
    opt={"roles": READERS},
    tags=["search"],
)
async def get_statistics(
    request: Request[Any, Any, State],
    about: OfAbout,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    form: InForm = None,
) -> Response[Statistics]:
    """Numbers over everything you may see, and over nothing else, with what each column counts.

    Shares are in thousandths. A number of persons from one to four is kept back (null), and so are others
    from which it could be worked out. As CSV the same rows, without the meaning of the columns.
    """
    return reply(await act.tell(db, principal, about, moment, form, request.headers.get("accept")))


routes = [get_statistics]
