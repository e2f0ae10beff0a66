"""PostgreSQL: connections, transactions, snapshots, migrations. The only module that speaks asyncpg.

Connections take the role `registry_app`, which cannot update or delete history, whatever the login role may.
"""

import asyncio
import contextlib
import getpass
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg
import msgspec

from registry import files
from registry.errors import Busy, Corrupt, Invalid

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]
    Row = asyncpg.Record | Mapping[str, Any]
else:
    Connection = asyncpg.Connection

T = TypeVar("T")

UniqueViolation = asyncpg.UniqueViolationError
"""What a store may catch to say "this key is taken"."""

Canceled = asyncpg.QueryCanceledError
"""What an act may catch that gives a statement only so much time."""

TAKE_ROLE: Final[LiteralString] = "SET ROLE registry_app"
OLDEST: Final = 150000
NEWEST: Final = 190000


class Session(asyncpg.Connection):
    """A connection that knows what its process signs the ledger with, and what waits for a commit."""

    seal: Any = None
    """What checkpoints are signed with (ledger.log); None in programs that sign nothing."""
    waiting: tuple[Callable[[], Awaitable[None] | None], ...] = ()

    def once_committed(self, act: Callable[[], Awaitable[None] | None]) -> None:
        """Have *act* done as soon as the transaction under way is committed; never if it is rolled back."""
        self.waiting = (*self.waiting, act)

    def forget(self, until: tuple[Callable[[], Awaitable[None] | None], ...]) -> None:
        """Part of the transaction was undone: only what waited before, *until*, still waits."""
        self.waiting = until

    async def ended(self, *, committed: bool) -> None:
        """Do what waited for the end of the transaction, if it was *committed*."""
        acts, self.waiting = self.waiting, ()
        for act in acts if committed else ():
            done = act()
            if done is not None:
                await done


