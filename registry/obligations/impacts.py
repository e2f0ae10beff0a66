"""The quarterly counts of S.3108: laid off, hired, not filled, retrained, each substantially due to AI.

Only what is said to be substantially due counts. What nobody attributed leaves the count of its quarter open.
A position not filled counts in the quarter of the decision, if somebody held it in the quarter before.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from registry.obligations import workforce
from registry.obligations.assemble import Record, Statement
from registry.obligations.filings import NEVER_MEANT, covers
from registry.obligations.moments import day, quarter
from registry.obligations.records import known
from registry.obligations.statement import Known
from registry.obligations.subject import Subject, common

Quarter = tuple[dt.date, dt.date]
COUNTS: Final = {
    "laid_off": "impacts.laid_off",
    "position_eliminated": "impacts.laid_off",
    "hired": "impacts.hired",
    "retraining": "impacts.retraining",
}
"""The count an event of each kind belongs to, in the quarter in which it happened."""
NOT_FILLED: Final = "impacts.not_filled"
UNFILLED: Final = frozenset({"position_not_filled", "not_rehired"})
ALL: Final = (*dict.fromkeys(COUNTS.values()), NOT_FILLED)
OPEN: Final = frozenset({None, "undetermined"})


def impacts(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
    """Each calendar quarter in which something became of people's work."""
    counts: dict[Quarter, dict[str, int | None]] = {}
    for event in statement.all("events"):
        happened = quarter(workforce.dated_on(statement, event))
        counts.setdefault(happened, dict.fromkeys(ALL, 0))
        if event.get("kind") in UNFILLED:
            decided, number = unfilled(statement, event, happened)
            add(counts.setdefault(decided, dict.fromkeys(ALL, 0)), NOT_FILLED, number)
        elif name := COUNTS.get(event.get("kind")):
            add(counts[happened], name, due(event))
    filed = updates(statement)
    for (begins, ends), mine in sorted(counts.items()):
        name = f"{begins.year}-Q{(begins.month + 2) // 3}"
        facts = known(impacts__quarter_end=ends, impacts__filed_on=reported(statement, filed, begins, ends))
        facts |= {fact: number for fact, number in mine.items() if number is not None}
        yield Subject("impacts", name, common(statement) | facts, ends, "/workforce", [], [told(name, mine)])


def due(event: Record) -> int | None:
    """How many people of an event count; None while it is open whether AI was the cause."""
    attribution = event.get("attribution")
    if attribution in OPEN:
        return None
    return int(event.get("count")) if attribution == "substantially_due" else 0


def unfilled(statement: Statement, event: Record, happened: Quarter) -> tuple[Quarter, int | None]:
    """The quarter in which it was decided not to fill positions, and how many of them count."""
    decided = statement.on(event.get("decided_not_to_fill_on"))
    occupied = statement.on(event.get("last_occupied_on"))
    within = quarter(decided) if decided else happened
    number = due(event)
    if number == 0:
        return within, 0
    if not decided or not occupied:
        return within, None
    before = quarter(within[0] - dt.timedelta(days=1))
    return within, number if before[0] <= occupied <= before[1] else 0


def add(counts: dict[str, int | None], name: str, number: int | None) -> None:
    """Add to a count; what is open leaves it open."""
    held = counts[name]
    counts[name] = None if held is None or number is None else held + number


def updates(statement: Statement) -> list[Known]:
    """The filings that were meant."""
    undone = {v.disclosure_id for v in statement.live if v.kind == "withdrawal" and v.reason in NEVER_MEANT}
    return [v for v in statement.known if v.kind == "filing" and v.disclosure_id not in undone]


def reported(statement: Statement, filed: list[Known], begins: dt.date, ends: dt.date) -> dt.date | None:
    """When a quarter was first reported."""
    found = [version.filed_at for version in filed if covers(version, begins, ends)]
    return day(min(found), statement.zone) if found else None


def told(name: str, counts: dict[str, int | None]) -> str:
    """A quarter's counts in words."""
    said = ", ".join(
        f"{fact.partition('.')[2].replace('_', ' ')} {'not known' if number is None else number}"
        for fact, number in counts.items()
    )
    return f"Quarter {name}, substantially due to AI: {said}."
