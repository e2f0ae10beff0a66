"""Directors hired, and material given to writers: what each was told of AI, and when."""

from collections.abc import Iterator
from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.facts_people import HIRE
from registry.obligations.moments import moment, words
from registry.obligations.records import known, when
from registry.obligations.subject import NEW, Subject, began, common, first_use, place

DIRECTORS: Final = frozenset(
    {
        "director",
        "co-director",
        "episode director",
        "episodic director",
        "pilot director",
        "series director",
        "feature director",
        "film director",
        "guest director",
        "second unit director",
    }
)
TOLD: Final = ("hire.disclosed_on", "hire.disclosed", "hire.negotiation_on")


def hires(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each person told before being hired, and each director engaged of whom nobody says they were told."""
    told = statement.all("pre_hire_disclosures")
    for record in told:
        disclosed, deal = when(record, "disclosed_on"), when(record, "deal_closed_on")
        negotiated, role = when(record, "negotiation_on"), record.get("role")
        facts = known(
            hire__director=is_director(role),
            hire__negotiation_on=negotiated,
            hire__deal_on=deal,
            hire__disclosed_on=disclosed,
            hire__disclosed=True if disclosed else record.get("disclosed"),
        )
        on = deal or negotiated or disclosed or first_use(statement)
        hired = f"Hired as {role or 'role not stated'}, deal closed: {words(deal)}"
        says = f"{hired}; told of AI: {words(disclosed)}."
        yield Subject("hire", record.id, common(statement) | facts, on, record.pointer, [], [says])
    yield from untold(statement, told)


def untold(statement: Statement, told: list[Record]) -> Iterator[Subject]:
    """Each engagement of a director that no record of a disclosure before hiring can be about.

    Records and engagements name nobody: those of one day go together, and the rest in the order of days.
    """
    engaged = [
        (number, engagement.get("engaged_on") or "")
        for number, engagement in enumerate(statement.engagements or ())
        if engagement.get("union") == "DGA" and is_director(engagement.get("role"))
    ]
    days = [
        record.get("deal_closed_on") or "" for record in told if is_director(record.get("role")) is not False
    ]
    engaged.sort(key=lambda one: one[1] or "9999")
    for on in list(days):
        same = next((one for one in engaged if on and one[1] == on), None)
        if same:
            engaged.remove(same)
            days.remove(on)
    names: dict[str, int] = {}
    for number, on in engaged[len(days) :]:
        name = f"engaged/{on or 'undated'}"
        names[name] = names.get(name, 0) + 1
        at = moment(on) if on else None
        facts = known(hire__director=True, hire__deal_on=at)
        subject = Subject(
            "hire",
            name if names[name] == 1 else f"{name}/{names[name]}",
            common(statement) | facts,
            at or first_use(statement),
            f"/production/engagements/{number}",
            [],
            [f"A director was engaged: {words(at)}; no disclosure before hiring is filed."],
        )
        for fact in TOLD:
            place(subject, HIRE, fact, f"/pre_hire_disclosures{NEW}{HIRE[fact].pointer}")
        place(subject, HIRE, "hire.deal_on", f"{subject.pointer}/engaged_on")
        yield subject


def is_director(role: str | None) -> bool | None:
    """Whether a role, in the filer's words, is a director's; what follows a comma or bracket is left out."""
    if not role:
        return None
    said = role.casefold().replace("(", ",").partition(",")[0].strip()
    return said in DIRECTORS or (said.startswith("director ") and not said.startswith("director of"))


def materials(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each piece of material that was given to a writer."""
    uses = statement.records.get("uses", {})
    for record in statement.all("materials"):
        furnished, disclosed = when(record, "furnished_on"), when(record, "disclosed_on")
        use = uses.get(record.get("use"))
        facts = known(
            material__gai=record.get("incorporates_gai"),
            material__furnished_on=furnished,
            material__disclosed_on=disclosed,
            material__disclosed=True if disclosed else record.get("disclosed"),
            material__lowers=record.get("lowers_pay_or_credit"),
            material__literary=record.get("counted_as_literary"),
        )
        made = {True: "made with generative AI", False: "made without generative AI"}.get(
            record.get("incorporates_gai"), "whether made with generative AI is not stated"
        )
        yield Subject(
            "material",
            record.id,
            common(statement) | facts,
            furnished or began(use) or first_use(statement),
            record.pointer,
            list(use.get("locals") or ()) if use else [],
            [f"Material {record.id} given to a writer: {words(furnished)}, {made}."],
        )
