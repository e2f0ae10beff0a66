"""Tiles: how a log is laid out for mirrors, caches and static servers. C2SP tlog-tiles v0.1.0.

A full tile has 256 hashes; the one on the right edge may be partial. Level 0 are leaf hashes, each hash of a
higher level is the root of one full tile below it. Entry bundles carry the entries of the leaves of one tile.
A tile's content never changes, so everything here may be cached for ever.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from registry.errors import Corrupt, NotFound

FULL: Final = 256
HIGHEST: Final = 7
"""The highest level there is: 256^8 leaves are more than positions can count."""
PATH: Final = re.compile(
    r"(?P<level>[0-9]|[1-5][0-9]|6[0-3]|entries)/(?P<place>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?\Z"
)


class Tile(NamedTuple):
    """One tile of hashes, or (`level` is None) one bundle of entries; `width` below 256 is partial."""

    level: int | None
    place: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Its path behind `tile/`."""
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == FULL else f".p/{self.width}"
        return f"{level}/{place_path(self.place)}{partial}"

    @property
    def start(self) -> int:
        """The number of its first hash among those of its level."""
        return self.place * FULL


def place_path(place: int) -> str:
    """A tile's number in groups of three digits: 1234067 is `x001/x234/067`."""
    groups = [f"{place % 1000:03d}"]
    while place >= 1000:
        place //= 1000
        groups.append(f"x{place % 1000:03d}")
    return "/".join(reversed(groups))


def read_path(path: str) -> Tile:
    """The tile at *path*; raises NotFound for anything that is no path of one."""
    match = PATH.match(path)
    if match is None:
        raise NotFound("there is no tile at this address")
    place = int(match["place"].replace("x", "").replace("/", ""))
    width = int(match["width"] or FULL)
    level = None if match["level"] == "entries" else int(match["level"])
    found = Tile(level, place, width)
    if found.path != path or not 1 <= width <= FULL or (match["width"] and width == FULL):
        raise NotFound("there is no tile at this address")
    return found


def hashes_at(level: int, size: int) -> int:
    """How many hashes a level has in a log of *size* entries."""
    return size >> (8 * level)


def in_tree(tile: Tile, size: int) -> bool:
    """Whether a log of *size* entries has all that *tile* holds."""
    level = tile.level or 0
    return level <= HIGHEST and tile.start + tile.width <= hashes_at(level, size)


def grown(old: int, new: int) -> Iterator[Tile]:
    """Every tile and bundle of a log of *new* entries that one of *old* entries had not, full and partial.

    Lower levels first, so that a reader who finds a tile finds those below it.
    """
    for bundle in (True, False):
        for level in range(HIGHEST + 1):
            before, count = hashes_at(level, old), hashes_at(level, new)
            if bundle and level:
                break
            for place in range(before // FULL, -(-count // FULL)):
                width = min(FULL, count - place * FULL)
                if place * FULL + width > before:
                    yield Tile(None if bundle else level, place, width)


def bundle(entries: Iterable[bytes]) -> bytes:
    """*entries* as a bundle: each behind its length in two bytes, big-endian."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundled(data: bytes) -> list[bytes]:
    """The entries in a bundle; raises Corrupt for bytes that are none."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        at += 2 + length
        if at > len(data) or not length:
            raise Corrupt("the bundle of entries is cut short")
        entries.append(entry)
    return entries
