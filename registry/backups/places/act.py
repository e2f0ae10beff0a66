"""Claim and mark the place of a restore: what a restore that is killed leaves is never served."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from registry import cluster, embedded
from registry.errors import Busy
from registry.settings import Settings
from registry.witnessing.whole.act import settle


@contextlib.contextmanager
def claimed(settings: Settings) -> Iterator[Path | None]:
    """The embedded server's folder, for one restore alone; None where the server is somebody else's.

    What a restore that was killed left in it is removed.
    """
    if settings.database_url:
        yield None
        return
    home = (settings.data_dir / "postgres").resolve()
    with embedded.lock_file(home, "restore") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another restore into {home} is under way") from None
        if (home / cluster.UNFINISHED).exists():
            clear(home)
        yield home


def clear(home: Path) -> None:
    """Stop the server that a killed restore left behind, and remove its folder."""
    with (
        embedded.lock_file(home, "door") as door,
        embedded.lock_file(home, "users") as users,
        embedded.held(door),
    ):
        if not embedded.alone(users):
            raise Busy(f"somebody uses the half restored database in {home}; end that first")
        embedded.stop(home)
        # Moved away in one step: who dies while it is removed leaves no folder without its mark.
        gone = home.with_name(f"{home.name}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        home.rename(gone)
        shutil.rmtree(gone)


def begin(home: Path | None) -> None:
    """Mark *home*, before anything is put into it."""
    if home is not None:
        (home / cluster.UNFINISHED).touch()
        settle(home)


def end(home: Path | None) -> None:
    """Take the mark away: all of it has been looked at."""
    if home is not None:
        (home / cluster.UNFINISHED).unlink(missing_ok=True)
        settle(home)
