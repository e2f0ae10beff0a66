"""What the bytes of a text, a table, JSON or a mail must show: each check says what does not fit, or None."""

import codecs
import re
from typing import Final

import msgspec

MARKED: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HEADERS: Final = 256 * 1024
HEADER: Final = re.compile(rb"^([!-9;-~]+)[ \t]*:", re.MULTILINE)
BROKEN: Final = re.compile(rb"^(?![ \t])(?![!-9;-~]+[ \t]*:)", re.MULTILINE)
SENT: Final = (b"date", b"received", b"message-id")


def plain(data: bytes) -> str | None:
    """Text is UTF-8 without NUL, and is not really a PDF."""
    if data.startswith(MARKED):
        return "it is in UTF-16; save it as UTF-8"
    if b"\0" in data:
        return f"byte {data.index(0)} is NUL, which no text has"
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError as fault:
        return f"byte {fault.start} (0x{data[fault.start]:02x}) is not UTF-8; save it as UTF-8"
    return "it begins as a PDF" if data.startswith(b"%PDF-") else None


def json(data: bytes) -> str | None:
    """JSON is text that a parser reads to its end."""
    wrong = plain(data)
    if wrong:
        return wrong
    if data.startswith(codecs.BOM_UTF8):
        return "it begins with a byte order mark; save it as UTF-8 without one"
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError as fault:
        return f"it is not JSON: {fault}"
    except RecursionError:
        return "it is nested too deep"
    return None


def mail(data: bytes) -> str | None:
    """A mail begins with its headers, which say who sent it and when; what follows may be in any charset."""
    if b"\0" in data:
        return f"byte {data.index(0)} is NUL, which no mail has"
    head = re.split(rb"\r?\n\r?\n", data[:HEADERS], maxsplit=1)[0].replace(b"\r\n", b"\n")
    head = head.removeprefix(codecs.BOM_UTF8)
    if BROKEN.search(head):
        return "it does not begin with the headers of a mail"
    names = {name.lower() for name in HEADER.findall(head)}
    if b"from" not in names or not names & set(SENT):
        return "its headers do not say who sent it and when (From, and Date, Received or Message-ID)"
    return None
