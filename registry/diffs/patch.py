"""JSON Patch (RFC 6902): the operations that make one document another, with add, remove and replace alone.

Records are held against those of the same id. Those that changed places among each other are taken out and
put in again; nothing else moves.
"""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from registry.diffs.difference import records, same
from registry.disclosures.wording import pointer

Path = tuple[str | int, ...]


class Operation(msgspec.Struct, frozen=True):
    """One step of a JSON Patch; `value` is absent where something is removed."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: Any = msgspec.UNSET


def patch(was: Any, now: Any, path: Path = ()) -> Iterator[Operation]:
    """The operations, in order, that make *was* into *now*, both standing at *path*."""
    if same(was, now):
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from of_objects(was, now, path)
    elif isinstance(was, list) and isinstance(now, list):
        matched = records(was) and records(now)
        yield from of_records(was, now, path) if matched else of_lists(was, now, path)
    else:
        yield Operation("replace", pointer(path), now)


def of_objects(was: Mapping[str, Any], now: Mapping[str, Any], path: Path) -> Iterator[Operation]:
    """What makes one object another, member by member."""
    for name in was:
        if name in now:
            yield from patch(was[name], now[name], (*path, name))
        else:
            yield Operation("remove", pointer((*path, name)))
    for name in now:
        if name not in was:
            yield Operation("add", pointer((*path, name)), now[name])


def of_records(
    was: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]], path: Path
) -> Iterator[Operation]:
    """What makes one list of records another: gone from the last to the first, then new from the first on."""
    old = {each["id"]: at for at, each in enumerate(was)}
    kept = in_order([old[each["id"]] for each in now if each["id"] in old])
    for at in range(len(was) - 1, -1, -1):
        if at not in kept:
            yield Operation("remove", pointer((*path, at)))
    for at, each in enumerate(now):
        before = old.get(each["id"])
        if before in kept:
            yield from patch(was[before], each, (*path, at))
        else:
            yield Operation("add", pointer((*path, at)), each)


def in_order(places: Sequence[int]) -> set[int]:
    """As many of *places* as stand in rising order, the longest such row of them."""
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect.bisect_left(ends, place)
        before[place] = last[at - 1] if at else None
        ends[at : at + 1], last[at : at + 1] = [place], [place]
    found: set[int] = set()
    here = last[-1] if last else None
    while here is not None:
        found.add(here)
        here = before[here]
    return found


def of_lists(was: Sequence[Any], now: Sequence[Any], path: Path) -> Iterator[Operation]:
    """What makes one list of anything another: what both begin and end with stays."""
    most = min(len(was), len(now))
    head = next((at for at in range(most) if not same(was[at], now[at])), most)
    tail = next((at for at in range(most - head) if not same(was[-1 - at], now[-1 - at])), most - head)
    middle_was, middle_now = was[head : len(was) - tail], now[head : len(now) - tail]
    both = min(len(middle_was), len(middle_now))
    for at in range(len(middle_was) - 1, both - 1, -1):
        yield Operation("remove", pointer((*path, head + at)))
    for at in range(both):
        yield from patch(middle_was[at], middle_now[at], (*path, head + at))
    for at in range(both, len(middle_now)):
        yield Operation("add", pointer((*path, head + at)), middle_now[at])
