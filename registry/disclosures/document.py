"""Bytes into a document that can be kept for ever, or every reason why not.

What is refused here would mean different things to different readers, or could not be stored and hashed
again: broken UTF-8, NUL, lone surrogates, the same name twice in one object, fractions and integers beyond
2^53 - 1 (RFC 8259 leaves all of these to the reader; RFC 7493 does not), and nesting that nobody needs.

The ordinary document takes one pass of the standard parser. Only one that looks suspicious is parsed again
with all its evidence kept, so that each fault can be told with its place.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final, NoReturn

import msgspec

from registry.disclosures import wording
from registry.disclosures.wording import cut
from registry.errors import Fault, Malformed, TooLarge

MAX_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1
GZIP: Final = b"\x1f\x8b"
SAFE_BRACKETS: Final = 500
"""So few opening brackets cannot exhaust the parser's stack, however they are nested."""

# Always matches, to the end where a string is not closed, so that it takes linear time on any bytes.
STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
STEP: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
SURROGATE: Final = re.compile("[\ud800-\udfff]")

SYNTAX: Final = {
    "Expecting value": "a value is expected",
    "Expecting ',' delimiter": "a comma or the end of the list or object is expected",
    "Expecting ':' delimiter": "a colon is expected after the name",
    "Expecting property name enclosed in double quotes": "a name in double quotes is expected",
    "Unterminated string starting at": "a text begins here and is never closed",
    "Invalid control character at": "a line break, tab or other control character stands inside a text",
    "Invalid \\escape": "a backslash is followed by something it cannot be followed by",
    "Invalid \\uXXXX escape": "\\u is not followed by four hexadecimal digits",
    "Illegal trailing comma before end of object": "there is a comma too many before the closing brace",
    "Illegal trailing comma before end of array": "there is a comma too many before the closing bracket",
    "Extra data": "the document is over, and something follows",
}


class Odd(msgspec.Struct, frozen=True):
    """A number that cannot be kept, as written."""

    code: str
    text: str


class Members(list[tuple[str, Any]]):
    """The members of an object as written, names twice included."""


class SuspiciousError(Exception):
    """The quick parse met something that has to be looked at again."""


def decode(body: bytes, *, most: int = MAX_BYTES) -> dict[str, Any]:
    """The document in *body*, of at most *most* bytes; raises TooLarge, or Malformed with every fault."""
    if len(body) > most:
        said = f"{most:,} (1 MiB)" if most == MAX_BYTES else f"{most:,}"
        detail = f"The document has {len(body):,} bytes; at most {said} are taken."
        fix = "Leave out what repeats, refer to long papers instead of quoting them, or file uses in parts."
        raise TooLarge(detail, [Fault("", "too-large", detail, fix, [f"at most {most} bytes"])])
    text = text_of(body)
    brackets = body.count(b"[") + body.count(b"{")
    if brackets > SAFE_BRACKETS:
        check_depth(body)
    if b"\\u" in body:
        check_depth(body)
        return looked_at(text)
    try:
        document = QUICK.decode(text)
    except SuspiciousError:
        check_depth(body)
        return looked_at(text)
    except ValueError as fault:
        refuse_syntax(fault)
    if brackets > MAX_DEPTH and is_deep(document):
        refuse_depth()
    return object_of(document)


def sections(document: dict[str, Any]) -> dict[str, Any]:
    """The top-level members of *document*, which are committed to and redacted one by one."""
    return dict(document)


def text_of(body: bytes) -> str:
    """*body* as text; raises Malformed with the byte at which it stops being UTF-8 without NUL."""
    if body.startswith(GZIP):
        refuse(
            "compressed", "The document is compressed (gzip).", "Send it as it is, without Content-Encoding."
        )
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        refuse(
            "not-utf-8", "The document is in UTF-16.", "Save it as UTF-8; some editors call UTF-16 Unicode."
        )
    if b"\0" in body:
        at = body.index(b"\0")
        refuse("nul", f"Byte {at} is NUL (0x00).", "Remove it; text in a disclosure never contains NUL.")
    try:
        text = body.decode()
    except UnicodeDecodeError as fault:
        refuse(
            "not-utf-8",
            f"Byte {fault.start} (0x{body[fault.start]:02x}) is not UTF-8.",
            "Save the file as UTF-8; a spreadsheet often saves Windows-1252 instead.",
        )
    if text.startswith("\ufeff"):
        refuse(
            "byte-order-mark", "The document begins with a byte order mark.", "Save it as UTF-8 without BOM."
        )
    if not text.strip():
        refuse("empty", "There is no document: the request has no content.", "Send the disclosure as JSON.")
    return text


