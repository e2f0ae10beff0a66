"""Delimited text from somebody else's system: which encoding it is in, and its records.

UTF-8 is strict, so bytes that are UTF-8 are nothing else. For the rest a detector is asked; it cannot tell
the Windows code pages apart by a few quotation marks, so among its guesses the caller's order decides, and
the answer says how the encoding was found.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

import charset_normalizer
import msgspec

from registry.errors import Invalid

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SMALLEST_LIMIT: Final = 131_072
NAMES: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
}


class Decoded(msgspec.Struct, frozen=True):
    """Text, the encoding it was in, and how that is known."""

    text: str
    encoding: str
    says: str


class Row(msgspec.Struct, frozen=True):
    """One record: counted from 1 after the header, with its first line in the file."""

    number: int
    line: int
    cells: list[str]


def decode(raw: bytes, encodings: Sequence[str] = ("cp1252",)) -> Decoded:
    """*raw* as text: UTF-8 when it is strictly that, else the preferred of the encodings it may be in."""
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            return strictly(raw, encoding, "it begins with a byte order mark")
    try:
        return Decoded(raw.decode("utf-8"), "utf-8", "UTF-8: every byte fits")
    except UnicodeDecodeError as fault:
        at, byte = fault.start, raw[fault.start]
    guesses = [match.encoding for match in charset_normalizer.from_bytes(raw)]
    why = f"not UTF-8 (byte 0x{byte:02x} at {at}); the detector finds {', '.join(guesses[:3]) or 'nothing'}"
    for encoding in [*encodings, *guesses]:
        if encoding in guesses or not guesses:
            try:
                return strictly(raw, encoding, why)
            except Invalid:
                continue
    raise Invalid(f"the file is not text in a known encoding: {why}")


def strictly(raw: bytes, encoding: str, why: str) -> Decoded:
    """*raw* in *encoding* with no byte left over; raises Invalid."""
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as fault:
        raise Invalid(f"the file does not decode as {encoding}: {str(fault)[:80]}") from None
    return Decoded(text, encoding, f"{NAMES.get(encoding, encoding)}: {why}")


def table(text: str, delimiter: str = ",") -> tuple[list[str], Iterator[Row]]:
    """The header of a delimited *text* and its records; line ends inside quotes are part of the cell."""
    csv.field_size_limit(max(len(text), SMALLEST_LIMIT))  # a long cell is refused with its row, not the table
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as fault:
        raise Invalid(f"the header cannot be read: {fault}") from None
    return header, records(reader)


def records(reader: Any) -> Iterator[Row]:
    """The records of *reader* that say anything; raises Invalid naming the line where it breaks off."""
    line, number = reader.line_num + 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):  # spreadsheets save empty rows as commas alone
                number += 1
                yield Row(number, line, cells)
            line = reader.line_num + 1
    except csv.Error as fault:
        raise Invalid(f"line {reader.line_num} cannot be read: {fault}") from None
