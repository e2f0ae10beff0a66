"""The operational parameters: numbers no source gives, or that change, each with its history."""

import datetime as dt
from typing import Literal

import msgspec

Basis = Literal["quoted", "reported", "memory", "inferred"]


class ParamValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """What a parameter is from a day on, and why."""

    since: dt.date
    value: int
    reference: str
    confidence: Basis


class Param(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number no source gives, or one that changes: a named proposal with a history."""

    title: str
    unit: str
    values: list[ParamValue]
    proposal: bool = True


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the operational parameters."""

    name: str
    title: str
    param: dict[str, Param]
    digest: str = ""
    body: bytes = b""
    timeline: list[tuple[dt.date, dict[str, int]]] = []

    def on(self, day: dt.date) -> dict[str, int]:
        """Each parameter's value on *day*; before its first day, its first value."""
        found = self.timeline[0][1]
        for since, values in self.timeline:
            if since <= day:
                found = values
        return found


def timeline(params: Params) -> list[tuple[dt.date, dict[str, int]]]:
    """Every parameter's value from each day on which one of them changes."""
    changes = sorted({row.since for param in params.param.values() for row in param.values})
    return [
        (since, {name: value_on(param, since) for name, param in params.param.items()}) for since in changes
    ]


def value_on(param: Param, day: dt.date) -> int:
    """A parameter's value on *day*; before its first day, its first value."""
    rows = sorted(param.values, key=lambda row: row.since)
    return next((row.value for row in reversed(rows) if row.since <= day), rows[0].value)
