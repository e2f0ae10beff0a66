"""Proofs from stored subtrees: the same hashes, from few rows."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger import merkle, subtrees
from registry.ledger.subtrees import Stored

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(1500)]
MILLION = 1_000_000


def stored(leaves):
    """Every hash the ledger would store for *leaves*."""
    frontier = merkle.Frontier()
    full = [subtree for leaf in leaves for subtree in frontier.append(leaf)]
    hashes = {Stored(0, place): leaf for place, leaf in enumerate(leaves)}
    return hashes | {Stored(subtree.level, subtree.place): subtree.hash for subtree in full}


HASHES = stored(LEAVES)


@settings(deadline=None)
@given(size=st.integers(1, len(LEAVES)), data=st.data())
def test_proofs_from_stored_hashes_are_those_from_all_leaves(size, data):
    """Folding stored subtrees gives the proof that hashing every leaf gives, at any past size."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = merkle.inclusion_path(index, size), merkle.consistency_path(old, size)

    assert merkle.inclusion_proof(LEAVES[:size], index) == subtrees.proof(inclusion, HASHES)
    assert merkle.consistency_proof(LEAVES[:size], old) == subtrees.proof(consistency, HASHES)


@pytest.mark.slow
def test_a_proof_in_a_million_leaves_reads_hundreds_of_hashes():
    """A proof in a tree of a million leaves needs some 800 stored hashes, and never more than 1050."""
    dice = random.Random(6962)
    paths = [merkle.inclusion_path(0, MILLION), merkle.inclusion_path(MILLION - 1, MILLION)]
    for _ in range(300):
        size = dice.randrange(MILLION // 2, MILLION)
        paths += [
            merkle.inclusion_path(dice.randrange(size), size),
            merkle.consistency_path(dice.randrange(1, size), size),
        ]
    counts = [len(subtrees.needed(path)) for path in paths]

    assert max(counts) <= 1050
    assert sum(counts) / len(counts) < 900


def test_every_hash_needed_is_of_a_subtree_that_is_full_at_that_size():
    """A proof at a past size asks only for subtrees that were complete then."""
    for size in (1, 255, 256, 257, 65535, 65537, 999_999):
        for address in subtrees.needed(merkle.inclusion_path(size // 2, size)):
            assert (address.place + 1) * 256**address.level <= size
