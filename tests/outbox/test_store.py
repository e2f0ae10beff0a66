import asyncio

import asyncpg
import msgspec
import pytest
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from registry.outbox import store as outbox
from registry.outbox.wake import CHANNEL, TOPIC, Wake


async def queued(db):
    async with db.snapshot() as conn:
        return await conn.fetch("SELECT entrypoint, payload, headers, status FROM pgqueuer ORDER BY id")


async def test_messages_wait_in_order_under_their_topic(db):
    """One message per payload, as JSON, in the order given."""
    async with db.transaction() as conn:
        await outbox.enqueue(conn, "things.told", [{"n": 1}, {"n": 2}])
        await outbox.enqueue(conn, "other", ["x"])

    rows = await queued(db)
    assert [(row["entrypoint"], msgspec.json.decode(row["payload"])) for row in rows] == [
        ("things.told", {"n": 1}),
        ("things.told", {"n": 2}),
        ("other", "x"),
    ]
    assert {row["status"] for row in rows} == {"queued"}


async def test_a_message_of_a_rolled_back_transaction_is_never_there(db):
    """Nobody is told what did not happen."""

    async def fail():
        async with db.transaction() as conn:
            await outbox.enqueue(conn, "things.told", [{"n": 1}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await queued(db) == []


async def test_a_message_is_not_there_before_the_commit(db):
    """What is not committed is nobody's yet."""
    async with db.transaction() as conn:
        await outbox.enqueue(conn, "things.told", [{"n": 1}])
        before = await queued(db)

    assert (before, len(await queued(db))) == ([], 1)


async def test_no_messages_are_no_statement(db):
    """An empty list leaves nothing."""
    async with db.transaction() as conn:
        await outbox.enqueue(conn, "things.told", [])

    assert await queued(db) == []


async def test_the_headers_are_the_json_null_that_pgqueuer_writes(db, dsn):
    """Our connections encode JSON themselves; pgqueuer's own tools read what they left."""
    async with db.transaction() as conn:
        await outbox.enqueue(conn, "ours", [{}])
    plain = await asyncpg.connect(dsn)
    try:
        await Queries(AsyncpgDriver(plain)).enqueue("theirs", b"{}")
        rows = await plain.fetch("SELECT DISTINCT headers::text FROM pgqueuer")
    finally:
        await plain.close()

    assert [row["headers"] for row in rows] == ["null"]


async def test_a_wake_up_says_up_to_where_there_is_something_new(db):
    """One for a transaction, however much it appended; PostgreSQL itself says so at the commit."""
    heard = asyncio.Event()
    async with db.pool.acquire() as conn:
        listener = lambda *_: heard.set()  # noqa: E731  the same one is taken off again
        await conn.add_listener(CHANNEL, listener)
        async with db.transaction() as writing:
            await outbox.wake(writing, 41)
            early = heard.is_set()
        await asyncio.wait_for(heard.wait(), 5)
        await conn.remove_listener(CHANNEL, listener)
    (row,) = await queued(db)

    assert not early
    assert (row["entrypoint"], msgspec.json.decode(row["payload"], type=Wake)) == (TOPIC, Wake(41))
