"""A judgement with the instant it was made for, which is never earlier than anything it rests on."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations.judge import Judgement
from registry.obligations.statement import Known

FIRST: Final = 1900
LAST: Final = 2999
"""The years a question about the past may name."""


class Weighed(msgspec.Struct, frozen=True):
    """What the packs say at *as_of*."""

    judgement: Judgement
    as_of: dt.datetime


def instant_of(known: Sequence[Known], now: dt.datetime) -> dt.datetime:
    """*now*, or the newest filing's instant when another machine's clock runs ahead of ours.

    The judge looks at nothing filed later than its instant; a filing that stands in the ledger must count.
    """
    return max([now, *(each.filed_at for each in known)])


def stated(as_of: dt.datetime | None) -> dt.datetime | None:
    """*as_of* in UTC; raises Invalid for one without an offset, or of a year no history has."""
    if as_of is None:
        return None
    if as_of.tzinfo is None:
        says = "as_of has no offset from UTC, so it names no instant"
        raise Invalid(says, [Fault("", "as_of", says, "Write it like 2025-11-15T00:00:00Z.")])
    if not FIRST <= as_of.year <= LAST:
        says = f"as_of lies outside the years {FIRST} to {LAST}"
        raise Invalid(says, [Fault("", "as_of", says, "Ask for a day the registry can have known.")])
    return as_of.astimezone(dt.UTC)
