"""A season of filings, as data: who works, what is made, and what is done on which day.

A step names a story (the facts of one production, told once) and what is different this time; here it
becomes the document that is filed. Lists whose items have an `id` are laid over each other item by item, so a
quarterly update says only what has changed. Nothing here knows a server or a clock.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from registry.errors import Invalid

Deed = Literal["file", "amend", "withdraw", "preflight", "acknowledge", "resolve", "await"]
Expected = Literal["accepted", "refused"]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with a token, and what they come for."""

    name: str
    role: Literal["employer", "representative", "auditor", "administrator"]
    comes_for: str
    employer: str | None = None
    locals: list[str] = []
    unions: list[str] = []


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One deed at one instant. `facts` lie over the story's; `instead` takes their place altogether."""

    at: dt.datetime
    does: Deed = "file"
    production: str = ""
    name: str = ""
    """What later steps call the disclosure this one files."""
    of: str = ""
    """The disclosure (by that name) that is amended or withdrawn."""
    type: Literal["initial", "quarterly_update", "nil_return"] = "initial"
    quarter: str = ""
    schema: str = "2.0"
    story: str = ""
    facts: dict[str, Any] = {}
    instead: dict[str, Any] = {}
    reason: str = ""
    explanation: str = ""
    changed_on: str = ""
    rule: str = ""
    """For await, acknowledge and resolve: the rule whose alert is meant."""
    by: str = ""
    outcome: str = ""
    note: str = ""
    expect: Expected = "accepted"
    faults: int = 0
    """How many faults a refusal has at least."""
    lesson: str = ""
    """What this step shows, for the reader of the table."""


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole season, in the order it happens."""

    title: str
    opens: dt.datetime
    ends: dt.datetime
    people: dict[str, Person]
    employers: list[dict[str, Any]]
    productions: list[dict[str, Any]]
    stories: dict[str, dict[str, Any]]
    steps: list[Step]

    def production(self, production_id: str) -> dict[str, Any]:
        """The record of a production."""
        return next(record for record in self.productions if record["production_id"] == production_id)

    def employer(self, employer_id: str) -> dict[str, Any]:
        """The record of an employer."""
        return next(record for record in self.employers if record["employer_id"] == employer_id)


def load(body: bytes) -> Season:
    """The season in the TOML *body*; raises Invalid where it contradicts itself."""
    try:
        season = msgspec.convert(builtins(tomllib.loads(body.decode())), Season)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise Invalid(f"the season cannot be read: {fault}") from None
    names = {step.name for step in season.steps if step.name}
    known = {record["production_id"] for record in season.productions}
    lost = [
        f"{step.at:%Y-%m-%d}: {what}"
        for step in season.steps
        for what, missing in (
            (f"no story {step.story}", step.story and step.story not in season.stories),
            (f"no production {step.production}", step.production and step.production not in known),
            (f"no disclosure {step.of}", step.of and step.of not in names),
            (f"no person {step.by}", step.by and step.by not in season.people),
        )
        if missing
    ]
    lost += [
        f"{later.at.isoformat()} stands after {earlier.at.isoformat()}"
        for earlier, later in zip(season.steps, season.steps[1:], strict=False)
        if later.at < earlier.at
    ]
    if lost:
        raise Invalid(f"the season contradicts itself: {'; '.join(lost)}")
    return season


def builtins(value: Any) -> Any:
    """*value* with TOML's dates as text, as JSON has them."""
    match value:
        case dict():
            return {name: builtins(inner) for name, inner in value.items()}
        case list():
            return [builtins(inner) for inner in value]
        case dt.datetime() | dt.date():
            return value.isoformat()
        case _:
            return value


def document(season: Season, step: Step) -> dict[str, Any]:
    """The document *step* files."""
    record = season.production(step.production)
    employer = season.employer(record["employer_id"])
    # An amendment restates the disclosure it amends: type and period are that one's.
    about = next((each for each in season.steps if step.of and each.name == step.of), step)
    filing: dict[str, Any] = {
        "type": about.type,
        "attested_by": {"name": "Labor Relations", "title": f"for {employer['legal_name']}"},
        "confidentiality": {"default": "parties"},
    }
    if about.quarter:
        first, last = quarter(about.quarter)
        filing["period"] = {"from": first.isoformat(), "to": last.isoformat()}
    if about.type == "nil_return":
        filing["nil_statement"] = "No AI tool was used on this production in this period."
    if step.does == "amend":
        filing["amendment"] = {"reason": step.reason, "explanation": step.explanation}
        if step.changed_on:
            filing["amendment"]["change_occurred_on"] = step.changed_on
    base = {
        "schema_version": step.schema,
        "filing": filing,
        "production": {"id": record["production_id"], "title": record["title"], "format": record["format"]},
        "employer": {"id": employer["employer_id"], "legal_name": employer["legal_name"]},
    }
    told = over(over(base, season.stories.get(step.story, {})), step.facts)
    return {**told, **step.instead}


def over(below: Any, above: Any) -> Any:
    """*above* laid over *below*: objects by name, lists of things with an `id` by that id, else *above*."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{name: over(below.get(name), inner) for name, inner in above.items()}}
    if by_id(below) and by_id(above):
        changed = {item["id"]: item for item in above}
        kept = [over(item, changed.pop(item["id"], {})) for item in below]
        return kept + list(changed.values())
    return above


def by_id(value: Any) -> bool:
    """Whether *value* is a list of things that each have an id."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, Mapping) and "id" in each for each in value)
    )


def quarter(name: str) -> tuple[dt.date, dt.date]:
    """The first and last day of a quarter such as `2025-Q3`."""
    year, number = int(name[:4]), int(name[-1])
    first = dt.date(year, 3 * number - 2, 1)
    after = dt.date(year + number // 4, 3 * (number % 4) + 1, 1)
    return first, after - dt.timedelta(days=1)
