"""How a file of an export leaves: its headers, and the part of it that was asked for (RFC 9110, 14)."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from registry.errors import Fault, OutOfRange
from registry.exports.form import DICTIONARY, MEDIA, Form
from registry.exports.manifest import ExportFile

RANGE: Final = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?", re.ASCII)


class Span(msgspec.Struct, frozen=True):
    """The bytes of a file from `first` up to and without `end`; `whole`: nobody asked for a part."""

    first: int
    end: int
    whole: bool


class Sending(msgspec.Struct, frozen=True):
    """What is sent: the pieces, the status and the headers."""

    pieces: AsyncIterator[bytes]
    status: int
    headers: dict[str, str]


def span_of(header: str | None, if_range: str | None, file: ExportFile) -> Span:
    """The part of *file* that a Range asks for; all of it without one, or when If-Range names another file.

    Raises OutOfRange for a part that lies outside; what is no range of bytes, or several, is passed over.
    """
    whole = Span(0, file.bytes, whole=True)
    found = RANGE.fullmatch((header or "").replace(" ", ""))
    if not found or not (found[1] or found[2]) or (if_range and if_range.strip() != etag(file)):
        return whole
    if found[1] is None:
        first, end = max(0, file.bytes - int(found[2])), file.bytes
    else:
        first, end = int(found[1]), min(file.bytes, int(found[2]) + 1 if found[2] else file.bytes)
    if first >= end:
        detail = f"the file has {file.bytes} bytes, and none of them lies in {header}"
        fix = f"Ask for bytes=0-{max(0, file.bytes - 1)} at most."
        raise OutOfRange(detail, [Fault("/range", "out_of_range", detail[:200], fix)])
    return Span(first, end, whole=False)


def headers(file: ExportFile, form: Form, span: Span) -> dict[str, str]:
    """The headers of an answer with the part *span* of *file*."""
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    media = MEDIA["csv" if file.name == DICTIONARY else form]
    part = {} if span.whole else {"Content-Range": f"bytes {span.first}-{span.end - 1}/{file.bytes}"}
    return part | {
        "Content-Type": media,
        "Content-Length": str(span.end - span.first),
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "ETag": etag(file),
    }


def etag(file: ExportFile) -> str:
    """The strong ETag of a file: it never changes."""
    return f'"{file.sha256}"'
