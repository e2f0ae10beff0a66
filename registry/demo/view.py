"""What each of the three users would want to see of a season, as tables; and the summary for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from registry import tables
from registry.demo.book import Book
from registry.demo.play import Played
from registry.demo.season import Season
from registry.demo.tamper import Tampering

DID: Final[Mapping[str, str]] = {
    "file": "filed",
    "amend": "amended",
    "withdraw": "withdrawn",
    "preflight": "tried out",
    "acknowledge": "acknowledged",
    "resolve": "resolved",
    "await": "waited",
}
GRAVITY: Final = ("violation", "insufficient_information", "satisfied", "not_applicable")
FILINGS: Final = ("file", "amend", "withdraw")


class Proof(msgspec.Struct, frozen=True):
    """What the auditor checked of one receipt, with code that is not the server's."""

    index: int
    size: int
    hashes: int
    root: str
    holds: bool


class Seen(msgspec.Struct, frozen=True):
    """Everything read at the end of a season, as the API answered."""

    filed: list[dict[str, Any]]
    """The disclosures the production office sees."""
    due: list[dict[str, Any]]
    rep_alerts: list[dict[str, Any]]
    case: dict[str, Any] | None
    """One alert the representative opens."""
    versions: list[dict[str, Any]]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    """Findings of one production on two days."""
    proof: Proof
    alerts: list[dict[str, Any]]
    findings: dict[str, list[dict[str, Any]]]
    """The newest findings of every production."""


class Ledger(msgspec.Struct, frozen=True):
    """What verification came to."""

    size: int
    root: str
    verified: bool


class Summary(msgspec.Struct, frozen=True):
    """The season for programs."""

    filings: dict[str, int]
    verdicts: dict[str, int]
    alerts: list[dict[str, Any]]
    case: Book
    ledger: Ledger
    tampering: list[Tampering]
    surprises: list[str]


def summary(
    played: Sequence[Played], seen: Seen, ledger: Ledger, case: Book, tampering: list[Tampering]
) -> Summary:
    """The season in numbers."""
    filed = [each for each in played if each.step.does in FILINGS]
    refused = sum(each.status >= 400 for each in filed)
    verdicts = Counter(finding["verdict"] for findings in seen.findings.values() for finding in findings)
    alerts = [
        {
            "id": each["alert_id"],
            "obligation": each["rule"],
            "clause": each["clause"],
            "production": f"{each['employer_id']}/{each['production_id']}",
            "locals": each["locals"],
            "kind": each["kind"],
            "state": each["state"],
            "clocks": each["clocks"],
        }
        for each in seen.alerts
    ]
    surprises = [
        f"{each.step.at:%Y-%m-%d} {each.step.production}: {each.surprise}" for each in played if each.surprise
    ]
    return Summary(
        {"accepted": len(filed) - refused, "refused": refused},
        dict(sorted(verdicts.items())),
        alerts,
        case,
        ledger,
        tampering,
        surprises + case.surprises,
    )


def steps(played: Sequence[Played]) -> RenderableType:
    """The season as it happened: every step that has something to show."""
    rows = [
        [
            f"{each.step.at:%Y-%m-%d}",
            each.step.production,
            DID[each.step.does],
            result(each),
            each.step.lesson,
        ]
        for each in played
        if each.step.lesson or each.surprise
    ]
    return tables.plain(
        f"The season ({len(played)} steps; those that teach something)",
        ["day", "production", "", "answer", ""],
        rows,
    )


def result(played: Played) -> Text:
    """The answer to a step in a few words."""
    if played.surprise:
        return Text(f"SURPRISE: {played.surprise}", style="bold red")
    if played.status >= 400:
        many = f", {played.faults} faults" if played.faults > 1 else ""
        return Text(f"refused {played.status}{many}", style="red")
    if played.step.does not in ("file", "amend", "withdraw", "preflight"):
        return Text(
            "alert " + ("raised" if played.step.does == "await" else played.body["state"]), style="cyan"
        )
    verdicts = Counter(finding["verdict"] for finding in played.body["findings"])
    said = [
        f"{number} {tables.WORDS.get(name, name)}" for name, number in sorted(verdicts.items(), reverse=True)
    ]
    return Text(", ".join(said) or "nothing to judge", style="bold red" if verdicts["violation"] else "green")


