"""Worked cases: filings and the verdicts they must give, kept as data and run as the engine's contract.

A case has a production, steps (filings, amendments, withdrawals with their days), what was heard and what was
lost elsewhere, and checks: an as-of day, the day it is judged for, changes to the steps by JSON Pointer, and
the expected rows. A row that needs a pack that is not loaded is skipped and says so.
"""

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.finding import Finding
from registry.obligations.judge import judge
from registry.obligations.moments import moment
from registry.obligations.pack import PackSet
from registry.obligations.statement import Heard, Known, Loss, Production

WORST = ("violation", "insufficient_information", "satisfied", "not_applicable")


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change to a case: the value at a JSON Pointer, or its removal."""

    path: str
    value: Any = None
    remove: bool = False


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One expected result. `needs` names a pack of a later edition of the registry."""

    rule: str
    verdict: Literal["violation", "satisfied", "not_applicable", "insufficient_information"]
    subject: str = ""
    reason: str = ""
    due_on: dt.date | None = None
    occurred_on: dt.date | None = None
    missing: list[str] = []
    review: bool | None = None
    clocks: dict[str, dt.date] = {}
    says: str = ""
    shadow: dict[str, Any] = {}
    needs: str = ""
    note: str = ""


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The expected rows at one as-of day, after some changes to the case.

    `on` is the day it is judged for, if another. `heard` and `elsewhere` come on top of the case's own.
    """

    as_of: str
    expect: list[Row]
    name: str = ""
    changes: list[Change] = []
    on: str = ""
    heard: list[Heard] = []
    elsewhere: list[Loss] = []


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One worked case."""

    case: str
    title: str
    production: Production
    steps: list[dict[str, Any]]
    checks: list[Check]
    heard: list[Heard] = []
    elsewhere: list[Loss] = []


class Result(msgspec.Struct, frozen=True):
    """How one expected row came out."""

    case: str
    check: str
    rule: str
    expected: str
    actual: str
    state: Literal["passed", "failed", "skipped"]
    faults: list[str]


def read(body: bytes) -> Case:
    """A case from its JSON bytes."""
    return msgspec.json.decode(body, type=Case)


def run(case: Case, packs: PackSet) -> list[Result]:
    """Every row of every check of *case*."""
    return [result for check in case.checks for result in checked(case, check, packs)]


def steps_of(case: Case, check: Check) -> list[dict[str, Any]]:
    """The steps of *case* after the changes of *check*."""
    steps = copy.deepcopy(case.steps)
    for change in check.changes:
        apply(steps, change)
    return steps


def apply(root: Any, change: Change) -> None:
    """Change *root* in place at a JSON Pointer; `-` appends to a list."""
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:]]
    for part in path:
        root = root[int(part)] if isinstance(root, list) else root.setdefault(part, {})
    if isinstance(root, list):
        if change.remove:
            del root[int(last)]
        elif last == "-":
            root.append(change.value)
        else:
            root[int(last)] = change.value
    elif change.remove:
        del root[last]
    else:
        root[last] = change.value


def known(steps: list[dict[str, Any]], zone: ZoneInfo) -> list[Known]:
    """The steps as versions, in order; a day without a time means noon there."""
    versions: dict[str, int] = {}
    found = []
    documents: dict[str, dict[str, Any]] = {}
    for step in steps:
        name = step["disclosure"]
        versions[name] = versions.get(name, 0) + 1
        document = step.get("document") or documents[name]
        documents[name] = document
        found.append(
            Known(
                disclosure_id=name,
                version=versions[name],
                kind=step.get("kind", "filing"),
                type=document["filing"]["type"],
                filed_at=noon(step["at"], zone),
                document=document,
                reason=step.get("reason"),
                explanation=step.get("explanation"),
            )
        )
    return found


def noon(text: str, zone: ZoneInfo) -> dt.datetime:
    """An instant as stated, or noon of a day."""
    when = moment(text)
    return when if isinstance(when, dt.datetime) else dt.datetime.combine(when, dt.time(12), zone)


def checked(case: Case, check: Check, packs: PackSet) -> list[Result]:
    """Each row of one check against the judgement."""
    zone = ZoneInfo(case.production.time_zone)
    judgement = judge(
        packs,
        case.production,
        known(steps_of(case, check), zone),
        noon(check.as_of, zone),
        on=noon(check.on, zone) if check.on else None,
        heard=sorted([*case.heard, *check.heard], key=lambda told: told.at),
        elsewhere=sorted([*case.elsewhere, *check.elsewhere], key=lambda loss: loss.filed_at),
    )
    return [compared(case, check, row, judgement.findings, packs.packs) for row in check.expect]


def compared(case: Case, check: Check, row: Row, findings: list[Finding], packs: Mapping[str, Any]) -> Result:
    """One row against the findings of its rule; the gravest verdict counts when no subject is named."""
    name = f"{check.name or 'as of'} {check.as_of}" + (f", on {check.on}" if check.on else "")
    if row.needs and row.needs not in packs:
        return Result(case.case, name, row.rule, row.verdict, f"needs {row.needs}", "skipped", [])
    mine = [f for f in findings if f.rule == row.rule and (not row.subject or f.subject == row.subject)]
    mine.sort(key=lambda finding: WORST.index(finding.verdict))
    if not mine:
        unasked = row.verdict == "not_applicable" and not row.shadow
        state: Literal["passed", "failed"] = "passed" if unasked else "failed"
        return Result(case.case, name, row.rule, row.verdict, "no such subject", state, [])
    faults = differences(row, mine[0])
    return Result(
        case.case, name, row.rule, row.verdict, mine[0].verdict, "failed" if faults else "passed", faults
    )


def differences(row: Row, finding: Finding) -> list[str]:
    """What of *row* the finding does not show."""
    faults = []
    for name in ("verdict", "reason", "due_on", "occurred_on"):
        wanted = getattr(row, name)
        if wanted and getattr(finding, name) != wanted:
            faults.append(f"{name}: expected {wanted}, got {getattr(finding, name)}")
    named = {missing.fact for missing in finding.missing}
    faults += [
        f"missing: {fact} is not asked for, only {sorted(named)}" for fact in row.missing if fact not in named
    ]
    if row.review is not None and bool(finding.review) != row.review:
        faults.append(f"review: expected {row.review}, got {finding.review}")
    clocks = {clock.name: clock.until for clock in finding.clocks}
    faults += [
        f"clock {name}: expected {day}, got {clocks.get(name)}"
        for name, day in row.clocks.items()
        if clocks.get(name) != day
    ]
    faults += [
        f"shadow {label}: expected {value}, got {finding.shadow.get(label)}"
        for label, value in row.shadow.items()
        if finding.shadow.get(label) != value
    ]
    if row.says and row.says not in " ".join(finding.because):
        faults.append(f"says: {row.says!r} is not in {finding.because}")
    return [*faults, f"because: {' '.join(finding.because)}"] if faults else []
