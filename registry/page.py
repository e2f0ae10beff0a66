"""Pages of a long list: an opaque cursor, and the page it leads to.

A cursor holds the sort key of the last item given, not a position, so pages never shift when rows are added.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec

from registry.errors import Fault, Invalid

T = TypeVar("T")
R = TypeVar("R")

DEFAULT: Final = 50
MOST: Final = 200
LONGEST: Final = 1000


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some of the items, and the cursor of the next page; `next` is null on the last one."""

    items: list[T]
    next: str | None = None


def encode(key: Sequence[Any]) -> str:
    """The cursor that stands behind the item with this sort *key*."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).rstrip(b"=").decode()


def decode(cursor: str | None, kind: type[T]) -> T | None:
    """The sort key in *cursor*, as *kind* (`tuple[str, UUID]` …); None for the first page.

    Raises Invalid for a cursor the registry did not give out.
    """
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        # PostgreSQL keeps no NUL, so no key ever held one.
        if b"\\u0000" in raw:
            raw = b""
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        fault = Fault(
            pointer="",
            code="cursor",
            detail="this cursor was not given out by the registry",
            fix="start without a cursor, or use the `next` of the page before",
        )
        raise Invalid("the cursor cannot be read", [fault]) from None


def limit_of(limit: int | None) -> int:
    """How many items a page has: *limit* within 1 to 200, 50 when nothing is asked."""
    return DEFAULT if limit is None else min(max(limit, 1), MOST)


def page(rows: Sequence[R], limit: int, key: Callable[[R], Sequence[Any]]) -> Page[R]:
    """A page of at most *limit* of *rows*; the store asks for one row more, to know whether more exist."""
    items = list(rows[:limit])
    return Page(items=items, next=encode(key(items[-1])) if len(rows) > limit else None)
