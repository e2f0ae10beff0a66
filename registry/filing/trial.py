"""A preflight: what would be said of a document, with nothing stored.

Without a database the production is known only from the document itself, so its own `production` and
`employer` sections stand in for what is registered.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.agreements import terms
from registry.agreements.terms import Edition, Signature
from registry.disclosures import document as documents
from registry.disclosures import upgrade
from registry.disclosures.schemas import SchemaSet
from registry.disclosures.version import Head
from registry.errors import Fault, SchemaViolation, UnknownSchema
from registry.filing import answer as answers
from registry.filing.answer import NOTE, Due
from registry.obligations.finding import Finding
from registry.obligations.judge import Judgement, judge
from registry.obligations.pack import PackSet
from registry.obligations.statement import Known, Production

ZONE: Final = "America/Los_Angeles"


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """What would be answered now. `accepted`: the document would be taken, whatever the findings."""

    accepted: bool
    faults: list[Fault]
    warnings: list[Fault]
    findings: list[Finding]
    due: list[Due]
    note: str = NOTE


class Read(msgspec.Struct, frozen=True):
    """A document as far as it can be read: `document` is None when its faults keep it from being judged."""

    document: dict[str, Any] | None
    faults: list[Fault]
    warnings: list[Fault]


def read(schemas: SchemaSet, body: bytes) -> Read:
    """*body* decoded, checked and upgraded; the faults of a document are an answer here, not an error."""
    received = documents.decode(body)
    try:
        warnings = schemas.check(received)
    except (SchemaViolation, UnknownSchema) as refused:
        faults = refused.faults or [Fault("/schema_version", "unknown-schema", refused.detail)]
        return Read(None, faults, [])
    return Read(upgrade.upgrade(received), [], warnings)


def answer(read: Read, faults: Sequence[Fault], judgement: Judgement | None, now: dt.datetime) -> Preflight:
    """The answer to a preflight; *faults* are those beyond the document's own."""
    found = [*read.faults, *faults]
    shown = answers.shown_of(judgement.findings) if judgement else []
    return Preflight(
        accepted=not found,
        faults=found,
        warnings=read.warnings,
        findings=[finding for finding in shown if finding.verdict != "not_applicable"],
        due=answers.due_of(shown, now),
    )


def alone(
    schemas: SchemaSet, packs: PackSet, editions: Mapping[str, Edition], body: bytes, now: dt.datetime
) -> Preflight:
    """A preflight that knows nothing but the document: earlier filings and the register are not looked at."""
    given = read(schemas, body)
    if given.document is None:
        return answer(given, [], None, now)
    return answer(given, [], judge_alone(packs, editions, given.document, now), now)


def judge_alone(
    packs: PackSet, editions: Mapping[str, Edition], document: dict[str, Any], now: dt.datetime
) -> Judgement:
    """What the packs say of *document* as if it were the first ever filed about its production."""
    return judge(packs, production_of(document, editions), [known(document, now)], now)


def known(document: dict[str, Any], now: dt.datetime, head: Head | None = None) -> Known:
    """*document* as it would be known if handed in at *now*, as an amendment of *head* if there is one."""
    amendment = document["filing"].get("amendment") or {}
    return Known(
        disclosure_id=str(head.disclosure_id) if head else "preflight",
        version=head.version + 1 if head else 1,
        kind="amendment" if head else "filing",
        type=head.type if head else document["filing"]["type"],
        filed_at=now,
        document=document,
        reason=amendment.get("reason"),
        explanation=amendment.get("explanation"),
    )


def nothing_to_amend() -> Fault:
    """The fault of a preflight that names a disclosure which is not there."""
    return Fault(
        "/filing/amendment",
        "nothing-to-amend",
        "The disclosure this would amend is not there.",
        fix="Check `disclosure_id`, or leave it out for a new disclosure.",
    )


def production_of(document: Mapping[str, Any], editions: Mapping[str, Edition]) -> Production:
    """The production as the document's own `production` and `employer` sections tell it."""
    production, employer = document["production"], document["employer"]
    signatures = [signature(each) for each in employer.get("signatory_agreements") or []]
    agreements = list(dict.fromkeys(each.agreement for each in signatures))
    locals_ = sorted(set(locals_in(document)))
    locations = production.get("locations") or []
    return Production(
        employer_id=employer["id"],
        production_id=production["id"],
        title=production.get("title") or production["id"],
        format=production.get("format") or "theatrical",
        time_zone=ZONE,
        locations=[place.get("subdivision") or place["country"] for place in locations],
        bindings=terms.bindings(signatures, agreements, locals_, editions),
        locals=locals_,
    )


def signature(told: Mapping[str, Any]) -> Signature:
    """One of the document's `signatory_agreements` as the register would hold it."""
    known_members = ("agreement", "locals", "signed_on", "from", "to")
    kept = {name: told[name] for name in known_members if told.get(name) is not None}
    return msgspec.convert(kept, Signature)


def locals_in(value: Any, name: str = "") -> Iterable[str]:
    """Every local named anywhere in *value*, under `local` or `locals`."""
    match value:
        case dict():
            for member, inner in value.items():
                yield from locals_in(inner, member)
        case list():
            for inner in value:
                yield from locals_in(inner, name)
        case str() if name in ("local", "locals"):
            yield value
