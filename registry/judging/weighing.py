"""A judgement with the instant it was made for, which is never earlier than anything it rests on."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations.judge import Judgement
from registry.obligations.statement import Known

FIRST: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LAST: Final = dt.datetime(2999, 12, 31, tzinfo=dt.UTC)
"""No history begins before, or goes on after; an instant beyond asks for the same as these."""


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
    """*as_of* in UTC, no earlier and no later than any history; raises Invalid for one without an offset."""
    if as_of is None:
        return None
    if as_of.tzinfo is None:
        says = "as_of has no offset from UTC, so it names no instant"
        raise Invalid(says, [Fault("", "as_of", says, "Write it like 2025-11-15T00:00:00Z.")])
    if as_of.year < FIRST.year:
        return FIRST
    return LAST if as_of.year > LAST.year else as_of.astimezone(dt.UTC)
