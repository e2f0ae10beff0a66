"""What obligations are judged about: each use, event, consultation … of a statement as a set of facts.

A fact nobody stated is left out, so that a condition that needs it stays undecided and asks for it.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final

from registry.obligations import (
    accuracy,
    filings,
    impacts,
    layoffs,
    media,
    people,
    systems,
    workforce,
)
from registry.obligations.assemble import Record, Statement
from registry.obligations.facts_people import CONSULTATION
from registry.obligations.finding import Missing
from registry.obligations.losses import attribution, events, found_patterns, rows, told
from registry.obligations.moments import plain
from registry.obligations.records import (
    claim_facts,
    claim_says,
    consent_facts,
    consent_says,
    consultation_facts,
    consultation_says,
    known,
    vendor_facts,
    vendor_says,
    when,
)
from registry.obligations.subject import Builder, Subject, common, first_use, place
from registry.obligations.uses import ACTORS, use_facts

__all__ = ["BUILDERS", "Builder", "Subject"]

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
TOOL_GAPS: Final = (
    ("tool.is_generative", "/is_generative", "Is {} generative AI?"),
    (
        "tool.historically_used",
        "/historically_used",
        "Was {} historically used, with some AI embedded in it?",
    ),
    ("tool.ownership", "/ownership", "Who owns {}: the employer, a vendor, or the employee?"),
)


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
        subject.gaps = {**tool_gaps(tool.pointer, str(label))}
    return subject


@functools.lru_cache(maxsize=1024)
def tool_gaps(pointer: str, label: str) -> dict[str, list[Missing]]:
    """What to ask about the tool of a use; not to be changed in place."""
    return {
        fact: [Missing(fact, pointer + place, question.format(label))] for fact, place, question in TOOL_GAPS
    }


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
            subject.facts |= known(
                event__displacement=workforce.displacement(row, event, patterns),
                event__local=row.get("local"),
            )
            subject.gaps["event.displacement"] = [attribution(event)]
            subject.locals += [row.get("local")] if row.get("local") else []
            subject.notes.append(told(event, row))
            subject.on = when(event, "on")
            yield subject


def simple(
    kind: str,
    list_name: str,
    facts: Callable[[Statement, Record], dict[str, Any]],
    says: Callable[[Record], str],
    *on: str,
) -> Builder:
    """A builder for records whose facts stand in themselves; the first moment stated of *on* dates them."""

    def build(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
        if not statement.records.get(list_name):
            return
        uses = statement.records.get("uses", {})
        everybody = systems.locals_of(list(uses.values()))
        for record in statement.all(list_name):
            told = common(statement) | facts(statement, record)
            at = next((stated for path in on if (stated := when(record, path))), None)
            subject = Subject(kind, record.id, told, at, record.pointer, [], [says(record)])
            if kind == "consultation":
                place(subject, CONSULTATION, "consultation.uses_named", f"{record.pointer}/uses")
            mine = [uses[name] for name in record.get("uses") or () if name in uses]
            subject.locals = systems.locals_of(mine) if mine else everybody
            if told.get("consent.performer"):
                subject.locals = performers(subject.locals)
            if asked := told.get("consultation.local"):
                subject.locals = [asked]
            subject.on = subject.on or first_use(statement)
            yield subject

    return build


def performers(locals_: list[str]) -> list[str]:
    """Those of some locals that are of performers' unions; all of them, where none is."""
    return [one for one in locals_ if one.partition(":")[0] in ACTORS] or locals_


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
    "consultation": simple(
        "consultation", "consultations", consultation_facts, consultation_says, "requested_on", "held_on"
    ),
    "consent": simple("consent", "consents", consent_facts, consent_says, "service_at", "signed_on"),
    "vendor": simple("vendor", "vendors", vendor_facts, vendor_says, "engaged_on"),
    "claim": simple("claim", "claims", claim_facts, claim_says, "on"),
    "tool": systems.tools,
    "layoff": layoffs.layoffs,
    "hire": people.hires,
    "material": people.materials,
    "replica": media.replicas,
    "synthetic": media.synthetics,
    "alteration": media.alterations,
    "footage": media.footage,
    "training": systems.training,
    "music": systems.music,
    "adm": systems.decisions,
    "impacts": impacts.impacts,
    "production": from_filings(filings.initial),
    "quarter": from_filings(filings.quarters_due),
    "change": from_filings(filings.changes),
    "withdrawal": from_filings(filings.withdrawals),
    "pattern": from_filings(filings.patterns_found),
    "request": from_filings(filings.requests_made),
    "accuracy": from_filings(accuracy.contradictions),
}
"""How the subjects of each kind are found; the keys are those of `facts.ABOUT`."""
