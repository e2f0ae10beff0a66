"""The tree as it was at an instant: its size, its root, and every proof in it."""

import datetime as dt

import pytest

from registry.errors import Corrupt
from registry.ledger import merkle
from registry.ledger import store as ledger
from registry.packets import store

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
ENTRIES = [b"%d" % number for number in range(700)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


@pytest.fixture
async def grown(db):
    """A ledger of 700 entries, 100 at each of seven instants; they stand for anybody's."""
    for at in range(7):
        async with db.transaction() as conn:
            await ledger.append(conn, ENTRIES[at * 100 : at * 100 + 100], START + dt.timedelta(hours=at))
    return db


async def test_the_tree_of_an_instant_is_that_of_the_entries_appended_by_then(grown):
    """At the very instant of an append its entries count, a microsecond before they do not."""
    async with grown.snapshot() as conn:
        for hours, microseconds, size in [(0, 0, 100), (1, -1, 100), (1, 0, 200), (6, 0, 700), (99, 0, 700)]:
            at = START + dt.timedelta(hours=hours, microseconds=microseconds)
            assert await store.find_size(conn, at) == size
            assert await store.find_root(conn, size) == merkle.root(LEAVES[:size])
        assert await store.find_size(conn, START - dt.timedelta(microseconds=1)) == 0


async def test_every_proof_leads_to_the_root_of_its_instant(grown):
    """Full subtrees, folded ones and the ragged end, in a tree smaller than the ledger is now."""
    async with grown.snapshot() as conn:
        for size in (100, 300, 512, 513, 700):
            indexes = [0, 1, 98, 255, 256, 257, 511, size - 1]
            wanted = sorted({index for index in indexes if index < size})
            placed = await store.place(conn, wanted, size)
            root = merkle.root(LEAVES[:size])

            assert list(placed) == wanted
            for index, each in placed.items():
                assert (each.entry, each.leaf) == (ENTRIES[index], LEAVES[index])
                assert merkle.verify_inclusion(index, size, each.leaf, each.proof, root)


async def test_an_entry_that_is_not_there_is_told_as_corrupt(grown):
    """A row that names a place beyond the ledger's end is no part of a case."""
    async with grown.snapshot() as conn:
        with pytest.raises(Corrupt):
            await store.place(conn, [3, 700], 701)
