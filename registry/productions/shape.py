"""Whether a decoded JSON value has the form of a struct: every fault, not only the first.

`msgspec.convert` stops at the first fault; a record with five mistakes would need five requests. This walks
the struct's fields and asks msgspec about the leaves, so the struct stays the only place that says the form.
"""

import datetime as dt
import types
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec

from registry.disclosures import codes
from registry.errors import Fault

CUT: Final = 80
MANY: Final = 500
WORDS: Final[dict[Any, str]] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    dt.date: "a date like 2026-03-31",
    UUID: "an id like 01900000-0000-7000-8000-000000000001",
    dict[str, Any]: "an object",
}


def check(kind: Any, value: Any, pointer: str = "") -> list[Fault]:
    """Everything in *value* that does not have the form of *kind*, each with its JSON Pointer."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return [] if value is None else check(present(kind), value, pointer)
    if origin is list:
        return check_list(get_args(kind)[0], value, pointer)
    if origin is Literal:
        return check_word(list(get_args(kind)), value, pointer)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return check_struct(kind, value, pointer)
    return check_leaf(kind, value, pointer)


def present(kind: Any) -> Any:
    """The type of *kind* when it is there: `X` of `X | None`."""
    return next(option for option in get_args(kind) if option is not types.NoneType)


def check_list(item: Any, value: Any, pointer: str) -> list[Fault]:
    """The faults of a list and of everything in it."""
    if not isinstance(value, list):
        return [wrong(pointer, "a list", value)]
    if len(value) > MANY:
        return [Fault(pointer, "too-long", f"{len(value)} items are too many.", fix=f"Give at most {MANY}.")]
    return [fault for at, each in enumerate(value) for fault in check(item, each, f"{pointer}/{at}")]


def check_struct(kind: type[msgspec.Struct], value: Any, pointer: str) -> list[Fault]:
    """The faults of an object: what is missing, what is unknown, and what is wrong inside."""
    if not isinstance(value, dict):
        return [wrong(pointer, "an object", value)]
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    found = [unknown(f"{pointer}/{escape(name)}", name, list(fields)) for name in value if name not in fields]
    for name, field in fields.items():
        if name in value:
            found += check(field.type, value[name], f"{pointer}/{name}")
        elif field.required:
            found.append(Fault(f"{pointer}/{name}", "missing", f"`{name}` is missing.", fix=f"Add `{name}`."))
    return found


def check_word(allowed: Sequence[str], value: Any, pointer: str) -> list[Fault]:
    """The fault of a value that is none of the *allowed* words."""
    if value in allowed:
        return []
    return [
        not_listed(
            pointer, "not-allowed", f"{said(value)} is not one of the words this takes.", value, allowed
        )
    ]


def check_leaf(kind: Any, value: Any, pointer: str) -> list[Fault]:
    """The fault of a single value, as msgspec sees it, in a coordinator's words."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        base, *limits = get_args(kind) if get_origin(kind) is Annotated else (kind,)
        return [wrong(pointer, WORDS[base] + bounds(limits), value)]
    return []


def bounds(limits: Sequence[Any]) -> str:
    """How long a text may be, in words; empty where nothing is said."""
    longest = next((limit.max_length for limit in limits if limit.max_length is not None), None)
    if longest:
        return f" of 1 to {longest} characters"
    least = next((limit.ge for limit in limits if limit.ge is not None), None)
    most = next((limit.le for limit in limits if limit.le is not None), None)
    return f" from {least} to {most}" if least is not None and most is not None else ""


def wrong(pointer: str, wanted: str, value: Any) -> Fault:
    """The fault of a value of another kind than *wanted*."""
    return Fault(pointer, "wrong-form", f"This must be {wanted}, not {said(value)}.", fix=f"Give {wanted}.")


def unknown(pointer: str, name: str, known: list[str]) -> Fault:
    """The fault of a member that no record has."""
    return not_listed(pointer, "unknown-member", f"There is no member {said(name)} here.", name, known)


def not_listed(pointer: str, code: str, detail: str, value: Any, allowed: Sequence[str]) -> Fault:
    """A fault that lists what is *allowed* (at most 25 words of it) and the nearest to what was given."""
    near = codes.nearest(value, allowed)
    fix = f"Did you mean `{near}`?" if near else "Use one of the allowed values."
    return Fault(pointer, code, detail, fix=fix, allowed=codes.allowed(allowed), nearest=near)


def said(value: Any) -> str:
    """*value* as it may be repeated to the caller: short, and never an object or a list."""
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str() | int() | float():
            text = str(value)
            return f"`{text[:CUT]}…`" if len(text) > CUT else f"`{text}`"
        case list():
            return "a list"
        case _:
            return "an object"


def escape(name: str) -> str:
    """*name* as a JSON Pointer token (RFC 6901), cut to a length that may be repeated."""
    return name[:CUT].replace("~", "~0").replace("/", "~1")
