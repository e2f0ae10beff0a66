"""One move of an alert: what it makes of the alert, its history row, and its ledger entry."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import msgspec

from registry.alerts import waking
from registry.alerts.alert import Alert, MoveName, Outcome, State
from registry.alerts.course import DEFAULT, Course, Plan, plain
from registry.alerts.judged import Planned, canonical
from registry.alerts.lifecycle import REGISTRY, after, followed
from registry.alerts.waking import TELLING, Due
from registry.auth.scope import union_of
from registry.ledger.entry import Entry, encode, row_digest, stamp
from registry.obligations.finding import Finding


class PlannedMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move that is decided and not yet written. `alert` is as the move leaves it.

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
            "course": plain(self.alert.course),
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


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The production that alerts open about: its key, where it is, and how its parties follow alerts up."""

    employer_id: str
    production_id: str
    time_zone: str
    plan_of: Callable[[list[str], list[str]], Plan] = lambda _locals, _unions: DEFAULT


def concerned(locals_: Iterable[str], unions: Iterable[str]) -> list[str]:
    """The unions an alert concerns: those named, and the union of each local named."""
    return sorted({*unions, *(union_of(local) for local in locals_)})


def automatic(planned: Planned, ground: Ground, new_id: UUID, now: dt.datetime) -> PlannedMove:
    """The registry's own move after a judgement; *new_id* is used when it opens an alert."""
    before = planned.alert
    if before is None:
        assert planned.finding is not None
        alert = opened(planned.finding, planned.fingerprint, ground, new_id, now)
        alert = marked(alert, **planned.marks)
        return PlannedMove(
            alert=marked(alert, given=waking.passed(alert, now)),
            move="open",
            from_state=None,
            author=REGISTRY,
        )
    found = with_finding(before, planned.finding) if planned.finding else before
    return moved(
        found,
        planned.move,
        author=REGISTRY,
        reason=planned.reason,
        outcome=planned.outcome,
        changed=lambda course: msgspec.structs.replace(course, **planned.marks),
        now=now,
    )


def of_time(before: Alert, due: Due, now: dt.datetime) -> PlannedMove:
    """The registry's own move that time has asked for."""
    return moved(
        before,
        due.move,
        author=REGISTRY,
        reason=due.reason,
        changed=lambda course: msgspec.structs.replace(course, **due.marks),
        now=now,
    )


def moved(
    before: Alert,
    move: MoveName,
    *,
    author: str,
    now: dt.datetime,
    reason: str | None = None,
    outcome: Outcome | None = None,
    changed: Callable[[Course], Course] | None = None,
) -> PlannedMove:
    """A move of an alert there is; IllegalMove when its state does not allow it.

    *changed* is what it makes of the course beyond what every such move does.
    """
    to = after(before.state, move)
    course = followed(before.course, move, (before.state, to), now, person=author != REGISTRY)
    alert = msgspec.structs.replace(
        before,
        state=to,
        revision=before.revision + 1,
        outcome=outcome,
        changed_at=now,
        course=changed(course) if changed else course,
    )
    if move in TELLING and not alert.course.held_by:
        alert = marked(alert, given=waking.passed(alert, now))
    return PlannedMove(
        alert=alert, move=move, from_state=before.state, author=author, reason=reason, prev=before.leaf
    )


def marked(alert: Alert, **marks: Any) -> Alert:
    """*alert* with these *marks* in its course."""
    return msgspec.structs.replace(alert, course=msgspec.structs.replace(alert.course, **marks))


def opened(finding: Finding, fingerprint: bytes, ground: Ground, alert_id: UUID, now: dt.datetime) -> Alert:
    """A new alert for *finding*, followed up as its parties' plans say."""
    assert finding.alert_kind is not None
    locals_, unions = sorted(set(finding.locals)), concerned(finding.locals, finding.unions)
    return Alert(
        employer_id=ground.employer_id,
        alert_id=alert_id,
        production_id=ground.production_id,
        time_zone=ground.time_zone,
        fingerprint=fingerprint,
        rule=finding.rule,
        kind=finding.alert_kind,
        severity=finding.severity,
        state="open",
        revision=1,
        locals=locals_,
        unions=unions,
        finding=msgspec.to_builtins(finding),
        outcome=None,
        opened_at=now,
        changed_at=now,
        course=Course(plan=ground.plan_of(locals_, unions), since=now),
    )


def with_finding(alert: Alert, finding: Finding) -> Alert:
    """*alert* as *finding* has it; the kind stays when the finding asks for no alert any more.

    Whom it concerned it goes on concerning: an amendment takes no case away from those who follow it.
    """
    locals_ = {*alert.locals, *finding.locals}
    return msgspec.structs.replace(
        alert,
        kind=finding.alert_kind or alert.kind,
        severity=finding.severity,
        locals=sorted(locals_),
        unions=concerned(locals_, {*alert.unions, *finding.unions}),
        finding=msgspec.to_builtins(finding),
    )
