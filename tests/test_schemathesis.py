"""Schemathesis against the live server: every check it has, as every role. Slow; run by `make slow` and in CI.

What the document promises is what the server does: statuses, types, shapes and headers of answers, refusals of
what it says is wrong, methods, and authentication. `schemathesis.toml` says which promises a schema cannot make.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import world
from world import FOREIGN, OWN

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "25")
ROLES = ["administrator", "employer", "representative", "auditor"]

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def running(dsn, folder):
    """`registry serve` on *dsn*, in a process of its own; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"DATABASE_URL": dsn, "DATA_DIR": folder, "PORT": port, "LOG_FORMAT": "json"}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    environ = plain | {f"REGISTRY_{name}": str(value) for name, value in given.items()}
    address = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("w") as log:
        command = [sys.executable, "-m", "registry", "serve"]
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            for _ in range(300):
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(f"{address}/health/ready").is_success:
                        break
                time.sleep(0.1)
            yield address
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture
async def live(dsn, tmp_path):
    """A server with both tenants on record, and a token for each role."""
    with running(dsn, tmp_path) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            opened = world.World(client, tmp_path)
            for tenant in (OWN, FOREIGN):
                await opened.settle(tenant)
        yield address, opened.tokens
    assert '"level":"error"' not in (tmp_path / "server.log").read_text()


@pytest.mark.parametrize("role", ROLES)
def test_the_server_keeps_the_documents_promises(live, role, tmp_path):
    """All checks, all phases, every operation the role may use (public ones once): nothing is found."""
    address, tokens = live
    document = httpx.get(f"{address}/docs/openapi.json").json()
    told = [operation for item in document["paths"].values() for operation in item.values()]
    may = [each["operationId"] for each in told if role in (each["x-roles"] or ["administrator"])]
    command = [
        Path(sys.executable).parent / "schemathesis",
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        f"{address}/docs/openapi.json",
        f"--header=Authorization: Bearer {tokens[role]}",
        "--checks=all",
        f"--include-operation-id-regex=^({'|'.join(may)})$",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
        "--continue-on-failure",
        "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=900, check=False)

    assert done.returncode == 0, done.stdout[-20_000:]
