"""The ways of telling, ready to use; and a trial of one."""

import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from registry.auth.scope import Principal, owner_of
from registry.db import Database
from registry.deliveries.delivery import name_of
from registry.deliveries.sending import Outgoing, Result, Sender
from registry.notify.mail.act import MailSender
from registry.notify.webhook.act import WAYS, WebhookSender
from registry.outgoing import act as outgoing
from registry.settings import Settings
from registry.subscriptions import store
from registry.subscriptions.subscription import Subscription, Way

log = structlog.get_logger()

Senders = Mapping[Way, Sender]
"""What tells, by the way a subscription names."""
SAYS: Final = {
    "delivered": "It arrived.",
    "again": "It did not arrive; a message would be tried again.",
    "refused": "It was refused; a message would be given up.",
    "gone": "The address takes nothing any more; the subscription would be disabled.",
}
"""What each result means for the subscription."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a trial."""

    message: str
    result: Result
    says: str
    status: int | None
    error: str
    milliseconds: int


@contextlib.asynccontextmanager
async def senders(settings: Settings) -> AsyncIterator[Senders]:
    """Every way of telling, while the block runs."""
    async with outgoing.opened(settings.outgoing_allow) as post:
        hook = WebhookSender(post, settings.address)
        yield {**dict.fromkeys(WAYS, hook), "email": MailSender(settings)}


async def attempt(
    db: Database, principal: Principal, subscription_id: UUID, settings: Settings, now: dt.datetime
) -> Trial:
    """Send a trial to the caller's own subscription, whatever its state, and say what became of it."""
    async with db.snapshot() as conn:
        to = await store.get(conn, subscription_id, owner_of(principal))
    message = Outgoing(id=name_of(uuid7()), events=[], attempt=1)
    began = time.monotonic()
    async with senders(settings) as ways:
        sent = await ways[to.way].send(to, message, now)
    log.info("subscription.tried", subscription=str(subscription_id), result=sent.result, status=sent.status)
    return Trial(
        message=message.id,
        result=sent.result,
        says=SAYS[sent.result],
        status=sent.status,
        error=sent.error,
        milliseconds=round((time.monotonic() - began) * 1000),
    )


async def tell_disabled(db: Database, ways: Senders, disabled: Subscription, now: dt.datetime) -> None:
    """Write to the owner of a subscription that was disabled, if they have a mail subscription."""
    async with db.snapshot() as conn:
        box = await store.find_letter_box(conn, disabled.subject)
    if box is None or "email" not in ways:
        return
    note = (
        f"Your {disabled.way} subscription {disabled.subscription_id} was disabled: {disabled.state_reason}. "
        "What happens is kept for it for 30 days. When the address is mended, resume it at "
        f"/v1/subscriptions/{disabled.subscription_id}/resume and what was kept is sent."
    )
    message = Outgoing(id=name_of(uuid7()), events=[], attempt=1, note=note)
    sent = await ways["email"].send(box, message, now)
    log.info("subscription.owner_told", subscription=str(disabled.subscription_id), result=sent.result)
