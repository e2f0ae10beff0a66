"""What every reading of records takes to be of the past, and what its answer says of the moment it is of."""

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter, QueryParameter
from litestar.types import Message, Scope

from registry.db import Database
from registry.ledger import moment as moments
from registry.ledger.moment import Moment
from registry.ledger.past import act

AsOf = Annotated[
    str | None,
    QueryParameter(
        name="as_of",
        format="date-time",
        description="As it was known at this instant; absent: as it is now. Not with `tree_size`.",
    ),
]
TreeSize = Annotated[
    int | None,
    QueryParameter(
        name="tree_size",
        ge=1,
        le=2**53 - 1,
        description="As it was known when the ledger had so many entries; exact where an instant is not.",
    ),
]
AcceptDatetime = Annotated[
    str | None,
    HeaderParameter(
        name="Accept-Datetime",
        description="RFC 7089: the same as `as_of`, as a date of HTTP. The parameters go before it.",
    ),
]


async def provide_moment(
    request: Request[Any, Any, State],
    db: NamedDependency[Database],
    now: NamedDependency[dt.datetime],
    as_of: AsOf = None,
    tree_size: TreeSize = None,
    accept_datetime: AcceptDatetime = None,
) -> Moment | None:
    """The moment a reading is asked for; None for the present."""
    moments.once([name for name, _ in request.query_params.multi_items()])
    found = await act.find(db, moments.asked(as_of, tree_size, accept_datetime, now))
    request.scope["state"]["moment"] = found
    return found


async def refuse_elsewhere(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse to be asked for the past where only the present is told; the guard has let the caller in."""
    visited = str(connection.scope.get("method", "")), connection.scope["path"]
    moments.refuse(*visited, list(connection.query_params), parameters(handler))


async def tell_moment(message: Message, scope: Scope) -> None:
    """Name on the answer the moment it is of, and where the other moments are."""
    handler: Any = scope.get("route_handler")
    memento = bool(getattr(handler, "opt", {}).get("memento"))
    found: Moment | None = scope["state"].get("moment")
    more = moments.said(scope["path"], found, parameters(handler), memento=memento)
    moments.add(cast("dict[str, Any]", message), more)


def parameters(handler: Any) -> Collection[str]:
    """The names of what *handler* takes."""
    return getattr(getattr(handler, "parsed_fn_signature", None), "parameters", {}).keys()


routes: list[BaseRouteHandler] = []
