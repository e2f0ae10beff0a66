"""A QR code (ISO/IEC 18004) as dark and light squares: the least correction, so that it holds most."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import segno

MOST: Final = 2900
"""Bytes one code holds with room to spare; the largest there is takes 2,953."""
QUIET: Final = 4
"""Light squares around a code, without which a camera does not find it."""


class Run(NamedTuple):
    """Dark squares side by side: row, first column, how many."""

    row: int
    column: int
    width: int


class Square(NamedTuple):
    """A code: how many squares it has on a side with the light ones around it, and its dark ones."""

    side: int
    runs: list[Run]


def square(data: bytes) -> Square:
    """The code of *data*, MOST bytes at most; the same on every machine."""
    assert len(data) <= MOST, "what is longer is told by its address"
    rows = segno.make_qr(data, error="l", mode="byte", boost_error=False).matrix
    return Square(len(rows) + 2 * QUIET, [run for place, row in enumerate(rows) for run in dark(place, row)])


def dark(place: int, row: bytes | bytearray) -> Iterator[Run]:
    """The dark runs of one row."""
    start = None
    for column, one in enumerate([*row, 0]):
        if one and start is None:
            start = column
        elif not one and start is not None:
            yield Run(place + QUIET, start + QUIET, column - start)
            start = None
