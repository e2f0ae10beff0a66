"""The doors of the log of deliveries, and of a subscription's end and new beginning."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody

from registry.auth.scope import Principal
from registry.db import Database
from registry.deliveries.delivery import State
from registry.deliveries.log import act
from registry.deliveries.log.asked import Disabling, Replaying
from registry.deliveries.log.view import DeliveryLine, DeliveryPage, Replayed
from registry.page import LONGEST, MOST, Page
from registry.productions.view import etag
from registry.subscriptions.view import SubscriptionLine

DeliveryId = Annotated[UUID, PathParameter(description="The delivery's id.")]
SubscriptionId = Annotated[UUID, PathParameter(description="The subscription's id.")]
Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=LONGEST),
]
Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MOST, description="How many items a page has; 50 if not said.")
]
OfSubscription = Annotated[
    UUID | None, QueryParameter(name="subscription", description="Only deliveries of this subscription.")
]
# The framework keeps the name `state` for itself.
InState = Annotated[State | None, QueryParameter(name="state", description="Only deliveries in this state.")]
ALL = {"employer", "representative", "auditor", "administrator"}


@get(
    "/v1/deliveries",
    operation_id="listDeliveries",
    summary="List what was sent to you, and what became of it",
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def list_deliveries(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    subscription: OfSubscription = None,
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[DeliveryLine]:
    """The deliveries of your subscriptions, newest first: what waits, what arrived, what did not and why."""
    return await act.find(
        db, principal, subscription_id=subscription, state=in_state, cursor=cursor, limit=limit
    )


@get(
    "/v1/deliveries/{delivery_id:uuid}",
    operation_id="getDelivery",
    summary="Read a delivery",
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def get_delivery(
    delivery_id: DeliveryId, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> DeliveryPage:
    """One delivery with every attempt: when, how it was answered, and the digest of what was sent."""
    return await act.show(db, principal, delivery_id)


@post(
    "/v1/deliveries/{delivery_id:uuid}/replay",
    operation_id="replayDelivery",
    summary="Send a delivery again",
    status_code=200,
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def replay_delivery(
    delivery_id: DeliveryId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> DeliveryPage:
    """Send it again, with the id it had, so that a receiver who has it can drop it. A digest goes whole."""
    return await act.replay(db, principal, delivery_id, now)


@post(
    "/v1/deliveries/replay",
    operation_id="replayDeliveries",
    summary="Send again what a span of time holds",
    status_code=200,
    opt={"roles": ALL, "record": Replaying},
    tags=["subscriptions"],
)
async def replay_deliveries(
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> Replayed:
    """After an outage of yours: what failed, was delivered, or both, from one moment to before another.

    About a thousand at once, oldest first; `next` says from when to ask again, null when all of it goes.
    """
    return await act.replay_many(db, principal, body, now)


@post(
    "/v1/subscriptions/{subscription_id:uuid}/resume",
    operation_id="resumeSubscription",
    summary="Resume a subscription",
    status_code=200,
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def resume_subscription(
    subscription_id: SubscriptionId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> Response[SubscriptionLine]:
    """Make a disabled subscription active again. What was kept for it, 30 days at most, is sent in order."""
    resumed = await act.resume(db, principal, subscription_id, now)
    return Response(resumed, headers={"ETag": etag(resumed.revision)})


@post(
    "/v1/subscriptions/{subscription_id:uuid}/disable",
    operation_id="disableSubscription",
    summary="Disable somebody's subscription",
    status_code=200,
    opt={"roles": {"administrator"}, "record": Disabling},
    tags=["subscriptions"],
)
async def disable_subscription(
    subscription_id: SubscriptionId,
    body: RawBody,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> Response[SubscriptionLine]:
    """Stop sending there, with a reason its owner reads. The owner resumes it when that is mended."""
    disabled = await act.disable(db, principal, subscription_id, body, now)
    return Response(disabled, headers={"ETag": etag(disabled.revision)})


@delete(
    "/v1/subscriptions/{subscription_id:uuid}",
    operation_id="endSubscription",
    summary="End a subscription",
    opt={"roles": ALL},
    tags=["subscriptions"],
)
async def end_subscription(
    subscription_id: SubscriptionId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[dt.datetime],
) -> None:
    """Be told no more. What still waits is not sent."""
    await act.end(db, principal, subscription_id, now)


routes = [
    list_deliveries,
    get_delivery,
    replay_delivery,
    replay_deliveries,
    resume_subscription,
    disable_subscription,
    end_subscription,
]
