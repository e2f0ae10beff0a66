"""What changed about a production or an employer between two moments: records, filings, verdicts, alerts."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import msgspec

from registry.alerts.alert import Outcome, State
from registry.diffs.difference import MOST, Difference, differences
from registry.diffs.patch import Operation, patch
from registry.disclosures.version import Kind
from registry.ledger.moment import Moment
from registry.obligations.finding import Finding, Severity, Verdict


class DiffMoment(msgspec.Struct, frozen=True):
    """One end of the time that is looked at: the ledger then, and the signed checkpoint it stands on."""

    instant: dt.datetime
    tree_size: int
    root: str
    checkpoint: str | None


class RecordDiff(msgspec.Struct, frozen=True, kw_only=True):
    """How the record of an employer or a production changed; without `from_revision` it is new to you."""

    kind: Literal["employer", "production"]
    id: str
    from_revision: int | None
    to_revision: int
    patch: list[Operation]
    changes: list[Difference]


class FiledBetween(msgspec.Struct, frozen=True, kw_only=True):
    """A version that was filed meanwhile; `changes` is where it is compared with the one before it."""

    disclosure_id: UUID
    production_id: str
    version: int
    kind: Kind
    filed_at: dt.datetime
    reason: str | None
    ledger_index: int
    changes: str | None = None


class VerdictDiff(msgspec.Struct, frozen=True, kw_only=True):
    """A finding whose verdict changed; null where it was, or is, not judged."""

    production_id: str
    rule: str
    subject_kind: str
    subject: str
    was: Verdict | None
    now: Verdict | None
    severity: Severity
    clause: str
    says: str


class AlertDiff(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that was opened or moved meanwhile: the state it was in and the state it is in."""

    alert_id: UUID
    production_id: str
    rule: str
    severity: Severity
    was: State | None
    now: State
    outcome: Outcome | None
    moves: int


class Between(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """Everything that changed between two moments, as far as you may read it; your rights are those of now.

    A finding is prima facie, for a person to pursue; it is never a legal conclusion.
    """

    employer_id: str
    production_id: str | None
    since: DiffMoment
    to: DiffMoment
    records: list[RecordDiff]
    filings: list[FiledBetween]
    verdicts: list[VerdictDiff]
    alerts: list[AlertDiff]


def moment_shown(moment: Moment) -> DiffMoment:
    """*moment* as callers are shown it."""
    return DiffMoment(moment.instant, moment.size, moment.root.hex(), moment.checkpoint)


def record(
    kind: Literal["employer", "production"],
    name: str,
    was: tuple[Mapping[str, Any], int] | None,
    now: tuple[Mapping[str, Any], int],
) -> Iterator[RecordDiff]:
    """How a record changed from *was* to *now*, each with its revision; nothing when it did not."""
    if was and was[1] == now[1]:
        return
    before = dict(was[0]) if was else {}
    yield RecordDiff(
        kind=kind,
        id=name,
        from_revision=was[1] if was else None,
        to_revision=now[1],
        patch=list(patch(before, now[0])),
        changes=list(islice(differences(None, before, now[0]), MOST)),
    )


def filed(rows: Sequence[FiledBetween]) -> list[FiledBetween]:
    """*rows*, each with the address of what it changed."""
    return [
        msgspec.structs.replace(
            row,
            changes=f"/v1/disclosures/{row.disclosure_id}/diff?from={row.version - 1}&to={row.version}",
        )
        if row.version > 1
        else row
        for row in rows
    ]


def verdicts(production_id: str, was: Sequence[Finding], now: Sequence[Finding]) -> list[VerdictDiff]:
    """The findings whose verdicts differ, by rule and subject."""
    old = {(each.rule, each.subject_kind, each.subject): each for each in was}
    new = {(each.rule, each.subject_kind, each.subject): each for each in now}
    found = []
    for place in sorted(old.keys() | new.keys()):
        before, after = old.get(place), new.get(place)
        told = after or before
        if told is None or (before and after and before.verdict == after.verdict):
            continue
        found.append(
            VerdictDiff(
                production_id=production_id,
                rule=place[0],
                subject_kind=place[1],
                subject=place[2],
                was=before.verdict if before else None,
                now=after.verdict if after else None,
                severity=told.severity,
                clause=told.citation.clause,
                says=told.says,
            )
        )
    return found
