"""That the entries of one record follow each other: numbers without a gap, each pointing back to the last."""

from typing import Final

from registry.errors import Corrupt
from registry.ledger.entry import Entry

FAMILY: Final = {
    "filing": "disclosure",
    "amendment": "disclosure",
    "withdrawal": "disclosure",
    "answer": "request",
}
"""What the entries of one record are called together, where they are of several kinds."""
ONE: Final = ("access", "log")
"""Kinds whose entries are all of one chain, whatever each of them is called."""


class Chains:
    """The newest entry of each record so far: its number and its leaf."""

    def __init__(self) -> None:
        self.newest: dict[tuple[str, str], tuple[int, str]] = {}

    def follow(self, index: int, entry: Entry, leaf: bytes) -> None:
        """The next entry of the log; raises Corrupt unless it follows the one before it of its record."""
        family = FAMILY.get(entry.kind, entry.kind)
        key = family, "" if entry.kind in ONE else entry.id
        number, before = self.newest.get(key, (0, None))
        follows = (entry.seq, entry.prev) == (number + 1, before)
        if entry.kind == "log":
            # The first log has no entry; the next one may point back or not.
            follows = entry.seq > number and entry.prev in (None, before)
        if not follows:
            raise Corrupt(f"entry {index} does not follow the one before it of the same record")
        self.newest[key] = entry.seq, leaf.hex()
