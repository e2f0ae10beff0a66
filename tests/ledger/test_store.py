"""The ledger in a real PostgreSQL: dense positions, proofs from few rows, and every stored byte recounted."""

import asyncio
import datetime as dt

import asyncpg
import pytest

from registry.db import Database
from registry.errors import Corrupt, Invalid, NotFound
from registry.ledger import merkle
from registry.ledger import store as ledger

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def entries(first, past):
    return [b"entry %d" % number for number in range(first, past)]


async def fill(db, size, at_once=20_000):
    for first in range(0, size, at_once):
        async with db.transaction() as conn:
            await ledger.append(conn, entries(first, min(size, first + at_once)), NOW)


async def as_superuser(dsn, *statements):
    """Rewrite history with every trigger switched off."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("SET session_replication_role = replica")
        for statement in statements:
            await conn.execute(statement)
    finally:
        await conn.close()


async def test_a_new_ledger_is_the_empty_tree(db):
    """Before the first entry, size and root are those of the empty tree."""
    async with db.snapshot() as conn:
        assert ledger.Head(0, merkle.EMPTY) == await ledger.head(conn)
        assert ledger.Head(0, merkle.EMPTY) == await ledger.recount(conn)


async def test_many_entries_are_appended_in_one_call(db):
    """Positions follow the order given; head and recount agree with the tree over the entries."""
    leaves = [merkle.leaf_hash(entry) for entry in entries(0, 700)]
    async with db.transaction() as conn:
        first = await ledger.append(conn, entries(0, 3), NOW)
        rest = await ledger.append(conn, entries(3, 700), NOW)
        nothing = await ledger.append(conn, [], NOW)

    async with db.snapshot() as conn:
        assert [ledger.Position(index, leaf) for index, leaf in enumerate(leaves)] == first + rest
        assert nothing == []
        assert ledger.Head(700, merkle.root(leaves)) == await ledger.head(conn) == await ledger.recount(conn)
        assert (42, b"entry 42", leaves[42], NOW) == await ledger.get_entry(conn, 42)


async def test_rollback_leaves_no_gap(db):
    """An append that is rolled back gives its position to the next one."""
    async with db.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await ledger.append(conn, entries(0, 300), NOW)
        await transaction.rollback()

    async with db.transaction() as conn:
        (position,) = await ledger.append(conn, [b"kept"], NOW)

    async with db.snapshot() as conn:
        assert position.index == 0
        assert ledger.Head(1, merkle.leaf_hash(b"kept")) == await ledger.recount(conn)


async def test_concurrent_appends_come_out_dense(dsn):
    """Twenty appends at once, every third rolled back, leave positions 0, 1, 2, … and a tree that adds up."""
    async with Database.open(dsn, size=20) as db:

        async def one(number):
            async with db.pool.acquire() as conn:
                transaction = conn.transaction()
                await transaction.start()
                mine = entries(number * 10, number * 10 + number % 4 + 1)
                positions = await ledger.append(conn, mine, NOW)
                await asyncio.sleep(0.002)
                if number % 3 == 0:
                    await transaction.rollback()
                    return []
                await transaction.commit()
                return [position.index for position in positions]

        taken = await asyncio.gather(*(one(number) for number in range(20)))

        async with db.snapshot() as conn:
            found = await ledger.recount(conn)

    assert list(range(found.size)) == sorted(index for indexes in taken for index in indexes)
    assert found.size == sum(number % 4 + 1 for number in range(20) if number % 3)


@pytest.mark.slow
async def test_proofs_come_from_stored_subtrees_at_any_size(db):
    """With subtrees of two levels, proofs at past sizes verify against the roots of those sizes."""
    size = 66_000
    await fill(db, size)
    leaves = [merkle.leaf_hash(entry) for entry in entries(0, size)]

    async with db.snapshot() as conn:
        found = await ledger.recount(conn)
        for index, part in [
            (0, size),
            (size - 1, size),
            (12_345, size),
            (300, 513),
            (0, 1),
            (65_535, 65_536),
        ]:
            proof = await ledger.inclusion(conn, index, part)

            assert merkle.verify_inclusion(index, part, leaves[index], proof, merkle.root(leaves[:part]))
        for old, new in [(1, size), (65_536, size), (513, 40_000), (size, size), (256, 257)]:
            proof = await ledger.consistency(conn, old, new)
            roots = merkle.root(leaves[:old]), merkle.root(leaves[:new])

            assert merkle.verify_consistency(old, new, *roots, proof)

    assert ledger.Head(size, merkle.root(leaves)) == found


async def test_what_is_not_there_is_refused_in_words(db):
    """An entry beyond the end is not found; sizes that make no sense are told apart, with what is allowed."""
    await fill(db, 5)
    async with db.snapshot() as conn:
        with pytest.raises(NotFound, match="has 5"):
            await ledger.get_entry(conn, 5)
        with pytest.raises(Invalid, match="has 5 entries, not 6"):
            await ledger.inclusion(conn, 0, 6)
        with pytest.raises(Invalid, match="ask for a size above 3"):
            await ledger.inclusion(conn, 3, 3)
        with pytest.raises(Invalid, match="ask for 1 to 5"):
            await ledger.consistency(conn, 0, 5)
        with pytest.raises(Invalid, match="ask for 1 to 3"):
            await ledger.consistency(conn, 4, 3)
        with pytest.raises(Invalid, match="has 5 entries, not 9"):
            await ledger.consistency(conn, 1, 9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entry SET entry = entry || 'x' WHERE index = 77", "ledger_entry 77"),
        ("UPDATE ledger_entry SET leaf = sha256('') WHERE index = 77", "ledger_entry 77"),
        ("UPDATE ledger_entry SET index = -index WHERE index = 299", "ledger_entry 0"),
        ("UPDATE ledger_entry SET index = 1000 WHERE index = 77", "ledger_entry 77"),
        ("DELETE FROM ledger_entry WHERE index = 77", "ledger_entry 77"),
        ("DELETE FROM ledger_entry WHERE index = 299", "ledger_head"),
        ("INSERT INTO ledger_entry VALUES (300, 'x', sha256('\\x0078'), now())", "ledger_head"),
        ("UPDATE ledger_subtree SET hash = sha256('')", "ledger_subtree"),
        ("UPDATE ledger_subtree SET index = 9", "ledger_subtree"),
        ("UPDATE ledger_subtree SET level = 2", "ledger_subtree"),
        ("DELETE FROM ledger_subtree", "ledger_subtree"),
        ("INSERT INTO ledger_subtree VALUES (7, 9223372036854775806, sha256(''))", "ledger_subtree"),
        ("UPDATE ledger_head SET size = 299", "ledger_head"),
        ("UPDATE ledger_head SET root = sha256('')", "ledger_head"),
        ("UPDATE ledger_head SET frontier = frontier[1:1]", "ledger_head"),
        ("DELETE FROM ledger_head", "ledger_head"),
    ],
)
async def test_a_superuser_s_rewrite_of_the_ledger_is_found(db, dsn, statement, named):
    """Whatever is changed behind the triggers' back, recounting stops at it and names it."""
    await fill(db, 300)
    checks = ["ledger_entry DROP CONSTRAINT ledger_index_counts_from_zero"]
    await as_superuser(dsn, *[f"ALTER TABLE {check}" for check in checks], statement)

    with pytest.raises(Corrupt, match=named):
        async with db.snapshot() as conn:
            await ledger.recount(conn)


