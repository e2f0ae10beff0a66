"""A timemap: all moments of one address, in application/link-format (RFC 7089, section 5; RFC 6690)."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from registry.ledger.moment import LINK_FORMAT, at_size, http_date


class Change(msgspec.Struct, frozen=True):
    """A moment at which a record became something else: the size of the ledger with it, and when."""

    size: int
    at: dt.datetime


def timemap(address: str, changes: Sequence[Change]) -> str:
    """The list of *changes* of what is at *address*, oldest first."""
    span = ""
    if changes:
        span = f'; from="{http_date(changes[0].at)}"; until="{http_date(changes[-1].at)}"'
    lines = [
        f'<{address}>; rel="original timegate"',
        f'<{address}/timemap>; rel="self"; type="{LINK_FORMAT}"{span}',
        *(line(address, changes, number) for number in range(len(changes))),
    ]
    return ",\n".join(lines) + "\n"


def line(address: str, changes: Sequence[Change], number: int) -> str:
    """One of *changes* with its address; the first and the last say that they are."""
    change = changes[number]
    ends = [word for word, at in (("first", 0), ("last", len(changes) - 1)) if at == number]
    relation = " ".join([*ends, "memento"])
    return f'<{at_size(address, change.size)}>; rel="{relation}"; datetime="{http_date(change.at)}"'
