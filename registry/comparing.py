"""What differs between two editions of a pack, and what a draft would change of history, told on a terminal.

Each telling returns the exit status: 0 nothing, 1 something.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.text import Text

from registry import tables
from registry.errands import OUT, told
from registry.obligations.pack import PackSet, WrittenPack
from registry.obligations.params import value_on
from registry.publishing.flips import Backtest


class Difference(msgspec.Struct, frozen=True):
    """One place where two editions differ."""

    where: str
    change: str
    before: Any = None
    after: Any = None


def differences(one: PackSet, other: PackSet) -> Iterator[Difference]:
    """What differs between two sets of packs: members, duties field by field, and values of parameters."""
    for name in sorted(one.packs.keys() | other.packs.keys()):
        before, after = one.packs.get(name), other.packs.get(name)
        if before and after:
            yield from of_pack(name, before.written, after.written)
        else:
            yield Difference(name, "removed" if before else "added")
    numbers = [values(side) for side in (one, other)]
    yield from compared("parameter ", numbers[0], numbers[1])


def of_pack(name: str, before: WrittenPack, after: WrittenPack) -> Iterator[Difference]:
    """The differences of two editions of one pack."""
    frames = [{**msgspec.to_builtins(each), "obligation": None} for each in (before, after)]
    yield from compared(f"{name}: ", frames[0], frames[1])
    duties = [{each.id: each for each in side.obligation} for side in (before, after)]
    for key in [*duties[0], *(key for key in duties[1] if key not in duties[0])]:
        old, new = duties[0].get(key), duties[1].get(key)
        if old and new:
            yield from compared(f"{name}/{key}: ", msgspec.to_builtins(old), msgspec.to_builtins(new))
        else:
            kept = old or new
            says = kept.says if kept else ""
            yield Difference(f"{name}/{key}", "removed" if old else "added", says if old else None, says)


def compared(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """The members in which *old* and *new* differ."""
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            change = "changed" if name in old and name in new else "added" if name in new else "removed"
            yield Difference(f"{where}{name}", change, old.get(name), new.get(name))


def values(packs: PackSet) -> dict[str, Any]:
    """Every value of every parameter that *packs* count by, with the day it holds from."""
    found: dict[str, Any] = {}
    for pack in packs.packs.values():
        params = packs.params.get(pack.written.params)
        for name in (number for made in pack.obligations for number in made.parameters):
            if params:
                rows = params.param[name].values
                found[name] = {str(row.since): value_on(params.param[name], row.since) for row in rows}
    return found


def diff(one: PackSet, other: PackSet, names: Sequence[str], *, as_json: bool) -> int:
    """Tell what differs; 1 when anything does."""
    found = list(differences(one, other))
    if as_json:
        told(found)
    else:
        rows = [[each.change, each.where, brief(each.before), brief(each.after)] for each in found]
        tables.show(OUT, tables.plain(" → ".join(names), ["", "member", "before", "after"], rows))
    return 1 if found else 0


def brief(value: Any) -> str:
    """A value as one cell."""
    return "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()


def tell_backtest(found: Backtest, *, as_json: bool) -> int:
    """What a draft would change; 1 when anything would flip."""
    if as_json:
        told(found)
        return 1 if found.flips else 0
    tables.show(OUT, *backtest_parts(found))
    return 1 if found.flips else 0


def backtest_parts(found: Backtest) -> Iterable[Any]:
    """A backtest as tables: counts by group, and examples as sentences."""
    for title, groups in (
        ("rule", found.by_rule),
        ("employer", found.by_employer),
        ("production", found.by_production),
        ("local", found.by_local),
    ):
        rows = [
            [each.name, each.flips, [f"{count} × {kind}" for kind, count in each.kinds.items()]]
            for each in groups
        ]
        if rows:
            yield tables.plain(f"Flips by {title}", [title, "flips", "from → to"], rows)
    if found.examples:
        yield tables.plain("Examples", ["example"], [[each.sentence] for each in found.examples])
    counted = f"{found.flips} of {found.findings} findings would flip"
    yield Text(f"{found.pack}, as of {found.as_of:%Y-%m-%d}: {counted}. {found.note}")
    yield Text(
        f"{found.productions} productions, {found.disclosures} disclosures: {found.seconds:.3f} s, "
        f"{found.per_second:.0f} disclosures a second",
        style="dim",
    )
