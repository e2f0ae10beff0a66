"""What is left of a version, of a finding, of a kept answer, when sections have been taken out."""

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.disclosures.version import Filed
from registry.judging.ruling import Ruled

GONE: Final = "What this rested on was taken out by order."
Name = tuple[str, str, str]
"""Rule, kind of subject and subject: what names a finding in its judgement."""


def version_left(filed: Filed, sections: Collection[str]) -> Filed:
    """*filed* without *sections*, and without the warnings about them."""
    return msgspec.structs.replace(
        filed,
        document={name: value for name, value in filed.document.items() if name not in sections},
        warnings=[each for each in filed.warnings if section_of(each) not in sections],
    )


def section_of(warning: Mapping[str, Any]) -> str:
    """The section a warning is about."""
    return [*str(warning.get("pointer") or "").split("/"), "", ""][1]


def name_of(finding: Mapping[str, Any]) -> Name:
    """What names *finding* in its judgement."""
    return finding["rule"], finding["subject_kind"], finding["subject"]


def finding_left(finding: Mapping[str, Any]) -> dict[str, Any]:
    """*finding* without its words: verdict, days and clocks stay, rights hang on them."""
    left = {
        "because": [GONE],
        "missing": [{**each, "question": GONE} for each in finding["missing"]],
        "review": [GONE for _ in finding["review"]],
        "shadow": {},
    }
    return {name: left.get(name, value) for name, value in finding.items()}


def judgement_left(row: Ruled, names: Collection[Name]) -> Ruled:
    """*row* with the findings called *names* without their words."""
    told = msgspec.json.decode(row.findings)
    left = [finding_left(each) if name_of(each) in names else each for each in told]
    return msgspec.structs.replace(row, findings=msgspec.json.encode(left, order="sorted"))


def move_left(move: Mapping[str, Any]) -> dict[str, Any]:
    """A move of an alert about such a finding; the registry's own reasons quote it, people's words stay."""
    quotes = move["author"] == "registry" and move["reason"] is not None
    finding = finding_left(move["finding"]) if move["finding"] else move["finding"]
    return {**move, "finding": finding, "reason": GONE if quotes else move["reason"]}


def answer_left(
    answer: bytes, headers: Mapping[str, str], names: Collection[Name], sections: Collection[str]
) -> tuple[bytes, dict[str, str]]:
    """A kept answer with those findings without their words, and without warnings about *sections*."""
    told: dict[str, Any] = msgspec.json.decode(answer)
    findings: Sequence[Any] = told["findings"]
    left = [finding_left(each) if name_of(each) in names else each for each in findings]
    told["findings"] = msgspec.Raw(msgspec.json.encode(left, order="sorted"))
    told["warnings"] = [each for each in told["warnings"] if section_of(each) not in sections]
    body = msgspec.json.encode(told)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return body, {**headers, "Content-Digest": f"sha-256=:{digest}:"}
