"""Hashing and proofs: against published vectors, against the definition, and against another library."""

import base64
import hashlib
import json
from pathlib import Path

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger import merkle

CLASSIC = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
LEAVES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in CLASSIC["leaves"]]
SIZES = st.integers(1, 700)


def leaves_of(size):
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def from_base64(values):
    return [base64.b64decode(value) for value in values or []]


def slow_root(leaves):
    """RFC 6962, 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(slow_root(leaves[:k]), slow_root(leaves[k:]))


def slow_subproof(old, leaves, whole):
    """RFC 6962, 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*slow_subproof(old, leaves[:k], whole), slow_root(leaves[k:])]
    return [*slow_subproof(old - k, leaves[k:], False), slow_root(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_classic_leaves(size):
    """Every prefix of the classic leaves has its published root."""
    assert CLASSIC["roots"][size] == merkle.root(LEAVES[:size]).hex()


@pytest.mark.parametrize("vector", CLASSIC["inclusion"])
def test_inclusion_proofs_are_the_published_ones(vector):
    """A proof of inclusion is hash for hash the published one."""
    proof = merkle.inclusion_proof(LEAVES[: vector["size"]], vector["index"])

    assert vector["proof"] == [hashed.hex() for hashed in proof]


@pytest.mark.parametrize("vector", CLASSIC["consistency"])
def test_consistency_proofs_are_the_published_ones(vector):
    """A proof of consistency is hash for hash the published one."""
    proof = merkle.consistency_proof(LEAVES[: vector["new"]], vector["old"])

    assert vector["proof"] == [hashed.hex() for hashed in proof]


def test_public_inclusion_vectors_are_accepted_and_refused(shared):
    """Good public proofs of inclusion verify, each corrupted one does not."""
    checked = 0
    for path in sorted((shared / "data" / "merkle" / "inclusion").rglob("*.json")):
        vector = json.loads(path.read_text())
        verified = merkle.verify_inclusion(
            vector["leafIdx"],
            vector["treeSize"],
            base64.b64decode(vector["leafHash"]),
            from_base64(vector["proof"]),
            base64.b64decode(vector["root"]),
        )
        checked += 1

        assert verified is not vector["wantErr"], path

    assert checked > 50


def test_public_consistency_vectors_are_accepted_and_refused(shared):
    """Good public proofs of consistency verify, each corrupted one does not."""
    checked = 0
    for path in sorted((shared / "data" / "merkle" / "consistency").rglob("*.json")):
        vector = json.loads(path.read_text())
        verified = merkle.verify_consistency(
            vector["size1"],
            vector["size2"],
            base64.b64decode(vector["root1"]),
            base64.b64decode(vector["root2"]),
            from_base64(vector["proof"]),
        )
        checked += 1

        assert verified is not vector["wantErr"], path

    assert checked > 50


@pytest.mark.slow
@settings(deadline=None)
@given(size=SIZES, data=st.data())
def test_another_library_agrees_on_roots_and_inclusion(size, data):
    """The library pymerkle computes the same root, and the same proof of any leaf in any prefix."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries([str(number).encode() for number in range(size)])
    part = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, part - 1))
    leaves = leaves_of(part)
    theirs = tree.prove_inclusion(index + 1, part)
    ours = merkle.inclusion_proof(leaves, index)

    assert tree.get_root(part) == merkle.root(leaves)
    assert theirs.path == [leaves[index], *ours]
    assert merkle.verify_inclusion(index, part, leaves[index], ours, tree.get_root(part))


@pytest.mark.slow
@settings(deadline=None)
@given(size=SIZES, data=st.data())
def test_another_library_agrees_on_consistency(size, data):
    """The proof of pymerkle holds between our roots, ours between its roots, and ours is the RFC's."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries([str(number).encode() for number in range(size)])
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    ours = merkle.consistency_proof(leaves, old)

    tree.prove_consistency(old, size).verify(merkle.root(leaves[:old]), merkle.root(leaves))
    assert merkle.verify_consistency(old, size, tree.get_root(old), tree.get_root(size), ours)
    assert slow_subproof(old, leaves, True) == ours


@settings(deadline=None)
@given(size=SIZES, data=st.data())
def test_a_flipped_bit_anywhere_in_a_proof_is_refused(size, data):
    """No proof verifies with one bit changed, a hash taken away, or one added."""
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    bit = 1 << data.draw(st.integers(0, 7))
    roots = merkle.root(leaves[:old]), merkle.root(leaves)
    proof, consistency = merkle.inclusion_proof(leaves, index), merkle.consistency_proof(leaves, old)

    def bad(hashes):
        yield [*hashes, roots[1]]
        for place, hashed in enumerate(hashes):
            yield hashes[:place] + hashes[place + 1 :]
            flipped = bytes([hashed[0] ^ bit]) + hashed[1:]
            yield [*hashes[:place], flipped, *hashes[place + 1 :]]

    assert not any(
        merkle.verify_inclusion(index, size, leaves[index], wrong, roots[1]) for wrong in bad(proof)
    )
    assert not any(merkle.verify_consistency(old, size, *roots, wrong) for wrong in bad(consistency))


@pytest.mark.slow
def test_the_frontier_tells_every_full_subtree_once():
    """Appending reports each full subtree of 256^n leaves when its last leaf arrives, with its root."""
    leaves = leaves_of(256 * 256 + 300)
    frontier = merkle.Frontier()
    told = [subtree for leaf in leaves for subtree in frontier.append(leaf)]
    first = [subtree for subtree in told if subtree.level == 1]
    second = [subtree for subtree in told if subtree.level == 2]

    assert list(range(257)) == [subtree.place for subtree in first]
    assert slow_root(leaves[256:512]) == first[1].hash
    assert [(2, 0, slow_root(leaves[:65536]))] == second
    assert told.index(second[0]) == told.index(first[255]) + 1
    assert len(frontier.roots) == frontier.size.bit_count()
    assert slow_root(leaves) == frontier.root()
