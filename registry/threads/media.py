"""What the bytes of a PDF, an image, a sound or a film must show: each check says what does not fit, or None.

The parts that a format is made of are walked to the end where a format has parts, so that nothing can hide
behind the last one. The contents of the parts are not looked at.
"""

from collections.abc import Iterator
from typing import Final

MOST_PARTS: Final = 100_000
MOST_TAGS: Final = 8
MOST_PADDING: Final = 65_536
PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
JPEG_END: Final = b"\xff\xd9"
PDF_TAIL: Final = 2048
BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 M4V M4VH M4VP MSNV dash cmfc mmp4".split()
)
UNKNOWN_LENGTHS: Final = (0, 0xFFFFFFFF)
"""What a recorder that could not go back writes for the length of a sound."""
# Kilobits of layer III by the index in a frame's header, for version 1 and for 2 and 2.5.
BITRATES: Final = (
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def pdf(data: bytes) -> str | None:
    """A PDF begins with its version and ends with its mark."""
    if not data.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "it does not begin with %PDF-1. or %PDF-2."
    return None if b"%%EOF" in data[-PDF_TAIL:] else "its end (%%EOF) is missing; it may have been cut off"


def png(data: bytes) -> str | None:
    """A PNG is chunks from IHDR to IEND, and nothing after."""
    if not data.startswith(PNG):
        return "it does not begin with the signature of a PNG"
    at, name, parts = len(PNG), b"", 0
    while at + 12 <= len(data) and name != b"IEND" and parts < MOST_PARTS:
        name = data[at + 4 : at + 8]
        if parts == 0 and name != b"IHDR":
            return "its first part is not IHDR"
        at, parts = at + 12 + int.from_bytes(data[at : at + 4], "big"), parts + 1
    if name != b"IEND" or at > len(data):
        return "its parts do not lead to its end (IEND); it may have been cut off"
    return None if at == len(data) else "something follows its end (IEND)"


def jpeg(data: bytes) -> str | None:
    """A JPEG has a beginning and an end; cameras put their own words behind the end."""
    if not data.startswith(JPEG):
        return "it does not begin with the mark of a JPEG"
    return None if data.rfind(JPEG_END) > len(JPEG) else "its end is missing; it may have been cut off"


def webp(data: bytes) -> str | None:
    """A WebP is a RIFF of exactly its length whose first part is a picture."""
    if not data.startswith(b"RIFF") or data[8:12] != b"WEBP":
        return "it does not begin with RIFF and WEBP"
    if data[12:16] not in (b"VP8 ", b"VP8L", b"VP8X"):
        return "its first part is no picture"
    stated = int.from_bytes(data[4:8], "little") + 8
    return None if stated == len(data) else f"it says it has {stated} bytes and has {len(data)}"


def wav(data: bytes) -> str | None:
    """A WAVE is a RIFF that holds a format; a recorder may not have known its length."""
    if not data.startswith(b"RIFF") or data[8:12] != b"WAVE":
        return "it does not begin with RIFF and WAVE"
    if b"fmt " not in data[12:4096]:
        return "it does not say the format of its sound (fmt)"
    stated = int.from_bytes(data[4:8], "little")
    fits = stated in UNKNOWN_LENGTHS or stated + 8 <= len(data) + 1
    return None if fits else f"it says it has {stated + 8} bytes and has {len(data)}; it may be cut off"


def mp3(data: bytes) -> str | None:
    """An MP3 is two frames in a row, behind whatever tag stands before them."""
    at = 0
    for _ in range(MOST_TAGS):
        if data[at : at + 3] != b"ID3":
            break
        size = 0
        for byte in data[at + 6 : at + 10]:
            if byte > 0x7F:
                return "the length of its tag (ID3) cannot be read"
            size = size << 7 | byte
        at += 10 + size
    near = data[at : at + MOST_PADDING]
    at += len(near) - len(near.lstrip(b"\0"))
    first = frame(data[at : at + 4])
    if first is None:
        return "no frame of sound (MPEG layer III) stands where the first one has to"
    after = data[at + first : at + first + 4]
    fits = not after or frame(after) is not None or after.startswith(b"TAG")
    return None if fits else "no second frame of sound follows the first"


def frame(header: bytes) -> int | None:
    """How many bytes the frame with this *header* has; None when it is no frame of layer III."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bits, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer != 1 or not 1 <= bits <= 14 or rate == 3:
        return None
    kilobits = BITRATES[0 if version == 3 else 1][bits - 1]
    return (144_000 if version == 3 else 72_000) * kilobits // RATES[version][rate] + padding


def mp4(data: bytes) -> str | None:
    """An MP4 is boxes: a known type first, one that tells of its tracks, and the last ends the file."""
    if data[4:8] != b"ftyp":
        return "it does not begin with its type (ftyp)"
    size = int.from_bytes(data[:4], "big")
    brands = {data[at : at + 4].strip(b" \0") for at in (8, *range(16, min(size, 1024), 4))}
    if not brands & BRANDS:
        return "its type (ftyp) is none of MP4"
    names, end = [], 0
    for name, end in boxes(data):  # noqa: B007  the last end is what is wanted
        names.append(name)
    if end != len(data):
        return "its parts do not end where it ends; it may have been cut off"
    return None if b"moov" in names else "it tells of no track (moov)"


def boxes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Name and end of each box at the top of an MP4, as far as they can be followed."""
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(data):
            return
        size, name, least = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, least = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < least or min(name) < ord(" "):
            return
        at += size
        yield name, at
