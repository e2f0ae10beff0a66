"""A look at the installation: what would keep the registry from working, and what to do about it.

Looks only: starts nothing, changes nothing.
"""

import asyncio
import importlib.metadata
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Literal

import httpx
import msgspec

from registry import clock, cluster, db, embedded, files, health, serving
from registry.auth.keys import issuers_of
from registry.db import Database
from registry.errors import NotFound, RegistryError
from registry.judging.house import House
from registry.ledger.log.owner import act as log
from registry.settings import Settings

State = Literal["well", "warning", "wrong"]
SMALLEST_DISK: Final = 500_000_000
OLDEST_PYTHON: Final = (3, 11)


class Check(msgspec.Struct, frozen=True):
    """One thing looked at."""

    name: str
    state: State
    says: str


async def examine(settings: Settings, house: Callable[[], House]) -> list[Check]:
    """Every check, in the order in which a start would fail."""
    looks: Sequence[tuple[str, Callable[[], Awaitable[Check]]]] = (
        ("python", python),
        ("settings", lambda: configured(settings)),
        ("rules", lambda: rules(house)),
        ("migrate", migrator),
        ("database", lambda: database(settings)),
        ("log", lambda: signing(settings)),
        ("clock", lambda: present(settings)),
        ("disk", lambda: disk(settings)),
        ("port", lambda: port(settings)),
        ("server", lambda: server(settings)),
    )
    found = []
    for name, look in looks:
        try:
            found.append(await look())
        except (RegistryError, OSError) as fault:
            found.append(Check(name, "wrong", str(fault)))
    return found


async def python() -> Check:
    """The interpreter is new enough."""
    said = f"{sys.version.split()[0]}, registry {importlib.metadata.version('ai-use-registry')}"
    return Check("python", "well" if sys.version_info >= OLDEST_PYTHON else "wrong", said)


async def configured(settings: Settings) -> Check:
    """The settings make sense together."""
    issuers = issuers_of(settings.issuers)
    tokens = f"tokens from {len(issuers)} issuers" if issuers else "tokens from the local issuer"
    if settings.clock_file:
        return Check(
            "settings", "warning", f"{tokens}; time is read from {settings.clock_file}, not the machine"
        )
    return Check("settings", "well", tokens)


async def rules(house: Callable[[], House]) -> Check:
    """Packs and schemas can be read and compiled."""
    made = house()
    schemas = ", ".join(made.schemas.versions)
    return Check("rules", "well", f"{len(made.packs.packs)} packs, schema versions {schemas}")


async def migrator() -> Check:
    """The migration program is there."""
    found = shutil.which("dbmate", path=db.path())
    known = len(health.known_migrations())
    if found is None:
        return Check("migrate", "wrong", "dbmate is not in this environment: install the requirements again")
    return Check("migrate", "well" if known else "wrong", f"{known} migrations in {files.MIGRATIONS}")


async def database(settings: Settings) -> Check:
    """The database answers with every migration; or the embedded one could be started."""
    folder = (settings.data_dir / "postgres").resolve()
    dsn = settings.database_url
    if not dsn:
        programs = cluster.binaries()
        number = embedded.pid(folder)
        if number is None:
            there = "its data is there" if (folder / "PG_VERSION").exists() else "nothing is stored yet"
            return Check("database", "well", f"embedded, in {folder}, not running, {there} ({programs})")
        return Check("database", "well", f"embedded, in {folder}, running as process {number}")
    async with asyncio.timeout(10), Database.open(dsn, size=1) as opened:
        await health.ready(opened, health.known_migrations())
    return Check("database", "well", "answers, with every migration")


async def signing(settings: Settings) -> Check:
    """The log's key is there and the database holds what was let out; or nothing was signed yet."""
    running = embedded.postmaster((settings.data_dir / "postgres").resolve())
    dsn = settings.database_url or (running.dsn if running else "")
    if not dsn:
        return Check("log", "well", "looked at while the embedded database runs")
    try:
        async with asyncio.timeout(10):
            found = await log.status(dsn, settings)
    except NotFound as fault:
        return Check("log", "well", fault.detail)
    said = f"{found.origin}, {found.size} entries"
    if found.problem or found.halted:
        return Check("log", "wrong", f"{said}: {found.problem or found.halted}")
    return Check("log", "well", f"{said}, signed with {found.key_file}")


async def present(settings: Settings) -> Check:
    """The present can be told."""
    return Check("clock", "well", clock.reader(settings.clock_file)().isoformat(timespec="seconds"))


async def disk(settings: Settings) -> Check:
    """There is room where the data lies."""
    folder = settings.data_dir.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state: State = "well" if free > SMALLEST_DISK else "warning"
    return Check("disk", state, f"{free // 1_000_000} MB free in {folder}")


async def port(settings: Settings) -> Check:
    """The server's port is free, or the registry itself is on it."""
    try:
        serving.free(settings)
    except RegistryError as fault:
        return Check("port", "warning", fault.detail)
    return Check("port", "well", f"{settings.host}:{settings.port} is free")


async def server(settings: Settings) -> Check:
    """Whether a server answers at the address callers use."""
    try:
        async with httpx.AsyncClient(timeout=3) as http:
            answer = await http.get(f"{settings.address}/health/ready")
    except httpx.HTTPError:
        return Check("server", "warning", f"nobody answers at {settings.address}; `registry serve` starts it")
    state: State = "well" if answer.status_code == httpx.codes.OK else "wrong"
    return Check("server", state, f"{settings.address} answers {answer.status_code}")
