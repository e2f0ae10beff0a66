"""The tree recomputed from the entries' bytes, entry by entry, trusting no stored hash.

A `Recount` is fed everything the ledger stores, in order, and stops at the first thing that does not add up
by raising Corrupt, which names it. Its space grows with log(size).
"""

from collections.abc import Sequence

from registry.errors import Corrupt
from registry.ledger.merkle import Frontier, Subtree, leaf_hash


class Recount:
    """The tree over the entries fed so far, on top of those that *frontier* stands for."""

    def __init__(self, frontier: Frontier | None = None) -> None:
        self.frontier = frontier or Frontier()

    @property
    def size(self) -> int:
        """How many entries were fed."""
        return self.frontier.size

    def entry(self, index: int, entry: bytes, leaf: bytes) -> list[Subtree]:
        """Feed the next stored entry with its stored leaf hash; returns the full subtrees it completes."""
        if index != self.size:
            raise Corrupt(f"ledger_entry {self.size} is missing: the next one stored is {index}")
        recomputed = leaf_hash(entry)
        if leaf != recomputed:
            raise Corrupt(
                f"ledger_entry {index}: its bytes hash to {recomputed.hex()}, stored is {leaf.hex()}"
            )
        return self.frontier.append(recomputed)

    def subtree(self, recomputed: Subtree, stored: Subtree | None) -> None:
        """Compare a full subtree with the one stored for it."""
        if stored != recomputed:
            found = (
                f"level {stored.level} number {stored.place}, {stored.hash.hex()}" if stored else "nothing"
            )
            raise Corrupt(
                f"ledger_subtree level {recomputed.level} number {recomputed.place}: the entries give "
                f"{recomputed.hash.hex()}, stored is {found}"
            )

    def head(self, size: int, root: bytes, roots: Sequence[bytes]) -> None:
        """Compare the whole with the stored head: its size, its root, and the roots on its right edge."""
        if size != self.size:
            raise Corrupt(f"ledger_head: the size stored is {size}, but there are {self.size} entries")
        if root != self.frontier.root():
            raise Corrupt(
                f"ledger_head: the entries give the root {self.frontier.root().hex()}, stored is {root.hex()}"
            )
        if list(roots) != self.frontier.roots:
            raise Corrupt("ledger_head: the frontier stored is not the one the entries give")
