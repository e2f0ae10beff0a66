"""What obligations are judged about: each use, event, consultation … of a statement as a set of facts.

A fact nobody stated is left out, so that a condition that needs it stays undecided and asks for it.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from registry.obligations import filings, workforce
from registry.obligations.assemble import Record, Statement
from registry.obligations.conditions import Known
from registry.obligations.finding import Missing
from registry.obligations.moments import Moment, plain, words
from registry.obligations.records import (
    claim_facts,
    consent_facts,
    consultation_facts,
    known,
    vendor_facts,
    when,
)
from registry.obligations.uses import use_facts

PURPOSES: Final = {
    "ideation_temp": "for ideas and temporary material",
    "final_element": "for an element of the finished work",
    "story_critical": "for work critical to the story",
    "performance_alteration": "to alter a performance",
    "replica": "for a digital replica",
    "synthetic": "for a synthetic performer",
    "admin": "for administration",
    "hiring": "for hiring",
    "monitoring": "to monitor work",
}
ATTRIBUTIONS: Final = {
    "substantially_due": "substantially due to AI",
    "contributing": "AI contributed",
    "not_due": "said not to be due to AI",
    "undetermined": "whether due to AI is undetermined",
}
TOOL_GAPS: Final = (
    ("tool.is_generative", "/is_generative", "Is {} generative AI?"),
    (
        "tool.historically_used",
        "/historically_used",
        "Was {} historically used, with some AI embedded in it?",
    ),
    ("tool.ownership", "/ownership", "Who owns {}: the employer, a vendor, or the employee?"),
)

Builder = Callable[[Statement, dict[str, Any]], Iterator["Subject"]]


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


def common(statement: Statement) -> dict[str, Any]:
    """The facts every subject shares."""
    employer = statement.employer
    exist = employer.get("ai_policies_exist")
    if exist is None and (
        employer.get("ai_policies") or any(u.get("policies_provided") for u in statement.all("uses"))
    ):
        exist = True
    return known(production__format=statement.production.format, employer__policies_exist=exist)


def uses(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each use of a tool."""
    for use in statement.all("uses"):
        yield use_subject(statement, use, "use", use.id)


def use_subject(statement: Statement, use: Record, kind: str, name: str) -> Subject:
    """One use, with its tool, its prompts, its operators and the consultation held about it."""
    if use.id not in statement.use_facts:
        statement.use_facts[use.id] = use_facts(statement, use)
    facts, tool = statement.use_facts[use.id]
    subject = Subject(
        kind,
        name,
        common(statement) | facts,
        facts.get("use.first"),
        use.pointer,
        list(use.get("locals") or []),
        last=when(use, "last"),
    )
    label = tool.get("name") if tool else use.get("tool")
    purpose = PURPOSES.get(use.get("purpose"), plain(use.get("purpose") or "purpose not stated"))
    subject.notes.append(f"Use {use.id}: {label}, {purpose}.")
    if tool:
        for fact, place, question in TOOL_GAPS:
            subject.gaps[fact] = [Missing(fact, tool.pointer + place, question.format(label))]
    return subject


def use_events(statement: Statement, params: dict[str, Any]) -> Iterator[Subject]:
    """Each use with each reduction it may have caused; a use without any stands alone."""
    patterns = found_patterns(statement, params)
    for use in statement.all("uses"):
        events = workforce.linked(statement, use)
        if not events:
            subject = use_subject(statement, use, "use", use.id)
            subject.facts |= {"event.exists": False, "event.displacement": False}
            yield subject
        for event in events:
            subject = use_subject(statement, use, "use and event", f"{use.id}/{event.id}")
            subject.facts |= {"event.exists": True, "event.on": when(event, "on")}
            row = statement.records["workforce"][event.get("row")]
            subject.facts |= known(event__displacement=workforce.displacement(row, event, patterns))
            subject.gaps["event.displacement"] = [attribution(event)]
            subject.locals += [row.get("local")] if row.get("local") else []
            subject.notes.append(told(event, row))
            subject.on = when(event, "on")
            yield subject


def attribution(event: Record) -> Missing:
    """What to ask when an event's cause is not settled."""
    stated, on = event.get("attribution"), words(when(event, "on"))
    if stated == "substantially_due":
        question = f"Is the position of the event of {on} covered by an agreement, and of which local?"
        return Missing("event.covered", f"{event.pointer}/covered", question)
    but = f" '{plain(stated)}' alone does not decide." if stated else ""
    if stated == "not_due" and event.get("attribution_reason"):
        but = " Losses across filings add up, so the earlier answer is asked again."
    question = f"How far is the event of {on} due to AI: substantially, or not, and why?{but}"
    return Missing("event.attribution", f"{event.pointer}/attribution", question)


def told(event: Record, row: Record) -> str:
    """One workforce event in words."""
    people = row.get("classification") or row.get("local") or "employee"
    cause = ATTRIBUTIONS.get(event.get("attribution"), "whether due to AI is not stated")
    happened = f"{event.get('count')} × {people}, {plain(event.get('kind'))}"
    return f"{words(when(event, 'on'))}: {happened} ({cause})."


