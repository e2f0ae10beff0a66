"""The mark outside the database: the newest checkpoint this machine has let out, of one log.

It is what an older copy of the database is held against. The file has two lines, each a record with its own
digest, written in turn: whatever breaks off the writing of one leaves the other. It only ever goes forward,
under a lock that the kernel drops with the process. What lies in it was committed before it was written.
The mark of a log that another one followed says so, and stays as it is: a copy of the database from before
the change would go on with a log that has ended.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import msgspec

from registry.errors import Corrupt

LINE: Final = 2048
"""Bytes of one record, its line feed included."""
WRITING: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
SYNC_SECONDS: Final = 1.0
"""How often the file is forced to the disk: after a power cut the mark may be older, never wrong."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A checkpoint that was let out; `root` is in hexadecimal, `next` is the log that followed this one."""

    origin: str
    size: int
    root: str
    note: str
    next: str = ""

    @property
    def head(self) -> tuple[int, bytes]:
        """Its size and root."""
        return self.size, bytes.fromhex(self.root)


class Line(msgspec.Struct, frozen=True):
    """A mark as a line holds it, with the SHA-256 of its canonical JSON."""

    mark: Mark
    sum: str


class MarkFile:
    """The mark of one log, in the folder *home*; every process of the installation shares it."""

    def __init__(self, home: Path, origin: str) -> None:
        self.origin = origin
        self.path = home / f"{hashlib.sha256(origin.encode()).hexdigest()}.mark"
        self.agreed: tuple[int, bytes] = (0, b"")
        """Size and root of the newest mark that this process has seen its database to contain."""
        self.synced = -SYNC_SECONDS
        self.lines: dict[bytes, Mark | None] = {}
        """The lines read or written last, and what they say: most readings find the same bytes again."""

    def read(self) -> Mark | None:
        """The mark as it stands; None when nothing was let out yet. Raises Corrupt for a file of neither."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise Corrupt(f"the mark of the log, {self.path}, cannot be read: {fault.strerror}") from None
        return self.newest(data)

    def newest(self, data: bytes) -> Mark | None:
        """The newer of the records in *data*."""
        lines = data[:LINE], data[LINE : 2 * LINE]
        self.lines = {each: self.lines[each] if each in self.lines else record(each) for each in lines}
        found = [each for each in self.lines.values() if each]
        if not found and data.strip(b"\0\n "):
            raise Corrupt(
                f"the mark of the log, {self.path}, is damaged: run `registry verify`, compare the newest "
                "checkpoint with one that witnesses or mirrors hold, and then delete the file"
            )
        found = [each for each in found if each.origin == self.origin]
        return max(found, key=lambda each: (each.size, each.next), default=None)

    def advance(self, new: Mark, known: Collection[tuple[int, bytes]]) -> Mark | None:
        """Move forward to *new*, over a mark whose size and root are *known* to be in the tree of *new*.

        Returns a mark that stands in the way: of another root, of a size not known, or ahead of *new*.
        """
        with self.held() as handle:
            data = os.pread(handle, 2 * LINE, 0)
            found = self.newest(data)
            if found is not None:
                if found.head == new.head:
                    return None
                if found.next or found.size >= new.size or found.head not in known:
                    return found
            self.put(handle, data, found, new)
        return None

    def end(self, last: Mark | None, following: str) -> None:
        """Say that the log *following* was begun behind this one, whose last checkpoint is *last*.

        What was let out stays if it is more than *last*: it is what the new history is held against.
        """
        with self.held() as handle:
            data = os.pread(handle, 2 * LINE, 0)
            found = self.newest(data)
            kept = last if found is None or (last is not None and last.size > found.size) else found
            if kept is not None and not kept.next:
                self.synced = -SYNC_SECONDS
                self.put(handle, data, found, msgspec.structs.replace(kept, next=following))

    def put(self, handle: int, data: bytes, found: Mark | None, new: Mark) -> None:
        """Write *new* over the older record: a writing that breaks off leaves *found*, the newer one."""
        at = LINE if found is not None and self.lines[data[:LINE]] == found else 0
        line = written(new)
        os.pwrite(handle, line, at)
        self.lines[line] = new
        if time.monotonic() - self.synced >= SYNC_SECONDS:
            os.fsync(handle)
            self.synced = time.monotonic()

    @contextlib.contextmanager
    def held(self) -> Iterator[int]:
        """The file, open, while no other process writes it; made at need."""
        try:
            try:
                handle = os.open(self.path, WRITING, 0o644)
            except FileNotFoundError:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(self.path, WRITING, 0o644)
        except OSError as fault:
            raise Corrupt(f"the mark of the log, {self.path}, cannot be written: {fault.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)


def record(line: bytes) -> Mark | None:
    """The mark in one line; None for a line that was not written to its end."""
    try:
        found = msgspec.json.decode(line, type=Line)
    except msgspec.MsgspecError:
        return None
    return found.mark if found.sum == digest(found.mark) else None


def written(mark: Mark) -> bytes:
    """*mark* as a line of the file."""
    line = msgspec.json.encode(Line(mark, digest(mark)))
    if len(line) >= LINE:
        raise Corrupt(f"the checkpoint of {mark.origin[:80]} is too long for a mark")
    return line.ljust(LINE - 1) + b"\n"


def digest(mark: Mark) -> str:
    """What tells a record that was written to its end."""
    return hashlib.sha256(msgspec.json.encode(mark, order="sorted")).hexdigest()
