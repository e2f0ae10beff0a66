"""The two doors of the link in a mail: looking at it, and ending the subscription with it."""

import datetime as dt
from typing import Annotated, Final

from litestar import MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.db import Database
from registry.notify.mail import act

Token = Annotated[
    str, PathParameter(description="The last step of the link in your letters.", max_length=100)
]

ONE_CLICK: Final = {
    "type": "object",
    "contentMediaType": "application/x-www-form-urlencoded",
    "properties": {"List-Unsubscribe": {"const": "One-Click"}},
    "description": "What mail programs send by RFC 8058. It is not read: posting is what counts.",
}


@get(
    "/v1/subscriptions/unsubscribe/{token:str}",
    operation_id="showUnsubscribe",
    summary="See what the link in a mail ends",
    opt={"public": True},
    tags=["subscriptions"],
    media_type=MediaType.HTML,
)
async def show_unsubscribe(token: Token, db: NamedDependency[Database]) -> Response[str]:
    """A page with a button. Looking changes nothing: mail programs open links by themselves."""
    shown = await act.show_link(db, token)
    return Response(shown.html, headers=shown.headers, media_type=MediaType.HTML)


@post(
    "/v1/subscriptions/unsubscribe/{token:str}",
    operation_id="unsubscribe",
    summary="Be told no more by mail",
    status_code=200,
    opt={"public": True, "body": ONE_CLICK},
    tags=["subscriptions"],
    media_type=MediaType.HTML,
)
async def unsubscribe(
    token: Token, db: NamedDependency[Database], now: NamedDependency[dt.datetime]
) -> Response[str]:
    """End the subscription whose letters carry this link, as mail programs do with one click (RFC 8058).

    The body is not read. Nothing else of yours changes; done twice, it is ended.
    """
    shown = await act.end_by_link(db, token, now)
    return Response(shown.html, headers=shown.headers, media_type=MediaType.HTML)


routes = [show_unsubscribe, unsubscribe]
"""The doors of the link in a mail."""
