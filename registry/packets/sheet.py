"""The words of a packet before they are set: sections of labelled lines, and how they read as plain text."""

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.moments import words

WIDE: Final = 100


class Line(msgspec.Struct, frozen=True):
    """One thing said: under a label or not, indented by its level; `small` is for digests."""

    text: str
    label: str = ""
    level: int = 0
    small: bool = False


class Section(msgspec.Struct, frozen=True):
    """What is said under one heading."""

    title: str
    lines: list[Line]


class Sheet(msgspec.Struct, frozen=True):
    """A whole packet in words: its title, what stands at the foot of every page, its sections."""

    title: str
    foot: str
    sections: list[Section]


def say(text: str, level: int = 0) -> Line:
    """A line without a label."""
    return Line(text, level=level)


def fact(label: str, text: object, level: int = 0) -> Line:
    """A line under a label; one dash where nothing is known."""
    return Line(str(text) if text not in (None, "", []) else "–", label, level)


def small(text: str, level: int = 1) -> Line:
    """A line of digests."""
    return Line(text, level=level, small=True)


def joined(values: Iterable[str]) -> str:
    """Several as one."""
    return ", ".join(values)


def day(of: dt.date | str | None) -> str:
    """A day in words, from itself or from how it is kept."""
    return words(dt.date.fromisoformat(of) if isinstance(of, str) else of)


def instant(at: dt.datetime, zone: ZoneInfo) -> str:
    """An instant as the production's people read it, with its offset: `3 March 2025, 14:05:09 -08:00`."""
    here = at.astimezone(zone)
    offset = here.isoformat()[-6:]
    return f"{words(here.date())}, {here:%H:%M:%S} {offset}"


def text(sheet: Sheet) -> str:
    """The whole sheet as plain text."""
    said = [sheet.title, "=" * min(len(sheet.title), WIDE), sheet.foot]
    for number, section in enumerate(sheet.sections, 1):
        heading = f"{number}. {section.title}"
        said += ["", "", heading, "-" * len(heading)]
        said += [each for line in section.lines for each in set_out(line)]
    return "\n".join(said) + "\n"


def set_out(line: Line) -> Iterator[str]:
    """One line broken to the width of the text, its label before it."""
    indent = "  " * line.level
    said = f"{line.label}: {line.text}" if line.label else line.text
    for number, paragraph in enumerate(said.splitlines() or [""]):
        first = indent if number == 0 or not line.label else indent + "  "
        yield from textwrap.wrap(
            paragraph,
            WIDE,
            initial_indent=first,
            subsequent_indent=indent + "  " * bool(line.label or line.small),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def every(sections: Sequence[Section]) -> str:
    """Everything that is said, for whoever looks for what cannot be printed."""
    return "\n".join(line.label + line.text for section in sections for line in section.lines)
