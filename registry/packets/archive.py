"""A packet as one file: a zip whose bytes depend on its files alone, and a PDF that carries it along."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Final, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from registry.errors import Corrupt

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The day of every file in a zip; the case says its own days."""
UNIX: Final = 3
PLAIN_FILE: Final = 0o100644 << 16
PIECE: Final = 262_144

ROOT: Final = re.compile(rb"/Root (\d+) 0 R")
SIZE: Final = re.compile(rb"/Size (\d+)")
ID: Final = re.compile(rb"/ID\s*(?:%[^\n]*\s*)*(\[.*?\])", re.DOTALL)
INFO: Final = re.compile(rb"/Info (\d+) 0 R")
XREF: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")


class Evidence(msgspec.Struct, frozen=True):
    """A file of evidence whose bytes lie elsewhere: how long it must be, its digest, how it is read."""

    size: int
    sha256: str
    read: Callable[[], Iterable[bytes]]


class Behind:
    """A file from where it stands on, so that a zip in it counts its places from its own start."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.start = file, file.tell()

    def write(self, data: bytes) -> int:
        """Write at the present place."""
        return self.file.write(data)

    def tell(self) -> int:
        """The present place."""
        return self.file.tell() - self.start

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place."""
        return self.file.seek(place if whence else place + self.start, whence) - self.start

    def flush(self) -> None:
        """Have everything written."""
        self.file.flush()


def write(into: IO[bytes], top: str, made: Mapping[str, bytes], evidence: Mapping[str, Evidence]) -> None:
    """Write a zip of both kinds of files, in the order of their names, all in one folder.

    Nothing is compressed, because compressors differ. Raises Corrupt when a file is not what its entry in the
    ledger says.
    """
    with ZipFile(cast("IO[bytes]", Behind(into)), "w", ZIP_STORED) as archive:
        for name in sorted({*made, *evidence}):
            info = ZipInfo(f"{top}/{name}", EPOCH)
            info.create_system, info.external_attr = UNIX, PLAIN_FILE
            if name in made:
                archive.writestr(info, made[name])
                continue
            file, hashed = evidence[name], hashlib.sha256()
            info.file_size = file.size
            with archive.open(info, "w") as member:
                for piece in file.read():
                    hashed.update(piece)
                    member.write(piece)
            if hashed.hexdigest() != file.sha256:
                raise Corrupt(f"evidence_chunk: {name} is not the file that its ledger entry vouches for")


class Around:
    """What stands around an attachment, so that a PDF, this, the file and this again are one PDF.

    It is an incremental update (ISO 32000-2, 7.5.6): the pages stay as they are, the catalog is written anew.
    """

    def __init__(self, pdf: bytes, name: str) -> None:
        self.pdf, self.name = pdf, b"(" + name.encode("ascii") + b")"
        self.root, self.first = int(found(ROOT, pdf)), int(found(SIZE, pdf))

    @property
    def before(self) -> bytes:
        """The PDF itself and the beginning of the attachment; how long that is is said behind it."""
        head = b"%d 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fzip /Length %d 0 R >>\nstream\n"
        return self.pdf + head % (self.first, self.first + 1)

    def behind(self, size: int) -> bytes:
        """The end of an attachment of *size* bytes, and what leads to it."""
        file, length, spec = self.first, self.first + 1, self.first + 2
        catalog = found(re.compile(rb"\n%d 0 obj\n<<(.*?)>>\nendobj" % self.root, re.DOTALL), self.pdf)
        described = b"<< /Type /Filespec /F %s /UF %s /AFRelationship /Data /EF << /F %d 0 R /UF %d 0 R >> >>"
        named = b"<<%s/Names << /EmbeddedFiles << /Names [ %s %d 0 R ] >> >>\n/AF [ %d 0 R ]\n>>"
        objects = {
            length: b"%d" % size,
            spec: described % (self.name, self.name, file, file),
            self.root: named % (catalog, self.name, spec, spec),
        }
        told, places = b"\nendstream\nendobj\n", {file: len(self.pdf)}
        start = len(self.before) + size
        for number, said in objects.items():
            places[number] = start + len(told)
            told += b"%d 0 obj\n%s\nendobj\n" % (number, said)
        xref = start + len(told)
        rows = b"0 1\n0000000000 65535 f \n"
        rows += b"".join(b"%d 1\n%010d 00000 n \n" % (each, places[each]) for each in sorted(places))
        trailer = b"<< /Size %d /Root %d 0 R /Info %s 0 R /ID %s /Prev %s >>"
        last = trailer % (
            self.first + len(places) - 1,
            self.root,
            found(INFO, self.pdf),
            found(ID, self.pdf),
            found(XREF, self.pdf),
        )
        return told + b"xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (rows, last, xref)


def found(pattern: re.Pattern[bytes], pdf: bytes) -> bytes:
    """The newest place in a PDF of our own where *pattern* stands."""
    matches = list(pattern.finditer(pdf))
    assert matches, "our own typesetter wrote it"
    last: bytes = matches[-1][1]
    return last
