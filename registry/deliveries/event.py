"""Something that happened and is told: one entry of the ledger, as those concerned hear of it.

An event is thin: it says what happened to which alert or request, and where to read it. It carries nothing of
a disclosure and nothing that anybody wrote: whoever is told reads that at the door, where it is recorded.
"""

import datetime as dt
from uuid import UUID

import msgspec

from registry.obligations.finding import AlertKind, Severity
from registry.threads.entry import Side, ThreadKind


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `position` is its place in the ledger, `about` the alert or request it is about.

    `locals` and `unions` are whom it concerns, `side` who may hear of it, `to` whom an escalation is told
    besides. `title` is the production's, `says` the duty in the pack's words, `asks` what a request is for.
    `held`: nobody is told yet.
    """

    position: int
    type: str
    at: dt.datetime
    about: UUID
    thread: ThreadKind
    employer_id: str
    production_id: str
    title: str
    locals: list[str]
    unions: list[str]
    revision: int
    author: str
    side: Side = "both"
    kind: AlertKind | None = None
    severity: Severity | None = None
    rule: str | None = None
    state: str | None = None
    clause: str | None = None
    says: str | None = None
    asks: str | None = None
    due_on: dt.date | None = None
    clock: str | None = None
    clock_on: dt.date | None = None
    held: bool = False
    to: list[str] = []

    @property
    def path(self) -> str:
        """Where to read what it is about, below the registry's address."""
        return f"/v1/{self.thread}s/{self.about}"
