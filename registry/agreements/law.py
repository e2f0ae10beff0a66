"""Laws and bills, as the code list that ships with the program names them."""

import datetime as dt

import msgspec

from registry.obligations.pack import Status


class Law(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """One law or bill: where it is law (ISO 3166), how far it has come, its days, and what says so."""

    key: str
    title: str
    jurisdiction: str
    places: list[str]
    territories: list[str]
    status: Status
    since: dt.date | None
    until: dt.date | None
    confidence: str
    source: str
    note: str = ""


class Laws(msgspec.Struct, frozen=True):
    """The list of laws."""

    values: list[Law]


def laws(code_list: bytes) -> dict[str, Law]:
    """The laws in `schemas/codes/laws.json`, by key, in the order of the list."""
    return {each.key: each for each in msgspec.json.decode(code_list, type=Laws).values}
