"""What differs between two documents, an older and a newer one, place by place and in words.

Records are held against those of the same id, however the lists are ordered; lists of plain values are
one place. A place is called by the titles that its schema gives it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from registry.disclosures import wording
from registry.disclosures.outline import Node

Path = tuple[str | int, ...]
MOST: Final = 500
"""No more differences than this are told."""


class Difference(msgspec.Struct, frozen=True):
    """One place where the newer document says something else than the older one.

    `pointer` leads into the newer; of what was left out, into the older. A draft is newer than what it was
    made from.
    """

    pointer: str
    change: Literal["changed", "added", "left_out"]
    was: Any
    now: Any
    says: str


class Place(msgspec.Struct, frozen=True):
    """A place in both documents: where it is in each, what it is called, and what the schema says of it."""

    old: Path = ()
    new: Path = ()
    words: tuple[str, ...] = ()
    node: Node | None = None

    def member(self, name: str) -> "Place":
        """The member called *name*."""
        node = self.node.properties.get(name) if self.node else None
        title = node.title if node and node.title else wording.cut(name, 40)
        return Place((*self.old, name), (*self.new, name), (*self.words, title), node)

    def item(self, old: int, new: int, word: str) -> "Place":
        """An item of a list, which may stand elsewhere in the other document."""
        node = self.node.items if self.node else None
        return Place((*self.old, old), (*self.new, new), (*self.words, word), node)


def differences(root: Node | None, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """Everything in which *now* differs from *was*; *root* is the outline of their schema, if any."""
    yield from of_objects(Place(node=root), was, now)


def of_objects(place: Place, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """The differences of two objects, in the order of the members."""
    for name in [*was, *(name for name in now if name not in was)]:
        inner = place.member(name)
        if name not in now:
            yield from (
                of_records(inner, was[name], []) if records(was[name]) else [left_out(inner, was[name])]
            )
        elif name not in was:
            yield from of_records(inner, [], now[name]) if records(now[name]) else [added(inner, now[name])]
        else:
            yield from of_values(inner, was[name], now[name])


def of_values(place: Place, was: Any, now: Any) -> Iterator[Difference]:
    """The differences of two values of the same place."""
    if same(was, now):
        return
    if isinstance(was, dict) and isinstance(now, dict):
        yield from of_objects(place, was, now)
    elif (records(was) or was == []) and (records(now) or now == []):
        yield from of_records(place, was, now)
    elif objects(was) and objects(now) and len(was) == len(now):
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from of_values(place.item(at, at, str(at + 1)), one, other)
    else:
        words = f"{shown(was)} before, {shown(now)} now"
        yield Difference(wording.pointer(place.new), "changed", was, now, f"{called(place)}: {words}.")


def of_records(
    place: Place, was: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]
) -> Iterator[Difference]:
    """The differences of two lists of records, each held against the one of its id."""
    old = {each["id"]: at for at, each in enumerate(was)}
    new = {each["id"]: at for at, each in enumerate(now)}
    for key, at in old.items():
        inner = place.item(at, new.get(key, 0), wording.cut(key, 64))
        if key in new:
            yield from of_objects(inner, was[at], now[new[key]])
        else:
            yield left_out(inner, was[at])
    for key, at in new.items():
        if key not in old:
            yield added(place.item(0, at, wording.cut(key, 64)), now[at])


def records(value: Any) -> bool:
    """Whether *value* is a list of objects that each have an id of their own."""
    if not objects(value):
        return False
    ids = [each.get("id") for each in value]
    return all(isinstance(key, str) for key in ids) and len(set(ids)) == len(ids)


def objects(value: Any) -> bool:
    """Whether *value* is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def same(was: Any, now: Any) -> bool:
    """Whether two values are the same JSON; true is not 1."""
    if isinstance(was, dict) and isinstance(now, dict):
        return was.keys() == now.keys() and all(same(was[name], now[name]) for name in was)
    if isinstance(was, list) and isinstance(now, list):
        return len(was) == len(now) and all(map(same, was, now))
    return type(was) is type(now) and bool(was == now)


def added(place: Place, now: Any) -> Difference:
    """Something the newer document says and the older did not."""
    says = f"{called(place)}: {shown(now)}, not said before."
    return Difference(wording.pointer(place.new), "added", None, now, says)


def left_out(place: Place, was: Any) -> Difference:
    """Something the older document said and the newer does not."""
    says = f"{called(place)}: left out; {shown(was)} before."
    return Difference(wording.pointer(place.old), "left_out", was, None, says)


def called(place: Place) -> str:
    """A place in words, outermost first."""
    return " › ".join(place.words)


def shown(value: Any) -> str:
    """*value* in a sentence."""
    if isinstance(value, list) and value and all(isinstance(each, str | int) for each in value):
        return wording.cut(", ".join(str(each) for each in value))
    if isinstance(value, list):
        return f"{len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, dict):
        return "a record" if "id" in value else "a group of facts"
    return wording.shown(value)
