"""The case for people, as tables: what the parties did, how its clocks ran, what arrived, the packet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from registry import tables
from registry.demo.book import Book
from registry.demo.case import Course, Shown
from registry.demo.scenes import Case, spoken
from registry.demo.season import Season

DID: Final[Mapping[str, str]] = {
    "subscribe": "subscribed",
    "hear": "",
    "acknowledge": "acknowledges",
    "ask": "asks",
    "show": "shows a file",
    "answer": "answers",
    "dispute": "disputes",
    "extend": "asks for more time",
    "consent": "consents",
    "accept": "accepts",
    "amend": "amends",
    "resolve": "resolves",
    "packet": "packet",
}


def shown(season: Season, case: Case, course: Course, found: Book) -> Group:
    """The case for people: what happened, how the clock ran, what arrived, and the packet."""
    page = course.page
    parts: list[RenderableType] = [Text(), Rule(f"[bold]{case.title}[/] · {found.production}", align="left")]
    if page:
        parts += [facts(page), Text()]
    parts += [happened(season, course.shown), counted(case, found), arrived(found)]
    if course.filed:
        parts.append(amended(course))
    return Group(*parts, packed(found))


def facts(page: Mapping[str, Any]) -> Text:
    """What the case is about: the duty, its clause and source, and the facts as they were filed."""
    text = Text(page["says"], style="bold")
    text.append(f"  {page['clause']} ({page['citation']['confidence']})", style="not bold dim")
    return text.append("\n" + "\n".join(page["because"]), style="not bold")


def happened(season: Season, steps: Sequence[Shown]) -> RenderableType:
    """Every scene: the day, who, what they said, and what became of the alert."""
    return tables.plain(
        "What the two parties did",
        ["day", "who", "", "alert", "ledger"],
        [
            [
                f"{each.scene.at:%Y-%m-%d}",
                who(season, each.scene.by),
                said(each),
                tables.coloured(each.state),
                each.ledger,
            ]
            for each in steps
        ],
    )


def who(season: Season, name: str) -> str:
    """Somebody of the season in few words; the registry itself is nobody of it."""
    person = season.people.get(name)
    return person.name.partition(",")[0].partition(" (")[0] if person else "the registry"


def said(each: Shown) -> Text:
    """What a scene did, in its own words; or how it went wrong."""
    did = DID[each.scene.does]
    text = Text(f"{did}: " if did else "", style="bold")
    text.append(spoken(each.scene), style="not bold")
    return text.append(f"\nSURPRISE: {each.surprise}", style="bold red") if each.surprise else text


def counted(case: Case, found: Book) -> RenderableType:
    """How the watched clock was counted, before and after both parties changed it, and what else ran."""
    rows = [
        [each.on, clock["name"], clock["until"], clock["left"], "\n".join(clock["steps"])]
        for place, each in enumerate(found.clocks)
        for clock in each.clocks
        if place == 0 or clock["name"] == case.watched
    ]
    return tables.plain("Its clocks, counted", ["as of", "clock", "ends", "", "how it is counted"], rows)


def arrived(found: Book) -> RenderableType:
    """Every message that came, as the receiver checked it."""
    rows = [
        [
            word.type,
            word.id,
            word.data.get("state"),
            f"{word.data.get('clock', '')} {word.data.get('clock_on', '')}".strip(),
            word.data.get("position"),
            Text("holds", style="green") if word.holds else Text("DOES NOT HOLD", style="bold red"),
        ]
        for word in found.heard
    ]
    title = f"What the receiver was told: {len(rows)} webhooks, each checked with the shared secret"
    return tables.plain(
        title, ["type", "webhook-id", "alert", "clock that ends next", "ledger", "signature"], rows
    )


def amended(course: Course) -> RenderableType:
    """What the amendment changed in the filing."""
    rows = [[each["pointer"], each["says"]] for each in course.differences]
    title = f"The amendment filed from the answer, version {course.filed['receipt']['version']}: what differs"
    return tables.plain(title, ["where", "what"], rows)


def packed(found: Book) -> RenderableType:
    """The packet: where it is, what it is, and what its own program says of it."""
    packet, check = found.packet, found.check
    if packet is None or check is None:
        return Text("No packet was made.", style="bold red")
    kept = f"kept as {packet.path}" if packet.path else "gone with this demonstration; --packet PATH keeps it"
    rows: list[list[Any]] = [
        ["written to", f"{packet.written} ({kept})"],
        ["as a folder", f"{packet.files} files, {packet.bytes:,} bytes of zip, SHA-256 {packet.sha256}"],
        ["in print", f"{packet.pdf_bytes:,} bytes of PDF, the folder attached"],
        ["its verify.py", "\n".join(check.lines)],
    ]
    return tables.plain("The packet", ["", ""], rows)
