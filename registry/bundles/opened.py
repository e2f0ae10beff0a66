"""A bundle taken apart: that it is the one zip its files make, and that its manifest names them all."""

import hashlib
import itertools
import struct
import zlib
from typing import IO, Final

from registry.bundles.layout import MANIFEST, NAME, TOP
from registry.bundles.zipped import HEADER, LOCAL, Member, directory, header
from registry.errors import Corrupt

PIECE: Final = 1 << 20
MOST: Final = 1 << 28
"""Bytes of a file that is read as one: no entry, tile, record or manifest of a bundle has as many."""
DIRECTORY: Final = b"PK\x01\x02"


class Opened:
    """The files of a bundle: where each lies, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.members: dict[str, Member] = {}
        self.digests: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self.members

    def read(self, name: str) -> bytes:
        """A file's content, in memory; raises Corrupt where there is none, or more than any such file has."""
        member = self.members.get(name)
        if member is None:
            raise Corrupt(f"{name} is missing")
        if member.size > MOST:
            raise Corrupt(f"{name} has {member.size} bytes, more than any such file")
        self.file.seek(member.start)
        data = self.file.read(member.size)
        if hashlib.sha256(data).hexdigest() != self.digests[name]:
            raise Corrupt(f"{name} was changed while it was checked")
        return data


def opened(file: IO[bytes]) -> Opened:
    """The files in the zip *file*, when every byte is as it was written; raises Corrupt, naming where."""
    found, place, behind = Opened(file), 0, "its beginning"
    while True:
        file.seek(place)
        begins = file.read(4)
        if begins == DIRECTORY:
            break
        member = member_at(file, place, behind)
        if member.name in found.members:
            raise Corrupt(f"{member.name} is in the archive twice, again at byte {place}")
        found.digests[member.name] = digest_of(file, member)
        found.members[member.name] = member
        place, behind = member.start + member.size, member.name
    expected = directory(list(found.members.values()), place)
    file.seek(place)
    said = file.read(len(expected) + 1)
    if said != expected:
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(said, expected, strict=False))
        at = place + sum(1 for _ in same)
        raise Corrupt(f"the archive is not as it was written at byte {at}, in its directory")
    check_manifest(found)
    return found


def member_at(file: IO[bytes], place: int, behind: str) -> Member:
    """The file whose header begins at *place*."""
    file.seek(place)
    head = file.read(LOCAL.size)
    try:
        said = LOCAL.unpack(head)
        raw = file.read(said[9])
        name = raw.decode("ascii")
    except (struct.error, UnicodeDecodeError):
        said, raw, name = (), b"", ""
    if not said or said[0] != HEADER or not NAME.match(name) or header(name, said[6], said[7]) != head + raw:
        raise Corrupt(f"the archive is not as it was written at byte {place}, behind {behind}")
    return Member(name, said[6], said[7], place)


def digest_of(file: IO[bytes], member: Member) -> str:
    """The digest of a file's content, which the zip's own checksum must fit."""
    file.seek(member.start)
    hashed, crc, left = hashlib.sha256(), 0, member.size
    while left:
        piece = file.read(min(PIECE, left))
        if not piece:
            raise Corrupt(f"{member.name} is cut short, at byte {member.start + member.size - left}")
        hashed.update(piece)
        crc, left = zlib.crc32(piece, crc), left - len(piece)
    if crc != member.crc:
        raise Corrupt(
            f"{member.name} is not as it was written: its checksum is another "
            f"(bytes {member.start} to {member.start + member.size} of the archive)"
        )
    return hashed.hexdigest()


def check_manifest(found: Opened) -> None:
    """The last file names every other one with its digest, in their order; read line by line."""
    names = [*found.members]
    if not names or names[-1] != MANIFEST:
        raise Corrupt(f"{MANIFEST} is not the last file")
    manifest, hashed = found.members[MANIFEST], hashlib.sha256()
    for name in names[:-1]:
        hashed.update(manifest_line(name, found.digests[name]).encode())
    if hashed.hexdigest() == found.digests[MANIFEST]:
        return
    found.file.seek(manifest.start)
    for number, name in enumerate(names[:-1], 1):
        expected = manifest_line(name, found.digests[name]).encode()
        left = manifest.start + manifest.size - found.file.tell()
        told = found.file.readline(min(len(expected), left))
        if told == expected:
            continue
        if told[64:] == expected[64:]:
            raise Corrupt(f"{name} is not the file that the manifest names in line {number}")
        raise Corrupt(f"the manifest does not name {name} in its place, line {number}")
    raise Corrupt(f"the manifest names more than there is, from line {len(names)} on")


def manifest_line(name: str, digest: str) -> str:
    """A file's line of the manifest, as `sha256sum` writes and checks it."""
    return f"{digest}  {name.removeprefix(TOP)}\n"