def seal_of(conn: "Connection") -> Any:
    """What the ledger is signed with on *conn*; None where nothing is."""
    return getattr(conn, "seal", None)


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", dsn: str) -> None:
        self.pool = pool
        self.dsn = dsn

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, dsn: str, *, size: int = 4, role: bool = True, seal: Any = None
    ) -> AsyncIterator[Self]:
        """Connect to *dsn*; refuses a server outside 15 to 18, and a database without our role.

        *seal* is what entries appended on these connections are signed with; see `registry.ledger.log`.
        """
        sealed = type("Sealed", (Session,), {"seal": seal})
        with explained():
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                init=prepare_with_role if role else prepare,
                reset=nothing,
                connection_class=sealed,
                server_settings={"application_name": "registry"},
            )
        try:
            yield cls(pool, dsn)
        finally:
            await pool.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator["Connection"]:
        """One writing transaction: everything inside commits together or not at all."""
        async with self.pool.acquire() as conn:
            committed = False
            # The Session's own, behind the pool's proxy, which lets go of a connection that is lost.
            ended = conn.ended  # type: ignore[attr-defined]
            try:
                async with conn.transaction():
                    yield conn
                committed = True
            finally:
                await ended(committed=committed)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator["Connection"]:
        """One reading transaction that sees a single state of the database."""
        async with (
            self.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield conn


@contextlib.asynccontextmanager
async def savepoint(conn: "Connection") -> AsyncIterator[None]:
    """Part of a transaction: when it fails it is undone alone, with what waited in it for the commit."""
    waiting = getattr(conn, "waiting", ())
    try:
        async with conn.transaction():
            yield
    except BaseException:
        if waiting != getattr(conn, "waiting", ()):
            conn.forget(waiting)  # type: ignore[union-attr]
        raise


async def prepare(conn: "Connection") -> None:
    """Set up a new connection: JSON through msgspec, and a server that we know."""
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
    version = conn.get_server_version()
    number = version.major * 10000 + version.minor
    if not OLDEST <= number < NEWEST:
        raise Corrupt(f"PostgreSQL {version.major} is not supported; 15 to 18 are")


async def prepare_with_role(conn: "Connection") -> None:
    """Set up a new connection and give up, for as long as it lives, every right the application needs not."""
    await prepare(conn)
    await conn.execute(TAKE_ROLE)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """What goes wrong while connecting, in words that say who has to do what."""
    try:
        yield
    except asyncpg.InvalidAuthorizationSpecificationError as fault:
        raise Invalid(f"the database does not let us in: {fault}; see REGISTRY_DATABASE_URL") from fault
    except (asyncpg.InvalidCatalogNameError, asyncpg.ClientConfigurationError) as fault:
        raise Invalid(f"REGISTRY_DATABASE_URL leads to no database: {fault}") from fault
    except asyncpg.InvalidParameterValueError as fault:
        raise Invalid(f"the database is not prepared ({fault}); run `registry migrate`") from fault
    except asyncpg.InsufficientPrivilegeError as fault:
        raise Invalid(f"the login lacks a right ({fault}); run `registry migrate` as its owner") from fault
    except (OSError, asyncpg.PostgresError) as fault:
        raise Busy(f"the database does not answer: {fault}") from fault


async def nothing(conn: "Connection") -> None:
    """A connection goes back as it is: the stores leave no session state behind, and the role stays taken."""


def row_to(kind: type[T], row: "Row | None") -> T:
    """*row* as a struct of *kind*; fields are matched by name."""
    assert row is not None
    return msgspec.convert(dict(row), kind)


def rows_to(kind: type[T], rows: "Iterable[Row]") -> list[T]:
    """Each of *rows* as a struct of *kind*."""
    return [row_to(kind, row) for row in rows]


def dbmate_url(dsn: str) -> str:
    """*dsn* in the form dbmate reads: a socket folder as `socket`, everything else as it was.

    Without a user or a database both programs fall back on PGUSER and the system user, and so they do here.
    """
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query))
    try:
        host, port = parts.hostname or "", str(parts.port or "")
    except ValueError:
        raise Invalid("REGISTRY_DATABASE_URL has to name one server and a port that is a number") from None
    if folder := socket_of(query.get("host") or unquote(host) or os.environ.get("PGHOST", "")):
        query.pop("host", None)
        query["socket"], host = folder, ""
    host, port = query.pop("host", host), query.pop("port", port) or os.environ.get("PGPORT", "")
    user = query.pop("user", unquote(parts.username or "")) or os.environ.get("PGUSER") or getpass.getuser()
    password = query.pop("password", unquote(parts.password or ""))
    name = query.pop("dbname", query.pop("database", unquote(parts.path[1:]))) or os.environ.get("PGDATABASE")
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    # Go's reader takes no '+' for a space in a path, and no other default than "require" for TLS.
    query.setdefault("sslmode", "disable" if "socket" in query else os.environ.get("PGSSLMODE", "prefer"))
    path = "/" + quote(name or user, safe="")
    return urlunsplit(("postgres", f"{login}@{place}", path, urlencode(query, safe="/", quote_via=quote), ""))


def socket_of(host: str) -> str:
    """*host*, if it is the folder of a socket."""
    return host if host.startswith("/") else ""


def migrate(dsn: str, folder: Path = files.MIGRATIONS) -> str:
    """Bring the database to the newest migration; safe when several processes start at once."""
    command = ["dbmate", "--env-file", os.devnull, "--env", "REGISTRY_MIGRATED_URL"]
    command += [
        "--migrations-dir",
        str(folder),
        "--no-dump-schema",
        "--migration-lock",
        "migrate",
        "--strict",
    ]
    # The address is handed over in the environment: arguments are seen by everybody on the machine.
    given = {
        name: value for name, value in os.environ.items() if not name.startswith(("DBMATE_", "DATABASE_"))
    }
    given |= {"PATH": path(), "REGISTRY_MIGRATED_URL": dbmate_url(dsn)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=given)  # noqa: S603  no shell
    if done.returncode:
        raise Corrupt(f"the database could not be migrated: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


async def migrated(dsn: str) -> str:
    """`migrate` without holding up the event loop."""
    return await asyncio.to_thread(migrate, dsn)


def path() -> str:
    """PATH with this environment's own programs first: dbmate comes as a wheel."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
