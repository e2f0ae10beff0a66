"""When what did not arrive is tried again: ten times in about three days, or when the receiver says.

The delays are those of Standard Webhooks. *jitter*, from 0 to 1, keeps many senders from coming back in the
same second.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

DELAYS: Final[Sequence[dt.timedelta]] = [
    dt.timedelta(),
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
]
"""What lies before each attempt, counted from the one before it."""
SPREAD: Final = 0.1
"""How much later than its delay an attempt may come, as a part of the delay."""
LONGEST_WISH: Final = dt.timedelta(hours=24)
"""A receiver may ask to be left alone for so long, and no longer: what it is owed is not put off for ever."""


def next_attempt(
    attempt: int, now: dt.datetime, retry_after: dt.datetime | None, jitter: float
) -> dt.datetime | None:
    """When to try again after *attempt* attempts, the last failed at *now*; None when it was the last.

    A receiver that names a later instant (`Retry-After`) is heard; one that names an earlier is not.
    """
    if attempt >= len(DELAYS):
        return None
    delay = DELAYS[attempt]
    planned = now + delay + delay * SPREAD * jitter
    return max(planned, min(retry_after, now + LONGEST_WISH)) if retry_after else planned
