"""The guard every route has, the caller it found, and the key set others may check our tokens by."""

from typing import Any

from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from registry.auth import act
from registry.auth.keys import KeySet
from registry.auth.scope import Principal
from registry.auth.visit import Visit

Connection = ASGIConnection[Any, Any, Any, Any]


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Admit the caller to the route, or raise; the principal is in `scope["user"]` from here on."""
    state: State = connection.app.state
    connection.scope["user"] = await act.admit(state.gate, state.db, visit_of(connection), handler.opt)


def visit_of(connection: Connection) -> Visit:
    """What the guard needs to know of a request."""
    return Visit(
        method=str(connection.scope.get("method", "")),
        path=connection.scope["path"],
        query=connection.scope["query_string"].decode("latin-1"),
        authorization=connection.headers.get("authorization"),
        request_id=connection.scope["state"].get("request_id", ""),
        encoding=connection.headers.get("content-encoding", ""),
        reason=connection.headers.get("access-reason", ""),
        instant=connection.headers.get("accept-datetime", ""),
        addressed=connection.scope["path_params"].get("employer_id"),
    )


async def answering(response: Response[Any]) -> Response[Any]:
    """Every answer passes here before it is sent: the access log learns whose data it shows."""
    await act.record(response.content)
    return response


async def refusing(_: Exception, __: Scope) -> None:
    """Every request that ends in an error passes here before the problem is sent."""
    await act.record_refused()


async def provide_principal(request: Request[Principal, Any, State]) -> Principal:
    """The caller the guard admitted."""
    return request.user


@get(
    "/.well-known/jwks.json",
    operation_id="keySet",
    summary="The keys that sign the registry's own tokens",
    opt={"public": True},
    tags=["keys"],
)
async def key_set(keys: NamedDependency[KeySet]) -> KeySet:
    """The public keys of the local issuer (RFC 7517); empty where tokens come from configured issuers."""
    return keys


routes = [key_set]
