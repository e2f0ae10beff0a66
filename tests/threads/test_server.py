"""A file through the real server: whole, within its limit, and refused before it is taken in."""

import asyncio
import hashlib
import random
import time

import conftest
import httpx
import pytest
import world
from test_schemathesis import running

pytestmark = pytest.mark.slow

LARGEST = 26_214_400


SETTLED = []


@pytest.fixture(scope="module")
def address(server, template, tmp_path_factory):
    """One server with a database of its own; these tests only ever add to what is there."""
    name, folder = f"{template}_files", tmp_path_factory.mktemp("files")
    asyncio.run(conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    with running(conftest.at(server, name), folder) as url:
        yield url, folder
    assert '"level":"error"' not in (folder / "server.log").read_text()
    SETTLED.clear()
    asyncio.run(conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def live(address):
    """The server with one tenant on record, and a way to call it as anybody."""
    url, folder = address
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        made = world.World(client, folder)
        if not SETTLED:
            SETTLED.append(await made.settle(world.OWN))
        yield made, SETTLED[0]


async def test_a_file_goes_through_the_server(live):
    """25 MiB go in and come out the same, with their length."""
    made, tenant = live
    data = b"%PDF-1.7\n" + random.Random(1).randbytes(LARGEST - 9 - 6) + b"%%EOF\n"
    door = f"/v1/alerts/{tenant.alert_id}/evidence?name=a.pdf"
    told = {"headers": {"Content-Type": "application/pdf"}}
    shown = await made.good("employer", "POST", door, content=data, **told)
    got = await made.good("representative", "GET", shown.json()["files"][0]["href"])

    assert hashlib.sha256(got.content).hexdigest() == shown.json()["files"][0]["sha256"]
    assert got.headers["content-length"] == str(LARGEST)
    assert "transfer-encoding" not in got.headers
    assert got.headers["content-type"] == "application/pdf"


async def test_what_is_not_taken_is_refused_before_it_is_sent(live):
    """A file that is too large, and one of who may not speak, are answered while none of it has arrived."""
    made, tenant = live
    for caller, size, status in (("employer", LARGEST + 1, 413), ("auditor", 9, 403), ("nobody", 9, 401)):
        token = f"Authorization: Bearer {made.tokens[caller]}\r\n" if caller in made.tokens else ""
        request = (
            f"POST /v1/alerts/{tenant.alert_id}/evidence?name=a.pdf HTTP/1.1\r\nHost: registry\r\n{token}"
            f"Idempotency-Key: k-1\r\nContent-Type: application/pdf\r\nContent-Length: {size}\r\n\r\n"
        )
        url = made.client.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(request.encode())
        async with asyncio.timeout(10):
            line = await reader.readline()
        writer.close()

        assert line.split()[1] == str(status).encode(), line


async def test_a_slow_reader_holds_up_nobody(live):
    """While a download is read by drops, others are answered at once, and it comes whole in the end."""
    made, tenant = live
    told = {"content": b"line of the minutes\n" * 500_000, "headers": {"Content-Type": "text/plain"}}
    shown = await made.good("employer", "POST", f"/v1/alerts/{tenant.alert_id}/evidence?name=a.txt", **told)
    href, headers = shown.json()["files"][0]["href"], {"Authorization": f"Bearer {made.tokens['employer']}"}
    read = 0
    async with made.client.stream("GET", href, headers=headers) as slow:
        async for piece in slow.aiter_raw(65_536):
            read += len(piece)
            if read < 10 * 65_536:
                began = time.monotonic()
                await made.good("representative", "GET", "/v1/alerts")
                assert time.monotonic() - began < 5

    assert read == len(told["content"])
