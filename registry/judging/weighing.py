"""A judgement with the instant it was made for, which is never earlier than anything it rests on."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from registry.obligations.judge import Judgement
from registry.obligations.statement import Known


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
