"""One fact of the catalogue: its name, its type, where a disclosure answers it, and how it is asked for."""

from typing import Literal

import msgspec

FactType = Literal["bool", "int", "string", "strings", "moment"]


class Fact(msgspec.Struct, frozen=True):
    """One fact. `pointer` is relative to the record it is stated in."""

    name: str
    type: FactType
    pointer: str
    question: str
    asks: str = "employer"


def table(*rows: tuple[str, FactType, str, str] | tuple[str, FactType, str, str, str]) -> dict[str, Fact]:
    """Rows of name, type, pointer and question (and who is asked) as facts by name."""
    return {row[0]: Fact(*row) for row in rows}
