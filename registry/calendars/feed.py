"""A feed as it is kept and as its owner is shown it; its secret and its address."""

import datetime as dt
import hashlib
import re
from typing import Final
from uuid import UUID

import msgspec

from registry.auth.scope import Principal
from registry.calendars.asked import AskedProduction

SECRET_BYTES: Final = 32
"""A secret has 256 bits: nobody finds one by trying."""
MOST: Final = 20
"""Feeds one person may have at a time."""
NAMED: Final = re.compile(r"([A-Za-z0-9_-]{43})\.ics", re.ASCII)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row of calendar_feed, but for the digest of its secret. Fields stand in the order of the columns.

    `subject` is its owner, as `owner_of` says it.
    """

    feed_id: UUID
    subject: str
    principal: Principal
    title: str
    production: AskedProduction | None
    created_at: dt.datetime


class FeedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as its owner sees it. Its address is told once, when it is made.

    `production` is null where it is of all productions that `owner` might see when it was made.
    """

    feed_id: UUID
    title: str
    owner: str
    production: AskedProduction | None
    created_at: dt.datetime


class FeedMade(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that was made now, and its secret address: whoever knows it reads the calendar."""

    feed: FeedShown
    address: str


def shown(kept: Kept) -> FeedShown:
    """*kept* as its owner sees it."""
    return FeedShown(
        feed_id=kept.feed_id,
        title=kept.title,
        owner=kept.principal.subject,
        production=kept.production,
        created_at=kept.created_at,
    )


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def secret_of(name: str) -> str | None:
    """The secret in the last step of a feed's address; None where there can be none."""
    found = NAMED.fullmatch(name)
    return found[1] if found else None


def address(base: str, secret: str) -> str:
    """The address that is told once."""
    return f"{base}/calendar/{secret}.ics"
