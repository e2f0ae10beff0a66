"""Which cells of a table of persons are kept back: those of few, and as many more as totals would give away.

A table has rows and columns, and the sums of both. Cells that are kept back are edges between their row and
their column; one of them can be worked out from the rest exactly when no way around it is left (a bridge).
"""

from collections.abc import Sequence
from typing import Final

FEWEST: Final = 5
"""The smallest number of persons that is told, but for none at all."""

Cell = tuple[int, int]


def kept_back(counts: Sequence[Sequence[int]]) -> set[Cell]:
    """The cells of *counts* that are kept back; row and column after the last are the sums."""
    table = with_sums(counts)
    kept = {
        (at, below) for at, row in enumerate(table) for below, count in enumerate(row) if 0 < count < FEWEST
    }
    while keep_more(table, kept):
        pass
    return kept


def with_sums(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """*counts* with the sum of each row behind it, and the sums of the columns below."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def keep_more(table: Sequence[Sequence[int]], kept: set[Cell]) -> bool:
    """Keep back more, where something that is *kept* can be worked out; whether there was any.

    First of lines with a single one, which its sum gives away; then of lines with too few persons; then of
    those that several sums together give away, one at a time.
    """
    lines, before = every_line(table), len(kept)
    for line in lines:
        if len(kept.intersection(line)) == 1:
            kept |= smallest(table, kept, line)
    if len(kept) == before:
        for line in lines:
            if line[-1] not in kept and is_few(held(table, kept, line)):
                kept |= smallest(table, kept, line)
    if len(kept) == before:
        for cell in bridges(kept):
            for line in lines:
                if len(kept) == before and cell in line:
                    kept |= smallest(table, kept, line)
    return len(kept) > before


def is_few(persons: int | None) -> bool:
    """Whether cells that are kept back are of too few *persons* together for their sum to be told."""
    return persons is not None and persons < FEWEST


def held(table: Sequence[Sequence[int]], kept: set[Cell], line: Sequence[Cell]) -> int | None:
    """How many persons the cells of *line* are of that are kept back; None when none of them is."""
    found = [table[at][below] for at, below in line[:-1] if (at, below) in kept]
    return sum(found) if found else None


def every_line(table: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """The cells of each row and of each column, its sum last."""
    height, width = len(table), len(table[0]) if table else 0
    rows = [[(at, below) for below in range(width)] for at in range(height)]
    return rows + [[(at, below) for at in range(height)] for below in range(width)]


def smallest(table: Sequence[Sequence[int]], kept: set[Cell], line: Sequence[Cell]) -> set[Cell]:
    """The cell of *line*, if one is told, that costs least to keep back: no sum, beside others, of few."""
    told = [cell for cell in line if cell not in kept]
    if not told:
        return set()
    rows, columns = {at for at, _ in kept}, {below for _, below in kept}
    height, width = len(table) - 1, len(table[0]) - 1

    def cost(cell: Cell) -> tuple[bool, bool, bool, int]:
        at, below = cell
        alone = not (at in rows and below in columns)
        return table[at][below] == 0, at == height or below == width, alone, table[at][below]

    return {min(told, key=cost)}


def bridges(kept: set[Cell]) -> list[Cell]:
    """The cells that are *kept* back and can be worked out: no other ones lead around them.

    Tables have few columns, so no way through one is long.
    """
    ways: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for at, below in sorted(kept):
        ways.setdefault(("row", at), []).append(("column", below))
        ways.setdefault(("column", below), []).append(("row", at))
    order: dict[tuple[str, int], int] = {}
    found: list[Cell] = []

    def walk(here: tuple[str, int], back: tuple[str, int] | None) -> int:
        """The earliest place that can be reached from *here* without the way that led to it."""
        order[here] = low = len(order)
        for there in ways[here]:
            if there == back:
                continue
            if there in order:
                low = min(low, order[there])
                continue
            reached = walk(there, here)
            if reached > order[here]:
                found.append((here[1], there[1]) if here[0] == "row" else (there[1], here[1]))
            low = min(low, reached)
        return low

    for start in ways:
        if start not in order:
            walk(start, None)
    return sorted(found)
