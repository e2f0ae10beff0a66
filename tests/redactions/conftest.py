"""A production whose filings found breaches, a second one that its losses concern, and an administrator."""

import datetime as dt

import asyncpg
import conftest
import msgspec
import papers
import pytest

from registry import house
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.judging import act as judging
from registry.redactions import act

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
SECRET = "CutAssist"
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
"""
EVERYWHERE = """
SELECT count(*) FROM {0} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0
"""


SETTLED = {}


async def settle(db):
    """Two productions judged with losses, an amendment that repeats the tools, a sweep."""
    await agreements.publish_shipped(db, house.shipped(), papers.NOW)
    await papers.register(db)
    first = await papers.file(db, papers.document(**papers.uses(), **papers.layoffs()), key="k-1")
    second = papers.document(key=papers.SECOND, **papers.uses(), **papers.layoffs())
    await papers.file(db, second, key="k-2", now=papers.NOW + dt.timedelta(minutes=1))
    amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(count=3))
    await papers.amend(db, first.receipt.disclosure_id, amended, now=papers.NOW + dt.timedelta(days=1))
    await judging.sweep(db, papers.house(), LATER)
    return first.receipt


@pytest.fixture
async def settled(server, template):
    """The name of a database with those filings: made once, then copied."""
    name = f"{template}_redactions"
    if name not in SETTLED:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        async with Database.open(conftest.at(server, name)) as first:
            SETTLED[name] = await settle(first)
    return name


@pytest.fixture
async def copied(server, settled):
    """Makes copies of it, and drops them when the test is over."""
    made = []

    async def copy():
        made.append(f"{settled}_{len(made)}")
        await conftest.execute(server, f"CREATE DATABASE {made[-1]} TEMPLATE {settled} STRATEGY FILE_COPY")
        return conftest.at(server, made[-1])

    yield copy
    for name in made:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
async def dsn(copied):
    """The address of this test's own copy."""
    return await copied()


@pytest.fixture
async def filed(db, settled):
    """The receipt of the first filing; what the test leaves is verified."""
    yield SETTLED[settled]
    await audit.verify(db)


def order(**more):
    """An order to take the tools out of the first version."""
    said = {"version": 1, "sections": ["tools"], "ground": "Order 26-0417", "ordered_by": "The court"}
    return msgspec.json.encode(said | {"reason": "A contract under seal."} | more)


@pytest.fixture
def redact(db, filed):
    """Redact a version of the first disclosure."""

    async def taken(*, if_match='"2"', key="r-1", now=LATER, **more):
        who = papers.ADMINISTRATOR
        editions = agreements.editions()
        return await act.redact(db, editions, who, filed.disclosure_id, order(**more), if_match, key, now)

    return taken


@pytest.fixture
async def superuser(dsn):
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


@pytest.fixture
def saying(superuser):
    """In how many rows of each table some words stand, as text or as bytes."""

    async def found(words):
        counts = {}
        for row in await superuser.fetch(TABLES):
            count = await superuser.fetchval(EVERYWHERE.format(row["relname"]), words)
            if count:
                counts[row["relname"]] = count
        return counts

    return found
