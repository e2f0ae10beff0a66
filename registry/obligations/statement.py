"""What is known of one production: who is bound by which agreements, and every version filed about it.

A statement is the whole input of a judgement beside the packs and the instant. Nothing here reads a clock.
"""

import datetime as dt
from typing import Any, Literal

import msgspec


class Binding(msgspec.Struct, frozen=True):
    """One agreement that binds the production's employer, from *since* to *until* (both included)."""

    agreement: str
    locals: list[str]
    since: dt.date
    until: dt.date | None = None


class Production(msgspec.Struct, frozen=True):
    """The registered facts of a production that rules ask for. Locations are ISO 3166-2 or -1 codes."""

    employer_id: str
    production_id: str
    title: str
    format: str
    time_zone: str
    locations: list[str]
    bindings: list[Binding]
    locals: list[str]


class Known(msgspec.Struct, frozen=True):
    """One version of one disclosure, in the newest schema's shape, in the order it became known.

    A withdrawal carries the document it withdraws.
    """

    disclosure_id: str
    version: int
    kind: Literal["filing", "amendment", "withdrawal"]
    type: str
    filed_at: dt.datetime
    document: dict[str, Any]
    reason: str | None = None
    explanation: str | None = None


class Heard(msgspec.Struct, frozen=True):
    """Something the registry was told outside filings, and when: a request, its answer, an observation.

    `by` is the role of whoever told it; who that was is not kept here. `body` is what was told.
    """

    id: str
    kind: Literal["request", "answer", "observation"]
    at: dt.datetime
    by: str
    union: str
    body: dict[str, Any]


class Loss(msgspec.Struct, frozen=True):
    """A workforce reduction filed for another production of the same employer.

    `reasoned` says whether its attribution was given with a reason; `baseline` is the first headcount anybody
    stated for the people it is about.
    """

    production_id: str
    event_id: str
    disclosure_id: str
    filed_at: dt.datetime
    on: dt.date
    local: str
    category: str
    kind: str
    count: int
    attribution: str
    reasoned: bool
    baseline: int | None = None
