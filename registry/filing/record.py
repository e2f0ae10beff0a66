"""One version as history keeps it: the row, the section commitments, and the ledger entry over both."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from registry.disclosures import document as documents
from registry.disclosures.version import WITHDRAWAL_SCHEMA, Filed
from registry.filing.admission import Standing
from registry.filing.submission import Prepared
from registry.judging.ruling import rules_digest
from registry.ledger import entry


def row_of(prepared: Prepared, standing: Standing) -> Filed:
    """The history row of a submission, before it has a place in the ledger."""
    return Filed(
        employer_id=prepared.employer_id,
        disclosure_id=standing.disclosure_id,
        version=standing.version,
        production_id=standing.ground.record.production_id,
        kind=prepared.kind,
        reason=prepared.reason,
        explanation=prepared.explanation,
        schema_version=prepared.schema_version,
        filed_at=prepared.now,
        filed_by=prepared.submission.principal.subject,
        sha256=hashlib.sha256(prepared.submission.body).digest(),
        document=prepared.document,
        warnings=msgspec.to_builtins(prepared.warnings),
        ledger_index=-1,
    )


def sections_of(prepared: Prepared) -> dict[str, Any]:
    """The units of commitment: each can be redacted on its own, and every proof still holds."""
    return documents.sections(prepared.received)


def entry_of(
    prepared: Prepared,
    standing: Standing,
    row: Filed,
    salts: Mapping[str, str],
    packs: Mapping[str, str],
    findings: str,
) -> bytes:
    """The ledger entry of a version: digests and salted commitments, no content.

    *packs* are those it was judged by, *findings* the digest of what was found.
    """
    schema = None if row.schema_version == WITHDRAWAL_SCHEMA else f"disclosure@{row.schema_version}"
    return entry.encode(
        entry.Entry(
            kind=row.kind,
            id=str(row.disclosure_id),
            seq=row.version,
            prev=standing.head.leaf.hex() if standing.head else None,
            sha256=row.sha256.hex(),
            record=entry.row_digest("disclosure_version", msgspec.structs.asdict(row)),
            sd=entry.commit_sections(sections_of(prepared), salts),
            schema=schema,
            rules=rules_digest(packs),
            findings=findings,
            at=entry.stamp(row.filed_at),
        )
    )
