"""An explanation as text, in lines of at most 100 letters, for somebody to read out."""

import datetime as dt
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.explanations.explanation import (
    Change,
    Explanation,
    Node,
    Parameter,
    Question,
    Reply,
    Said,
    Stated,
)
from registry.obligations.moments import day, plain, words

WIDE: Final = 100
ANSWERS: Final = {"true": "yes", "false": "no", "unknown": "not known"}
VERDICTS: Final = {
    "violation": "VIOLATION",
    "satisfied": "SATISFIED",
    "not_applicable": "NOT APPLICABLE",
    "insufficient_information": "INSUFFICIENT INFORMATION",
}
PREFLIGHT: Final = "preflight"
"""What stands for the id of a document that is only tried out."""
QUESTIONS: Final = frozenset({"nobody knows", "a person decides"})


def text(explained: Explanation) -> str:
    """The whole explanation, section by section."""
    return "\n".join(Reader(explained).lines()) + "\n"


def wrapped(said: str, indent: int = 2, hang: int = 0) -> list[str]:
    """*said* broken into lines, none longer than the page."""
    first, rest = " " * indent, " " * (indent + hang)
    return textwrap.wrap(
        said,
        WIDE,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=True,
        break_on_hyphens=False,
    )


def told(value: Any) -> str:
    """A value as a person says it."""
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case dt.date():
            return words(value)
        case list():
            return ", ".join(map(told, value)) or "none"
        case str():
            return plain(value)
        case _:
            return str(value)


def answered(question: str, value: str) -> str:
    """A question and its answer, or a matter and how it stands."""
    return f"{question} {value[0].upper()}{value[1:]}" if question.endswith("?") else f"{question}: {value}"


class Reader:
    """Reads one explanation out."""

    def __init__(self, explained: Explanation) -> None:
        self.explained = explained
        self.zone = ZoneInfo(explained.time_zone)
        self.named: set[str] = set()

    def lines(self) -> Iterator[str]:
        """Every line, with a heading over each section that has anything to say."""
        yield from self.heading()
        for title, said in (
            ("The duty", self.duty()),
            ("What it is about", self.about()),
            ("What was asked, and the answers", self.tree()),
            ("The time", self.time()),
            ("The numbers", [line for each in self.explained.parameters for line in parameter(each)]),
            ("The time limits for pursuing it", self.clocks()),
            ("For a person to decide", [line for each in self.explained.review for line in item(each)]),
            ("What would change this", self.changes()),
            ("What to ask", [line for each in self.explained.questions for line in question(each)]),
        ):
            body = list(said)
            if body:
                yield ""
                yield title
                yield from body
        yield ""
        yield from wrapped(self.explained.note, 0)

    def heading(self) -> list[str]:
        """Verdict, rule, and whose matter it is, as known when."""
        each = self.explained
        place = f"{each.production_title} ({each.employer_id}/{each.production_id})"
        known = f"As known on {self.day(each.as_of)}"
        judged = f", judged for {self.day(each.on)}" if each.on != each.as_of else ""
        return [
            *wrapped(f"{VERDICTS[each.verdict]} ({plain(each.reason).replace('-', ' ')}): {each.rule}", 0, 2),
            *wrapped(f"{place}: {each.subject_kind} {each.subject}. {known}{judged}.", 0, 2),
        ]

    def day(self, at: dt.datetime) -> str:
        """The day of an instant at the production, in words."""
        return words(day(at, self.zone))

    def duty(self) -> Iterator[str]:
        """What is owed, by which clause of which text, how sure that is, and to whom."""
        each, edition = self.explained, self.explained.edition
        yield from wrapped(each.duty)
        force = [
            f"from {words(edition.since)}" if edition.since else "",
            f"to {words(edition.until)}" if edition.until else "",
        ]
        term = f", in force {' '.join(part for part in force if part)}" if any(force) else ""
        status = "" if edition.status == "in_force" else f" ({plain(edition.status)})"
        yield from wrapped(f"{each.citation.clause}, {edition.title}{status}{term}; in our own words.")
        source = "; ".join(each.source) or each.citation.source
        yield from wrapped(f"Source: {source}. How sure: {each.citation.confidence}.")
        concerned = f" Concerns {', '.join(each.locals)}." if each.locals else ""
        yield from wrapped(f"Owed to {each.owed_to}.{concerned}")

    def about(self) -> Iterator[str]:
        """The subject in words, and why it was not judged, if it was not."""
        timed = self.explained.time is not None
        for line in [*self.explained.about, *self.explained.outside[: 1 if timed else None]]:
            yield from wrapped(line)
        for label, value in self.explained.shadow.items():
            yield from item(f"{label}: {told(value)} (shown; it decides nothing).")

    def tree(self) -> Iterator[str]:
        """Each condition with its answer and the facts behind it."""
        for node in self.explained.tree:
            if node.role not in QUESTIONS:
                yield from self.node(node)
            elif node.answer != "false":
                arises = "this arises" if node.answer == "true" else "whether this arises is not known"
                yield from wrapped(f"{node.role.capitalize()} ({arises}): {node.words}", 2, 4)
                yield from self.facts(node.facts)

    def node(self, node: Node) -> Iterator[str]:
        """One condition."""
        yield from wrapped(f"{node.role.capitalize()}: {node.words}", 2, 4)
        yield from self.facts(node.facts)

    def facts(self, facts: Sequence[Stated]) -> Iterator[str]:
        """The facts behind an answer; what was told once is not told again."""
        for stated in facts:
            if stated.name not in self.named:
                self.named.add(stated.name)
                yield from self.fact(stated)

    def fact(self, stated: Stated) -> Iterator[str]:
        """One fact and who says so."""
        value = "withheld from you" if stated.withheld else told(stated.value)
        yield from wrapped(f"{answered(stated.words, value)}.", 6, 2)
        for said in stated.says:
            yield from wrapped(f"{self.said(said)}.", 8, 2)

    def said(self, said: Said) -> str:
        """Who asserts a fact."""
        at = self.day(said.at) if said.at else ""
        where = f" ({said.pointer})" if said.pointer else ""
        version = f"version {said.version} of disclosure {said.disclosure_id}"
        if said.disclosure_id == PREFLIGHT:
            version = "this document"
        match said.by:
            case "filing":
                kind = f" ({said.kind})" if said.kind != "filing" else ""
                by = f", attested by {said.attested_by}" if said.attested_by else ""
                return f"Stated in {version}{kind}, filed {at}{by}{self.first(said)}{where}"
            case "registry" if said.disclosure_id is None:
                return "So the registry reckons from what was filed"
            case "registry":
                return f"The registry received {version} on {at}"
            case "register":
                return f"So the production is registered{where}"
            case "nobody":
                return f"No filing says so; it follows from what was not filed{where}"
            case _:
                return f"Told in {said.by} {said.id}, {at}, by the {said.role}{where}"

    def first(self, said: Said) -> str:
        """Which version first said the same."""
        if said.since is None:
            return ""
        other = "" if said.since_disclosure_id == said.disclosure_id else f" of {said.since_disclosure_id}"
        return f"; first said in version {said.since_version}{other}, {self.day(said.since)}"

    def time(self) -> Iterator[str]:
        """The day it was due and the arithmetic, with the facts it is counted from."""
        time = self.explained.time
        if time is None:
            return
        said = f"{time.says[0].upper()}{time.says[1:]}"
        yield from wrapped(f"Were it in force: {time.says}" if self.explained.outside else said)
        yield from self.facts([time.event, time.done])

    def clocks(self) -> Iterator[str]:
        """The limits that run, and the days they run from."""
        each = self.explained
        if each.clocks and each.occurred_on and each.known_on:
            yield from wrapped(
                f"It occurred {words(each.occurred_on)}; it could be known {words(each.known_on)}."
            )
        for clock in each.clocks:
            yield from item(f"{clock.says} How sure: {clock.confidence}.")

    def changes(self) -> Iterator[str]:
        """What would have had to be otherwise."""
        for each in self.explained.changes:
            yield from change(each)
        if self.explained.cut:
            yield from wrapped(
                f"The search ended after {self.explained.searched} decisions; there may be more."
            )


