"""One case of the season, as data: who does what about one alert, when, and what the subscriber then hears.

Nothing here knows a server or a clock.
"""

import datetime as dt
import tomllib
from typing import Any, Literal

import msgspec

from registry.demo.season import Season, Step, builtins, document
from registry.errors import Invalid

Doing = Literal[
    "subscribe",
    "hear",
    "acknowledge",
    "ask",
    "show",
    "answer",
    "dispute",
    "extend",
    "consent",
    "accept",
    "amend",
    "resolve",
    "packet",
]


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is shown as evidence."""

    name: str
    type: str
    text: str


class Amendment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer proposes to file: of which disclosure, why, and what takes the place of what it said."""

    of: str
    reason: str
    explanation: str
    changed_on: str
    instead: dict[str, Any]


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One deed about the alert. `says` tells of it where its own words do not."""

    at: dt.datetime
    by: str
    does: Doing
    words: dict[str, Any] = {}
    says: str = ""
    state: str = ""
    """The alert's state afterwards; empty before there is an alert."""
    hears: list[str] = []
    """The types of what the subscriber is told because of it."""
    verdicts: dict[str, str] = {}
    """Of a filing: what its findings say of some rules."""
    clocks: bool = False
    """Whether the clocks are looked at afterwards."""
    file: File | None = None
    amendment: Amendment | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole case. `watched` is the clock whose arithmetic is shown."""

    title: str
    production: str
    rule: str
    representative: str
    office: str
    watched: str
    scenes: list[Scene]


def load(body: bytes, season: Season) -> Case:
    """The case in the TOML *body*; raises Invalid where it and *season* do not fit together."""
    try:
        case = msgspec.convert(builtins(tomllib.loads(body.decode())), Case)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise Invalid(f"the case cannot be read: {fault}") from None
    known = {*season.people, "registry"}
    filed = {step.name for step in season.steps if step.name}
    lost = [f"no person {scene.by}" for scene in case.scenes if scene.by not in known]
    lost += [
        f"no disclosure {scene.amendment.of}"
        for scene in case.scenes
        if scene.amendment and scene.amendment.of not in filed
    ]
    lost += [
        f"{later.at.isoformat()} stands after {earlier.at.isoformat()}"
        for earlier, later in zip(case.scenes, case.scenes[1:], strict=False)
        if later.at < earlier.at
    ]
    if lost:
        raise Invalid(f"the case contradicts the season or itself: {'; '.join(lost)}")
    return case


def proposed(season: Season, case: Case, scene: Scene) -> dict[str, Any] | None:
    """The document that *scene* proposes to file, whole; None when it proposes none."""
    told = scene.amendment
    if told is None:
        return None
    step = Step(
        at=scene.at,
        does="amend",
        production=case.production,
        of=told.of,
        reason=told.reason,
        explanation=told.explanation,
        changed_on=told.changed_on,
        instead=told.instead,
    )
    return document(season, step)


def spoken(scene: Scene) -> str:
    """What *scene* tells a reader: its own words, or what is said of it."""
    words = scene.words
    said = [words[name] for name in ("note", "question", "statement", "reason") if words.get(name)]
    said += [f"By {cure['by']}: {cure['what']}." for cure in words.get("cure", [])]
    if scene.file:
        said.append(f"{scene.file.name}: {' '.join(scene.file.text.split())}")
    if scene.amendment:
        said.append(f"Amendment proposed: {scene.amendment.explanation}")
    if words.get("until"):
        said.insert(0, f"{words['clock']}, until {words['until']}?")
    if words.get("outcome"):
        said.insert(0, f"{words['outcome'].replace('_', ' ').capitalize()}.")
    return "\n".join(said) or scene.says