def office(season: Season, name: str, seen: Seen, played: Sequence[Played]) -> Group:
    """What a production office wants to see: receipts, refusals as they were told, and what is due."""
    person = season.people[name]
    receipts = [
        [
            each.body["receipt"]["filed_at"][:10],
            each.step.production,
            each.body["receipt"]["kind"],
            each.step.quarter or "first use",
            each.body["receipt"]["ledger"]["index"],
            each.body["receipt"]["sha256"][:16],
        ]
        for each in played
        if each.step.does in FILINGS
        and each.status < 400
        and season.production(each.step.production)["employer_id"] == person.employer
    ]
    worst = max(played, key=lambda each: each.faults)
    faults = [
        [fault["pointer"].removeprefix("#"), fault["detail"], fault.get("fix", "")]
        for fault in worst.body["errors"]
    ]
    return Group(
        heading(person.name, person.comes_for),
        tables.plain(
            "Receipts",
            ["filed", "production", "", "about", "ledger entry", "sha-256 of the bytes"],
            receipts[-8:],
        ),
        tables.plain(
            f"A refusal, as the office of {worst.step.production} read it",
            ["where", "what is wrong", "what to do"],
            faults,
        ),
        tables.due(seen.due, "Due next, at the end of the season"),
    )


def representative(season: Season, name: str, seen: Seen) -> Group:
    """What a representative wants to see: their alerts, and one of them as a case to act on."""
    person = season.people[name]
    case: list[RenderableType] = [tables.alert(seen.case)] if seen.case else []
    return Group(
        heading(person.name, person.comes_for), tables.alerts(seen.rep_alerts, "Alerts of the local"), *case
    )


def auditor(season: Season, name: str, seen: Seen) -> Group:
    """What an auditor wants to see: versions, verdicts before and after, and a proof that was checked."""
    person = season.people[name]
    versions = [
        [
            each["version"],
            each["kind"],
            each["filed_at"][:10],
            each["reason"],
            each["explanation"],
            each["ledger_index"],
        ]
        for each in seen.versions
    ]
    proof = seen.proof
    says = f"Entry {proof.index} of {proof.size} is proven: {proof.hashes} hashes lead to {proof.root[:16]}… "
    return Group(
        heading(person.name, person.comes_for),
        tables.plain(
            "One disclosure's versions",
            ["version", "", "filed", "reason", "in words", "ledger entry"],
            versions,
        ),
        tables.plain(
            "What was known, and what is known now", ["rule", "on 15 November", "at the end"], flipped(seen)
        ),
        Text(
            says + ("(checked here)" if proof.holds else "IT IS NOT"),
            style="green" if proof.holds else "bold red",
        ),
        Text(),
    )


def flipped(seen: Seen) -> list[list[Any]]:
    """The rules whose gravest verdict differs between the two days, worst first."""
    before, after = (gravest(findings) for findings in (seen.before, seen.after))
    changed = [rule for rule in after if before.get(rule) != after[rule]]
    return [
        [rule, tables.coloured(before.get(rule, "—")), tables.coloured(after[rule])]
        for rule in sorted(changed, key=lambda rule: (GRAVITY.index(after[rule]), rule))
    ]


def gravest(findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The gravest verdict of each rule."""
    found: dict[str, str] = {}
    for each in sorted(findings, key=lambda each: -GRAVITY.index(each["verdict"])):
        found[each["rule"]] = each["verdict"]
    return found


def heading(name: str, comes_for: str) -> Group:
    """Who looks, and for what."""
    return Group(Text(), Rule(f"[bold]{name}[/] · comes for {comes_for}", align="left"))


def closing(found: Summary) -> RenderableType:
    """The season in five lines."""
    alerts = Counter(each["state"] for each in found.alerts)
    proved = "verified" if found.ledger.verified else "CORRUPT"
    rows = [
        ["filings", ", ".join(f"{number} {name}" for name, number in found.filings.items())],
        [
            "verdicts now",
            ", ".join(f"{number} {tables.WORDS.get(name, name)}" for name, number in found.verdicts.items()),
        ],
        ["alerts", ", ".join(f"{number} {name}" for name, number in sorted(alerts.items()))],
        ["the case", case_in_brief(found.case)],
        [
            "ledger",
            f"{proved}: {found.ledger.size} entries, root {found.ledger.root}",
        ],
    ]
    return Group(tables.plain("At the end", ["", ""], rows), Text(tables.NOTE, style="dim"))


def case_in_brief(case: Book) -> str:
    """How the case ended, what arrived, and whether its packet holds."""
    holds = sum(word.holds for word in case.heard)
    packet = "its packet holds" if case.check and case.check.holds else "NO PACKET THAT HOLDS"
    ended = (case.outcome or case.state or "not begun").replace("_", " ")
    return f"{ended}; {holds} of {len(case.heard)} webhooks received and found genuine; {packet}"
