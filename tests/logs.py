"""For tests of the log: a sealed database in a data folder, what it signed, and copies of both."""

import contextlib
import datetime as dt
import itertools
from urllib.parse import urlsplit

import asyncpg
import conftest

from registry.db import Database
from registry.ledger import checkpoint, merkle
from registry.ledger import store as ledger
from registry.ledger.log import store
from registry.ledger.log.act import open_log
from registry.settings import Settings

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@contextlib.asynccontextmanager
async def sealed(dsn, folder, now=NOW, size=2, **settings):
    """The database as a server opens it: with what it signs with."""
    seal = await open_log(dsn, Settings(data_dir=folder, **settings), now)
    async with Database.open(dsn, size=size, seal=seal) as db:
        yield db, seal


async def append(db, *entries, now=NOW):
    """Append entries in a transaction of their own."""
    async with db.transaction() as conn:
        return await ledger.extend(conn, list(entries), now)


async def newest(db):
    """The newest signed checkpoint."""
    async with db.snapshot() as conn:
        return await store.find_checkpoint(conn)


async def every(dsn):
    """Every signed checkpoint, and the logs, read behind the program's back."""
    async with Database.open(dsn, size=1) as db, db.snapshot() as conn:
        rows = await conn.fetch("SELECT size, log, root, note FROM ledger_checkpoint ORDER BY size, log")
        return rows, await store.list_logs(conn)


async def adds_up(dsn):
    """Recount; each checkpoint is signed by its log, has its tree's root, and begins every later one."""
    rows, logs = await every(dsn)
    keys = {each.number: each.verifier for each in logs}
    async with Database.open(dsn, size=1) as db, db.snapshot() as conn:
        head = await ledger.recount(conn)
        entries = [row["leaf"] async for row in conn.cursor("SELECT leaf FROM ledger_entry ORDER BY index")]
        for row in rows:
            said, _ = checkpoint.opened(row["note"].encode(), keys[row["log"]])
            assert (said.size, said.root) == (row["size"], row["root"])
            assert row["root"] == merkle.root(entries[: row["size"]])
        for old, new in itertools.combinations(rows, 2):
            proof = await ledger.consistency(conn, old["size"], new["size"])
            assert merkle.verify_consistency(old["size"], new["size"], old["root"], new["root"], proof)
    return head.size, [row["size"] for row in rows]


async def copied(server, dsn, name):
    """A copy of the database of *dsn*, as a backup holds it; nobody may be connected."""
    original = urlsplit(dsn).path[1:]
    await conftest.execute(
        server,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY",
    )
    return conftest.at(server, name)


async def run(dsn, statement, *arguments):
    """One statement as the owner."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetch(statement, *arguments)
    finally:
        await conn.close()
