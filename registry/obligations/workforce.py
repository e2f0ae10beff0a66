"""What counts as displacement, as an impact and as a pattern: the registry's own operational definitions.

No agreement that was read defines these words (params-2026.1). They are kept here, apart from agreement
text:

- displacement: a reduction (laid off, position eliminated, not filled, not rehired) of a covered employee
  or position, substantially due to AI. Contributing, undetermined or unstated attribution leaves it
  undecided; *not due* with a reason ends it, unless a pattern across filings reopens it.
- impact: any reduction, hours cut or reclassification to which AI contributed, or a changed classification
  or skill.
- pattern: two or more filings within 365 days, one local and class of tool, together losing a quarter of
  the first baseline, at least one of the losses at least partly due to AI.
"""

import datetime as dt
from typing import Final

import msgspec

from registry.obligations.assemble import Record, Statement

REDUCTIONS: Final = frozenset({"laid_off", "position_eliminated", "position_not_filled", "not_rehired"})
IMPACTS: Final = REDUCTIONS | {"hours_cut", "reclassified"}
DUE: Final = frozenset({"substantially_due", "contributing"})


class Pattern(msgspec.Struct, frozen=True):
    """Losses of one local under one class of tool that add up across filings."""

    local: str
    category: str
    events: tuple[str, ...]
    lost: int
    baseline: int
    on: dt.date
    reopened: tuple[str, ...]


def displacement(event: Record, patterns: list[Pattern]) -> bool | None:
    """Whether *event* displaced a covered employee; None when what was stated does not say."""
    if event.get("kind") not in REDUCTIONS or event.get("covered") is False:
        return False
    attribution = event.get("attribution")
    if attribution == "substantially_due":
        return True
    if attribution == "not_due" and event.get("attribution_reason"):
        return None if any(event.id in pattern.reopened for pattern in patterns) else False
    return None


def definition_met(row: Record, event: Record | None) -> bool | None:
    """Whether the change is a technological change as the tech-change article is reported to define it."""
    if row.get("classification_changed") or row.get("skills_substantially_different"):
        return True
    if event is None:
        return None
    attribution = event.get("attribution")
    if event.get("kind") in REDUCTIONS and attribution == "substantially_due":
        return True
    if attribution == "not_due" and event.get("attribution_reason"):
        return False
    return None


def row_definition_met(row: Record, events: list[Record]) -> bool | None:
    """`definition_met` over all the events of one workforce row."""
    answers = [definition_met(row, event) for event in events] or [definition_met(row, None)]
    if True in answers:
        return True
    if not events and not changed(row) and row.get("headcount_now") is not None:
        return False
    return None if None in answers else False


def changed(row: Record) -> bool:
    """Whether the row itself states fewer people, or less work."""
    before, now = row.get("headcount_baseline"), row.get("headcount_now")
    fewer = before is not None and now is not None and now < before
    return fewer or bool(row.get("hours_delta")) or bool(row.get("weeks_delta"))


def impact(row: Record, events: list[Record]) -> bool | None:
    """Whether AI had an impact on the employees of *row*."""
    if row.get("classification_changed") or row.get("skills_substantially_different"):
        return True
    affected = [event for event in events if event.get("kind") in IMPACTS]
    if any(event.get("attribution") in DUE for event in affected):
        return True
    if not affected:
        return None if changed(row) else False
    explained = all(e.get("attribution") == "not_due" and e.get("attribution_reason") for e in affected)
    return False if explained else None


def events_of(statement: Statement, row: Record) -> list[Record]:
    """The events filed under one workforce row."""
    return [event for event in statement.all("events") if event.get("row") == row.id]


def linked(statement: Statement, use: Record) -> list[Record]:
    """The reductions a use may have caused: of the rows that name it, or name no use at all."""
    rows = [row for row in statement.all("workforce") if not row.get("uses") or use.id in row.get("uses")]
    return [event for row in rows for event in events_of(statement, row) if event.get("kind") in REDUCTIONS]


def category(statement: Statement, row: Record) -> str:
    """The class of tool a workforce row is about; empty when it names no use, or several classes."""
    found = set()
    for name in row.get("uses") or ():
        use = statement.records.get("uses", {}).get(name)
        tool = statement.records.get("tools", {}).get(use.get("tool")) if use else None
        found.add(tool.get("category") if tool else "")
    return found.pop() if len(found) == 1 else ""


def patterns(statement: Statement, days: int, percent: int) -> list[Pattern]:
    """Every pattern of losses across filings within *days*, of at least *percent* of the first baseline."""
    groups: dict[tuple[str, str], list[tuple[Record, Record]]] = {}
    for row in statement.all("workforce"):
        for event in events_of(statement, row):
            if event.get("kind") in REDUCTIONS and row.get("local"):
                groups.setdefault((row.get("local"), category(statement, row)), []).append((row, event))
    found = []
    for (local, kind), pairs in sorted(groups.items()):
        pattern = added_up(statement, local, kind, pairs, dt.timedelta(days=days), percent)
        if pattern:
            found.append(pattern)
    return found


def added_up(
    statement: Statement,
    local: str,
    kind: str,
    pairs: list[tuple[Record, Record]],
    within: dt.timedelta,
    percent: int,
) -> Pattern | None:
    """The first run of losses that makes a pattern, or None."""
    dated = sorted(
        ((dated_on(statement, event), row, event) for row, event in pairs), key=lambda item: item[0]
    )
    baseline = next(
        (row.get("headcount_baseline") for _, row, _ in dated if row.get("headcount_baseline")), None
    )
    if baseline is None:
        return None
    for last, _, _ in dated:
        run = [(row, event) for on, row, event in dated if last - within < on <= last]
        lost = sum(event.get("count") or 0 for _, event in run)
        filings = {event.first_filed_at for _, event in run}
        if (
            len(filings) >= 2
            and lost * 100 >= baseline * percent
            and any(event.get("attribution") in DUE for _, event in run)
        ):
            return Pattern(
                local,
                kind,
                tuple(event.id for _, event in run),
                lost,
                baseline,
                last,
                tuple(event.id for _, event in run if event.get("attribution") == "not_due"),
            )
    return None


def dated_on(statement: Statement, event: Record) -> dt.date:
    """The day of a workforce event; the schema requires one."""
    on = statement.on(event.get("on"))
    assert on is not None
    return on
