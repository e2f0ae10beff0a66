"""What each process of a verification is told and says, and how its parts fit together again.

Everything goes as one line of JSON each.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

import msgspec

from registry.audit.verified import Tally, Verified
from registry.errors import Corrupt
from registry.ledger.merkle import fold

LEAST: Final = 5_000
"""The shortest stretch of the ledger that is worth a process of its own."""

TURNS: Final = 4
"""How many stretches each process is given, one after the other, so that all end at about one time."""


class Begin(msgspec.Struct, frozen=True):
    """What a process is told first: the database's address, and the snapshot that all of them see."""

    dsn: str
    snapshot: str


class Stretch(msgspec.Struct, frozen=True, tag="stretch"):
    """The entries from position `first` up to and without `until`, or to the end and beyond.

    `length` is how many there should be.
    """

    first: int
    until: int | None = None
    length: int = 0


class Copies(msgspec.Struct, frozen=True, tag="copies"):
    """Copies of one kind with history from position `first` on: one share `of` so many, counted from 0."""

    kind: str
    first: int
    share: int = 0
    of: int = 1


Part = Stretch | Copies


class Reached(msgspec.Struct, frozen=True, tag="reached"):
    """How far a stretch is verified."""

    done: int
    of: int


class Walked(msgspec.Struct, frozen=True, tag="walked", kw_only=True):
    """What was found along a stretch that adds up, with the trees it began and ended with.

    `besides` counts what was read beside entries and rows. `note` and `at` are of the newest checkpoint and
    entry of the stretch, if it has any.
    """

    first: int
    size: int
    begun: list[bytes]
    ended: list[bytes]
    besides: int
    checkpoints: int
    redactions: int
    redacted: int
    keys: list[str]
    origin: str
    note: str
    at: datetime | None


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """How many copies were compared one by one."""

    count: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Why the part did not come to its end: it does not add up, or could not be read."""

    kind: Literal["Corrupt", "Invalid", "Busy"]
    detail: str


Said = Reached | Walked | Compared | Failed


def cut(first: int, end: int, jobs: int, least: int) -> list[Stretch]:
    """The ledger from *first* on, cut for so many processes; *end* is one beyond the newest entry.

    Of several, none is shorter than *least*.
    """
    count = max(1, min((end - first) // max(least, 1), jobs * TURNS)) if jobs > 1 else 1
    places = [first + (end - first) * number // count for number in range(count)]
    cut_off = [Stretch(here, after, after - here) for here, after in pairwise(places)]
    return [*cut_off, Stretch(places[-1], None, max(end - places[-1], 0))]


def shared(kinds: Sequence[str], first: int, jobs: int, whole: Collection[str]) -> list[Copies]:
    """Copies of these *kinds*, a share for each process; of those that are only compared *whole*, one."""
    shares = {kind: 1 if kind in whole else jobs for kind in kinds}
    return [Copies(kind, first, share, of) for kind, of in shares.items() for share in range(of)]


def joined(begun: Sequence[bytes], walks: Sequence[Walked], compared: int) -> Tally:
    """What neighbouring walks verified, from the tree *begun* on; Corrupt where two do not meet."""
    for ended, walk in zip([list(begun), *(walk.ended for walk in walks)], walks, strict=False):
        if ended != walk.begun:
            raise Corrupt(
                f"ledger_subtree: the first {walk.first} entries give the root {fold(ended).hex()}; by the "
                f"subtrees stored it is {fold(walk.begun).hex()}"
            )
    first, last = walks[0].first, walks[-1]
    root, checkpoints = fold(last.ended), sum(walk.checkpoints for walk in walks)
    besides = sum(walk.besides for walk in walks)
    verified = Verified(
        size=last.size,
        root=root.hex(),
        origin=last.origin,
        note=next((walk.note for walk in reversed(walks) if walk.note), ""),
        at=next((walk.at for walk in reversed(walks) if walk.at), None),
    )
    return Tally(
        size=last.size,
        root=root,
        rows_checked=2 * (last.size - first) + besides + checkpoints + compared + 1,
        first=first,
        checkpoints=checkpoints,
        redactions=walks[0].redactions,
        redacted=sum(walk.redacted for walk in walks),
        keys=last.keys,
        verified=verified,
    )
