"""A subscription as it is shown: secrets hidden, a stranger's address without what opens it."""

import datetime as dt
from uuid import UUID

import msgspec

from registry.auth.scope import Role
from registry.subscriptions.subscription import Form, Pace, Signing, State, Subscription, Way, Wish


class SecretLine(msgspec.Struct, frozen=True, kw_only=True):
    """That there is a secret, of which kind, since when and until when; `public` checks what it signs."""

    kind: Signing
    made_at: dt.datetime
    until: dt.datetime | None
    public: str | None


class SubscriptionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription. `state_reason`: why it is not active. `failing_since`: since when nothing arrives."""

    subscription_id: UUID
    owner: str
    role: Role
    way: Way
    address: str
    form: Form
    wish: Wish
    pace: Pace
    state: State
    state_reason: str | None
    failing_since: dt.datetime | None
    secrets: list[SecretLine]
    revision: int
    created_at: dt.datetime
    changed_at: dt.datetime


class SubscriptionMade(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription with its newest secret, which is shown this once; null where nothing is signed."""

    subscription: SubscriptionLine
    secret: str | None


def line(row: Subscription, reader: str) -> SubscriptionLine:
    """*row* as *reader* sees it."""
    return SubscriptionLine(
        subscription_id=row.subscription_id,
        owner=row.principal.subject,
        role=row.principal.role,
        way=row.way,
        address=row.address if reader == row.subject else covered(row.way, row.address),
        form=row.form,
        wish=row.wish,
        pace=row.pace,
        state=row.state,
        state_reason=row.state_reason,
        failing_since=row.failing_since,
        secrets=[
            SecretLine(kind=each.kind, made_at=each.made_at, until=each.until, public=each.public)
            for each in row.secrets
        ],
        revision=row.revision,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def covered(way: Way, address: str) -> str:
    """An address by which a stranger knows where it leads and cannot send there."""
    if way == "email":
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}…@{domain}"
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}/…"


def made(row: Subscription) -> SubscriptionMade:
    """*row* for its owner, with its first secret; without one when it has been changed since."""
    first = row.secrets[0].secret if row.secrets and row.revision == 1 else None
    return SubscriptionMade(subscription=line(row, row.subject), secret=first)
