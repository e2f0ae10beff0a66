"""Puts bytes at a place: beside it first, on the disk, and then in one step under the name."""

import os
import tempfile
from pathlib import Path
from typing import Final

READABLE: Final = 0o644


def put(path: Path, data: bytes, *, folder: bool = True) -> None:
    """Have *data* at *path*, whole or not at all; with *folder*, its name is on the disk as well."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), READABLE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if folder:
        settle(path.parent)


def settle(folder: Path) -> None:
    """Have the names in *folder* on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
