"""A pack: the obligations of one agreement edition as data, content-addressed.

Written in TOML, held against `schemas/pack/1.0.json`, then compiled: every condition is type-checked
against the catalogue of facts before a pack is used for anything.
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations.conditions import Condition
from registry.obligations.due import Due
from registry.obligations.finding import Citation, Severity

Basis = Literal["quoted", "reported", "memory", "inferred"]
Status = Literal["in_force", "proposed", "vetoed", "negotiated"]
"""How far a text has come: only one in force judges; bills, vetoed laws and drafts are shown and never do."""


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"condition": "if"}):
    """One condition as written: the condition, how a person says it, and the reason code when it is false."""

    condition: str
    words: str = ""
    reason: str = "no-trigger"


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"condition": "if"}):
    """Something only a person, or a text nobody found, can decide; asked when the condition holds."""

    ask: str
    condition: str = ""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A worked example kept with the obligation: facts and the verdict they must give."""

    name: str
    facts: dict[str, Any]
    expect: Literal["violation", "satisfied", "not_applicable", "insufficient_information"]
    as_of: dt.date | None = None


class WrittenClock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time limit for pursuing a finding, counted from its occurrence or from when it was first known."""

    name: str
    counts_from: Literal["occurrence", "knowledge"]
    says: str
    confidence: Basis
    days: int = 0
    months: int = 0


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One obligation as written in a pack.

    `since`, `until` and `status` stand in for the pack's where one duty has its own. `shadow` names facts
    that are shown, and decide nothing, while the text is not in force.
    """

    id: str
    clause: str
    says: str
    owed_to: str
    about: str
    source: str
    confidence: Basis
    when: list[Term] = []
    breach: list[Term] = []
    met: list[Term] = []
    excused: list[Term] = []
    undecided: list[Ask] = []
    review: list[Ask] = []
    due: Due | None = None
    occurred: str = ""
    severity: Severity = "major"
    remedy: str = "grievance"
    clocks: list[str] = []
    quiet: bool = False
    breach_verdict: Literal["violation", "insufficient_information"] = "violation"
    alert: Literal["", "accuracy"] = ""
    since: dt.date | None = None
    until: dt.date | None = None
    status: Status | None = None
    shadow: dict[str, str] = {}
    tests: list[Example] = []


class WrittenPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack as written.

    An agreement binds through `agreements`; a law binds every production made in one of its `places`, or
    shown in one of its `territories` (ISO 3166 codes). `follows` names the edition before this one: a use
    that began under it goes on under this one. From `deprecated` on, `successor` is the one to look at.
    """

    pack: str
    title: str
    union: str
    agreements: list[str]
    params: str
    sources: dict[str, str]
    obligation: list[Written]
    since: dt.date | None = None
    until: dt.date | None = None
    basis: str = ""
    status: Status = "in_force"
    places: list[str] = []
    territories: list[str] = []
    follows: str = ""
    deprecated: dt.date | None = None
    successor: str = ""
    clock: list[WrittenClock] = []


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
        return next(
            (values for since, values in reversed(self.timeline) if since <= day), self.timeline[0][1]
        )


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


class Obligation(msgspec.Struct, frozen=True):
    """One obligation, compiled."""

    written: Written
    when: list[tuple[Condition, str]]
    breach: list[Condition]
    met: list[Condition]
    excused: list[Condition]
    undecided: list[tuple[Condition, str]]
    review: list[tuple[Condition | None, str]]
    not_done: Condition | None
    rule: str
    citation: Citation
    parameters: list[str]


class Pack(msgspec.Struct, frozen=True):
    """One agreement edition's obligations, compiled and addressed by the digest of its bytes."""

    name: str
    digest: str
    body: bytes
    written: WrittenPack
    obligations: list[Obligation]


class PackSet(msgspec.Struct, frozen=True):
    """The packs and parameters a judgement is made with."""

    packs: dict[str, Pack]
    params: dict[str, Params]

    def digests(self) -> dict[str, str]:
        """Name and digest of everything in the set."""
        return {name: item.digest for name, item in sorted((self.packs | self.params).items())}


def digest(body: bytes) -> str:
    """The content address of a pack or parameter set."""
    return hashlib.sha256(body).hexdigest()


def parsed(name: str, body: bytes) -> dict[str, Any]:
    """TOML bytes as plain values; raises Invalid with the line."""
    try:
        return tomllib.loads(body.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Invalid(f"{name} is not TOML: {fault}", [Fault("", "malformed", f"{name}: {fault}")]) from None


def written_params(name: str, body: bytes) -> Params:
    """A parameter set from its bytes."""
    try:
        params = msgspec.convert(parsed(name, body), Params)
    except msgspec.ValidationError as fault:
        raise Invalid(f"{name}: {fault}", [Fault("", "params", f"{name}: {fault}")]) from None
    return msgspec.structs.replace(params, digest=digest(body), body=body, timeline=timeline(params))


def is_params(name: str) -> bool:
    """Whether a file of a pack folder is a parameter set."""
    return name.rpartition("/")[2].startswith("params-")


def sources(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Pack files and parameter files, apart."""
    return (
        {name: body for name, body in files.items() if not is_params(name)},
        {name: body for name, body in files.items() if is_params(name)},
    )
