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

import collections
import datetime as dt
import itertools
import operator
from typing import Any, Final

import msgspec

from registry.obligations.assemble import Record, Statement
from registry.obligations.moments import day
from registry.obligations.statement import Loss

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
    held: dict[str, list[Record]] | None = statement.shared.get("events")
    if held is None:
        held = statement.shared["events"] = {}
        for event in statement.all("events"):
            held.setdefault(event.get("row"), []).append(event)
    return held.get(row.id, [])


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


class Lost(msgspec.Struct, frozen=True):
    """One reduction as patterns count it, of this production (`own`) or of another of the same employer."""

    on: dt.date
    count: int
    attribution: str | None
    filed_at: dt.datetime
    name: str
    own: bool


def patterns(statement: Statement, params: dict[str, Any]) -> list[Pattern]:
    """The patterns of the statement at an instant, under the registry's parameters; worked out once."""
    until = day(params["as_of"], statement.zone)
    key = params.get("PATTERN_DAYS", 365), params.get("PATTERN_PERCENT", 25), until
    if key not in statement.patterns:
        statement.patterns[key] = added(statement, *key)
    return statement.patterns[key]


def added(statement: Statement, days: int, percent: int, until: dt.date) -> list[Pattern]:
    """Every pattern of losses across filings within *days*, of at least *percent* of the first baseline.

    Losses of the employer's other productions add up with this one's; what happens after *until* lies ahead.
    """
    groups: dict[tuple[str, str], list[Lost]] = {}
    rows: dict[tuple[str, str], set[str]] = {}
    for row in statement.all("workforce") if statement.all("events") else ():
        key = row.get("local") or "", category(statement, row)
        rows.setdefault(key, set()).add(row.id)
        mine = [event for event in events_of(statement, row) if event.get("kind") in REDUCTIONS]
        if mine and key[0]:
            groups.setdefault(key, []).extend(lost(statement, event) for event in mine)
    elsewhere: dict[tuple[str, str], list[Loss]] = {key: [] for key in groups}
    for one in statement.elsewhere if groups else ():
        if (one.local, one.category) in elsewhere:
            elsewhere[one.local, one.category].append(one)
    found = []
    for (local, kind), own in sorted(groups.items()):
        others = elsewhere[local, kind]
        theirs = [
            Lost(
                loss.on,
                loss.count,
                loss.attribution,
                loss.filed_at,
                f"{loss.production_id}/{loss.event_id}",
                own=False,
            )
            for loss in others
            if loss.kind in REDUCTIONS
        ]
        baseline = first_baseline(statement, rows[local, kind], others)
        losses = [one for one in (*own, *theirs) if one.on <= until]
        if baseline is not None:
            found += added_up(local, kind, losses, dt.timedelta(days=days), percent, baseline)
    return found


def lost(statement: Statement, event: Record) -> Lost:
    """One reduction of this production."""
    on, count = dated_on(statement, event), event.get("count") or 0
    return Lost(on, count, event.get("attribution"), event.first_filed_at, event.id, own=True)


def added_up(
    local: str, kind: str, losses: list[Lost], within: dt.timedelta, percent: int, baseline: int
) -> list[Pattern]:
    """The runs of losses in the period that make a pattern, as one; none where none is of this production.

    Runs that overlap are one pattern: dated by the first, as grave as the gravest. A run ends with each day
    of a loss; from one to the next a few losses come and a few go, so that many take no longer than each.
    """
    dated = sorted(losses, key=lambda one: (one.on, not one.own, one.filed_at, one.name))
    gone = own = due = first = end = gravest = told = 0
    filings: collections.Counter[dt.datetime] = collections.Counter()
    on: dt.date | None = None
    together: list[Lost] = []
    for last, that_day in itertools.groupby(dated, key=operator.attrgetter("on")):
        for one in that_day:
            end, gone, own, due = end + 1, gone + one.count, own + one.own, due + (one.attribution in DUE)
            filings[one.filed_at] += 1
        while dated[first].on <= last - within:
            one = dated[first]
            first, gone, own, due = first + 1, gone - one.count, own - one.own, due - (one.attribution in DUE)
            filings[one.filed_at] -= 1
            if not filings[one.filed_at]:
                del filings[one.filed_at]
        if own and due and len(filings) >= 2 and gone * 100 >= baseline * percent:
            on, gravest = on or last, max(gravest, gone)
            together += dated[max(first, told) : end]
            told = end
    if on is None:
        return []
    events = tuple(dict.fromkeys(one.name for one in together))
    reopened = tuple(dict.fromkeys(o.name for o in together if o.own and o.attribution == "not_due"))
    return [Pattern(local, kind, events, gravest, baseline, on, reopened)]


def first_baseline(statement: Statement, rows: set[str], others: list[Loss]) -> int | None:
    """The first headcount anybody stated as the baseline of these people; later ones may be lower already.

    Several rows of one filing are several people: together they are that many.
    """
    first: list[tuple[dt.datetime, int]] = []
    for version in statement.known:
        mine = [row for row in version.document.get("workforce") or () if row["id"] in rows]
        stated = [int(row["headcount_baseline"]) for row in mine if row.get("headcount_baseline")]
        if stated:
            first.append((version.filed_at, sum(stated)))
            break
    first += [(loss.filed_at, loss.baseline) for loss in others if loss.baseline]
    return min(first, key=lambda one: one[0])[1] if first else None


def dated_on(statement: Statement, event: Record) -> dt.date:
    """The day of a workforce event; the schema requires one."""
    on = statement.on(event.get("on"))
    assert on is not None
    return on
