"""What is judged about filings and requests themselves: made, answered, in time (the registry's rules)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec

from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement
from registry.obligations.heard import note, requests
from registry.obligations.moments import Moment, day, moment, plain, quarters, start, words
from registry.obligations.statement import Known

USAGE_DENIED = frozenset({"tool_never_deployed"})
NEVER_MEANT = frozenset({"filed_in_error", "duplicate"})
"""Reasons for which a withdrawn update counts as never filed."""


class Filed(msgspec.Struct):
    """One matter of filing: what it is about, its facts, and the day that picks the parameters."""

    kind: str
    id: str
    facts: dict[str, Any]
    on: Moment | None
    pointer: str
    locals: list[str]
    notes: list[str] = []


def initial(statement: Statement, _params: dict[str, Any]) -> Iterator[Filed]:
    """The first disclosure of the production against its first use."""
    uses = [(use, use.get("first") or use.get("planned_first")) for use in statement.all("uses")]
    dated = [(day(moment(text), statement.zone), use) for use, text in uses if text]
    if not dated:
        return
    first, use = min(dated, key=lambda pair: (pair[0], pair[1].id))
    filed = [v.filed_at for v in statement.known if v.kind == "filing" and v.type != "nil_return"]
    facts = {
        "production.first_use": first,
        "production.filed_on": day(min(filed), statement.zone) if filed else None,
        "production.versions_whole": whole(statement.known),
    }
    yield Filed(
        "production",
        statement.production.production_id,
        stated(facts),
        first,
        f"{use.pointer}/first",
        statement.production.locals,
        [f"First use on the production: {words(first)} ({use.id})."],
    )


def whole(known: list[Known]) -> bool:
    """Whether the versions of each disclosure run 1, 2, 3 … with none left out."""
    numbers: dict[str, list[int]] = {}
    for version in known:
        numbers.setdefault(version.disclosure_id, []).append(version.version)
    return all(sorted(held) == list(range(1, len(held) + 1)) for held in numbers.values())


def quarters_due(statement: Statement, params: dict[str, Any]) -> Iterator[Filed]:
    """Each calendar quarter in which a tool was in use, and the first update filed for it."""
    today = day(params["as_of"], statement.zone)
    undone = {v.disclosure_id for v in statement.live if v.kind == "withdrawal" and v.reason in NEVER_MEANT}
    touched: set[tuple[dt.date, dt.date]] = set()
    for use in statement.all("uses"):
        first = use.get("first")
        if not first or day(moment(first), statement.zone) > today:
            continue
        last = use.get("last")
        end = min(day(moment(last), statement.zone), today) if last else today
        touched |= set(quarters(day(moment(first), statement.zone), end))
    for begins, ends in sorted(touched):
        filed = [
            version.filed_at
            for version in statement.known
            if version.kind == "filing"
            and version.disclosure_id not in undone
            and covers(version, begins, ends)
        ]
        name = f"{begins.year}-Q{(begins.month + 2) // 3}"
        updates = [version for version in statement.live if covers(version, begins, ends)]
        facts = {
            "quarter.end": ends,
            "quarter.filed_on": day(min(filed), statement.zone) if filed else None,
            "quarter.nil": bool(updates) and all(version.type == "nil_return" for version in updates),
        }
        yield Filed(
            "quarter",
            name,
            stated(facts),
            ends,
            "/filing/period",
            statement.production.locals,
            [f"Quarter {name}."],
        )


def covers(version: Known, begins: dt.date, ends: dt.date) -> bool:
    """Whether a filing is the update, or the nil return, for a quarter."""
    period = version.document.get("filing", {}).get("period") or {}
    return (
        version.type in {"quarterly_update", "nil_return"}
        and period.get("from") == begins.isoformat()
        and period.get("to") == ends.isoformat()
    )


def next_day(statement: Statement, on: dt.datetime) -> dt.datetime | None:
    """When a use begins, the next quarter of one that goes on, or a loss that lies ahead; None for none."""
    today = day(on, statement.zone)
    ends = quarters(today, today)[0][1]
    found = [loss.on for loss in statement.elsewhere if loss.on > today]
    found += [
        ahead for event in statement.all("events") if (ahead := workforce.dated_on(statement, event)) > today
    ]
    for use in statement.all("uses"):
        first, last = use.get("first"), use.get("last")
        if not first:
            continue
        begins = day(moment(first), statement.zone)
        if begins > today:
            found.append(begins)
        elif not last or day(moment(last), statement.zone) > ends:
            found.append(ends + dt.timedelta(days=1))
    return start(min(found), statement.zone) if found else None


def changes(statement: Statement, _params: dict[str, Any]) -> Iterator[Filed]:
    """Each change of fact: told by an amendment, or first told by a later update."""
    told: set[dt.date] = set()
    for version in statement.known:
        amendment = version.document.get("filing", {}).get("amendment") or {}
        if version.kind != "amendment" or amendment.get("reason") == "clerical":
            continue
        on = amendment.get("change_occurred_on")
        filed = day(version.filed_at, statement.zone)
        facts = {"change.on": moment(on) if on else None, "change.filed_on": filed}
        told.add(moment(on)) if on else None
        told_why = amendment.get("explanation") or "no explanation"
        yield Filed(
            "change",
            f"{version.disclosure_id}/{version.version}",
            stated(facts),
            facts["change.on"] or filed,
            "/filing/amendment/change_occurred_on",
            statement.production.locals,
            [f"Amendment {version.version}, filed {words(filed)}: {told_why}"],
        )
    for event in statement.all("events"):
        on = moment(event.get("on"))
        late = event.first_kind == "amendment" or event.first_type == "quarterly_update"
        if event.get("kind") not in workforce.IMPACTS or not late or on in told:
            continue
        filed = day(event.first_filed_at, statement.zone)
        yield Filed(
            "change",
            f"event/{event.id}",
            {"change.on": on, "change.filed_on": filed},
            on,
            f"{event.pointer}/on",
            row_locals(statement, event),
            [f"First told by what was filed {words(filed)}: {plain(event.get('kind'))}, {words(on)}."],
        )


def row_locals(statement: Statement, event: Record) -> list[str]:
    """The local of the workforce row an event stands in."""
    local = statement.records["workforce"][event.get("row")].get("local")
    return [local] if local else statement.production.locals


def withdrawals(statement: Statement, _params: dict[str, Any]) -> Iterator[Filed]:
    """Each withdrawal: has it a reason, and do the filings themselves contradict it."""
    for version in statement.known:
        if version.kind != "withdrawal":
            continue
        on = day(version.filed_at, statement.zone)
        began = used_by(statement, version, on)
        contradicted = bool(began) and version.reason in USAGE_DENIED
        facts = {
            "withdrawal.on": on,
            "withdrawal.reasoned": bool(version.reason and version.explanation),
            "withdrawal.contradicted": contradicted,
        }
        notes = [f"Withdrawn {words(on)}: {(version.reason or 'no reason').replace('_', ' ')}."]
        if contradicted:
            notes.append(f"What was filed states use by that day: {', '.join(began[:5])}.")
        yield Filed(
            "withdrawal", version.disclosure_id, facts, on, "/reason", statement.production.locals, notes
        )


def used_by(statement: Statement, withdrawn: Known, on: dt.date) -> list[str]:
    """The uses of a withdrawn disclosure, or of its tools in another, that had begun by *on*."""
    own = withdrawn.document.get("uses") or []
    tools = {use["tool"] for use in own} | {tool["id"] for tool in withdrawn.document.get("tools") or ()}
    others = [use for v in statement.live if v.kind != "withdrawal" for use in v.document.get("uses") or ()]
    named = own + [use for use in others if use["tool"] in tools]
    begun = [u["id"] for u in named if u.get("first") and day(moment(u["first"]), statement.zone) <= on]
    return list(dict.fromkeys(begun))


def patterns_found(statement: Statement, params: dict[str, Any]) -> Iterator[Filed]:
    """Each pattern of losses across filings; the question is whether earlier answers still stand."""
    for pattern in workforce.patterns(statement, params):
        facts: dict[str, Any] = {"pattern.on": pattern.on}
        if not pattern.reopened:
            facts["pattern.answered"] = True
        note = (
            f"{pattern.lost} of {pattern.baseline} positions lost across filings "
            f"within {params['PATTERN_DAYS']} days ({', '.join(pattern.events)}); "
            f"reopened: {', '.join(pattern.reopened) or 'none'}."
        )
        name = f"{pattern.local}/{pattern.category or 'any tool'}"
        yield Filed("pattern", name, facts, pattern.on, "/workforce", [pattern.local], [note])


def requests_made(statement: Statement, _params: dict[str, Any]) -> Iterator[Filed]:
    """Each request told to the registry, and when the employer first answered it."""
    for request in requests(statement.heard):
        record = statement.records["consultations"][request.asked.id]
        meetings = [*(record.get("offered_on") or ()), record.get("held_on")]
        days = [record.get("answered_on")] if record.get("answered_on") else [one for one in meetings if one]
        first = min((day(moment(one), statement.zone) for one in days), default=None)
        facts = {
            "request.kind": request.asked.body.get("kind"),
            "request.union": request.asked.union or None,
            "request.on": request.on,
            "request.answered_on": first,
            "request.answered": True if first else None,
            "request.delay_by_union": record.get("delay_cause") == "union",
        }
        local = request.asked.body.get("local") or request.asked.union
        yield Filed(
            "request",
            request.asked.id,
            stated(facts),
            request.on,
            f"/requests/{request.asked.id}",
            [local] if local else statement.production.locals,
            [note(request, statement.zone)],
        )


def stated(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that are known."""
    return {name: value for name, value in facts.items() if value is not None}
