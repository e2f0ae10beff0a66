"""What became of people's work: each reduction of the workforce, and each craft with its numbers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement
from registry.obligations.finding import Missing
from registry.obligations.links import links
from registry.obligations.moments import plain, words
from registry.obligations.records import earliest, given, known, when
from registry.obligations.subject import Subject, common, first_use

ATTRIBUTIONS: Final = {
    "substantially_due": "substantially due to AI",
    "contributing": "AI contributed",
    "not_due": "said not to be due to AI",
    "undetermined": "whether due to AI is undetermined",
}
IMPACT: Final = "union_impact_bargaining"
ADJUSTMENT: Final = "adjustment_plan_s54"
CHANGE: Final = "technological_change"


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
        met = met_about(statement, row)
        offers = [
            row.get("impact_bargaining.offered_on"),
            *(on for c in met if c.get("type") == IMPACT for on in offered(c)),
        ]
        offered_on = earliest(offers, statement.zone)
        new = row.get("new_classification")
        days = workforce.impact_days(statement, mine, patterns)
        facts = known(
            impact__exists=workforce.impact(row, mine, patterns),
            impact__on=min(days, default=None),
            definition__met=workforce.row_definition_met(row, mine, patterns),
            bargaining__offered=True if offered_on else row.get("impact_bargaining.offered"),
            bargaining__offered_on=offered_on,
            bargaining__exception=row.get("impact_bargaining.exception_claimed"),
            classification__new=bool(new),
            classification__proposed=bool(new and new.get("proposed_on")),
            committee__met=given([c for c in met if c.get("type") == ADJUSTMENT and c.get("held_on")]),
            workforce__agreements=covering(statement, row.get("local"), max(days, default=None)),
            **change_facts(statement, row, mine),
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


def covering(statement: Statement, local: str | None, on: dt.date | None) -> list[str] | None:
    """The agreements that cover a local's people on a day: those that name it, else those of its union."""
    if not local:
        return None
    union = local.partition(":")[0]
    held = [b for b in statement.production.bindings if on is None or b.since <= on <= (b.until or on)]
    named = [b.agreement for b in held if not {local, union}.isdisjoint(b.locals)]
    return named or [b.agreement for b in held if union in {one.partition(":")[0] for one in b.locals}]


def met_about(statement: Statement, row: Record) -> list[Record]:
    """The consultations about a row's uses; where one of the two names no use, about all."""
    linked, named = links(statement), row.get("uses")
    if not named:
        return statement.all("consultations")
    about = [c for use in named for c in linked.consultations.get(use, ())]
    return list({c.id: c for c in [*about, *linked.consultations.get("", ())]}.values())


def offered(consultation: Record) -> list[str | None]:
    """The dates offered for a consultation, and the one on which it was held."""
    return [*(consultation.get("offered_on") or ()), consultation.get("held_on")]


def change_facts(statement: Statement, row: Record, events: list[Record]) -> dict[str, Any]:
    """When a change of how work is done takes effect, and when notice of it was given."""
    linked = links(statement)
    notices = [
        notice
        for use in row.get("uses") or ()
        for notice in linked.notices.get(use, ())
        if notice.get("kind") == CHANGE
    ]
    announced = earliest((notice.get("effective_on") for notice in notices), statement.zone)
    happened = earliest((e.get("on") for e in events if e.get("kind") in workforce.IMPACTS), statement.zone)
    noticed = when(row, "warn.notice_on") or earliest((n.get("sent_at") for n in notices), statement.zone)
    return {
        "workforce__local": row.get("local"),
        "change__effective_on": when(row, "warn.effective_on") or announced or happened,
        "change__notice_on": noticed,
        "change__noticed": True if noticed else row.get("warn.noticed"),
    }


def headcount(row: Record) -> str:
    """The people of one row, before and now, in words."""
    before, now = row.get("headcount_baseline"), row.get("headcount_now")
    told = [f"{before} before" if before is not None else "", f"{now} now" if now is not None else ""]
    people = row.get("classification") or row.get("local") or f"Workforce {row.id}"
    return f"{people}: {', '.join(part for part in told if part) or 'headcount not stated'}."


def found_patterns(statement: Statement, params: dict[str, Any]) -> list[workforce.Pattern]:
    """The patterns of the statement under the registry's parameters."""
    return workforce.patterns(statement, params)
