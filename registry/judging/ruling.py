"""A judgement as it is kept: canonical findings, the digest of the rules, the history row and its entry."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from registry.auth.scope import Scope
from registry.ledger import entry
from registry.obligations.finding import Finding

Cause = Literal["filing", "sweep", "change"]


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history of judgements. Fields stand in the order they are inserted.

    Of what the production's row lock does not hold, the judgement knows what stands before *known_to* in the
    ledger; of the production itself, everything that stands before the judgement.
    """

    employer_id: str
    judgement_id: UUID
    production_id: str
    judged_at: dt.datetime
    cause: Cause
    disclosure_id: UUID | None
    version: int | None
    packs: dict[str, str]
    findings: bytes
    known_to: int
    ledger_index: int = -1


def encode(findings: Sequence[Finding]) -> bytes:
    """*findings* as canonical JSON: the same findings are the same bytes on any machine."""
    return msgspec.json.encode(list(findings), order="sorted")


def decode(findings: bytes) -> list[Finding]:
    """The findings in *findings*, as `encode` wrote them."""
    return msgspec.json.decode(findings, type=list[Finding])


def concerning(scope: Scope, findings: Sequence[Finding]) -> list[Finding]:
    """Those of *findings* that lie inside *scope*; what is owed to no local in particular concerns all."""
    return [
        finding
        for finding in findings
        if scope.locals is None
        or not (finding.locals or finding.unions)
        or set(scope.locals) & set(finding.locals)
        or set(scope.unions or ()) & set(finding.unions)
    ]


def digest(findings: bytes) -> str:
    """The SHA-256 of *findings*, in hexadecimal; worked out once, they are long."""
    return hashlib.sha256(findings).hexdigest()


def rules_digest(packs: Mapping[str, str]) -> str:
    """One digest for all packs a judgement used: SHA-256 over their sorted hex digests, one a line."""
    return hashlib.sha256("\n".join(sorted(packs.values())).encode()).hexdigest()


def entry_of(row: Ruled, digest: str, now: dt.datetime) -> bytes:
    """The ledger entry of a judgement kept at *now*: digests only; *digest* is that of its findings."""
    return entry.encode(
        entry.Entry(
            kind="judgement",
            id=str(row.judgement_id),
            seq=1,
            sha256=digest,
            record=entry.row_digest("judgement", msgspec.structs.asdict(row) | {"findings": digest}),
            rules=rules_digest(row.packs),
            findings=digest,
            at=entry.stamp(now),
        )
    )
