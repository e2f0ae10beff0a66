"""How long answers take: of alerts and of requests, by employer and quarter."""

import collections
from collections.abc import Iterable, Mapping
from typing import Any, Final

from registry.statistics import table
from registry.statistics.table import Cell, StatisticColumn, Statistics

COLUMNS: Final = [
    StatisticColumn("employer_id", "The employer who was to answer."),
    StatisticColumn("kind", "alert or request."),
    StatisticColumn(
        "quarter", "The calendar quarter (UTC) in which the alert opened or the request was made."
    ),
    StatisticColumn("opened", "Alerts opened, or requests made, in that quarter."),
    StatisticColumn("answered", "Of these, those the employer has answered."),
    StatisticColumn("unanswered", "Of these, those without an answer that are still to be answered."),
    StatisticColumn("ended_unanswered", "Of these, those that were settled or closed without an answer."),
    StatisticColumn(
        "median_days", "Whole days from opening to the first answer, the middle one of those answered."
    ),
    StatisticColumn("longest_days", "The same, the longest."),
]
SAYS: Final = "How long employers took to answer alerts and requests, counted to the first answer of each."


def answers(found: Iterable[Mapping[str, Any]], tree_size: int) -> Statistics:
    """The table of alerts and requests *found*, each with when it was opened and first answered."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = collections.defaultdict(list)
    for each in found:
        quarter = table.quarter(each["opened_at"].date().isoformat())
        groups[each["employer_id"], each["kind"], quarter].append(each)
    made: dict[tuple[Any, ...], dict[str, Cell]] = {}
    for key, group in groups.items():
        days = [(each["answered_at"] - each["opened_at"]).days for each in group if each["answered_at"]]
        ended = sum(1 for each in group if each["ended"] and not each["answered_at"])
        made[key] = {
            "opened": len(group),
            "answered": len(days),
            "unanswered": len(group) - len(days) - ended,
            "ended_unanswered": ended,
            "median_days": table.median(days),
            "longest_days": max(days, default=None),
        }
    lines = table.rows(made, "employer_id", "kind", "quarter")
    return Statistics(about="answers", says=SAYS, tree_size=tree_size, columns=COLUMNS, rows=lines)
