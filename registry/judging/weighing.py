"""A judgement with the instant it was made for, which is never earlier than anything it rests on."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from registry.obligations.judge import Judgement
from registry.obligations.statement import Known


class Weighed(msgspec.Struct, frozen=True):
    """What the packs say at *as_of*."""

    judgement: Judgement
    as_of: dt.datetime


def instant_of(known: Sequence[Known], now: dt.datetime) -> dt.datetime:
    """*now*, or the newest filing's instant when another machine's clock runs ahead of ours.

    The judge looks at nothing filed later than its instant; a filing that stands in the ledger must count.
    """
    return max([now, *(each.filed_at for each in known)])
