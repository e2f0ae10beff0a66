"""A bundle taken apart: that it is the one zip its files make, and that its manifest names them all."""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from typing import IO, Final

from registry.bundles.layout import MANIFEST, NAME, TOP
from registry.bundles.zipped import HEADER, LOCAL, Member, directory, header
from registry.errors import Corrupt

PIECE: Final = 1 << 20
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
        """A file's content; raises Corrupt where there is none."""
        member = self.members.get(name)
        if member is None:
            raise Corrupt(f"{name} is missing")
        self.file.seek(member.start)
        data = self.file.read(member.size)
        if hashlib.sha256(data).hexdigest() != self.digests[name]:
            raise Corrupt(f"{name} was changed while it was checked")
        return data


def opened(file: IO[bytes]) -> Opened:
    """The files in the zip *file*, when every byte is as it was written; raises Corrupt, naming where."""
    found, place = Opened(file), 0
    while True:
        file.seek(place)
        begins = file.read(4)
        if begins == DIRECTORY:
            break
        member = member_at(file, place, next(reversed(found.members), "its beginning"))
        if member.name in found.members:
            raise Corrupt(f"{member.name} is in the archive twice")
        found.digests[member.name] = digest_of(file, member)
        found.members[member.name] = member
        place = member.start + member.size
    members = list(found.members.values())
    expected = directory(members, place)
    file.seek(place)
    if file.read(len(expected) + 1) != expected:
        raise Corrupt("the archive is not as it was written: its directory")
    check_manifest(found, members)
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
        raise Corrupt(f"the archive is not as it was written, behind {behind}")
    return Member(name, said[6], said[7], place)


def digest_of(file: IO[bytes], member: Member) -> str:
    """The digest of a file's content, which the zip's own checksum must fit."""
    file.seek(member.start)
    hashed, crc, left = hashlib.sha256(), 0, member.size
    while left:
        piece = file.read(min(PIECE, left))
        if not piece:
            raise Corrupt(f"{member.name} is cut short")
        hashed.update(piece)
        crc, left = zlib.crc32(piece, crc), left - len(piece)
    if crc != member.crc:
        raise Corrupt(f"{member.name} is not as it was written: its checksum is another")
    return hashed.hexdigest()


def check_manifest(found: Opened, members: Sequence[Member]) -> None:
    """The last file names every other one with its digest, in their order."""
    if not members or members[-1].name != MANIFEST:
        raise Corrupt(f"{MANIFEST} is not the last file")
    body = found.read(MANIFEST)
    lines = body.split(b"\n")
    for number, member in enumerate(members[:-1]):
        told = lines[number] if number < len(lines) else b""
        if told == manifest_line(member.name, found.digests[member.name]).encode().rstrip(b"\n"):
            continue
        if told[64:] == f"  {member.name.removeprefix(TOP)}".encode():
            raise Corrupt(f"{member.name} is not the file that the manifest names")
        raise Corrupt(f"the manifest does not name {member.name} in its place")
    if len(lines) != len(members) or lines[-1]:
        raise Corrupt("the manifest names more than there is")


def manifest_line(name: str, digest: str) -> str:
    """A file's line of the manifest, as `sha256sum` writes and checks it."""
    return f"{digest}  {name.removeprefix(TOP)}\n"
