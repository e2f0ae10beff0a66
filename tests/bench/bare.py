"""The yardstick: Litestar and asyncpg that only decode a disclosure and insert its JSON as one row, committed.

Served as the registry is: Granian, uvloop, one process, the same number of connections.
"""

import os
import sys
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from litestar import Litestar, post
from litestar.datastructures import State
from litestar.params import RawBody

INSERT = "INSERT INTO bare (body) VALUES ($1::text::jsonb) RETURNING id"


@post("/v1/disclosures")
async def insert(body: RawBody, state: State) -> dict[str, int]:
    """Decode, insert, commit."""
    msgspec.json.decode(body)
    return {"id": await state.pool.fetchval(INSERT, body.decode())}


@asynccontextmanager
async def pool(app):
    async with asyncpg.create_pool(os.environ["BARE_DATABASE_URL"], min_size=1, max_size=8) as app.state.pool:
        yield


def load():
    return Litestar([insert], lifespan=[pool], openapi_config=None)


if __name__ == "__main__":
    Server(
        "bare",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve(target_loader=load, wrap_loader=False)
