"""Processes: the server, the worker, and the PostgreSQL they need when none is given.

Order of a start: database, migrations, witnesses, publications, then the doors. Order of an end: the doors,
the worker, the database. A server killed without a word takes its own children with it, so that the next
start finds the port free; the embedded PostgreSQL is joined by that start, or recovers from its log.
"""

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from registry import app, clock, cluster, db, embedded, house, logs
from registry.db import Database
from registry.errors import Busy, Corrupt
from registry.judging.house import House
from registry.ledger.log.act import open_log, refuse_half_restored
from registry.notify import worker
from registry.publishing import act as publishing
from registry.settings import Settings
from registry.witnessing.looking import act as looking

KILL_AFTER: Final = 15
DEATH_OF_PARENT: Final = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
SILENT: Final[dict[str, Any]] = {
    "formatters": {},
    "handlers": {},
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
}
"""Granian's own lines go the way of all others: through the root logger."""

Say = Callable[[str], None]


@contextlib.contextmanager
def database(settings: Settings, say: Say, *, restoring: bool = False) -> Iterator[Settings]:
    """*settings* with a database that answers: the one given, or an embedded one while the block runs.

    A folder that a broken-off restore left is refused; only the restore itself, *restoring*, works in it.
    """
    if settings.database_url:
        yield settings
        return
    folder = (settings.data_dir / "postgres").resolve()
    if not restoring and (folder / cluster.UNFINISHED).exists():
        raise Corrupt(
            f"a restore into {folder} has not come to its end, so it is not served. If no `registry restore` "
            "is under way, restore the backup again: that removes what the first one left"
        )
    joins = embedded.pid(folder) is not None
    with embedded.running(folder) as dsn:
        say(f"PostgreSQL {'joined' if joins else 'started'} in {folder}")
        yield msgspec.structs.replace(settings, database_url=dsn)


async def ready(settings: Settings, rules: House, say: Say, *, looked: bool = False) -> House:
    """Bring the database to the newest migration, and *rules* into the ledger; the House in force there.

    Nothing is signed over what a witness shows and the database lacks; *looked*: they were asked just now.
    """
    async with Database.open(settings.database_url, size=1, role=False) as opened, opened.snapshot() as conn:
        await refuse_half_restored(conn)
    await db.migrated(settings.database_url)
    if not looked:
        await looking.look(settings.database_url, settings, say)
    now = clock.reader(settings.clock_file)()
    seal = await open_log(settings.database_url, settings, now)
    async with Database.open(settings.database_url, size=1, seal=seal) as opened:
        standing, published = await publishing.start(opened, rules, now)
    if published:
        say(f"published {published} packs, parameter sets and schemas")
    return standing


def serve(settings: Settings, *, workers: int, working: bool, say: Say) -> None:
    """Serve until told to stop; with *working*, the worker runs beside the server."""
    logs.configure(settings.log_format)
    rules = house.shipped()
    free(settings)
    with database(settings, say) as found:
        asyncio.run(ready(found, rules, say))
        server = Server(
            "registry",
            address=found.host,
            port=found.port,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            workers=workers,
            websockets=False,
            log_level=LogLevels.warning,
            log_dictconfig=SILENT,
            workers_kill_timeout=KILL_AFTER,
        )
        logs.configure(found.log_format)
        with beside(found) if working else contextlib.nullcontext():
            say(f"listening on {found.address}, described on {found.address}/docs")
            server.serve(target_loader=partial(loaded, found, rules, os.getpid()), wrap_loader=False)
    say("stopped")


def loaded(settings: Settings, rules: House, parent: int) -> Any:
    """The application, in the process that serves it."""
    leave_with(parent)
    logs.configure(settings.log_format)
    made = app.create(settings, rules)
    # What was loaded stays until the end: the collector need not walk through it again at each collection.
    gc.collect()
    gc.freeze()
    return made


def work(settings: Settings, say: Say, parent: int | None = None) -> None:
    """Work until told to stop."""
    if parent:
        leave_with(parent)
    logs.configure(settings.log_format)
    with database(settings, say) as found:
        # Beside a server that has asked the witnesses just now, they are not asked again.
        asyncio.run(working(found, say, looked=parent is not None))


async def working(settings: Settings, say: Say, *, looked: bool = False) -> None:
    """The worker, from the first migration to the last message."""
    rules = await ready(settings, house.shipped(), say, looked=looked)
    stop = asyncio.Event()
    worker.stop_on_signals(stop)
    now = clock.reader(settings.clock_file)
    await worker.run(settings.database_url, rules, settings, now, stop)


@contextlib.contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """A worker process for as long as the block runs."""
    words = [sys.executable, "-m", "registry", "work", "--parent", str(os.getpid())]
    process = subprocess.Popen(words, env=environment(settings))  # noqa: S603  our own words, no shell
    try:
        yield
    finally:
        ended(process)


def ended(process: "subprocess.Popen[bytes]", within: float = KILL_AFTER) -> int:
    """Tell *process* to stop and wait for it; kill it when it does not. Its exit status."""
    process.terminate()
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that shall have *settings*, whatever this process was started with."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    given = {
        f"REGISTRY_{name.upper()}": str(value) for name, value in msgspec.structs.asdict(settings).items()
    }
    return {**plain, **given}


def leave_with(parent: int) -> None:
    """Have the kernel stop this process when *parent* ends, however it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the kernel was asked
            raise SystemExit(1)


def free(settings: Settings) -> None:
    """Raise Busy when somebody listens on the port already: better now than after the migrations."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            raise Busy(
                f"{settings.host}:{settings.port} cannot be listened on ({fault.strerror}); "
                "choose another with REGISTRY_PORT or --port"
            ) from None


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def quiet() -> None:
    """Only warnings from now on: for a program that draws on the terminal."""
    logging.getLogger().setLevel(logging.WARNING)


def lasting(folder: Path) -> Path:
    """*folder*, made if need be, open to the user PostgreSQL runs as."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder
