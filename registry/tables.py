"""What people see on a terminal: tables of filings, findings, alerts, packs and schemas.

Everything comes in as plain values, as the API answers them or as the rooms' structs become; nothing is asked
here. Colours say verdict and state; every table reads the same without them.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from rich import box
from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from registry.errors import Fault

COLOURS: Final[Mapping[str, str]] = {
    "violation": "bold red",
    "insufficient_information": "yellow",
    "satisfied": "green",
    "not_applicable": "dim",
    "review": "magenta",
    "due_soon": "cyan",
    "accuracy": "magenta",
    "open": "bold red",
    "acknowledged": "yellow",
    "answered": "cyan",
    "in_consultation": "cyan",
    "grieved": "bold magenta",
    "waived": "dim",
    "withdrawn": "dim",
    "resolved": "green",
    "accepted": "green",
    "accepted_with_warnings": "yellow",
    "refused": "bold red",
    "ok": "green",
    "MISMATCH": "bold red",
    "skipped": "dim",
    "well": "green",
    "wrong": "bold red",
    "warning": "yellow",
}
WORDS: Final[Mapping[str, str]] = {
    "insufficient_information": "insufficient information",
    "not_applicable": "not applicable",
    "accepted_with_warnings": "with warnings",
    "due_soon": "due soon",
    "in_consultation": "in consultation",
}
CLOSED: Final = frozenset({"resolved", "withdrawn"})
"""States in which no clock of an alert matters any more."""
WIDE: Final = 150
WHOLE: Final = frozenset(
    {"alert", "rule", "state", "verdict", "day", "due", "filed", "opened", "version", "clocks", "kind"}
)
"""Columns whose cells are not broken: they are copied, or compared down the page."""
NOTE: Final = "A finding is prima facie, for a person to pursue; it is not a legal conclusion."


class Output(Console):
    """Standard output: as wide as COLUMNS or the terminal, and wide enough to read when there is neither."""

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        """Asked for each time, so that a program's output does not depend on when it was imported."""
        asked = os.environ.get("COLUMNS", "")
        width = int(asked) if asked.isdigit() else super().size.width if sys.stdout.isatty() else WIDE
        return ConsoleDimensions(width, super().size.height)


def console() -> Console:
    """Where a command's answer goes."""
    return Output()


def coloured(word: Any) -> Text:
    """A verdict, state or outcome in its colour."""
    text = str(word if word is not None else "")
    return Text(WORDS.get(text, text), style=COLOURS.get(text, ""))


def plain(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table; cells that are Text keep their colour, lists are joined, None is empty."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in WHOLE)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table


def cell(value: Any) -> RenderableType:
    """*value* as a cell."""
    match value:
        case Text():
            return value
        case None:
            return ""
        case list() | tuple():
            return Text(", ".join(map(str, value)))
        case _:
            return Text(str(value))


def faults(found: Sequence[Fault], title: str = "") -> Table:
    """What is wrong, where, and how to mend it."""
    return plain(
        title,
        ["where", "what is wrong", "what to do"],
        [[fault.pointer or "/", fault.detail, remedy(fault)] for fault in found],
    )


def remedy(fault: Fault) -> str:
    """How to mend *fault*, with the nearest value and some of those allowed."""
    parts = [fault.fix]
    if fault.nearest and fault.nearest not in fault.fix:
        parts.append(f"nearest: {fault.nearest}")
    if fault.allowed and not fault.nearest:
        more = " …" if len(fault.allowed) > 8 else ""
        parts.append(f"allowed: {', '.join(fault.allowed[:8])}{more}")
    return " ".join(part for part in parts if part)


def findings(found: Sequence[Mapping[str, Any]], title: str = "Findings") -> Table:
    """Verdicts with their clause and reasons: what needs somebody at length, what is well in a line."""
    quiet = [each for each in found if each["quiet"] and each["verdict"] == "insufficient_information"]
    rows: list[list[Any]] = [
        [coloured(each["verdict"]), reasons(each)] for each in found if each not in quiet
    ]
    if quiet:
        rules = ", ".join(sorted({each["rule"] for each in quiet}))
        rows.append(["", f"Not known either, and asked by no alert: {rules}"])
    return plain(title, ["verdict", "finding"], rows)


def reasons(finding: Mapping[str, Any]) -> Text:
    """A finding in its own words: rule, subject, clause; and, unless all is well, why and what is missing."""
    citation = finding["citation"]
    text = Text(f"{finding['rule']}, {finding['subject_kind']} {finding['subject']}", style="bold")
    text.append(
        f"  {citation['clause']} ({citation['source']}; {citation['confidence']})", style="not bold dim"
    )
    said = finding["because"]
    if finding["verdict"] != "satisfied":
        said = [finding["says"], *said]
    elif not finding["review"]:
        said = said[-1:]
    said = [*said, *(f"Missing: {each['question'] or each['fact']}" for each in finding["missing"])]
    for line in [*said, *(f"For review: {each}" for each in finding["review"])]:
        text.append(f"\n{line}", style="not bold")
    return text


def due(found: Sequence[Mapping[str, Any]], title: str = "Due next") -> Table:
    """What must be done by when."""
    return plain(
        title,
        ["due", "rule", "what", "about"],
        [[each["due_on"], each["rule"], each["says"], each["subject"]] for each in found],
    )


def alerts(found: Sequence[Mapping[str, Any]], title: str = "Alerts") -> Table:
    """The list of alerts, with the earliest limit of each way to pursue it."""
    return plain(
        title,
        ["alert", "opened", "what", "clocks"],
        [
            [
                f"{short(each['alert_id'])}\n{each['state']}",
                day(each["opened_at"]),
                what(each),
                "" if each["state"] in CLOSED else clock(each["clocks"]),
            ]
            for each in found
        ],
    )


def what(each: Mapping[str, Any]) -> Text:
    """What an alert is about: its kind, its rule, and whom it concerns."""
    text = coloured(each["kind"])
    text.append(f" {each['rule']}", style="default")
    return text.append(f"\n{each['production_id']}, {', '.join(each['locals'])}", style="default")


def clock(clocks: Sequence[Mapping[str, Any]]) -> str:
    """For each way of pursuing an alert, the limit that decides: a later one extends none that has passed."""
    deciding = [each for each in clocks if each["decides"]]
    return "\n".join(f"{each['matter']}: {each['until']}, {each['left']}" for each in deciding)


def counted(each: Mapping[str, Any]) -> str:
    """A clock with its last day, what is left of it, and how it is counted."""
    return f"{each['until']} ({each['left']}) {' '.join(each['steps'])}"


def alert(found: Mapping[str, Any]) -> Group:
    """Everything about one alert."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    lines: list[tuple[str, Any]] = [
        ("alert", found["alert_id"]),
        ("state", coloured(found["state"])),
        ("kind", coloured(found["kind"])),
        ("severity", found["severity"]),
        ("production", f"{found['production_title']} ({found['employer_id']}/{found['production_id']})"),
        ("locals", found["locals"]),
        ("duty", found["says"]),
        ("clause", f"{found['clause']} [{found['citation']['source']}, {found['citation']['confidence']}]"),
        ("rule", f"{found['rule']}, pack {found['pack']} {found['pack_digest'][:12]}, {found['params']}"),
        ("facts", "\n".join(found["because"])),
        ("missing", "\n".join(each["question"] or each["fact"] for each in found["missing"])),
        ("for review", "\n".join(found["review"])),
        (
            "clocks",
            "\n".join(counted(each) for each in found["clocks"] if found["state"] not in CLOSED),
        ),
        ("remedy", found["remedy"]),
        ("outcome", found["outcome"]),
    ]
    for name, value in lines:
        if value not in (None, "", []):
            facts.add_row(name, cell(value))
    history = plain(
        "History",
        ["when", "move", "state", "by", "reason", "ledger"],
        [
            [
                day(each["moved_at"]),
                each["move"],
                coloured(each["to_state"]),
                each["author"],
                each["reason"],
                each["ledger_index"],
            ]
            for each in found["history"]
        ],
    )
    return Group(facts, Text(), history, Text(NOTE, style="dim"))


def short(identifier: Any) -> str:
    """The end of a UUIDv7, where it differs from its neighbours."""
    return str(identifier)[-12:]


def day(instant: Any) -> str:
    """The date of an instant as the API writes it."""
    return str(instant)[:10]


def show(console: Console, *parts: RenderableType) -> None:
    """Print *parts*, without rich's guesses about what numbers mean."""
    for part in parts:
        console.print(part, highlight=False)


def record(title: str, said: msgspec.Struct) -> Table:
    """What a struct says, a line for each field that says something."""
    rows = [[name.replace("_", " "), value] for name, value in msgspec.to_builtins(said).items() if value]
    return plain(title, ["", ""], rows)
