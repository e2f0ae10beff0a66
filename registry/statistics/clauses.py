"""Alerts by clause, and the states they are in."""

import collections
from collections.abc import Iterable, Mapping
from typing import Any, Final

from registry.statistics import table
from registry.statistics.table import Cell, StatisticColumn, Statistics

STATES: Final = (
    "open",
    "acknowledged",
    "answered",
    "in_consultation",
    "grieved",
    "waived",
    "resolved",
    "withdrawn",
)
COLUMNS: Final = [
    StatisticColumn("clause", "The clause that the alert's newest finding cites."),
    StatisticColumn("rule", "The rule of the finding."),
    StatisticColumn("alerts", "Alerts that were ever opened: those in each state, added up."),
    *(StatisticColumn(state, f"Of these, those whose state is {state}.") for state in STATES),
    StatisticColumn("employers", "Employers with such an alert."),
    StatisticColumn("productions", "Productions with such an alert."),
]
SAYS: Final = "Alerts by clause. Every alert is prima facie, for a person to pursue."


def clauses(found: Iterable[Mapping[str, Any]], tree_size: int) -> Statistics:
    """The table of the alerts *found*, each with its clause, rule and state."""
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    employers: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    productions: dict[tuple[str, str], set[tuple[str, str]]] = collections.defaultdict(set)
    for each in found:
        key = each["clause"] or "", each["rule"]
        counts[key][each["state"]] += 1
        employers[key].add(each["employer_id"])
        productions[key].add((each["employer_id"], each["production_id"]))
    made: dict[tuple[Any, ...], dict[str, Cell]] = {
        key: {
            "alerts": states.total(),
            **{state: states[state] for state in STATES},
            "employers": len(employers[key]),
            "productions": len(productions[key]),
        }
        for key, states in counts.items()
    }
    lines = table.rows(made, "clause", "rule")
    return Statistics(about="alerts", says=SAYS, tree_size=tree_size, columns=COLUMNS, rows=lines)
