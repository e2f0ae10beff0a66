"""Two productions to have alerts about, and a worker that runs inside a block."""

import asyncio
import contextlib
import datetime as dt

import pytest
import told

from registry.judging.house import House
from registry.notify import worker
from registry.obligations.pack import PackSet
from registry.settings import Settings

SHORT = dt.timedelta(seconds=2)


@pytest.fixture
async def house(db):
    """A database with two productions that alerts can be about."""
    await told.productions(db)
    return db


@pytest.fixture
def running(dsn, tmp_path):
    """A worker that runs inside the block; what it sends goes to *way*, whichever way was asked for."""
    rules = House(schemas=None, packs=PackSet({}, {}))

    @contextlib.asynccontextmanager
    async def run(way, *, clock=lambda: told.NOW, lease=SHORT):
        stop = asyncio.Event()
        ways = dict.fromkeys(("webhook", "slack", "teams", "email"), way)
        settings = Settings(sweep_seconds=1, data_dir=tmp_path)
        task = asyncio.create_task(worker.run(dsn, rules, settings, clock, stop, ways=ways, lease=lease))
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)

    return run
