"""Visit: one request as the guard sees it, and what is refused before anybody is asked who they are."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from registry.errors import Fault, Invalid, NotFound

LONGEST: Final = 2000
RECORDED: Final = "/v1"
PREFLIGHT: Final = "/v1/disclosures/preflight"


class Visit(msgspec.Struct, frozen=True):
    """What a request says before its body is read."""

    method: str
    path: str
    query: str
    authorization: str | None
    request_id: str
    encoding: str = ""


def readable(visit: Visit) -> None:
    """Raise for characters that no stored text can hold, NUL and broken UTF-8, and for a compressed body."""
    if "\x00" in visit.path or not encodable(visit.path):
        raise NotFound("there is nothing at this address")
    raw = unquote_to_bytes(visit.query)
    if b"\x00" in raw or not decodable(raw):
        fault = Fault(pointer="", code="query", detail="the query holds a NUL or is not UTF-8")
        raise Invalid("the query cannot be read", [fault])
    if visit.encoding.strip().lower() not in ("", "identity"):
        raise Invalid("the body is compressed; send it as it is, without Content-Encoding")


def encodable(text: str) -> bool:
    """Whether *text* has a UTF-8 form: a lone surrogate has none."""
    return text.isascii() or text.encode(errors="replace").decode() == text


def decodable(raw: bytes) -> bool:
    """Whether *raw* is UTF-8."""
    return raw.isascii() or raw.decode(errors="replace").encode() == raw


def recorded(visit: Visit) -> bool:
    """Whether this visit, once admitted, is a reading the access log must know.

    A preflight is one: it stores nothing and answers from what was filed.
    """
    reads = visit.method == "GET" or visit.path == PREFLIGHT
    return reads and visit.path.startswith(RECORDED)


def shortened(text: str) -> str:
    """*text* as the access log keeps it."""
    return text[:LONGEST]


def is_open(visit: Visit, opt: Mapping[str, Any]) -> bool:
    """Whether anybody may come in: a public route, or the question which methods a route has."""
    return bool(opt.get("public")) or visit.method == "OPTIONS"
