"""From bytes to something that can be judged: all that can be refused without looking at what stands."""

from typing import Any

from registry.auth.scope import Principal, permit
from registry.disclosures import document as documents
from registry.disclosures import upgrade
from registry.disclosures.schemas import SchemaSet
from registry.disclosures.version import WITHDRAWAL_SCHEMA
from registry.errors import Fault, Forbidden, NotFound, SchemaViolation
from registry.filing import key as keys
from registry.filing import withdrawal
from registry.filing.submission import Prepared, Submission


def prepare(schemas: SchemaSet, submission: Submission) -> Prepared:
    """*submission* read, checked and upgraded; raises what is wrong with it, every fault at once."""
    employer_id = employer_of(submission.principal)
    keys.check_digest(submission.digest, submission.body)
    key = keys.key_of(submission.key)
    expected = None
    if submission.kind == "filing":
        keys.required(key, "filing")
    else:
        expected = keys.version_of(submission.if_match)
    received = documents.decode(submission.body)
    common: dict[str, Any] = {
        "submission": submission,
        "employer_id": employer_id,
        "key": key,
        "fingerprint": keys.fingerprint(submission.method, submission.path, employer_id, submission.body),
        "expected": expected,
        "received": received,
    }
    if submission.kind == "withdrawal":
        return Prepared(
            **common,
            schema_version=WITHDRAWAL_SCHEMA,
            document=received,
            warnings=[],
            withdrawal=withdrawal.read(received),
        )
    warnings = schemas.check(received)
    check_employer(received, employer_id)
    check_amendment(received, submission)
    return Prepared(
        **common,
        schema_version=received["schema_version"],
        document=upgrade.upgrade(received),
        warnings=warnings,
    )


def employer_of(principal: Principal) -> str:
    """The employer that files; raises Forbidden for everybody else: only a signatory's own office files."""
    permit(principal, {"employer"})
    if principal.employer_id is None:
        raise Forbidden("your token names no employer; only an employer's own office files")
    return principal.employer_id


def check_employer(document: dict[str, Any], employer_id: str) -> None:
    """Refuse a document about somebody else's production, without saying whether there is such a one."""
    if document["employer"]["id"] == employer_id:
        return
    detail = "Your token does not file for this employer."
    fault = Fault(
        "/employer/id",
        "not-your-employer",
        detail,
        fix=f"Your token is for `{employer_id}`: send that, or use that employer's own token.",
    )
    raise NotFound("there is no such employer among those you file for", [fault])


def check_amendment(document: dict[str, Any], submission: Submission) -> None:
    """An amendment says why it amends; a new disclosure amends nothing."""
    amends = document["filing"].get("amendment") is not None
    if amends == (submission.kind == "amendment"):
        return
    if amends:
        fault = Fault(
            "/filing/amendment",
            "nothing-to-amend",
            "A new disclosure cannot be an amendment.",
            fix="Send it with PUT to the disclosure it amends, or take `filing.amendment` out.",
        )
    else:
        fault = Fault(
            "/filing/amendment",
            "required",
            "An amendment must say why it is made.",
            fix="Add `filing.amendment` with `reason` and `explanation`.",
            allowed=["clerical", "fact_changed", "late_information"],
        )
    raise SchemaViolation("the document and the request do not agree", [fault])
