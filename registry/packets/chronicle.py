"""What a packet says of the course of a case: its clocks, every move, what the parties said to each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from registry.alerts.clocks import clock
from registry.alerts.course import Waiver
from registry.alerts.lifecycle import REGISTRY
from registry.obligations.moments import plain
from registry.packets.case import Case, Row, course_of
from registry.packets.folder import thread_name
from registry.packets.sheet import Line, day, fact, instant, joined, say, small

APART: Final = frozenset({"evidence_id", "sha256", "bytes", "media_type", "name", "facts", "evidence"})
"""What is told elsewhere: of a file, the document of a proposed amendment, files that are referred to."""


def clocks(case: Case) -> list[Line]:
    """Each clock with its last day, what is left of it, and how it was counted."""
    lines = []
    counted = clock.every(case.finding, case.course, case.opened_at, case.zone, case.as_of)
    first = {each.over for each in counted}
    for each in counted:
        how = "it decides" if each.name in first else f"{plain(each.over)} comes first" if each.over else ""
        state = each.ended or each.left + (f"; {how}" if how else "")
        lines.append(fact(plain(each.name), f"{day(each.until)} ({state})"))
        lines += [say(step, 1) for step in each.steps or [each.says]]
        lines.append(say(f"Runs for the {each.runs_for}. How sure: {each.confidence}.", 1))
    return lines


def timeline(case: Case) -> list[Line]:
    """Every move of the alert, who made it, when and why."""
    lines = []
    for move in case.told.moves:
        before = f": {plain(move['from_state'])} → {plain(move['to_state'])}" if move["from_state"] else ""
        lines.append(
            fact(
                instant(move["moved_at"], case.zone),
                f"{plain(move['move'])}{before}, by {move['author']}",
            )
        )
        lines += reasons(move)
        lines.append(small(f"move {move['revision']}, ledger entry {move['ledger_index']}"))
    return lines


def reasons(move: Row) -> Iterator[Line]:
    """Why a move was made, and what came of it beside its state."""
    course = course_of(move)
    if move["finding"] and move["author"] == REGISTRY:
        found = move["finding"]
        yield fact("Found", f"{plain(found['verdict'])} ({plain(found['reason']).replace('-', ' ')})", 1)
    if move["reason"]:
        yield fact("Reason", move["reason"], 1)
    if move["outcome"]:
        yield fact("Outcome", plain(move["outcome"]), 1)
    waiver = course.waiver if move["move"] == "waive" else course.proposed
    if waiver and move["move"] in ("waive", "propose_waiver"):
        yield fact("Waiver", waived(waiver), 1)
    if course.grievance and move["move"] == "grieve":
        one = course.grievance
        yield fact("Grievance", f"step {one.step}, filed {day(one.filed_on)}, reference {one.reference}", 1)
    if course.changes and move["move"] == "extend":
        one_change = course.changes[-1]
        until = f"to {day(one_change.until)}" if one_change.until else f"by {one_change.days} days"
        both = f"asked by {one_change.proposed_by}, granted by {one_change.consented_by}"
        yield fact("Agreed", f"{plain(one_change.clock)} {until}; {both}", 1)


def waived(waiver: Waiver) -> str:
    """A waiver with its end, its author, its approver and its reason."""
    by = f"proposed by {waiver.author}, " + (
        f"approved by {waiver.approver}" if waiver.approver else "approved by nobody yet"
    )
    return f"until the end of {day(waiver.until)}, {by}: {waiver.reason}"


def thread(case: Case) -> list[Line]:
    """What both parties read, oldest first; notes of one side are never in a packet."""
    lines = []
    names = {row["document"]["evidence_id"]: row for row in case.told.thread if row["kind"] == "evidence"}
    for row in case.told.thread:
        about = "" if row["thread"] == "alert" else f" (in the thread of request {row['thread_id']})"
        title = f"{plain(row['kind'])} by {row['recorded_by']}, {row['role']}, for {row['party']}{about}"
        lines.append(fact(instant(row["recorded_at"], case.zone), title))
        words = [(key, value) for key, value in row["document"].items() if key not in APART]
        lines += spread(dict(sorted(words, key=lambda one: isinstance(one[1], Mapping | list))))
        for evidence_id in row["document"].get("evidence") or []:
            file = names.get(str(evidence_id))
            lines.append(fact("File", file["document"]["name"] if file else str(evidence_id), 1))
        lines += shown_apart(row)
        lines.append(small(f"entry {row['number']}, ledger entry {row['ledger_index']}"))
    return lines


def shown_apart(row: Row) -> Iterator[Line]:
    """What an entry brings beside its words: a file, or the facts of an amendment that is proposed."""
    told = row["document"]
    if row["kind"] == "evidence":
        yield fact("File", told["name"], 1)
    if isinstance(told.get("facts"), Mapping):
        named = told["facts"].get("disclosure_id", "")
        yield fact("Facts", f"a proposed amendment of disclosure {named}; in full in {thread_name(row)}", 1)


def heard(case: Case) -> list[Line]:
    """Requests with their answers, and observations, as far as they may be read."""
    lines = []
    rows: Sequence[tuple[str, Row]] = [
        *((f"{row['kind']} {row['request_id']}", row) for row in case.told.requests),
        *((f"observation {row['observation_id']}", row) for row in case.told.observations),
    ]
    for name, row in rows:
        lines.append(fact(instant(row["recorded_at"], case.zone), f"{name}, by the {row['role']}"))
        if row["ledger_index"] in case.hidden:
            lines.append(say("It concerns another union, and is not shown to you.", 1))
        else:
            lines += spread(row["document"])
        lines.append(small(f"ledger entry {row['ledger_index']}"))
    return lines


def spread(value: Any, level: int = 1, label: str = "") -> Iterator[Line]:
    """Anything that was said as labelled lines, one inside the other."""
    match value:
        case Mapping():
            if label:
                yield Line("", label, level)
            for name, each in value.items():
                yield from spread(each, level + bool(label), plain(name))
        case list() if any(isinstance(each, Mapping | list) for each in value):
            for number, each in enumerate(value, 1):
                yield from spread(each, level, f"{label} {number}".strip())
        case list():
            yield fact(label, joined(map(str, value)), level)
        case bool():
            yield fact(label, "yes" if value else "no", level)
        case _:
            yield fact(label, value, level)
