"""Visit: one request as the guard sees it, and what is refused before anybody is asked who they are."""

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote_to_bytes

import msgspec

from registry.errors import Fault, Invalid, NotFound

LONGEST: Final = 2000
MOST_WORDS: Final = 500
MOST_INSTANT: Final = 100
RECORDED: Final = "/v1"
ANSWERING: Final = re.compile(r"/v1/(disclosures/preflight|agreements/[^/]+/backtest)/*")
"""What is posted only to be answered from what was filed: a preflight, a draft of rules tried out."""


class Visit(msgspec.Struct, frozen=True):
    """What a request says before its body is read."""

    method: str
    path: str
    query: str
    authorization: str | None
    request_id: str
    encoding: str = ""
    reason: str = ""
    """What the caller says they look for: the header Access-Reason."""
    instant: str = ""
    """As of when they ask: the header Accept-Datetime."""
    addressed: str | None = None
    """The employer that the address names."""


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

    A preflight is one, and a draft of rules tried out: both store nothing and answer from what was filed.
    """
    reads = visit.method == "GET" or ANSWERING.fullmatch(visit.path) is not None
    return reads and visit.path.startswith(RECORDED)


def why(visit: Visit) -> str | None:
    """What the caller says they look for, None where they do not say; Invalid when no log could keep it."""
    said = visit.reason.strip()
    with contextlib.suppress(UnicodeError):
        # A header's bytes are read as Latin-1; whoever writes other letters sends UTF-8.
        said = said.encode("latin-1").decode()
    if len(said) > MOST_WORDS or not all(letter.isprintable() for letter in said):
        detail = f"Access-Reason is {len(said)} letters long, or holds what cannot be printed"
        fix = f"say in at most {MOST_WORDS} letters, on one line, why you read this; or leave it out"
        raise Invalid(f"the reason cannot be kept: {fix}", [Fault("", "access-reason", detail, fix)])
    return said or None


def as_of(visit: Visit) -> str | None:
    """As of when the caller asked, in their own words; None for what is now."""
    asked = parse_qs(visit.query, keep_blank_values=True)
    said = [f"{name}={asked[name][0]}" for name in ("as_of", "tree_size") if name in asked]
    said += [visit.instant] if visit.instant else []
    kept = "".join(letter for letter in " ".join(said) if letter.isprintable())
    return kept[:MOST_INSTANT] or None


def shortened(text: str) -> str:
    """*text* as the access log keeps it."""
    return text[:LONGEST]


def is_open(visit: Visit, opt: Mapping[str, Any]) -> bool:
    """Whether anybody may come in: a public route, or the question which methods a route has."""
    return bool(opt.get("public")) or visit.method == "OPTIONS"
