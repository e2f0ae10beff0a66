"""The answer a caller takes home: receipt, findings in plain words, what is due next, and the headers.

The answer is made once, inside the transaction, and kept with its key; a repeat gets these very bytes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from registry.disclosures.receipt import Receipt
from registry.disclosures.schemas import SchemaSet
from registry.errors import Fault
from registry.filing.key import content_digest
from registry.obligations.finding import Finding

NOTE: Final = (
    "Findings are prima facie, for a person to pursue; none is a legal conclusion. "
    "Duties that do not apply are left out; the findings address lists them all."
)
ORDER: Final = {"violation": 0, "insufficient_information": 1, "satisfied": 2, "not_applicable": 3}
EVENTS: Final = {
    "filing": "disclosure.filed",
    "amendment": "disclosure.amended",
    "withdrawal": "disclosure.withdrawn",
}
SEVERITY: Final = {"critical": 0, "major": 1, "minor": 2, "info": 3}


class Due(msgspec.Struct, frozen=True):
    """A duty that is not due yet, and its day."""

    due_on: dt.date
    rule: str
    says: str
    subject_kind: str
    subject: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a filing, an amendment or a withdrawal."""

    receipt: Receipt
    warnings: list[Fault]
    findings: list[Finding]
    due: list[Due]
    note: str = NOTE


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one submission. `body` is the answer as it is sent.

    A replayed outcome's findings and due dates are in `body` alone, as they were when it was first given.
    """

    receipt: Receipt
    warnings: list[Fault]
    findings: list[Finding]
    due: list[Due]
    status: int
    headers: dict[str, str]
    body: bytes
    replayed: bool = False


class Kept(msgspec.Struct, frozen=True):
    """The part of a kept answer that every version of this program can read."""

    receipt: Receipt
    warnings: list[Fault]


def outcome(
    receipt: Receipt, warnings: list[Fault], findings: Iterable[Finding], ages: Mapping[str, str]
) -> Outcome:
    """The outcome of a submission that was taken; *ages* are the headers of an old schema version."""
    shown = shown_of(findings)
    due = due_of(shown, receipt.filed_at)
    told = [finding for finding in shown if finding.verdict != "not_applicable"]
    body = encode(Answer(receipt=receipt, warnings=warnings, findings=told, due=due))
    headers = {
        "ETag": f'"{receipt.version}"',
        "Content-Digest": content_digest(body),
        **({"Location": receipt.links["disclosure"]} if receipt.kind == "filing" else {}),
        **ages,
    }
    return Outcome(
        receipt=receipt,
        warnings=warnings,
        findings=told,
        due=due,
        status=201 if receipt.kind == "filing" else 200,
        headers=headers,
        body=body,
    )


def encode(answer: Answer) -> bytes:
    """The bytes of *answer*: the receipt first, each finding as the judgement keeps it."""
    findings = msgspec.Raw(msgspec.json.encode(answer.findings, order="sorted"))
    return msgspec.json.encode({**msgspec.structs.asdict(answer), "findings": findings})


def summary(taken: Outcome) -> dict[str, Any]:
    """What the log says of a submission that was taken: names and numbers, nothing out of the document."""
    paper = taken.receipt
    return {
        "employer": paper.employer_id,
        "production": paper.production_id,
        "disclosure": str(paper.disclosure_id),
        "version": paper.version,
        "index": paper.ledger.index,
        "warnings": len(taken.warnings),
        "findings": len(taken.findings),
        "violations": sum(finding.verdict == "violation" for finding in taken.findings),
    }


def replay(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """The outcome that was given before, byte for byte, marked as such in a header."""
    kept = msgspec.json.decode(body, type=Kept)
    return Outcome(
        receipt=kept.receipt,
        warnings=kept.warnings,
        findings=[],
        due=[],
        status=status,
        headers={**headers, "Idempotency-Replayed": "true"},
        body=body,
        replayed=True,
    )


def shown_of(findings: Iterable[Finding]) -> list[Finding]:
    """*findings* in the order a person reads them: the gravest verdict first."""
    return sorted(
        findings,
        key=lambda each: (
            ORDER[each.verdict],
            SEVERITY[each.severity],
            each.rule,
            each.subject_kind,
            each.subject,
        ),
    )


def due_of(findings: Iterable[Finding], now: dt.datetime) -> list[Due]:
    """Duties of *findings* that fall due later than *now*, soonest first; what a bill would ask is none."""
    found = [
        Due(each.due_on, each.rule, each.says, each.subject_kind, each.subject)
        for each in findings
        if each.due_on is not None
        and each.verdict in ("not_applicable", "insufficient_information")
        and not each.reason.endswith(("-law", "-in-force"))
        and (each.due_at > now if each.due_at is not None else each.due_on >= now.date())
    ]
    return sorted(found, key=lambda each: (each.due_on, each.rule, each.subject_kind, each.subject))


def ages(schemas: SchemaSet, version: str) -> dict[str, str]:
    """The headers that say a schema version is on its way out (RFC 9745, RFC 8594); none if it is not."""
    old = schemas.deprecated.get(version)
    if old is None:
        return {}
    about = f"/v1/schemas/{version}"
    return {
        "Deprecation": f"@{int(old.deprecated_at.timestamp())}",
        "Sunset": format_datetime(old.sunset_at.astimezone(dt.UTC), usegmt=True),
        "Link": f'<{about}>; rel="deprecation", <{about}>; rel="sunset", '
        f'</v1/schemas/{schemas.current}>; rel="successor-version"',
    }