def events(statement: Statement, params: dict[str, Any]) -> Iterator[Subject]:
    """Each reduction of the workforce."""
    patterns = found_patterns(statement, params)
    for event in statement.all("events"):
        if event.get("kind") not in workforce.REDUCTIONS:
            continue
        row = statement.records["workforce"][event.get("row")]
        amount = event.get("severance.amount_minor")
        facts = known(
            event__on=when(event, "on"),
            event__reduction=True,
            event__displacement=workforce.displacement(row, event, patterns),
            event__permanent=event.get("permanent"),
            event__definition_met=workforce.definition_met(row, event, patterns),
            severance__paid=True if event.get("severance.paid_on") else event.get("severance.paid"),
            severance__paid_on=when(event, "severance.paid_on"),
            severance__amount_known=True if amount is not None else None,
            retraining__offered=True
            if event.get("retraining.offered_on")
            else event.get("retraining.offered"),
            retraining__offered_on=when(event, "retraining.offered_on"),
            retraining__placed=bool(event.get("retraining.placed_on") or event.get("retraining.placed_in")),
            preference__opening=bool(event.get("preference.opening_on")),
            preference__offered=event.get("preference.offered"),
        )
        subject = Subject("event", event.id, common(statement) | facts, when(event, "on"), event.pointer, [])
        subject.locals += [row.get("local")] if row.get("local") else []
        subject.notes.append(told(event, row))
        for name in ("event.displacement", "event.definition_met"):
            subject.gaps[name] = [attribution(event)]
        yield subject


def rows(statement: Statement, params: dict[str, Any]) -> Iterator[Subject]:
    """Each workforce row: one craft and its numbers."""
    patterns = found_patterns(statement, params)
    for row in statement.all("workforce"):
        mine = workforce.events_of(statement, row)
        bargained = [
            c
            for c in statement.all("consultations")
            if c.get("type") == "union_impact_bargaining"
            and (c.get("offered_on") or c.get("held_on"))
            and (not c.get("uses") or not row.get("uses") or set(c.get("uses")) & set(row.get("uses")))
        ]
        offered = (
            True
            if bargained or row.get("impact_bargaining.offered_on")
            else row.get("impact_bargaining.offered")
        )
        new = row.get("new_classification")
        days = workforce.impact_days(statement, mine, patterns)
        facts = known(
            impact__exists=workforce.impact(row, mine, patterns),
            impact__on=min(days, default=None),
            definition__met=workforce.row_definition_met(row, mine, patterns),
            bargaining__offered=offered,
            bargaining__exception=row.get("impact_bargaining.exception_claimed"),
            classification__new=bool(new),
            classification__proposed=bool(new and new.get("proposed_on")),
        )
        subject = Subject(
            "workforce", row.id, common(statement) | facts, max(days, default=None), row.pointer, []
        )
        subject.on = subject.on or first_use(statement)
        subject.locals += [row.get("local")] if row.get("local") else []
        subject.notes.append(headcount(row))
        subject.notes += [told(event, row) for event in mine]
        if unsettled := [attribution(e) for e in mine if workforce.unsettled(e, patterns)]:
            subject.gaps["impact.exists"] = unsettled
            subject.gaps["definition.met"] = unsettled
        yield subject


def headcount(row: Record) -> str:
    """The people of one row, before and now, in words."""
    before, now = row.get("headcount_baseline"), row.get("headcount_now")
    told = [f"{before} before" if before is not None else "", f"{now} now" if now is not None else ""]
    people = row.get("classification") or row.get("local") or f"Workforce {row.id}"
    return f"{people}: {', '.join(part for part in told if part) or 'headcount not stated'}."


def first_use(statement: Statement) -> Moment | None:
    """The first use of any tool on the production, planned or real."""
    found = [when(use, "first") or when(use, "planned_first") for use in statement.all("uses")]
    dated = [(statement.on(use_at.isoformat()), use_at) for use_at in found if use_at]
    return min(dated, key=lambda pair: pair[0] or dt.date.max)[1] if dated else None


def found_patterns(statement: Statement, params: dict[str, Any]) -> list[workforce.Pattern]:
    """The patterns of the statement under the registry's parameters."""
    return workforce.patterns(statement, params.get("PATTERN_DAYS", 365), params.get("PATTERN_PERCENT", 25))


def simple(kind: str, list_name: str, facts: Callable[[Record], dict[str, Any]], on: str) -> Builder:
    """A builder for records whose facts stand in themselves."""

    def build(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
        for record in statement.all(list_name):
            subject = Subject(
                kind, record.id, common(statement) | facts(record), when(record, on), record.pointer, []
            )
            named = statement.all("uses")
            mine = [use for use in named if use.id in (record.get("uses") or ())] or named
            subject.locals = sorted({local for use in mine for local in use.get("locals") or ()})
            subject.on = subject.on or first_use(statement)
            yield subject

    return build


def from_filings(build: Callable[[Statement, dict[str, Any]], Iterator[filings.Filed]]) -> Builder:
    """A builder for what is judged about the filings themselves."""

    def subjects(statement: Statement, params: dict[str, Any]) -> Iterator[Subject]:
        for item in build(statement, params):
            yield Subject(
                item.kind,
                item.id,
                common(statement) | item.facts,
                item.on,
                item.pointer,
                item.locals,
                list(item.notes),
            )

    return subjects


BUILDERS: Final[dict[str, Builder]] = {
    "use": uses,
    "use_event": use_events,
    "event": events,
    "workforce": rows,
    "consultation": simple("consultation", "consultations", consultation_facts, "requested_on"),
    "consent": simple("consent", "consents", consent_facts, "service_at"),
    "vendor": simple("vendor", "vendors", vendor_facts, "engaged_on"),
    "claim": simple("claim", "claims", claim_facts, "on"),
    "production": from_filings(filings.initial),
    "quarter": from_filings(filings.quarters_due),
    "change": from_filings(filings.changes),
    "withdrawal": from_filings(filings.withdrawals),
    "pattern": from_filings(filings.patterns_found),
}
"""How the subjects of each kind are found; the keys are those of `facts.ABOUT`."""
