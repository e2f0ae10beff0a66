"""PostgreSQL's own programs, found and run: those of the server's own version before newer ones."""

import asyncio
import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from registry import cluster
from registry.errors import Busy, Invalid, RegistryError

DEBIAN: Final = Path("/usr/lib/postgresql")
SAID: Final = 1_500
"""Letters of what a program said that are shown."""


def folder_of(major: int) -> Path:
    """Where the programs for a server of version *major* are: its own, or else the nearest newer ones."""
    found = {}
    if DEBIAN.is_dir():
        for path in DEBIAN.iterdir():
            if path.name.isdigit() and (path / "bin" / "pg_dump").exists():
                found[int(path.name)] = path / "bin"
    try:
        embedded = cluster.binaries()
        found[version_of(embedded)] = embedded
    except RegistryError:
        pass  # a machine without an embedded PostgreSQL has its own
    fit = min((each for each in found if each >= major), default=None)
    if fit is None:
        known = ", ".join(str(each) for each in sorted(found)) or "none"
        raise Invalid(
            f"the server is PostgreSQL {major}, and only the programs of {known} are here; install its "
            "client programs (postgresql-client)"
        )
    return found[fit]


def version_of(folder: Path) -> int:
    """The version of the programs in *folder*."""
    said = subprocess.run(  # noqa: S603  our own words, no shell
        [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(said.split()[-1].split(".")[0])


def address(dsn: str) -> tuple[str, dict[str, str]]:
    """*dsn* without its password, and the password as the environment hands it over: arguments are public."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, {}
    user, _, place = parts.netloc.rpartition("@")
    bare = urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}"))
    return bare, {"PGPASSWORD": unquote(parts.password)}


async def run(
    words: Sequence[str],
    more: Mapping[str, str] | None = None,
    owner: pwd.struct_passwd | None = None,
) -> str:
    """What a program says when it is run; raises Busy with its own words when it fails."""
    given: dict[str, Any] = {"env": dict(os.environ) | {"LC_ALL": "C"} | dict(more or {}), "cwd": "/"}
    if owner:
        given |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, **given
        )
    except OSError as fault:
        raise Invalid(f"{words[0]} cannot be run: {fault.strerror}") from None
    try:
        said, wrong = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        told = wrong.decode(errors="replace").strip()[-SAID:]
        raise Busy(f"{Path(words[0]).name} failed: {told}")
    return said.decode(errors="replace")
