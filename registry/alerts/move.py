"""One move of an alert: its history row, its ledger entry, and the message that tells of it."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.alerts.alert import Alert, MoveName, Outcome, State
from registry.alerts.lifecycle import REGISTRY, Planned, after, canonical
from registry.auth.scope import union_of
from registry.ledger.entry import Entry, encode, row_digest, stamp
from registry.obligations.finding import AlertKind, Finding, Severity

TOPIC: Final = "alert.moved"
"""The topic of the messages about moves."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the outbox carries about a move. Receivers tell repeats apart by alert and revision."""

    employer_id: str
    alert_id: UUID
    production_id: str
    revision: int
    move: MoveName
    state: State
    kind: AlertKind
    severity: Severity
    rule: str
    clause: str
    says: str
    due_on: dt.date | None
    locals: list[str]
    unions: list[str]
    author: str
    reason: str | None
    outcome: Outcome | None
    moved_at: dt.datetime


class PlannedMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move that is decided and not yet written. `alert` is as the move leaves it, but for its times.

    `prev` is the leaf hash of the ledger entry of the alert's move before, None for the first.
    """

    alert: Alert
    move: MoveName
    from_state: State | None
    author: str
    reason: str | None = None
    prev: bytes | None = None

    @property
    def alert_id(self) -> UUID:
        """The alert that moves."""
        return self.alert.alert_id

    @property
    def revision(self) -> int:
        """The alert's revision after the move."""
        return self.alert.revision

    def row(self, now: dt.datetime) -> dict[str, Any]:
        """The row of alert_move, without its place in the ledger."""
        return {
            "employer_id": self.alert.employer_id,
            "alert_id": self.alert.alert_id,
            "revision": self.alert.revision,
            "move": self.move,
            "from_state": self.from_state,
            "to_state": self.alert.state,
            "author": self.author,
            "reason": self.reason,
            "outcome": self.alert.outcome,
            "finding": self.alert.finding,
            "moved_at": now,
        }

    def entry(self, now: dt.datetime) -> bytes:
        """The ledger entry of the move; its `sha256` is of the finding's canonical bytes."""
        return encode(
            Entry(
                kind="alert",
                id=str(self.alert.alert_id),
                seq=self.alert.revision,
                prev=self.prev.hex() if self.prev else None,
                sha256=hashlib.sha256(canonical(self.alert.finding)).hexdigest(),
                record=row_digest("alert_move", self.row(now)),
                at=stamp(now),
            )
        )

    def message(self, now: dt.datetime) -> Message:
        """What those concerned are told."""
        alert = self.alert
        return Message(
            employer_id=alert.employer_id,
            alert_id=alert.alert_id,
            production_id=alert.production_id,
            revision=alert.revision,
            move=self.move,
            state=alert.state,
            kind=alert.kind,
            severity=alert.severity,
            rule=alert.rule,
            clause=alert.finding["citation"]["clause"],
            says=alert.finding["says"],
            due_on=alert.finding["due_on"] and dt.date.fromisoformat(alert.finding["due_on"]),
            locals=alert.locals,
            unions=alert.unions,
            author=self.author,
            reason=self.reason,
            outcome=alert.outcome,
            moved_at=now,
        )


def concerned(locals_: Iterable[str], unions: Iterable[str]) -> list[str]:
    """The unions an alert concerns: those named, and the union of each local named."""
    return sorted({*unions, *(union_of(local) for local in locals_)})


def automatic(planned: Planned, employer_id: str, production_id: str, new_id: UUID) -> PlannedMove:
    """The registry's own move; *new_id* is used when it opens an alert."""
    before = planned.alert
    if before is None:
        assert planned.finding is not None
        alert = opened(planned.finding, planned.fingerprint, employer_id, production_id, new_id)
        return PlannedMove(alert=alert, move="open", from_state=None, author=REGISTRY)
    alert = msgspec.structs.replace(
        with_finding(before, planned.finding) if planned.finding else before,
        state=after(before.state, planned.move),
        revision=before.revision + 1,
        outcome=planned.outcome,
    )
    return PlannedMove(
        alert=alert,
        move=planned.move,
        from_state=before.state,
        author=REGISTRY,
        reason=planned.reason,
        prev=before.leaf,
    )


def by_hand(
    before: Alert, move: MoveName, author: str, reason: str | None, outcome: Outcome | None = None
) -> PlannedMove:
    """A representative's move; IllegalMove when the alert's state does not allow it."""
    alert = msgspec.structs.replace(
        before, state=after(before.state, move), revision=before.revision + 1, outcome=outcome
    )
    return PlannedMove(
        alert=alert, move=move, from_state=before.state, author=author, reason=reason, prev=before.leaf
    )


def opened(
    finding: Finding, fingerprint: bytes, employer_id: str, production_id: str, alert_id: UUID
) -> Alert:
    """A new alert for *finding*; its times are set when it is written."""
    assert finding.alert_kind is not None
    return Alert(
        employer_id=employer_id,
        alert_id=alert_id,
        production_id=production_id,
        fingerprint=fingerprint,
        rule=finding.rule,
        kind=finding.alert_kind,
        severity=finding.severity,
        state="open",
        revision=1,
        locals=sorted(set(finding.locals)),
        unions=concerned(finding.locals, finding.unions),
        finding=msgspec.to_builtins(finding),
        outcome=None,
        opened_at=NEVER,
        changed_at=NEVER,
    )


def with_finding(alert: Alert, finding: Finding) -> Alert:
    """*alert* as *finding* has it; the kind stays when the finding asks for no alert any more."""
    return msgspec.structs.replace(
        alert,
        kind=finding.alert_kind or alert.kind,
        severity=finding.severity,
        locals=sorted(set(finding.locals)),
        unions=concerned(finding.locals, finding.unions),
        finding=msgspec.to_builtins(finding),
    )


NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands for a time that is not known until the move is written."""