async def test_the_program_s_role_cannot_rewrite_the_ledger(db):
    """UPDATE and DELETE of entries and subtrees are refused to the application."""
    await fill(db, 300)
    for statement in [
        "UPDATE ledger_entry SET entry = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_subtree SET level = 2",
        "DELETE FROM ledger_head",
        "TRUNCATE ledger_entry",
    ]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as conn:
                await conn.execute(statement)


@pytest.mark.slow
async def test_a_proof_in_a_ledger_of_a_million_entries_is_quick(db):
    """At a million entries a proof reads few rows: it takes milliseconds, not seconds."""
    await fill(db, 1_000_000)
    async with db.snapshot() as conn:
        head = await ledger.head(conn)
        await ledger.inclusion(conn, 1, head.size)
        began = asyncio.get_running_loop().time()
        for index in range(0, head.size, 100_003):
            leaf = (await ledger.get_entry(conn, index)).leaf
            proof = await ledger.inclusion(conn, index, head.size)

            assert merkle.verify_inclusion(index, head.size, leaf, proof, head.root)
        took = asyncio.get_running_loop().time() - began

    assert took < 1


async def test_entries_of_several_instants_are_appended_at_their_own(db):
    """One append, one tree, and of each entry the instant that it says."""
    instants = [NOW + dt.timedelta(seconds=each) for each in (3, 1, 2)]
    async with db.transaction() as conn:
        made = await ledger.extend_each(conn, entries(0, 3), instants)
        found = [(await ledger.get_entry(conn, each)).appended_at for each in range(3)]

    assert found == instants
    assert [each.index for each in made.positions] == [0, 1, 2]