def item(said: str) -> list[str]:
    """One of several."""
    return wrapped(f"- {said}", 2, 2)


def parameter(each: Parameter) -> list[str]:
    """One named number, and that it is a proposal if it is one."""
    proposal = "; a proposal of the registry, no term of any contract" if each.proposal else ""
    return item(
        f"{each.name} = {each.value} {each.unit}, from {words(each.since)}: {each.title}. {each.reference} "
        f"({each.confidence}{proposal})."
    )


def the(who: str) -> str:
    """Who can answer, with an article."""
    return who if who.startswith("the ") else f"the {who.replace(' and ', ' and the ')}"


def then(each: Change | Reply) -> str:
    """What an answer would give, as the end of a sentence."""
    if each.still_missing:
        return f"{plain(each.verdict)}, until this is answered: {' '.join(each.still_missing)}"
    why = f" ({each.reason.replace('-', ' ')})" if each.verdict == "insufficient_information" else ""
    return f"{plain(each.verdict)}{why}."


def change(each: Change) -> Iterator[str]:
    """One change with where its facts are stated and who can answer."""
    yield from item(f"{each.says}: {then(each)}")
    for altered in each.facts:
        now = "withheld from you" if altered.withheld else told(altered.now)
        place = f"Stated at {altered.pointer}; ask" if altered.pointer else "Ask"
        yield from wrapped(f"Now: {now}. {place} {the(altered.asks)}.", 4, 2)


def question(each: Question) -> Iterator[str]:
    """One question, whom to ask, and what each answer would give."""
    place = f" (answered at {each.pointer})" if each.pointer else ""
    yield from item(f"Ask {the(each.asks)}: {each.question or each.fact}{place}")
    for reply in each.replies:
        yield from replied(reply, 4)


def replied(reply: Reply, indent: int) -> Iterator[str]:
    """One answer, and the question after it."""
    said = f"{reply.says[0].upper()}{reply.says[1:]}"
    if not reply.then:
        yield from wrapped(f"{said}: {then(reply)}", indent, 2)
        return
    yield from wrapped(f"{said}: then ask: {reply.asks}", indent, 2)
    for each in reply.then:
        yield from replied(each, indent + 2)
