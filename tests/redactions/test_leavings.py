"""What a redaction leaves in the database's own files: cleaned beside everybody, scrubbed by the operator."""

import asyncio
import datetime as dt
import json
import random
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.errors import Busy, Invalid
from registry.redactions import act as redactions
from registry.redactions.leavings import act, store

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
WORD = "zanzibarium"
PLAIN = ("disclosure_content", "body"), ("disclosure_version", "document"), ("judgement", "findings")


def silent(_said):
    pass


async def cleaned(dsn):
    """Cleaned, as soon as nobody else, the server's own housekeeping included, looks at old rows."""
    for _ in range(600):
        done = await act.clean(dsn, LATER)
        if done is not None:
            return done
        await asyncio.sleep(0.1)
    raise TimeoutError


def order():
    said = {
        "version": 1,
        "sections": ["tools", "uses", "workforce"],
        "ground": "g",
        "ordered_by": "o",
        "reason": "r",
    }
    return json.dumps(said).encode()


@pytest.fixture
async def folder(superuser):
    """Where the server's files lie; skipped where they cannot be read."""
    found = Path(await superuser.fetchval("SHOW data_directory"))
    try:
        assert (found / "PG_VERSION").read_bytes()
    except OSError:
        pytest.skip("the server's files are not ours to read")
    return found


@pytest.fixture
async def marked(db, superuser, settled):
    """A disclosure whose tools and uses say the word, too long for a page, and stored as it was written."""
    for table, column in PLAIN:
        await superuser.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    told = papers.document(**papers.uses(), **papers.layoffs())
    told = json.loads(json.dumps(told).replace("CutAssist", WORD))
    chance = random.Random(5)
    for use in told["uses"]:
        padding = " ".join(f"{chance.getrandbits(40):x}" for _ in range(300))
        use["purpose_description"] = f"{WORD} {padding}"[:4000]
    made = await papers.file(db, told, key="m", now=LATER - dt.timedelta(days=2))
    await superuser.execute("ANALYZE")
    return made.receipt.disclosure_id


@pytest.fixture
async def taken(db, marked):
    """The same, redacted."""
    given = papers.ADMINISTRATOR, marked, order(), '"1"', "r", LATER
    await redactions.redact(db, agreements.editions(), *given)
    return marked


@pytest.fixture
def saying(superuser, folder):
    """The files that hold the word, but for the write-ahead log; those of this database by table and index."""

    async def found():
        await superuser.execute("CHECKPOINT")
        names = {
            row["path"]: row["name"]
            for row in await superuser.fetch(
                "SELECT pg_relation_filepath(c.oid) AS path, coalesce('toast of ' || t.relname, c.relname) AS name"
                "  FROM pg_class c LEFT JOIN pg_class t ON t.reltoastrelid = c.oid AND c.oid <> 0"
                " WHERE pg_relation_filepath(c.oid) IS NOT NULL"
            )
        }
        hits = set()
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if name.startswith(("pg_wal/", "log")) or not path.is_file():
                continue
            if WORD.encode() in path.read_bytes().lower():
                hits.add(names.get(name.partition(".")[0], name))
        return hits

    return found


async def test_scrubbed_no_file_says_it(db, dsn, superuser, saying, taken):
    """Heap, TOAST, the search's index and the planner's samples: before, pages say it, afterwards none does."""
    before = await saying()
    done = await act.scrub(dsn, LATER, silent)
    async with db.snapshot() as conn:
        waiting = await store.find_uncleared(conn, "scrubbed")

    assert {"search_version", "toast of disclosure_content", "toast of disclosure_version"} <= before
    assert any(name.startswith("search_version_by") for name in before)
    assert await saying() == set()
    assert (done.orders, done.tables, waiting.orders) == (1, list(store.TABLES), 0)
    assert any("write-ahead log" in each for each in done.remains)
    assert (await audit.verify(db)).redactions == 1


async def test_cleaned_no_statement_finds_it_and_pages_may(db, dsn, superuser, saying, taken):
    """VACUUM takes the dead rows; a second look has nothing to do, and the scrubbing is still owed."""
    first = await cleaned(dsn)
    again = await cleaned(dsn)
    dead = await superuser.fetchval(
        "SELECT sum(pg_stat_get_dead_tuples(c)) FROM unnest($1::text[]::regclass[]) AS c", store.TABLES
    )
    async with db.snapshot() as conn:
        waiting = await store.find_uncleared(conn, "scrubbed")

    assert (first, again, dead, waiting.orders) == (1, 0, 0, 1)
    assert await saying(), "if VACUUM alone were enough, nobody would have to scrub"