def check_depth(body: bytes) -> None:
    """Refuse brackets nested deeper than MAX_DEPTH, before a parser has to follow them."""
    brackets = STRING.sub(b"", body).translate(None, NOT_BRACKETS)
    if max(accumulate(map(STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        refuse_depth()


def is_deep(value: Any) -> bool:
    """Whether *value* is nested deeper than MAX_DEPTH."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for outer in level
            for child in (outer.values() if type(outer) is dict else outer)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of *pairs*, if no name is there twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise SuspiciousError
    return found


def suspect(_text: str) -> NoReturn:
    """A number that is no integer."""
    raise SuspiciousError


def integer(text: str) -> int:
    """The integer *text* says, if every reader keeps it exactly."""
    if len(text) > 15 and (len(text) > 17 or abs(int(text)) > MAX_INTEGER):
        raise SuspiciousError
    return int(text)


def odd_integer(text: str) -> int | Odd:
    """The integer *text* says, or the evidence that it is too large."""
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        return Odd("number-too-large", text)
    return int(text)


QUICK: Final = json.JSONDecoder(
    object_pairs_hook=unique, parse_float=suspect, parse_constant=suspect, parse_int=integer
)
CAREFUL: Final = json.JSONDecoder(
    object_pairs_hook=Members,
    parse_float=lambda text: Odd("fraction", text),
    parse_constant=lambda text: Odd("not-a-number", text),
    parse_int=odd_integer,
)


def looked_at(text: str) -> dict[str, Any]:
    """The document in *text*, after a second look; raises Malformed with every fault found by it."""
    try:
        written = CAREFUL.decode(text)
    except ValueError as fault:
        refuse_syntax(fault)
    if faults := list(faults_in(written, ())):
        raise Malformed("The document says something the registry cannot keep.", wording.capped(faults))
    return object_of(plain(written))


def faults_in(value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Every fault of *value*, which is parsed with its evidence."""
    where = wording.pointer(path)
    if isinstance(value, Members):
        yield from faults_of_names(value, path)
        for name, inner in value:
            yield from faults_in(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from faults_in(inner, (*path, at))
    elif isinstance(value, str):
        yield from faults_of_text(value, where)
    elif isinstance(value, Odd):
        yield fault_of_number(value, where)


def faults_of_names(members: Members, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """The faults of an object's names: there twice, or not text that can be kept."""
    seen: set[str] = set()
    for name, _ in members:
        where = wording.pointer((*path, name))
        if name in seen:
            detail = f"The name {cut(name)} is there twice in one object, and readers differ on which counts."
            yield Fault(where, "twice", detail, "Keep the one that is meant.")
        seen.add(name)
        yield from faults_of_text(name, where)


def faults_of_text(text: str, where: str) -> Iterator[Fault]:
    """The faults of a text that cannot be stored."""
    if "\0" in text:
        yield Fault(where, "nul", "This text contains NUL (\\u0000).", "Remove it.")
    if SURROGATE.search(text):
        detail = "This text contains half of a character (a lone surrogate, \\ud800 to \\udfff)."
        yield Fault(where, "lone-surrogate", detail, "Write the whole character, best as UTF-8.")


def fault_of_number(number: Odd, where: str) -> Fault:
    """The fault of a number that cannot be kept."""
    said = cut(number.text, 24)
    if number.code == "number-too-large":
        detail = f"{said} is beyond what every program reads exactly."
        return Fault(where, number.code, detail, "Write it as text, or check it.", [f"at most {MAX_INTEGER}"])
    if number.code == "fraction":
        detail = f"{said} is not a whole number; a disclosure has whole numbers only."
        return Fault(where, number.code, detail, "Round it, or use the smaller unit, as cents or minutes.")
    return Fault(where, number.code, f"{said} is not JSON.", "Leave the field out when it is not known.")


def plain(value: Any) -> Any:
    """*value* without its evidence."""
    if isinstance(value, Members):
        return {name: plain(inner) for name, inner in value}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def object_of(value: Any) -> dict[str, Any]:
    """*value*, which must be an object."""
    if not isinstance(value, dict):
        said = "A disclosure is a JSON object, written in braces."
        refuse("not-an-object", said, "File one disclosure at a time.")
    return value


def refuse_syntax(fault: ValueError) -> NoReturn:
    """Say where the JSON stops making sense."""
    if not isinstance(fault, json.JSONDecodeError):
        refuse("not-json", "This is not JSON.", "Check the file with any JSON tool.")
    said = SYNTAX.get(fault.msg, "something else is expected")
    detail = f"The JSON stops making sense at line {fault.lineno}, column {fault.colno}: {said}."
    refuse("not-json", detail, "Mend it there; any JSON editor shows the place.")


def refuse_depth() -> NoReturn:
    """Say that the document is nested too deep."""
    detail = f"Lists and objects are nested more than {MAX_DEPTH} deep; a disclosure never needs more than 8."
    refuse("too-deep", detail, "Look for brackets that are opened and not closed.", [f"at most {MAX_DEPTH}"])


def refuse(code: str, detail: str, fix: str, allowed: list[str] | None = None) -> NoReturn:
    """Refuse the whole document for one reason."""
    raise Malformed(detail, [Fault("", code, detail, fix, allowed or [])])
