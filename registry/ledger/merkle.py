"""Merkle trees with SHA-256: hashing, proofs, and the verification of proofs.

RFC 6962 section 2.1, which RFC 9162 section 2.1 repeats. A tree is a sequence of *leaf hashes*; a proof is a
list of node hashes, leaf sibling first. A proof is planned first (`inclusion_path`, `consistency_path`: the
ranges of leaves whose roots make it up) and hashed second: whoever stores the tree decides how to read it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple

EMPTY: Final = hashlib.sha256(b"").digest()
WIDTH: Final = 32
LEAF: Final = b"\x00"
NODE: Final = b"\x01"


class Range(NamedTuple):
    """The leaves from `start` up to and without `end`."""

    start: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes as their parent."""
    return hashlib.sha256(NODE + left + right).digest()


def fold(roots: Sequence[bytes]) -> bytes:
    """One root from the *roots* of neighbouring perfect subtrees, largest (leftmost) first."""
    if not roots:
        return EMPTY
    result = roots[-1]
    for left in reversed(roots[:-1]):
        result = node_hash(left, result)
    return result


def split(width: int) -> int:
    """The largest power of two smaller than *width*, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def perfect(part: Range) -> list[Range]:
    """*part* cut into the perfect subtrees RFC 6962 makes it of, largest first.

    *part* starts at a multiple of the smallest power of two that is not less than its width, as every
    range in a proof does.
    """
    start, end = part
    pieces = []
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        pieces.append(Range(start, start + width))
        start += width
    return pieces


def inclusion_path(index: int, size: int) -> list[Range]:
    """The ranges whose roots prove that leaf *index* is in the tree of *size* leaves."""
    assert 0 <= index < size
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int) -> list[Range]:
    """The ranges whose roots prove that the tree of *old* leaves begins the tree of *new* leaves."""
    assert 1 <= old <= new
    start, end, whole = 0, new, True
    path = []
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(Range(start, end))
    return path[::-1]


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf *index* is in the tree over *leaves*."""
    return [root(leaves[start:end]) for start, end in inclusion_path(index, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over the first *old* of *leaves* begins the tree over all of them."""
    return [root(leaves[start:end]) for start, end in consistency_path(old, len(leaves))]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], tree: bytes) -> bool:
    """Whether *proof* shows *leaf* at *index* in the tree of *size* leaves whose root is *tree*."""
    if not 0 <= index < size or not are_hashes([leaf, *proof]):
        return False
    place, last, result = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node_hash(hashed, result)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and hmac.compare_digest(result, tree)


def verify_consistency(old: int, new: int, old_tree: bytes, new_tree: bytes, proof: Sequence[bytes]) -> bool:
    """Whether *proof* shows that the tree of *old* leaves (at least one) begins the tree of *new* leaves."""
    if not 1 <= old <= new or not are_hashes(proof):
        return False
    if old == new:
        return not proof and hmac.compare_digest(old_tree, new_tree)
    # A first tree that is perfect is itself the first node of the proof, and is left out of it.
    path = [old_tree, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof or not are_hashes(path):
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for hashed in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(hashed, before), node_hash(hashed, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and hmac.compare_digest(before, old_tree) and hmac.compare_digest(after, new_tree)


def are_hashes(candidates: Sequence[bytes]) -> bool:
    """Whether each of *candidates* is as long as a hash."""
    return all(len(candidate) == WIDTH for candidate in candidates)


class Subtree(NamedTuple):
    """The root of the full subtree of 256^`level` leaves that is the `place`-th of its level."""

    level: int
    place: int
    hash: bytes


class Frontier:
    """A tree's right edge: enough to append and to know the root, in space that grows with log(size).

    `roots` are those of the perfect subtrees the tree is made of, largest first: one for each 1 in `size`.
    """

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        assert len(roots) == size.bit_count(), "a frontier has a root for each 1 in the tree's size"
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: bytes) -> list[Subtree]:
        """Add one leaf hash; returns the full subtrees of 256^n leaves that it completes."""
        index, roots = self.size, self.roots
        self.size += 1
        height, full = 0, []
        while index & 1:
            leaf = hashlib.sha256(NODE + roots.pop() + leaf).digest()
            index >>= 1
            height += 1
            if not height & 7:
                full.append(Subtree(height >> 3, index, leaf))
        roots.append(leaf)
        return full

    def root(self) -> bytes:
        """The root of the whole tree."""
        return fold(self.roots)
