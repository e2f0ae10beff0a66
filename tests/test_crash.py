"""Nothing that was answered is ever lost, whatever is killed and whenever (design: what must always be true, 1)."""

import asyncio
import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec
import psutil
import pytest
import season

from registry import cluster, embedded, house
from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.auth.scope import Principal
from registry.db import Database
from registry.productions import act as productions

BENCH = Path(__file__).parent / "bench"
EMPLOYER = "crash-pictures"
PRODUCTIONS = 32

pytestmark = pytest.mark.slow


@pytest.fixture
def folder():
    """A data folder whose server is gone after the test, however it ended."""
    made = Path(tempfile.mkdtemp(prefix="registry-crash-"))
    made.chmod(0o755)
    yield made
    for process in psutil.process_iter():
        if cluster.stands_in(process, made / "postgres"):
            process.kill()
    shutil.rmtree(made, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(folder, port):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    return plain | {
        "REGISTRY_DATA_DIR": str(folder),
        "REGISTRY_PORT": str(port),
        "REGISTRY_LOG_FORMAT": "json",
    }


def registry(*words):
    return [sys.executable, "-m", "registry", *words]


@contextmanager
def serving(folder, port):
    """`registry serve` with its own PostgreSQL, in a session of its own, so that all of it can be killed."""
    with (
        (folder / "serve.log").open("ab") as log,
        subprocess.Popen(
            registry("serve", "--no-work"),
            env=settings(folder, port),
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, (folder / "serve.log").read_text()[-2000:]
                    time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


async def prepare(dsn):
    now = dt.datetime.now(dt.UTC)
    administrator = Principal(subject="crash", role="administrator")
    async with Database.open(dsn) as db:
        await agreements.publish_shipped(db, house.shipped(), now)
        record = msgspec.json.encode(season.employer(EMPLOYER))
        await productions.create_employer(db, administrator, record, now)
        for number in range(PRODUCTIONS):
            record = msgspec.json.encode(season.production(EMPLOYER, number))
            await productions.create_production(db, administrator, record, now)


def dsn_of(folder):
    return embedded.postmaster((folder / "postgres").resolve()).dsn


def load(port, token, prefix, seconds):
    """The client of the bench, under way."""
    keys = [f"feature-{number:04}" for number in range(PRODUCTIONS)]
    orders = {
        "port": port,
        "path": "/v1/disclosures",
        "prefix": prefix,
        "headers": f"Authorization: Bearer {token}\r\n",
        "bodies": [json.dumps(season.document(EMPLOYER, key)) for key in keys],
        "connections": 8,
        "seconds": seconds,
    }
    client = subprocess.Popen(
        [sys.executable, str(BENCH / "load.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    client.stdin.write(json.dumps(orders))
    client.stdin.close()
    return client


async def check(dsn, receipts):
    """Each receipt has its version at its place in the ledger, and the whole history adds up."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch("SELECT disclosure_id::text, ledger_index FROM disclosure_version")
    finally:
        await conn.close()
    stored = {(row["disclosure_id"], row["ledger_index"]) for row in rows}
    assert {tuple(receipt) for receipt in receipts} - stored == set()
    async with Database.open(dsn, size=2) as db:
        return await audit.verify(db)


@pytest.mark.parametrize("victims", ["server", "database", "both"])
def test_every_answered_filing_outlives_kill_9(folder, victims):
    """Under load the server, its PostgreSQL, or both are killed; afterwards every receipt holds."""
    port = free_port()
    receipts = []
    with serving(folder, port):
        asyncio.run(prepare(dsn_of(folder)))
    words = registry("token", "employer", "--employer", EMPLOYER)
    token = subprocess.check_output(words, env=settings(folder, port), text=True).split()[-1]
    for turn in range(2):
        with serving(folder, port) as process:
            client = load(port, token, f"{victims}-{turn}", 4)
            time.sleep(2.5)
            database = embedded.pid(folder / "postgres")
            if victims in {"database", "both"}:
                os.kill(database, signal.SIGKILL)
            if victims in {"server", "both"}:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
            seen = json.loads(client.stdout.read())
            client.stdout.close()
            client.wait(20)
            receipts += seen["receipts"]
            assert seen["receipts"], seen
    with serving(folder, port):
        tally = asyncio.run(check(dsn_of(folder), receipts))

    assert tally.size >= len(receipts)
