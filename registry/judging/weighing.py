"""A judgement with the instant it was made for, which is never earlier than anything it rests on."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations.judge import Judgement
from registry.obligations.statement import Known

FIRST: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
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


def stated(instant: dt.datetime | str | None, name: str = "as_of") -> dt.datetime | None:
    """*instant* in UTC, within the bounds of any history; raises Invalid for what names no instant.

    A text is read as RFC 3339 has it, with its offset: a number of seconds, or a day alone, names none.
    """
    if instant is None:
        return None
    if isinstance(instant, str):
        instant = read(instant, name)
    if instant.tzinfo is None:
        raise no_instant(name, "has no offset from UTC, so it names no instant")
    if instant.year < FIRST.year:
        return FIRST
    return LAST if instant.year > LAST.year else instant.astimezone(dt.UTC)


def read(text: str, name: str) -> dt.datetime:
    """*text* as an instant."""
    # In a query a plus sign is a blank once it is decoded.
    text = text.replace(" ", "+")
    try:
        if RFC_3339.fullmatch(text):
            return dt.datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise no_instant(name, "is not an instant")


def no_instant(name: str, says: str) -> Invalid:
    """The refusal of what names no instant."""
    says = f"{name} {says}"
    return Invalid(says, [Fault("", name, says, "Write it like 2025-11-15T00:00:00Z.")])
