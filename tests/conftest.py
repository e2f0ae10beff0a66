"""What every test may ask for: a real PostgreSQL, with a fresh copy of the migrated database each.

The server is the embedded one, or the one `REGISTRY_TEST_DATABASE_URL` names.
"""

import asyncio
import itertools
import logging
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import structlog
from hypothesis import settings

from registry import db as database
from registry import embedded
from registry.db import Database

# The same examples on every machine and every run, so that a failure is everybody's; `roaming` looks elsewhere.
settings.register_profile("steady", derandomize=True)
settings.register_profile("roaming", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

SHARED = Path(os.environ.get("REGISTRY_SHARED", Path(__file__).parents[2] / "shared"))
NUMBERS = itertools.count()
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Where a file system in memory is, and the bytes that are free in it where the tests' databases are made there."""


def at(server, name):
    """The address of database *name* on *server*."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def execute(dsn, *statements):
    conn = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await conn.execute(statement)
    finally:
        await conn.close()


@pytest.fixture(autouse=True)
def logs_as_they_were():
    """A command that set up logging for its own output leaves none of it to the next test."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    # A traceback as Python writes it: with every local variable of ours it takes a minute to draw.
    drawn = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], drawn])
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def quickest():
    """Where a database is copied in a tenth of the time a disk takes, if this machine has room; else wherever."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if in_memory else None


@pytest.fixture(scope="session")
def server():
    """The address of a PostgreSQL whose databases the tests may make and drop."""
    given = os.environ.pop("REGISTRY_TEST_DATABASE_URL", "")
    if given:
        os.environ["REGISTRY_TEST_DATABASE_URL"] = given
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="registry-test-", dir=quickest()))
    folder.chmod(0o755)
    with embedded.running(folder / "postgres", hasty=True) as dsn:
        yield dsn
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server):
    """The name of a migrated database that is copied, never used."""
    name = f"registry_template_{os.getpid()}"
    asyncio.run(execute(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"))
    database.migrate(at(server, name))
    yield name
    asyncio.run(execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def still(server, template):
    """The address of a migrated database for tests that change nothing in it: one for all of them."""
    name = f"registry_still_{os.getpid()}"
    asyncio.run(
        execute(
            server,
            f"DROP DATABASE IF EXISTS {name}",
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
        )
    )
    yield at(server, name)
    asyncio.run(execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def dsn(server, template):
    """The address of this test's own migrated database."""
    name = f"registry_test_{os.getpid()}_{next(NUMBERS)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield at(server, name)
    await execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
async def db(dsn):
    """An open Database with the application's role."""
    async with Database.open(dsn) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared():
    """The folder of public vectors and real data; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no {SHARED}: public vectors and real data are not here")
    return SHARED
