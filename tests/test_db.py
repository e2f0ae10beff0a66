"""The database as the application sees it."""

import asyncio
import contextlib
import os
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
import pytest

from registry import db as database
from registry.db import Database
from registry.errors import Busy, Invalid

HISTORY = [
    "ledger_entry",
    "ledger_subtree",
    "employer_version",
    "production_version",
    "publication",
    "disclosure_version",
    "disclosure_content",
    "judgement",
    "alert_move",
    "access_log",
    "request_entry",
    "observation",
]


@pytest.mark.parametrize("table", HISTORY)
async def test_the_application_cannot_rewrite_history(still, table):
    """The application's role has no right to update, delete or truncate history, trigger or not."""
    column = "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum = 1"
    async with Database.open(still, size=1) as db:
        async with db.snapshot() as conn:
            first = await conn.fetchval(column, table)
        for change in (f"UPDATE {table} SET {first} = {first}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with db.transaction() as conn:
                    await conn.execute(change)


@pytest.mark.parametrize("table", HISTORY)
async def test_even_the_owner_is_stopped_by_a_trigger(still, table):
    """Whoever comes with psql and every right is told that history is append-only."""
    async with Database.open(still, size=1, role=False) as owner:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
                async with owner.transaction() as conn:
                    await conn.execute(statement)


async def test_the_role_is_kept_from_use_to_use(db):
    """A connection that comes back to the pool goes out again with the application's role."""
    for _ in range(3):
        async with db.transaction() as conn:
            assert await conn.fetchval("SELECT current_user") == "registry_app"


async def test_a_transaction_is_whole_or_nothing(db):
    """An error inside undoes what was done before it."""

    async def broken():
        async with db.transaction() as conn:
            await conn.execute("UPDATE ledger_head SET size = 7")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()

    async with db.snapshot() as conn:
        assert await conn.fetchval("SELECT size FROM ledger_head") == 0


async def test_a_snapshot_sees_one_state_and_writes_nothing(db):
    """What another transaction commits meanwhile is not seen; writing is refused."""
    async with db.snapshot() as reading:
        before = await reading.fetchval("SELECT size FROM ledger_head")
        async with db.transaction() as conn:
            await conn.execute("UPDATE ledger_head SET size = 7")
        assert await reading.fetchval("SELECT size FROM ledger_head") == before
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reading.execute("UPDATE ledger_head SET size = 8")


async def test_a_cancelled_caller_leaves_a_clean_connection(dsn):
    """A request that is given up rolls back, and the next one finds a connection that works."""
    async with Database.open(dsn, size=1) as one:

        async def slow():
            async with one.transaction() as conn:
                await conn.execute("UPDATE ledger_head SET size = 7")
                await conn.execute("SELECT pg_sleep(30)")

        task = asyncio.create_task(slow())
        await asyncio.sleep(0.2)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        async with one.transaction() as conn:
            assert await conn.fetchval("SELECT size FROM ledger_head") == 0


async def test_json_comes_back_as_it_went(db):
    """Documents survive the way through jsonb: letters beyond ASCII, large integers, unknown as null."""
    document = {"größe": [1, 2**53 - 1, None, True], "ü": {"": '\u2028 \\ "'}}
    async with db.transaction() as conn:
        assert await conn.fetchval("SELECT $1::jsonb", document) == document


async def test_rows_become_structs():
    """Fields are matched by name; a row without one is a fault of the statement, not a default."""

    class Pair(msgspec.Struct):
        one: int
        two: str

    assert database.rows_to(Pair, [{"two": "b", "one": 1}]) == [Pair(1, "b")]
    with pytest.raises(msgspec.ValidationError):
        database.row_to(Pair, {"one": 1})


async def test_what_goes_wrong_while_connecting_says_who_must_act(server, dsn):
    """No server is a matter of time; a wrong name or an unprepared database is the operator's."""
    parts = urlsplit(dsn)
    bare = urlunsplit(parts._replace(path="/template1"))
    faults = [
        ("postgresql://nobody@127.0.0.1:9/none", Busy, "does not answer"),
        (urlunsplit(parts._replace(path="/nonesuch")), Invalid, "leads to no database"),
        ("mysql://db/registry", Invalid, "leads to no database"),
        (f"{dsn}{'&' if parts.query else '?'}sslmode=perhaps", Invalid, "leads to no database"),
    ]
    for address, kind, words in faults:
        with pytest.raises(kind, match=words):
            async with Database.open(address):
                pass
    if "REGISTRY_TEST_DATABASE_URL" not in os.environ:
        async with Database.open(bare, role=False):  # known, but none of our tables
            pass


URLS = {
    "postgresql://u@h/d": "postgres://u@h/d?sslmode=prefer",
    "postgres://u@h:6/d?sslmode=verify-full&sslrootcert=/a%20b/c": (
        "postgres://u@h:6/d?sslmode=verify-full&sslrootcert=/a%20b/c"
    ),
    "postgresql://u:p%40s%3As%2Fw%25%3F%23%26%20x@h/d": (
        "postgres://u:p%40s%3As%2Fw%25%3F%23%26%20x@h/d?sslmode=prefer"
    ),
    "postgresql://m%40il:x@h/d%20b": "postgres://m%40il:x@h/d%20b?sslmode=prefer",
    "postgresql://postgres@/postgres?host=/run/a%20b": (
        "postgres://postgres@/postgres?socket=/run/a%20b&sslmode=disable"
    ),
    "postgresql://u@/d?host=/run/pg&port=6": "postgres://u@:6/d?socket=/run/pg&sslmode=disable",
    "postgresql://u@%2Frun%2Fpg:6/d": "postgres://u@:6/d?socket=/run/pg&sslmode=disable",
    "postgresql://u@[::1]:6/d": "postgres://u@[::1]:6/d?sslmode=prefer",
    "postgresql://h/d?user=u&password=p%3F": "postgres://u:p%3F@h/d?sslmode=prefer",
    "postgresql://u@h": "postgres://u@h/u?sslmode=prefer",
    "postgresql:///d?host=h&user=u&application_name=a%2Bb": (
        "postgres://u@h/d?application_name=a%2Bb&sslmode=prefer"
    ),
}


@pytest.mark.parametrize("given", URLS)
def test_an_address_means_the_same_to_the_migrations(given, monkeypatch):
    """Passwords, sockets, ports, TLS and other parameters reach the migrating program as they were."""
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)

    assert database.dbmate_url(given) == URLS[given]


def test_the_surroundings_fill_what_an_address_leaves_out(monkeypatch):
    """PGHOST and its kin mean to the migrations what they mean to the application."""
    for name, value in {"PGHOST": "/run/pg", "PGPORT": "6", "PGUSER": "u", "PGDATABASE": "d"}.items():
        monkeypatch.setenv(name, value)

    assert database.dbmate_url("postgresql://") == "postgres://u@:6/d?socket=/run/pg&sslmode=disable"


def test_two_servers_in_one_address_are_refused():
    """The migrating program knows one server at a time."""
    with pytest.raises(Invalid, match="one server"):
        database.dbmate_url("postgresql://u@a:1,b:2/d")
