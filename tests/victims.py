"""The programs that a crash test kills, and the receiver of their webhooks, which outlives them."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
import textwrap
from collections import Counter, defaultdict

from standardwebhooks import Webhook

WORKER = textwrap.dedent("""
    import asyncio, datetime as dt, os
    from registry import clock, logs, settings
    from registry.judging.house import House
    from registry.notify import worker
    from registry.obligations.pack import PackSet

    async def main():
        found, stop = settings.read(os.environ), asyncio.Event()
        worker.stop_on_signals(stop)
        logs.configure("json")
        house = House(schemas=None, packs=PackSet({}, {}))
        await worker.run(found.database_url, house, found, clock.machine, stop, lease=dt.timedelta(seconds=2))

    asyncio.run(main())
""")


class Receiver:
    """A real HTTP server that checks each signature, and refuses one message in twenty the first time, forty in all.

    More would measure how long an address that fails is left in peace, not whether anything is lost.
    """

    def __init__(self):
        self.secrets = {}
        self.arrived = defaultdict(list)
        self.refused = set()
        self.chance = random.Random(4)
        self.bad = []

    async def answer(self, reader, writer):
        """One connection, until it closes."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *rest = head.split("\r\n")
                headers = dict(each.lower().split(": ", 1) for each in rest if each)
                raw = dict(each.split(": ", 1) for each in rest if each)
                headers |= {name.lower(): value for name, value in raw.items()}
                body = await reader.readexactly(int(headers["content-length"]))
                status = self.take(line.split()[1].strip("/"), headers, body)
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n\r\n" % status)
                await writer.drain()
        writer.close()

    def take(self, who, headers, body):
        """Keep a message whose signature holds; the status to answer."""
        try:
            Webhook(self.secrets[who]).verify(body, headers)
        except Exception as fault:  # noqa: BLE001
            self.bad.append(repr(fault))
            return 400
        name, data = headers["webhook-id"], json.loads(body)["data"]
        if len(self.refused) < 40 and (who, name) not in self.refused and self.chance.random() < 0.05:
            self.refused.add((who, name))
            return 503
        self.arrived[who].append((data["position"], data["url"], name))
        return 204


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Programs:
    """The server and the worker, each killed and started again at random."""

    def __init__(self, dsn, folder, port):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        self.env = plain | {
            "REGISTRY_DATABASE_URL": dsn,
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_PORT": str(port),
            "REGISTRY_OUTGOING_ALLOW": "127.0.0.0/8",
            "REGISTRY_SWEEP_SECONDS": "2",
            "REGISTRY_LOG_FORMAT": "json",
        }
        self.words = {
            "worker": [sys.executable, "-c", WORKER],
            "server": [sys.executable, "-m", "registry", "serve", "--no-work"],
        }
        self.log = folder / "programs.log"
        self.running = {}
        self.kills = Counter()

    async def start(self, name):
        """Start a program in a session of its own."""
        with self.log.open("ab") as log:
            self.running[name] = await asyncio.create_subprocess_exec(
                *self.words[name], env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    async def kill(self, name, number=signal.SIGKILL):
        """End a program and its children, at whatever line they are."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, number)
        await self.running[name].wait()
        self.kills[name] += 1
