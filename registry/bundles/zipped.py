"""The one form of zip that a bundle has: nothing compressed, one date, no room for anything else.

So a bundle follows from its files and their order alone, and whoever reads one compares every byte of it.
Sizes and counts beyond the old limits of zip are written as Zip64 (APPNOTE 6.3, 4.3.14), and only then.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
BEYOND: Final = struct.Struct("<2HQ")
END: Final = struct.Struct("<4s4H2LH")
END64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR: Final = struct.Struct("<4sLQL")
HEADER: Final = b"PK\x03\x04"
UNIX: Final = 0x0314
PLAIN: Final = 0o100644 << 16
DAY: Final = 0x21
"""1 January 1980, the first day a zip can say."""
MANY: Final = 0xFFFF
LARGE: Final = 0xFFFFFFFF


class Into(Protocol):
    """Where a zip is written to, from its beginning to its end."""

    def write(self, data: bytes, /) -> int:
        """Write the next bytes."""


class Member(NamedTuple):
    """One file of a zip: its name, checksum and size, and where its header begins."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def start(self) -> int:
        """Where its content begins."""
        return self.offset + LOCAL.size + len(self.name.encode())


def header(name: str, crc: int, size: int) -> bytes:
    """What stands before a file's content."""
    raw = name.encode()
    return LOCAL.pack(HEADER, 20, 0, 0, 0, DAY, crc, size, size, len(raw), 0) + raw


def entry(member: Member) -> bytes:
    """A file's line in the directory at the end."""
    raw = member.name.encode()
    far = member.offset >= LARGE
    more = BEYOND.pack(1, 8, member.offset) if far else b""
    place = LARGE if far else member.offset
    needs = 45 if far else 20
    size, length = member.size, len(raw)
    said = (UNIX, needs, 0, 0, 0, DAY, member.crc, size, size, length, len(more), 0, 0, 0, PLAIN, place)
    return CENTRAL.pack(b"PK\x01\x02", *said) + raw + more


def directory(members: Sequence[Member], start: int) -> bytes:
    """Everything behind the last file, which ends at *start*."""
    lines = b"".join(entry(each) for each in members)
    count, size = len(members), len(lines)
    wide = b""
    if count >= MANY or start >= LARGE or size >= LARGE:
        wide = END64.pack(b"PK\x06\x06", END64.size - 12, UNIX, 45, 0, 0, count, count, size, start)
        wide += LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
    few, short, near = min(count, MANY), min(size, LARGE), min(start, LARGE)
    return lines + wide + END.pack(b"PK\x05\x06", 0, 0, few, few, short, near, 0)


class Zip:
    """A zip as it is written, file by file."""

    def __init__(self, into: Into) -> None:
        self.into, self.place = into, 0
        self.members: list[Member] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file whose content is *pieces*, held in memory."""
        body = b"".join(pieces)
        self.begin(name, zlib.crc32(body), len(body))
        self.put(body)

    def begin(self, name: str, crc: int, size: int) -> None:
        """Write what stands before a file; its content is then to be `put`, all of it, piece by piece."""
        self.members.append(Member(name, crc, size, self.place))
        self.put(header(name, crc, size))

    def put(self, data: bytes) -> None:
        """Write the next bytes."""
        self.into.write(data)
        self.place += len(data)

    def close(self) -> None:
        """Write the directory."""
        self.into.write(directory(self.members, self.place))
