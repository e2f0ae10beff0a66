"""The types of files that are taken as evidence, and what the bytes must show for each.

A name and a Content-Type are only claims. Each type has a check of the bytes themselves, which says in words
what does not fit; what no check knows is not taken. The checks read forms, not meanings: none opens a page,
runs a macro, or promises that a file is harmless.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import puremagic

from registry.threads import media, office, texts

Check = Callable[[bytes], str | None]

HEAD: Final = 4096
ARCHIVE_END: Final = b"PK\x05\x06"
ARCHIVE_RECORD: Final = 22
ARCHIVE_TAIL: Final = 65_557
"""An archive ends with a record of 22 bytes and a comment of at most 65535."""
PDF_MARK: Final = b"%PDF-"
PDF_HEAD: Final = 1024


class Kind(msgspec.Struct, frozen=True):
    """A type of file: its media type, the endings its name may have, and the check of its bytes.

    `other` are names of the same type that programs send; `bare` says that it is no archive itself, so that
    an archive hidden in one is found.
    """

    media_type: str
    suffixes: Sequence[str]
    shows: Check
    other: Sequence[str] = ()
    bare: bool = True
    magic: Sequence[str] = ()
    """The endings by which puremagic knows it; none for text, which has no magic."""


JPEG: Final = ("jpg", "jpeg", "jpe", "jfif")
OPEN_XML: Final = "application/vnd.openxmlformats-officedocument."

KINDS: Final[Sequence[Kind]] = (
    Kind("application/pdf", ("pdf",), media.pdf, magic=("pdf",)),
    Kind("image/png", ("png",), media.png, magic=("png",)),
    Kind("image/jpeg", ("jpg", "jpeg"), media.jpeg, ("image/jpg", "image/pjpeg"), magic=JPEG),
    Kind("image/webp", ("webp",), media.webp, magic=("webp",)),
    Kind("text/plain", ("txt", "text", "log"), texts.plain),
    Kind("text/csv", ("csv",), texts.plain, ("application/csv",)),
    Kind("application/json", ("json",), texts.json),
    Kind("message/rfc822", ("eml",), texts.mail),
    Kind(f"{OPEN_XML}wordprocessingml.document", ("docx",), office.word, bare=False),
    Kind(f"{OPEN_XML}spreadsheetml.sheet", ("xlsx",), office.sheet, bare=False),
    Kind("audio/mpeg", ("mp3",), media.mp3, ("audio/mp3",)),
    Kind("audio/wav", ("wav",), media.wav, ("audio/x-wav", "audio/wave", "audio/vnd.wave"), magic=("wav",)),
    Kind("video/mp4", ("mp4", "m4v"), media.mp4),
)
NAMED: Final[Mapping[str, Kind]] = {name: kind for kind in KINDS for name in (kind.media_type, *kind.other)}
"""Each type by each of its names."""
TAKEN: Final[Sequence[str]] = [kind.media_type for kind in KINDS]


def mismatch(kind: Kind, data: bytes) -> str | None:
    """Why *data* is not a file of this *kind*, as the end of a sentence; None when it is one."""
    wrong = kind.shows(data)
    if wrong is None and kind.magic:
        known = guesses(data)
        if known and not {*known} & {*kind.magic}:
            wrong = "its first bytes belong to another type"
    if wrong is None and kind.bare:
        wrong = hidden(kind, data)
    return wrong


def hidden(kind: Kind, data: bytes) -> str | None:
    """What else *data* is besides a file of its *kind*: an archive at its end, a PDF in its first bytes."""
    tail = data[-ARCHIVE_TAIL:]
    at = tail.rfind(ARCHIVE_END)
    said = int.from_bytes(tail[at + 20 : at + 22], "little")
    if at >= 0 and len(tail) - at == ARCHIVE_RECORD + said:
        return "an archive (zip) is hidden at its end"
    if kind.media_type != "application/pdf" and PDF_MARK in data[:PDF_HEAD] and kind.magic:
        return "a PDF is hidden in its first bytes"
    return None


def guesses(data: bytes) -> list[str]:
    """The endings of what *data* looks like by its first bytes, likeliest first; none if nothing is known."""
    try:
        found = puremagic.magic_string(data[:HEAD])
    except (ValueError, puremagic.PureError):
        return []
    endings = [str(match.extension).lstrip(".").lower() for match in found]
    return [ending for ending in dict.fromkeys(endings) if ending]
