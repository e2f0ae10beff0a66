"""A subscription: what somebody wishes to be told, where, and at what pace."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.obligations.finding import AlertKind, Severity

Way = Literal["webhook", "slack", "teams", "email"]
Form = Literal["standard", "cloudevents"]
Signing = Literal["v1", "v1a"]
State = Literal["active", "paused", "disabled", "ended"]
At = Literal["once", "daily"]
Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody wants to hear of. An empty list leaves nothing out; lists are combined with "and".

    `kinds` and `severities` narrow alerts; a request has neither and passes them. A type is whole
    (`alert.opened`) or a family (`alert`, `request`, `thread`).
    """

    unions: list[str] = []
    locals: list[str] = []
    productions: list[str] = []
    employers: list[str] = []
    kinds: list[AlertKind] = []
    severities: list[Severity] = []
    types: list[str] = []


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From which hour to which hour nothing is sent, where the subscriber is; it may pass midnight."""

    from_: Hour
    to: Hour


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At once, or together once a day at `hour`; and not in the quiet hours. All in `time_zone`."""

    at: At = "once"
    hour: Hour = 8
    time_zone: str = "America/Los_Angeles"
    quiet: Quiet | None = None


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What webhooks are signed with, as outgoing/signing.py makes it; `until` None: it stays.

    `v1`: a shared secret, `whsec_…`. `v1a`: a private key, `whsk_…`, with its `public` one, `whpk_…`.
    """

    kind: Signing
    secret: str
    made_at: dt.datetime
    public: str | None = None
    until: dt.datetime | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A row of subscription. `subject` is its owner, `principal` what they may see, as of their last change.

    `unsubscribe` are the 32 bytes whose base64url, unpadded, is the token of the link in a mail.
    `failing_since` is when the first failure came after the last success; `rests_until` spares an address
    that fails.
    """

    subscription_id: UUID
    subject: str
    principal: Principal
    way: Way
    address: str
    form: Form
    wish: Wish
    pace: Pace
    state: State
    state_reason: str | None
    secrets: list[Secret]
    unsubscribe: bytes | None
    failing_since: dt.datetime | None
    rests_until: dt.datetime | None
    revision: int
    created_at: dt.datetime
    changed_at: dt.datetime


def live(secrets: Sequence[Secret], now: dt.datetime) -> list[Secret]:
    """The secrets a message is signed with at *now*, the newest first: one, or two while one is replaced."""
    held = [secret for secret in secrets if secret.until is None or secret.until > now]
    return sorted(held, key=lambda secret: secret.made_at, reverse=True)
