"""Locals of unions, as the code list that ships with the program names them."""

import msgspec


class Local(msgspec.Struct, frozen=True):
    """One local: whose it is, what it does, where, and how it stands to the Basic Agreement."""

    key: str
    union: str
    craft: str = ""
    region: str = ""
    basic_agreement: str = ""
    confidence: str = ""
    source: str = ""
    note: str = ""


class CodeList(msgspec.Struct, frozen=True):
    """The list of locals."""

    values: list[Local]


def locals_by_key(code_list: bytes) -> dict[str, Local]:
    """The locals in `schemas/codes/locals.json`, by key, in the order of the list."""
    return {local.key: local for local in msgspec.json.decode(code_list, type=CodeList).values}
