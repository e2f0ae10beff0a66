"""Which stored hashes a proof needs: full subtrees of 256^n leaves are kept, the rest is folded.

A perfect subtree of 2^h leaves is folded from 2^(h mod 8) stored hashes of level h div 8, so a proof in a
tree of a million leaves reads hundreds of hashes. Level 0 are the leaves themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from registry.ledger.merkle import Range, fold, node_hash, perfect


class Stored(NamedTuple):
    """The address of one stored hash: the `place`-th of its `level`."""

    level: int
    place: int


def pieces(part: Range) -> list[Stored]:
    """The addresses of the stored hashes that make up one perfect subtree, from left to right."""
    height = (part.end - part.start).bit_length() - 1
    level = height >> 3
    first = part.start >> (8 * level)
    return [Stored(level, first + offset) for offset in range(1 << (height & 7))]


def needed(path: Iterable[Range]) -> list[Stored]:
    """The addresses of all stored hashes that the proof along *path* needs, each once, in order."""
    return sorted({address for part in path for piece in perfect(part) for address in pieces(piece)})


def proof(path: Sequence[Range], hashes: Mapping[Stored, bytes]) -> list[bytes]:
    """The proof along *path*, folded from the stored *hashes* it needs."""
    return [fold([perfect_root(piece, hashes) for piece in perfect(part)]) for part in path]


def perfect_root(part: Range, hashes: Mapping[Stored, bytes]) -> bytes:
    """The root of one perfect subtree, folded from the stored *hashes* it is made of."""
    row = [hashes[address] for address in pieces(part)]
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]