async def test_nothing_is_cleared_over_somebody_s_head(db, dsn, marked):
    """With an older snapshot open, cleaning waits and scrubbing is refused in words; then both are done."""
    async with db.snapshot() as conn:
        await conn.fetchval("SELECT count(*) FROM disclosure_content")
        given = papers.ADMINISTRATOR, marked, order(), '"1"', "r", LATER
        await redactions.redact(db, agreements.editions(), *given)
        early = await act.clean(dsn, LATER)
        with pytest.raises(Busy, match=r"process \d+ \(registry\) may still see old rows since"):
            await act.scrub(dsn, LATER, silent, patience=0.3)

    assert early is None
    assert await cleaned(dsn) == 1
    assert (await act.scrub(dsn, LATER, silent)).orders == 1


async def test_a_table_in_use_is_not_waited_for_long(dsn, superuser, taken, monkeypatch):
    """Scrubbing gives way, and says which table."""
    monkeypatch.setattr(act, "LOCK_MILLISECONDS", 100)
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE judgement IN ACCESS SHARE MODE")
        with pytest.raises(Busy, match="judgement is in use"):
            await act.scrub(dsn, LATER, silent)

    assert (await act.scrub(dsn, LATER, silent)).orders == 1


@pytest.mark.parametrize("rights", ["INHERIT", "NOINHERIT", "owner"])
async def test_a_login_without_the_right_says_so(server, dsn, superuser, taken, rights):
    """Who does not own the tables is told what to do; the worker says it once and goes on."""
    await superuser.execute("DROP ROLE IF EXISTS registry_poor")
    how = rights if rights != "owner" else "NOINHERIT"
    await superuser.execute(f"CREATE ROLE registry_poor LOGIN PASSWORD 'poor' {how} IN ROLE registry_app")
    name = urlsplit(dsn).path[1:]
    before = await superuser.fetchval(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", name
    )
    if rights == "owner":  # of the database, but of no table
        await superuser.execute(f'ALTER DATABASE "{name}" OWNER TO registry_poor')
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    poor = urlunsplit(parts._replace(netloc=f"registry_poor:poor@{host}"))
    try:
        for each in (act.clean(poor, LATER), act.scrub(poor, LATER, silent)):
            with pytest.raises(
                Invalid, match=r"registry_poor does not own the tables.*registry redactions scrub"
            ):
                await each
        stop, looked = asyncio.Event(), asyncio.Event()

        def clock():
            looked.set()
            return LATER

        async with Database.open(poor) as opened:
            task = asyncio.create_task(act.keep_clean(opened, clock, stop))
            await looked.wait()
            stop.set()
            await task
        assert not task.exception()
    finally:
        await superuser.execute(f'ALTER DATABASE "{name}" OWNER TO "{before}"')
        await superuser.execute("DROP ROLE registry_poor")


async def test_a_worker_that_stops_does_not_wait_for_a_large_table(db, dsn, superuser, taken):
    """What cleaning waits for is let go of at once; the next worker begins anew."""
    stop = asyncio.Event()
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE disclosure_content IN ACCESS EXCLUSIVE MODE")
        task = asyncio.create_task(act.keep_clean(db, lambda: LATER, stop))
        for _ in range(600):
            if await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                break
            await asyncio.sleep(0.1)
        stop.set()
        async with asyncio.timeout(30):
            await task

    assert await cleaned(dsn) == 1


async def test_the_worker_cleans_by_itself(db, dsn, taken):
    """Soon after a redaction, with nobody asking."""
    stop = asyncio.Event()
    task = asyncio.create_task(act.keep_clean(db, lambda: LATER, stop))
    async with asyncio.timeout(60):
        while True:
            async with db.snapshot() as conn:
                if not (await store.find_uncleared(conn, "cleaned")).orders:
                    break
            await asyncio.sleep(0.05)
    stop.set()
    await task

    assert await act.clean(dsn, LATER) == 0
