"""The doors of subscriptions: make, read, change, exchange the secret."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.page import LONGEST, MOST, Page
from registry.productions.view import etag
from registry.settings import Settings
from registry.subscriptions import act
from registry.subscriptions.asked import Changing, Rotating, Subscribing
from registry.subscriptions.view import SubscriptionLine, SubscriptionMade

SubscriptionId = Annotated[UUID, PathParameter(description="The subscription's id.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of your choosing, quoted or bare. A repeat with it gets the same answer.",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", description="The ETag of the subscription as you read it; required.", max_length=100
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
ALL = {"employer", "representative", "auditor", "administrator"}


@post(
    "/v1/subscriptions",
    operation_id="subscribe",
    summary="Be told of what happens",
    opt={"roles": ALL, "record": Subscribing},
    tags=["subscriptions"],
)
async def subscribe(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    now: NamedDependency[dt.datetime],
    key: Key = None,
) -> Response[SubscriptionMade]:
    """Say where you want to be told, what of, and when: by webhook, in Slack or Teams, or by e-mail.

    You are told what you may read, and nothing else. A message says what happened and where to read it.
    Webhooks are signed by Standard Webhooks with the secret in this answer; it is not shown again.
    Quiet hours and daily letters never hold back what is due, or whose clock ends, within 48 hours.
    """
    made = await act.make(db, principal, body, key, settings, now)
    return Response(made.made, headers=made.headers)


@get(
    "/v1/subscriptions",
    operation_id="listSubscriptions",
    summary="List your subscriptions",
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def list_subscriptions(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[SubscriptionLine]:
    """Your subscriptions, newest first; an administrator sees that others exist, not their whole address."""
    return await act.find(db, principal, cursor, limit)


@get(
    "/v1/subscriptions/{subscription_id:uuid}",
    operation_id="getSubscription",
    summary="Read a subscription",
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def get_subscription(
    subscription_id: SubscriptionId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[SubscriptionLine]:
    """One subscription, and whether what is sent there arrives. The ETag is its revision."""
    found = await act.show(db, principal, subscription_id)
    return Response(found, headers={"ETag": etag(found.revision)})


@put(
    "/v1/subscriptions/{subscription_id:uuid}",
    operation_id="changeSubscription",
    summary="Change a subscription",
    opt={"roles": ALL, "record": Changing},
    tags=["subscriptions"],
)
async def change_subscription(
    subscription_id: SubscriptionId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[SubscriptionLine]:
    """Another address, another wish, another pace, from now on; what is waiting goes to the new address."""
    changed = await act.change(db, principal, subscription_id, body, if_match, settings, now)
    return Response(changed, headers={"ETag": etag(changed.revision)})


@post(
    "/v1/subscriptions/{subscription_id:uuid}/secret",
    operation_id="exchangeSecret",
    summary="Exchange the secret of a webhook",
    status_code=200,
    opt={"roles": ALL, "record": Rotating},
    tags=["subscriptions"],
)
async def exchange_secret(
    subscription_id: SubscriptionId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
    if_match: IfMatch = None,
) -> Response[SubscriptionMade]:
    """A new secret, shown this once. The old one signs beside it for 24 hours, or for as long as you say."""
    made = await act.rotate(db, principal, subscription_id, body, if_match, now)
    return Response(made, headers={"ETag": etag(made.subscription.revision)})


routes = [subscribe, list_subscriptions, get_subscription, change_subscription, exchange_secret]
