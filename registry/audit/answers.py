"""An answer kept for its Idempotency-Key against the history it tells of.

A repeat is given these very bytes, so a receipt or a finding changed in them would reach its employer as the
registry's word. The answer's shape may differ between versions of the program; what is compared does not.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.audit.check import named, require
from registry.errors import Corrupt
from registry.filing.key import content_digest, fingerprint
from registry.ledger.merkle import leaf_hash

PATHS: Final[Mapping[str, tuple[str, str]]] = {
    "filing": ("POST", "/v1/disclosures"),
    "amendment": ("PUT", "/v1/disclosures/{}"),
    "withdrawal": ("POST", "/v1/disclosures/{}/withdrawal"),
}
"""Method and address of the request that was answered, by the kind of version it made."""


class Told(msgspec.Struct, frozen=True):
    """What is compared of a kept answer: receipt, warnings, and each finding as it stands there."""

    receipt: dict[str, Any]
    warnings: list[dict[str, Any]]
    findings: list[msgspec.Raw]


ANSWER: Final = msgspec.json.Decoder(Told)
FINDINGS: Final = msgspec.json.Decoder(list[msgspec.Raw])
LEFT_OUT: Final = b'"verdict":"not_applicable"'
"""How a finding says that its duty does not apply; an answer leaves it out."""


def check_answer(row: Mapping[str, Any]) -> None:
    """A kept answer says what its version, entry and judgement say; raises Corrupt, naming the answer."""
    name = named("idempotency", row["employer_id"], row["key"])
    try:
        told = ANSWER.decode(row["answer"])
        same = same_findings(told.findings, FINDINGS.decode(row["findings"] or b"[]"))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Corrupt(f"{name}: the answer cannot be read") from None
    require(row["version"] is not None, name, "no version was answered with it")
    check_receipt(name, row, told.receipt)
    require(told.warnings == row["warnings"], name, "the warnings are not the version's")
    require(same, name, "the findings are not those of the judgement made then")
    require(row["headers"].get("ETag") == f'"{row["version"]}"', name, "the ETag is not the version's")
    digest = row["headers"].get("Content-Digest")
    require(digest == content_digest(row["answer"]), name, "the Content-Digest is another's")
    require(row["created_at"] == row["filed_at"], name, "created_at is not when it was filed")
    require(row["status"] == (201 if row["kind"] == "filing" else 200), name, "the status is another's")
    method, path = PATHS[row["kind"]]
    address = path.format(row["disclosure_id"])
    mark = row["body"] is None or fingerprint(method, address, row["employer_id"], row["body"])
    require(mark in (True, row["fingerprint"]), name, "the fingerprint is not the request's")


def check_receipt(name: str, row: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """The receipt names the version it was given for, its bytes, and its entry."""
    columns = {
        "disclosure_id": str(row["disclosure_id"]),
        "version": row["version"],
        "employer_id": row["employer_id"],
        "production_id": row["production_id"],
        "kind": row["kind"],
        "sha256": row["sha256"].hex(),
        "schema_version": row["schema_version"],
        "filed_at": msgspec.to_builtins(row["filed_at"]),
    }
    for column, value in columns.items():
        require(said.get(column) == value, name, f"{column} in the receipt is not the version's")
    place = said.get("ledger") or {}
    stands = place.get("index") == row["ledger_index"] and place.get("leaf") == leaf_hash(row["entry"]).hex()
    require(stands, name, "the place in the receipt is not the entry's")


def same_findings(told: Sequence[msgspec.Raw], found: Sequence[msgspec.Raw]) -> bool:
    """Whether an answer has *told* what was *found*: the same bytes, or the same JSON in another form."""
    kept = [each for each in map(bytes, found) if LEFT_OUT not in each]
    said = [*map(bytes, told)]
    if said == kept or sorted(said) == sorted(kept):
        return True
    all_of = [plain for plain in map(msgspec.json.decode, found) if plain["verdict"] != "not_applicable"]
    return sorted(map(canonical, map(msgspec.json.decode, told))) == sorted(map(canonical, all_of))


def canonical(finding: Mapping[str, Any]) -> bytes:
    """The bytes by which two findings are the same or not."""
    return msgspec.json.encode(finding, order="sorted")
