"""A ledger that is signed, witnesses that are real, and a client that reaches them without a socket."""

import contextlib
import shutil
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import conftest
import doors
import httpx
import msgspec

from registry.ledger import store as ledger
from registry.witnessing import policy
from registry.witnessing.calling import act as calling
from registry.witnessing.own import act as own
from registry.witnessing.own import http as own_door

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "registry.example/ledger"


class Log:
    """The registry's own side: a database, and what it signs with."""

    def __init__(self, db, seal, settings):
        self.db = db
        self.seal = seal
        self.settings = settings
        self.vkey = seal.verifier.vkey
        self.now = NOW

    async def grow(self, count, said="entry"):
        """Append *count* entries, each a checkpoint's worth of one transaction; the head after them."""
        self.now += timedelta(seconds=1)
        async with self.db.transaction() as conn:
            entries = [f"{said} {number}".encode() for number in range(count)]
            return (await ledger.extend(conn, entries, self.now)).head


class Neighbour:
    """A witness of somebody else's: its folder, and its name in policies."""

    def __init__(self, folder, name, log_vkey):
        self.folder = folder
        self.name = name
        self.vkey = own.init_witness(folder, f"{name}.example/witness")
        self.logs = policy.read(f"log {log_vkey}\nquorum none\n")
        self.address = f"http://{name}.example"
        self.seconds = 1_772_366_400.0

    @property
    def line(self):
        """Its line in a policy file."""
        return f"witness {self.name} {self.vkey} {self.address}"

    @contextlib.asynccontextmanager
    async def serving(self, **options):
        """The witness at work: its application."""
        app = own_door.create(self.folder, self.logs, seconds=lambda: self.seconds, **options)
        async with doors.held(app.lifespan()):
            yield app


@contextlib.asynccontextmanager
async def reaching(**apps):
    """A client to which `http://<name>.example` is the application *name*."""
    mounts = {f"all://{name}.example": httpx.ASGITransport(app) for name, app in apps.items()}
    # No certificates are read: what is not one of them is a server of this machine.
    async with httpx.AsyncClient(mounts=mounts, headers=calling.HEADERS, verify=False) as client:
        yield client


def policy_file(path, *lines):
    """Write a policy file; its path as a setting has it."""
    path.write_text("\n".join(lines) + "\n")
    return str(path)


@contextlib.asynccontextmanager
async def copied(server, dsn, name):
    """A copy of the database at *dsn*, as a restored backup is one; its address."""
    original = urlsplit(dsn).path[1:]
    await conftest.execute(
        server,
        f"DROP DATABASE IF EXISTS {name}",
        # The pool connects again as soon as it is cut off.
        f"ALTER DATABASE {original} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{original}'",
        f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY",
        f"ALTER DATABASE {original} ALLOW_CONNECTIONS true",
    )
    try:
        yield conftest.at(server, name)
    finally:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def anew(settings, folder, **more):
    """The settings of another machine with the same key: its data folder has no mark."""
    folder.mkdir()
    shutil.copy(settings.data_dir / "log.pem", folder / "log.pem")
    return msgspec.structs.replace(settings, data_dir=folder, **more)
