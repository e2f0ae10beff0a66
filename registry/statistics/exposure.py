"""Exposure by craft and local over time: uses, the share of hours a tool saves, positions gone."""

import collections
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.disclosures.release import shown
from registry.search.terms import rows, texts
from registry.statistics import small, table
from registry.statistics.table import Cell, StatisticColumn, Statistics

GONE: Final = {
    "laid_off",
    "position_eliminated",
    "position_not_filled",
    "not_rehired",
}
"""The workforce events after which a position is gone."""
ATTRIBUTIONS: Final = ("substantially_due", "contributing", "not_due", "undetermined")
PERSONS: Final = [*(f"gone_{name}" for name in ATTRIBUTIONS), "gone"]
TOTAL: Final = "all"
COLUMNS: Final = [
    StatisticColumn("quarter", "Calendar quarter of the period disclosed, else of first use; of the loss."),
    StatisticColumn("local", "The local, as IATSE:700; empty where none is named; all in the last row."),
    StatisticColumn(
        "craft", "Occupation, else classification; empty where none is named; all in the last row."
    ),
    StatisticColumn(
        "uses",
        "Uses disclosed for the quarter, each once for a production; a use of two locals or crafts counts in "
        "each row, so rows do not add up to it. No total.",
    ),
    StatisticColumn(
        "uses_with_share", "Of these, the uses that say which share of the task's hours they save."
    ),
    StatisticColumn("share_permille", "The mean of those shares, in thousandths of the task's hours."),
    *(
        StatisticColumn(
            f"gone_{name}",
            f"Persons laid off or not rehired, and positions eliminated or not filled; attribution: {name}.",
            persons=True,
        )
        for name in ATTRIBUTIONS
    ),
    StatisticColumn("gone", "The four columns before, added up.", persons=True),
]
SAYS: Final = (
    "Uses and losses by calendar quarter, local and craft, from the disclosures in force; withdrawn ones "
    "count nothing. What several updates say of the same use or event counts once, as the newest says it. "
    "A number of persons from 1 to 4 is kept back, with others from which it could be worked out."
)

Key = tuple[str, str, str]


class Exposure:
    """Disclosures in force, one after the other in the order of the ledger, and what they add up to."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.uses: dict[tuple[str, ...], tuple[set[Key], int | None]] = {}
        self.lost: dict[tuple[str, ...], tuple[Key, str, int]] = {}

    def add(self, filed: Mapping[str, Any]) -> None:
        """Count one disclosure, as far as the reader may read it."""
        view = shown(filed["document"], self.role)
        production = filed["employer_id"], filed["production_id"]
        period = filed["period_from"].isoformat() if filed["period_from"] else ""
        for use in rows(view, "uses"):
            first = use.get("first") or use.get("planned_first") or filed["filed_at"].date().isoformat()
            when = table.quarter(period or first)
            share = use.get("share_of_task_hours")
            self.uses[*production, str(use.get("id")), when] = (set(keys_of(when, use)), share)
        for work in rows(view, "workforce"):
            for event in rows(work, "events"):
                key = (*production, str(work.get("id")), str(event.get("id")))
                self.lost.pop(key, None)
                if event.get("kind") in GONE:
                    self.lost[key] = lost(work, event)

    def table(self, tree_size: int) -> Statistics:
        """What was counted, as a table."""
        numbers: dict[Key, dict[str, int]] = collections.defaultdict(collections.Counter)
        for places, share in self.uses.values():
            for place in places:
                numbers[place]["uses"] += 1
                if share is not None:
                    numbers[place]["uses_with_share"] += 1
                    numbers[place]["shares"] += share
        for place, attribution, count in self.lost.values():
            numbers[place][f"gone_{attribution}"] += count
        by_quarter: dict[str, list[Key]] = collections.defaultdict(list)
        for place in sorted(numbers):
            by_quarter[place[0]].append(place)
        made, kept = [], 0
        for when, placed in sorted(by_quarter.items()):
            lines, back = quarter_rows(when, placed, numbers)
            made += lines
            kept += back
        return Statistics(
            about="exposure", says=SAYS, tree_size=tree_size, columns=COLUMNS, rows=made, kept_back=kept
        )


def keys_of(when: str, use: Mapping[str, Any]) -> Iterator[Key]:
    """The rows that a use counts in."""
    crafts = texts([use], "occupations") or texts([use], "classifications")
    for local in texts([use], "locals") or [""]:
        for craft in crafts or [""]:
            yield when, local, craft


def lost(work: Mapping[str, Any], event: Mapping[str, Any]) -> tuple[Key, str, int]:
    """The row an event counts in, its attribution, and how many persons it is of."""
    craft = work.get("occupation") or work.get("classification") or ""
    attribution = event.get("attribution")
    count = event.get("count")
    return (
        (table.quarter(event.get("on") or ""), work.get("local") or "", craft),
        attribution if attribution in ATTRIBUTIONS else "undetermined",
        count if isinstance(count, int) else 1,
    )


def quarter_rows(
    when: str, places: list[Key], numbers: Mapping[Key, Mapping[str, int]]
) -> tuple[list[dict[str, Cell]], int]:
    """The rows of one quarter with its total last, and how many numbers of them are kept back."""
    counts = [[numbers[place].get(name, 0) for name in PERSONS[:-1]] for place in places]
    kept = small.kept_back(counts)
    made: list[dict[str, Cell]] = []
    for at, line in enumerate(small.with_sums(counts)):
        persons: dict[str, Cell] = {
            name: None if (at, below) in kept else line[below] for below, name in enumerate(PERSONS)
        }
        if at == len(places):
            nothing: dict[str, Cell] = dict.fromkeys(("uses", "uses_with_share", "share_permille"))
            made.append({"quarter": when, "local": TOTAL, "craft": TOTAL} | nothing | persons)
            continue
        _, local, craft = places[at]
        found = numbers[places[at]]
        said = found.get("uses_with_share", 0)
        things: dict[str, Cell] = {
            "uses": found.get("uses", 0),
            "uses_with_share": said,
            "share_permille": found.get("shares", 0) * 10 // said if said else None,
        }
        made.append({"quarter": when, "local": local, "craft": craft} | things | persons)
    return made, len(kept)
