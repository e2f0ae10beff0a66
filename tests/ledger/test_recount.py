"""Recounting: everything that is stored beside the entries' bytes is compared with what they give."""

import pytest

from registry.errors import Corrupt
from registry.ledger.merkle import EMPTY, Subtree, leaf_hash
from registry.ledger.recount import Recount

ENTRIES = [str(number).encode() for number in range(300)]


def recounted():
    counted = Recount()
    for index, entry in enumerate(ENTRIES):
        counted.entry(index, entry, leaf_hash(entry))
    return counted


def test_an_empty_ledger_adds_up():
    """Nothing fed gives the root of the empty tree."""
    Recount().head(0, EMPTY, [])


def test_a_missing_entry_is_named():
    """A gap in the positions is a fault, named by the position that is missing."""
    counted = Recount()
    counted.entry(0, b"a", leaf_hash(b"a"))

    with pytest.raises(Corrupt, match="ledger_entry 1 is missing"):
        counted.entry(2, b"c", leaf_hash(b"c"))


def test_a_leaf_that_is_not_its_entry_s_is_named():
    """A stored leaf hash is compared with the hash of the bytes."""
    with pytest.raises(Corrupt, match="ledger_entry 0"):
        Recount().entry(0, b"a", leaf_hash(b"b"))


@pytest.mark.parametrize("stored", [None, Subtree(1, 0, EMPTY), Subtree(1, 1, EMPTY)])
def test_a_subtree_that_is_not_the_entries_s_is_named(stored):
    """A stored subtree is compared with the recomputed one; its absence is a fault."""
    with pytest.raises(Corrupt, match="ledger_subtree level 1 number 0"):
        Recount().subtree(Subtree(1, 0, leaf_hash(b"")), stored)


def test_a_head_that_is_not_the_entries_s_is_named():
    """Size, root and frontier of the stored head are each compared."""
    counted = recounted()
    root, roots = counted.frontier.root(), counted.frontier.roots
    counted.head(300, root, roots)

    for wrong in [(299, root, roots), (300, EMPTY, roots), (300, root, roots[:-1]), (300, root, [EMPTY])]:
        with pytest.raises(Corrupt, match="ledger_head"):
            counted.head(*wrong)
