"""A world with both tenants on record, made once for a folder of tests and copied for each of them."""

import contextlib
import shutil

import conftest
import world
from world import FOREIGN, OWN

KNOWN = {}
"""By name of its database: the tenants that were settled in it."""


@contextlib.asynccontextmanager
async def opened(server, template, folder, *, own_alone=False):
    """The application, a World of it, and its tenants, in a database of the test's own."""
    settled = f"{template}_settled_{'own' if own_alone else 'both'}"
    if settled not in KNOWN:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {settled} WITH (FORCE)")
        await conftest.execute(server, f"CREATE DATABASE {settled} TEMPLATE {template} STRATEGY FILE_COPY")
        async with world.opened(conftest.at(server, settled), folder / settled) as (_, first):
            wanted = (OWN,) if own_alone else (OWN, FOREIGN)
            KNOWN[settled] = {tenant: await first.settle(tenant) for tenant in wanted}
    number = next(conftest.NUMBERS)
    name, own = f"{template}_copy_{number}", folder / f"copy-{number}"
    await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {settled} STRATEGY FILE_COPY")
    # The mark of the log is in the data folder: what one copy signs is no word of another.
    shutil.copytree(folder / settled, own)
    async with world.opened(conftest.at(server, name), own) as (app, copy):
        yield app, copy, KNOWN[settled]
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def clear(server):
    """Drop what was made to be copied."""
    while KNOWN:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {KNOWN.popitem()[0]} WITH (FORCE)")
