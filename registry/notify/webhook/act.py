"""Signs, posts, and says what became of it: for systems, for Slack and for Teams."""

import datetime as dt
import hashlib
from typing import Final

from registry.deliveries.sending import Outgoing, Sent
from registry.errors import Invalid
from registry.notify.webhook import answer
from registry.notify.webhook.body import CLOUDEVENTS_TYPE, CONTENT_TYPE, cloudevent, message, standard
from registry.notify.webhook.chat import card, slack, teams
from registry.outgoing.act import Post, Unreachable
from registry.outgoing.address import target
from registry.outgoing.signing import sign
from registry.subscriptions.subscription import Subscription, live

WAYS: Final = ("webhook", "slack", "teams")
"""The ways of telling this sender knows."""


class WebhookSender:
    """Tells by HTTP. *base* is the registry's own address, for links and as a source."""

    def __init__(self, post: Post, base: str) -> None:
        self.post = post
        self.base = base

    async def send(self, to: Subscription, message: Outgoing, now: dt.datetime) -> Sent:
        """Post *message* once; raises for nothing the other side does."""
        try:
            where = target(to.address)
            body, headers = written(to, message, self.base, now)
        except Invalid as fault:
            return Sent(result="gone", error=fault.detail, body_sha256=hashlib.sha256(b"").digest())
        digest = hashlib.sha256(body).digest()
        try:
            got = await self.post.post(where, headers, body)
        except Unreachable as fault:
            return Sent(result="again", error=str(fault)[:400], body_sha256=digest)
        result = answer.result(to.way, got.status, got.body)
        return Sent(
            result=result,
            status=got.status,
            error="" if result == "delivered" else answer.said(got.status, got.body),
            retry_after=None if result == "delivered" else answer.retry_after(got.headers, now),
            body_sha256=digest,
        )


def written(
    to: Subscription, outgoing: Outgoing, base: str, now: dt.datetime
) -> tuple[bytes, dict[str, str]]:
    """The body of *outgoing* in the form that was asked for, and its headers, signed for a system."""
    if to.way in {"slack", "teams"}:
        shown = card(outgoing.events, base)
        return (slack if to.way == "slack" else teams)(shown), {"content-type": CONTENT_TYPE}
    told = message(outgoing.events, base, now)
    if to.form == "cloudevents":
        body, kind = cloudevent(told, outgoing.id, base), CLOUDEVENTS_TYPE
    else:
        body, kind = standard(told), CONTENT_TYPE
    secrets = [secret.secret for secret in live(to.secrets, now)]
    return body, {"content-type": kind, **sign(secrets, outgoing.id, int(now.timestamp()), body)}
