"""A finding: one verdict on one subject, with everything a person needs to check it.

Every finding is prima facie, for a person to pursue; it is never a legal conclusion.
"""

import datetime as dt
import hashlib
from typing import Any, Literal

import msgspec

Verdict = Literal["violation", "satisfied", "not_applicable", "insufficient_information"]
AlertKind = Literal["violation", "review", "insufficient_information", "due_soon", "accuracy"]
Severity = Literal["critical", "major", "minor", "info"]


class Missing(msgspec.Struct, frozen=True):
    """A fact that would decide, where it goes in the disclosure, and who can answer."""

    fact: str
    pointer: str
    question: str
    asks: str = "employer"


Origin = Literal["occurrence", "knowledge", "due", "opened", "answered", "grieved"]
"""What a clock is counted from."""
RunsFor = Literal["union", "employer"]
"""Whose time it is that runs."""
Ends = Literal["", "answer", "grieve", "cure"]
"""The move of the alert that meets a clock; empty when none does."""


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time limit that runs beside the finding, with the arithmetic in words."""

    name: str
    until: dt.date
    says: str
    confidence: str
    counts_from: Origin = "occurrence"
    matter: str = ""
    step: int = 0
    runs_for: RunsFor = "union"
    ends_with: Ends = ""
    fixed: bool = False


class Later(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time limit that begins with a move of the alert: `counts_from`, and which `step` of a grievance."""

    name: str
    counts_from: Origin
    says: str
    confidence: str
    days: int = 0
    months: int = 0
    business_days: int = 0
    calendar: str = ""
    roll: bool = False
    step: int = 0
    matter: str = ""
    runs_for: RunsFor = "union"
    ends_with: Ends = ""
    fixed: bool = False


class Citation(msgspec.Struct, frozen=True):
    """Where a rule comes from, and how sure we are: quoted, reported, memory, or inferred."""

    clause: str
    source: str
    confidence: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of one obligation on one subject at one instant."""

    rule: str
    pack: str
    pack_digest: str
    params: str
    values: dict[str, Any]
    subject_kind: str
    subject: str
    verdict: Verdict
    reason: str
    says: str
    because: list[str]
    missing: list[Missing]
    review: list[str]
    severity: Severity
    owed_to: str
    locals: list[str]
    unions: list[str]
    occurred_on: dt.date | None
    known_on: dt.date | None
    due_on: dt.date | None
    due_at: dt.datetime | None
    due_soon: bool
    quiet: bool
    clocks: list[Clock]
    citation: Citation
    remedy: str
    alert: Literal["", "accuracy"] = ""
    """The kind of alert asked for instead of the verdict's own, when something is amiss or open."""
    shadow: dict[str, Any] = {}
    """What is shown, and decides nothing, of a text that is not in force."""
    later: list[Later] = []
    """The time limits that a move of the alert begins."""

    @property
    def alert_kind(self) -> AlertKind | None:
        """The kind of alert this finding asks for, or None."""
        if self.alert and self.verdict in {"violation", "insufficient_information"}:
            return self.alert
        if self.verdict == "violation":
            return "violation"
        if self.quiet:
            return None
        if self.verdict == "insufficient_information":
            return "insufficient_information"
        if self.verdict == "not_applicable":
            return "due_soon" if self.due_soon else None
        return "review" if self.review else None


def fingerprint(finding: Finding, employer_id: str, production_id: str) -> bytes:
    """What makes a later finding the same matter: rule, production and subject, never the verdict."""
    words = [finding.rule, employer_id, production_id, finding.subject_kind, finding.subject]
    return hashlib.sha256(msgspec.json.encode(words)).digest()
