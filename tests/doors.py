"""For tests of the house itself: an application of a few doors, and a client that needs no socket."""

import asyncio
import contextlib
from types import SimpleNamespace

import httpx

from registry import app as house
from registry.judging.house import House
from registry.obligations.pack import PackSet
from registry.settings import Settings

EMPTY = House(schemas=SimpleNamespace(versions=(), body=None), packs=PackSet({}, {}), editions={})


@contextlib.asynccontextmanager
async def held(manager):
    """*manager*, entered and left in one task; a fixture's halves run in two, which anyio refuses."""
    entered, leave = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def hold():
        try:
            async with manager as value:
                entered.set_result(value)
                await leave.wait()
        except BaseException as fault:
            if entered.done():
                raise
            entered.set_exception(fault)

    task = asyncio.create_task(hold())
    try:
        yield await entered
    finally:
        leave.set()
        await task


@contextlib.asynccontextmanager
async def client_of(app):
    """A client of *app*, while it serves."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        held(app.lifespan()),
        httpx.AsyncClient(transport=transport, base_url="http://registry", timeout=60) as client,
    ):
        yield client


@contextlib.asynccontextmanager
async def opened(dsn, folder, doors=(), **settings):
    """The application of *doors* and a client of it."""
    app = house.join(Settings(**{"database_url": dsn, "data_dir": folder} | settings), EMPTY, doors)
    async with client_of(app) as client:
        yield app, client
