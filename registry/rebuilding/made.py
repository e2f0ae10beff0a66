"""An alert as its moves made it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from registry.alerts import waking
from registry.alerts.alert import Alert
from registry.alerts.course import Course
from registry.alerts.move import concerned
from registry.errors import Corrupt
from registry.obligations.finding import Finding, fingerprint


def alert_of(moves: Sequence[Mapping[str, Any]], production_id: str, time_zone: str) -> dict[str, Any]:
    """The row of alert that *moves*, first to last, leave of an alert about a production."""
    first, last = moves[0], moves[-1]
    name = f"alert {first['employer_id']}/{first['alert_id']}"
    try:
        findings = [msgspec.convert(move["finding"], Finding) for move in moves if move["finding"]]
    except msgspec.ValidationError as fault:
        raise Corrupt(f"{name}: a finding of its moves cannot be read: {fault}") from None
    if not findings:
        raise Corrupt(f"{name}: its moves tell no finding")
    kinds = [finding.alert_kind for finding in findings if finding.alert_kind]
    if not kinds:
        raise Corrupt(f"{name}: no finding of its moves asks for an alert")
    locals_ = sorted({local for finding in findings for local in finding.locals})
    newest = findings[-1]
    alert = Alert(
        employer_id=first["employer_id"],
        alert_id=first["alert_id"],
        production_id=production_id,
        time_zone=time_zone,
        fingerprint=fingerprint(newest, first["employer_id"], production_id),
        rule=newest.rule,
        kind=kinds[-1],
        severity=newest.severity,
        state=last["to_state"],
        revision=last["revision"],
        locals=locals_,
        unions=concerned(locals_, [union for finding in findings for union in finding.unions]),
        finding=[move["finding"] for move in moves if move["finding"]][-1],
        outcome=last["outcome"],
        opened_at=first["moved_at"],
        changed_at=last["moved_at"],
        course=msgspec.convert(last["course"] or {}, Course),
    )
    wakes_at, clock_on = waking.ahead(alert, alert.changed_at)
    row = {name: getattr(alert, name) for name in COLUMNS}
    row |= {"fingerprint": alert.fingerprint.hex(), "course": last["course"]}
    return row | {"wakes_at": wakes_at, "clock_on": clock_on}


COLUMNS = (
    *("employer_id", "alert_id", "production_id", "rule", "kind", "severity", "state", "revision", "locals"),
    *("unions", "finding", "outcome", "opened_at", "changed_at"),
)
"""Columns of alert that are the alert's own."""
