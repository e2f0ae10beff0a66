"""The findings a judgement kept, against those that come out when it is made again.

A finding is the same when its canonical JSON is: verdict, reasons, figures, days, clocks, citation.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from registry.judging.ruling import Ruled, encode
from registry.obligations.judge import Judgement

LONGEST: Final = 200
"""Letters of a value that a mismatch shows."""

Name = tuple[str, str, str]


class Mismatch(msgspec.Struct, frozen=True):
    """One thing that a judgement says otherwise than what comes out of its own inputs.

    *judgement* names it by employer, production and place in the ledger; `rule` and `subject` are empty for
    what is not about one finding. `stored` and `recomputed` are verdict and reason, or what else differs.
    """

    judgement: str
    rule: str
    subject: str
    stored: str
    recomputed: str


class Findings(msgspec.Struct, frozen=True):
    """How many judgements were made again, and how many mismatches that showed.

    `redacted` counts those that cannot be made again, because an order took out what they rest on.
    """

    judgements: int
    mismatches: int
    redacted: int = 0


def named(row: Ruled) -> str:
    """A judgement as reports name it."""
    return f"{row.employer_id}/{row.production_id}, ledger entry {row.ledger_index}"


def broken(row: Ruled, why: str) -> Mismatch:
    """The mismatch of a judgement that cannot be made again at all."""
    return Mismatch(named(row), "", "", f"{len(row.findings)} bytes of findings", f"nothing: {why}")


def mismatches(row: Ruled, judgement: Judgement) -> list[Mismatch]:
    """All that *row* says otherwise than the *judgement* made again; none when the bytes are the same."""
    found = []
    if row.packs != judgement.packs:
        found.append(Mismatch(named(row), "", "packs", said(row.packs), said(judgement.packs)))
    if row.findings == encode(judgement.findings):
        return found
    stored, made = by_name(row.findings), by_name(encode(judgement.findings))
    differing = [name for name in sorted({*stored, *made}) if stored.get(name) != made.get(name)]
    found += [mismatch(row, name, stored.get(name), made.get(name)) for name in differing]
    if not differing:
        found.append(Mismatch(named(row), "", "", "the same findings in another form", "canonical JSON"))
    return found


def mismatch(
    row: Ruled, name: Name, stored: Mapping[str, Any] | None, made: Mapping[str, Any] | None
) -> Mismatch:
    """One finding that was stored and comes out differently, or is there only once."""
    rule, kind, subject = name
    if stored is None or made is None or verdict(stored) != verdict(made):
        return Mismatch(named(row), rule, f"{kind} {subject}", verdict(stored), verdict(made))
    differ = [member for member in sorted({*stored, *made}) if stored.get(member) != made.get(member)]
    told = [said({member: each.get(member) for member in differ}) for each in (stored, made)]
    return Mismatch(named(row), rule, f"{kind} {subject}", *told)


def verdict(finding: Mapping[str, Any] | None) -> str:
    """Verdict and reason of a finding in words."""
    return f"{finding.get('verdict')} ({finding.get('reason')})" if finding else "no finding"


def by_name(findings: bytes) -> dict[Name, dict[str, Any]]:
    """Findings by rule and subject; what cannot be read as findings has none."""
    try:
        told = msgspec.json.decode(findings, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {
        (str(each.get("rule")), str(each.get("subject_kind")), str(each.get("subject"))): each
        for each in told
    }


def said(value: Any) -> str:
    """A value as reports show it."""
    text = msgspec.json.encode(value, order="sorted").decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
