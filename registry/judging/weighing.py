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
    """What the packs say at *as_of*; the newest of them was published at *stands_at* of the ledger.

    It was made in sight of the first *known_to* entries; look again at *again_at* (None: time changes
    nothing). `losses` says whether what is judged for the first time changes the production's losses.
    """

    judgement: Judgement
    as_of: dt.datetime
    stands_at: int
    known_to: int
    again_at: dt.datetime | None
    losses: bool = False


def instant_of(known: Sequence[Known], now: dt.datetime) -> dt.datetime:
    """*now*, or the newest filing's instant when another machine's clock runs ahead of ours.

    The judge looks at nothing filed later than its instant; a filing that stands in the ledger must count.
    """
    return max([now, *(each.filed_at for each in known)])


def earliest(*instants: dt.datetime | None) -> dt.datetime | None:
    """The first of *instants*, or None when there is none."""
    return min((each for each in instants if each), default=None)


def stated(instant: dt.datetime | None, name: str = "as_of") -> dt.datetime | None:
    """*instant* in UTC, within the bounds of any history; raises Invalid for one without an offset."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        says = f"{name} has no offset from UTC, so it names no instant"
        raise Invalid(says, [Fault("", name, says, "Write it like 2025-11-15T00:00:00Z.")])
    if instant.year < FIRST.year:
        return FIRST
    return LAST if instant.year > LAST.year else instant.astimezone(dt.UTC)
