"""One thing a duty is owed about, and the facts that every such thing of a production shares."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from registry.obligations.assemble import Record, Statement
from registry.obligations.conditions import Known
from registry.obligations.fact import Fact
from registry.obligations.finding import Missing
from registry.obligations.moments import Moment, moment
from registry.obligations.records import known, when

NEW: Final = "/-"
"""What follows the name of a list in a pointer to a record that nobody has filed yet (RFC 6901)."""


class Subject(msgspec.Struct):
    """One thing a duty is owed about. `on` is the day that picks the edition and the parameters."""

    kind: str
    id: str
    facts: dict[str, Any]
    on: Moment | None
    pointer: str
    locals: list[str]
    notes: list[str] = []
    gaps: dict[str, list[Missing]] = {}
    activation: Known | None = None
    last: Moment | None = None


Builder = Callable[[Statement, dict[str, Any]], Iterator[Subject]]


def common(statement: Statement) -> dict[str, Any]:
    """The facts every subject shares; not to be changed in place."""
    found = statement.shared.get("common")
    if found is None:
        found = statement.shared["common"] = shared_facts(statement)
    return dict(found)


def shared_facts(statement: Statement) -> dict[str, Any]:
    """What filings and the register say of the production and of its employer."""
    employer, filed = statement.employer, statement.filed
    exist = employer.get("ai_policies_exist")
    if exist is None and (
        employer.get("ai_policies") or any(u.get("policies_provided") for u in statement.all("uses"))
    ):
        exist = True
    filming = [
        phase["starts_on"]
        for phase in filed.get("phases") or ()
        if phase["phase"] == "principal_photography" and phase.get("starts_on")
    ]
    return known(
        production__format=statement.production.format,
        employer__policies_exist=exist,
        production__locations=locations(statement) or None,
        production__territories=filed.get("distribution_territories"),
        production__filming_on=moment(min(filming)) if filming else None,
        employer__headcount_ft=employer.get("headcount_ft"),
        employer__headcount_site=employer.get("headcount_site"),
        employer__ny_ft=employer.get("ny_ft"),
        employer__publicly_traded=employer.get("publicly_traded"),
    )


def locations(statement: Statement) -> list[str]:
    """Where the production is made, as registered and as filed: each state, and the country it lies in."""
    codes = list(statement.production.locations)
    for place in statement.filed.get("locations") or ():
        codes += [code for code in (place.get("subdivision"), place.get("country")) if code]
    return list(dict.fromkeys(one for code in codes for one in (code, code.partition("-")[0])))


def began(use: Record | None) -> Moment | None:
    """The first use, or the day it is planned for."""
    return (when(use, "first") or when(use, "planned_first")) if use else None


def first_use(statement: Statement) -> Moment | None:
    """The first use of any tool on the production, planned or real."""
    if "first_use" not in statement.shared:
        statement.shared["first_use"] = earliest_use(statement, statement.all("uses"))
    found: Moment | None = statement.shared["first_use"]
    return found


def earliest_use(statement: Statement, uses: list[Record]) -> Moment | None:
    """The first of some uses, planned or real."""
    dated = [(statement.on(use_at.isoformat()), use_at) for use_at in map(began, uses) if use_at]
    return min(dated, key=lambda pair: pair[0] or dt.date.max)[1] if dated else None


def place(subject: Subject, table: dict[str, Fact], name: str, pointer: str) -> None:
    """Say where a fact is stated, or is to be stated, that does not stand in the subject's own record."""
    subject.gaps[name] = [Missing(name, pointer, table[name].question, table[name].asks)]
