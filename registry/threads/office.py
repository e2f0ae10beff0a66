"""What the bytes of a Word or Excel file must show: each check says what does not fit, or None.

Such a file is a zip archive (OOXML). Only its table of contents and its list of types are read, and of that
no more than a limit, however much it would unpack to.
"""

import io
import struct
import zipfile
import zlib
from typing import Final

TYPES: Final = "[Content_Types].xml"
LARGEST: Final = 1_048_576
MOST_MEMBERS: Final = 10_000
MAIN: Final = b"application/vnd.openxmlformats-officedocument."
WORD: Final = MAIN + b"wordprocessingml.document.main+xml"
SHEET: Final = MAIN + b"spreadsheetml.sheet.main+xml"
ACTIVE: Final = ("vbaproject", "/activex/", "macrosheets/")
UNREADABLE: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError),
    *(OverflowError, RuntimeError, ValueError),
)
"""What the reader of archives raises for bytes that are none, are locked, or are packed in a way it lacks."""
BEGINS: Final = b"PK\x03\x04"
PART: Final = b"PK\x01\x02"
"""How each line of an archive's table of contents begins."""
COMPOUND: Final = b"\xd0\xcf\x11\xe0"
"""How the formats of before 2007 begin, and files that are locked with a password."""


def word(data: bytes) -> str | None:
    """A Word document without macros."""
    return office(data, WORD, "a Word document")


def sheet(data: bytes) -> str | None:
    """An Excel workbook without macros."""
    return office(data, SHEET, "an Excel workbook")


def office(data: bytes, main: bytes, noun: str) -> str | None:
    """An archive whose list of types names the *main* part, and nothing that runs."""
    if data.startswith(COMPOUND):
        return "it is of the time before 2007, or locked with a password; save it anew without one"
    if not data.startswith(BEGINS):
        return "it does not begin as an archive (zip), which such a file is"
    # Counted before they are read: the reader of archives makes an object of each.
    parts = data.count(PART)
    if parts > MOST_MEMBERS:
        return f"it has {parts} parts; at most {MOST_MEMBERS} are taken"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return inside(archive, main, noun)
    except UNREADABLE:
        return "its archive (zip) cannot be read"


def inside(archive: zipfile.ZipFile, main: bytes, noun: str) -> str | None:
    """What is wrong with what stands in the *archive*."""
    names = archive.namelist()
    if len({name.lower() for name in names}) < len(names):
        return "a part is in it twice"
    if TYPES not in names:
        return f"{TYPES} is missing in it"
    if archive.getinfo(TYPES).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"its {TYPES} is packed as no such file packs it"
    with archive.open(TYPES) as opened:
        types = opened.read(LARGEST + 1)
    if len(types) > LARGEST:
        return f"its {TYPES} is larger than any such file's"
    active = [name for name in names if any(mark in f"/{name.lower()}" for mark in ACTIVE)]
    if active or b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
        return "it has macros or other parts that run; save it without them (.docx, .xlsx), or as PDF"
    return None if main in types else f"it is not {noun}"
