"""The door of a trial: does what is sent there arrive."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.notify import act
from registry.notify.act import Trial
from registry.settings import Settings

SubscriptionId = Annotated[UUID, PathParameter(description="The subscription's id.")]


@post(
    "/v1/subscriptions/{subscription_id:uuid}/test",
    operation_id="trySubscription",
    summary="Try a subscription",
    status_code=200,
    opt={"roles": {"employer", "representative", "auditor", "administrator"}},
    tags=["subscriptions"],
)
async def try_subscription(
    subscription_id: SubscriptionId,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    now: NamedDependency[dt.datetime],
) -> Trial:
    """Send a trial there now, signed as everything is, and see what became of it. Nothing is tried again."""
    return await act.attempt(db, principal, subscription_id, settings, now)


routes = [try_subscription]
