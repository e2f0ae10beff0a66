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


def displacement(row: Record, event: Record, patterns: list[Pattern]) -> bool | None:
    """Whether *event* displaced a covered employee; None when what was stated does not say.

    A position filed under a local counts as covered unless it is said not to be.
    """
    if event.get("kind") not in REDUCTIONS or event.get("covered") is False:
        return False
    if event.get("attribution") == "substantially_due":
        return True if event.get("covered") or row.get("local") else None
    return False if settled(event, patterns) else None


def settled(event: Record, patterns: list[Pattern]) -> bool:
    """Whether *event* is said, with a reason, not to be due to AI, and no pattern reopens the answer."""
    if event.get("attribution") != "not_due" or not event.get("attribution_reason"):
        return False
    return not any(event.id in pattern.reopened for pattern in patterns)


def definition_met(row: Record, event: Record | None, patterns: list[Pattern]) -> bool | None:
    """Whether the change is a technological change as the tech-change article is reported to define it."""
    if row.get("classification_changed") or row.get("skills_substantially_different"):
        return True
    if event is None:
        return None
    if event.get("kind") in REDUCTIONS and event.get("attribution") == "substantially_due":
        return True
    return False if settled(event, patterns) else None


def row_definition_met(row: Record, events: list[Record], patterns: list[Pattern]) -> bool | None:
    """`definition_met` over all the events of one workforce row."""
    shrunk = [event for event in events if event.get("kind") in IMPACTS]
    answers = (
        [definition_met(row, None, [])]
        if not shrunk
        else [definition_met(row, event, patterns) for event in shrunk]
    )
    if True in answers:
        return True
    if not shrunk and not changed(row) and row.get("headcount_now") is not None:
        return False
    return None if None in answers else False


def changed(row: Record) -> bool:
    """Whether the row itself states fewer people, or less work."""
    before, now = row.get("headcount_baseline"), row.get("headcount_now")
    fewer = before is not None and now is not None and now < before
    return fewer or bool(row.get("hours_delta")) or bool(row.get("weeks_delta"))


def impact(row: Record, events: list[Record], patterns: list[Pattern]) -> bool | None:
    """Whether AI had an impact on the employees of *row*."""
    if row.get("classification_changed") or row.get("skills_substantially_different"):
        return True
    affected = [event for event in events if event.get("kind") in IMPACTS]
    if any(event.get("attribution") in DUE for event in affected):
        return True
    if not affected:
        return None if changed(row) else False
    return False if all(settled(event, patterns) for event in affected) else None


def unsettled(event: Record, patterns: list[Pattern]) -> bool:
    """Whether *event* is a loss whose cause is still open."""
    if event.get("kind") not in IMPACTS or event.get("attribution") == "substantially_due":
        return False
    return not settled(event, patterns)


def impact_days(statement: Statement, events: list[Record], patterns: list[Pattern]) -> list[dt.date]:
    """The days of the events that are, or may be, an impact of AI, in order."""
    return sorted(
        dated_on(statement, event)
        for event in events
        if event.get("kind") in IMPACTS and not settled(event, patterns)
    )


def events_of(statement: Statement, row: Record) -> list[Record]:
    """The events filed under one workforce row."""
    return [event for event in statement.all("events") if event.get("row") == row.id]


def linked(statement: Statement, use: Record) -> list[Record]:
    """The reductions a use may have caused: of the rows that name it, or name no use at all.

    Where no use is named, what happened before the first use cannot come from it.
    """
    began = statement.on(use.get("first"))
    found = []
    for row in statement.all("workforce"):
        named = row.get("uses") or ()
        if named and use.id not in named:
            continue
        for event in events_of(statement, row):
            early = not named and began is not None and dated_on(statement, event) < began
            if event.get("kind") in REDUCTIONS and not early:
                found.append(event)
    return found


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
    """The runs of losses within the period that make a pattern, as one; or None."""
    dated = sorted(
        ((dated_on(statement, event), row, event) for row, event in pairs), key=lambda item: item[0]
    )
    baseline = first_baseline(statement, {row.id for _, row, _ in dated})
    if baseline is None:
        return None
    found: list[Pattern] = []
    for last, _, _ in dated:
        run = [(row, event) for on, row, event in dated if last - within < on <= last]
        lost = sum(event.get("count") or 0 for _, event in run)
        filings = {event.first_filed_at for _, event in run}
        if (
            len(filings) >= 2
            and lost * 100 >= baseline * percent
            and any(event.get("attribution") in DUE for _, event in run)
        ):
            events = tuple(event.id for _, event in run)
            reopened = tuple(event.id for _, event in run if event.get("attribution") == "not_due")
            found.append(Pattern(local, kind, events, lost, baseline, last, reopened))
    return joined(found) if found else None


def joined(found: list[Pattern]) -> Pattern:
    """Runs that overlap in the year as one pattern: dated by the first, as grave as the gravest."""
    gravest = max(found, key=lambda pattern: pattern.lost)
    events = tuple(dict.fromkeys(event for pattern in found for event in pattern.events))
    reopened = tuple(dict.fromkeys(event for pattern in found for event in pattern.reopened))
    return msgspec.structs.replace(gravest, events=events, reopened=reopened, on=found[0].on)


def first_baseline(statement: Statement, rows: set[str]) -> int | None:
    """The first headcount anybody stated as the baseline of these rows; later ones may be lower already."""
    for version in statement.known:
        for row in version.document.get("workforce") or ():
            if row["id"] in rows and row.get("headcount_baseline"):
                return int(row["headcount_baseline"])
    return None


def dated_on(statement: Statement, event: Record) -> dt.date:
    """The day of a workforce event; the schema requires one."""
    on = statement.on(event.get("on"))
    assert on is not None
    return on
