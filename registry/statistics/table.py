"""A table of numbers with the meaning of each column, as JSON and as CSV."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

Cell = str | int | None
About = Literal["exposure", "tools", "punctuality", "answers", "alerts"]
Form = Literal["json", "csv"]
WEIGHT: Final = re.compile(r"[01](\.[0-9]{0,3})?", re.ASCII)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class StatisticColumn(msgspec.Struct, frozen=True):
    """A column of a table: its name, and what is counted in it. `persons` tells whether it counts persons."""

    name: str
    says: str
    persons: bool = False


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """One table, as of the ledger's first `tree_size` entries, of what you may read.

    Each row has the columns by name. Null is a number that there is not, or one of persons that is kept back:
    from one to four, or one from which such a number could be worked out; `kept_back` says how many are.
    """

    about: About
    says: str
    tree_size: int
    columns: list[StatisticColumn]
    rows: list[dict[str, Cell]]
    kept_back: int = 0


class Told(msgspec.Struct, frozen=True):
    """A table as it is sent: its bytes, and what they are."""

    body: bytes
    media: str
    headers: dict[str, str]


def told(table: Statistics, form: Form | None, accept: str | None) -> Told:
    """*table* in the *form* that is asked for, else as the header Accept prefers, else as JSON."""
    wanted = form or ("csv" if prefers_csv(accept) else "json")
    if wanted == "json":
        return Told(msgspec.json.encode(table), "application/json", {"Vary": "Accept"})
    name = f"statistics-{table.about}-{table.tree_size}.csv"
    headers = {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{name}"'}
    return Told(as_csv(table).encode(), "text/csv; header=present", headers)


def prefers_csv(accept: str | None) -> bool:
    """Whether *accept* weighs CSV higher than JSON; of the same weight, whether it names CSV first."""
    named: list[tuple[float, str]] = []
    for part in (accept or "").split(","):
        kind, *parameters = (each.strip().lower() for each in part.split(";"))
        if kind in ("text/csv", "application/json", "*/*"):
            weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
            named.append((float(weight) if WEIGHT.fullmatch(weight) else 0.0, kind))
    most, first = max(named, key=lambda each: each[0], default=(0.0, ""))
    return most > 0 and first == "text/csv"


def as_csv(table: Statistics) -> str:
    """*table* as RFC 4180 has it; what a spreadsheet would reckon with is a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [column.name for column in table.columns]
    writer.writerow(names)
    writer.writerows([[safe(row[name]) for name in names] for row in table.rows])
    return out.getvalue()


def safe(cell: Cell) -> Cell:
    """*cell* as a spreadsheet may have it."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell


def permille(part: int, whole: int) -> int | None:
    """*part* of *whole* in thousandths, rounded down; None of nothing."""
    return part * 1000 // whole if whole else None


def median(numbers: Sequence[int]) -> int | None:
    """The middle one of *numbers*, the lower of two; None of nothing."""
    return sorted(numbers)[(len(numbers) - 1) // 2] if numbers else None


def quarter(day: str) -> str:
    """The calendar quarter of a day or moment, as in 2025-Q3; empty when none is said."""
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}" if day else ""


def rows(found: Mapping[tuple[Any, ...], Mapping[str, Cell]], *names: str) -> list[dict[str, Cell]]:
    """The rows of a table by their keys, whose parts have these *names*, in the order of the keys."""
    return [dict(zip(names, key, strict=True)) | dict(found[key]) for key in sorted(found)]
