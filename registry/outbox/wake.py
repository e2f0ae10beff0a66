"""The one message there is: something has been appended to the ledger; whoever tells of it shall look."""

from typing import Final

import msgspec

TOPIC: Final = "ledger.moved"
"""The topic of wake-ups."""
CHANNEL: Final = "ch_pgqueuer"
"""Where PostgreSQL says, at the commit, that something was put into the queue (pgqueuer's own channel)."""


class Wake(msgspec.Struct, frozen=True):
    """Events stand in the ledger up to `position`, it included.

    What they are is read from the histories themselves, in the ledger's order. One for a transaction is
    enough, and one that is lost loses nothing: it is a hint.
    """

    position: int
