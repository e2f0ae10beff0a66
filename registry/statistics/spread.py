"""Tools by how far they have spread: over how many employers, productions and uses."""

from collections.abc import Mapping
from typing import Any, Final

from registry.disclosures.release import shown
from registry.search.terms import folded, rows
from registry.statistics import table
from registry.statistics.table import Cell, StatisticColumn, Statistics

COLUMNS: Final = [
    StatisticColumn(
        "tool", "The tool's name, in small letters: two that differ in letter case alone are one."
    ),
    StatisticColumn("vendor", "Its vendor, in small letters; empty where none is named."),
    StatisticColumn("categories", "Every category it was disclosed with, in the order of letters."),
    StatisticColumn("employers", "Employers with a disclosure in force that names it."),
    StatisticColumn("productions", "Productions with a disclosure in force that names it."),
    StatisticColumn("uses", "Uses of it in those disclosures that you may read, each once for a production."),
    StatisticColumn(
        "first_filed_on", "The day (UTC) on which the oldest of those disclosures was filed as it stands."
    ),
]
SAYS: Final = (
    "Tools named by the disclosures in force, the widest spread first; withdrawn ones count nothing."
)


class Spread:
    """Disclosures in force, one after the other, and the tools they name."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.tools: dict[tuple[str, str], dict[str, set[Any]]] = {}

    def add(self, filed: Mapping[str, Any]) -> None:
        """Count one disclosure, as far as the reader may read it."""
        view = shown(filed["document"], self.role)
        production = filed["employer_id"], filed["production_id"]
        used: dict[Any, set[str]] = {}
        for use in rows(view, "uses"):
            used.setdefault(use.get("tool"), set()).add(str(use.get("id")))
        for tool in rows(view, "tools"):
            if not isinstance(tool.get("name"), str):
                continue
            key = folded(tool["name"]), folded(tool.get("vendor") or "")
            names = ("categories", "employers", "productions", "uses", "days")
            found = self.tools.setdefault(key, {name: set() for name in names})
            found["categories"] |= {tool["category"]} if isinstance(tool.get("category"), str) else set()
            found["employers"].add(production[0])
            found["productions"].add(production)
            found["uses"] |= {(*production, use) for use in used.get(tool.get("id"), ())}
            found["days"].add(filed["filed_at"].date().isoformat())

    def table(self, tree_size: int) -> Statistics:
        """What was counted, as a table."""
        made: dict[tuple[Any, ...], dict[str, Cell]] = {
            key: {
                "categories": " ".join(sorted(found["categories"])),
                "employers": len(found["employers"]),
                "productions": len(found["productions"]),
                "uses": len(found["uses"]),
                "first_filed_on": min(found["days"]),
            }
            for key, found in self.tools.items()
        }
        lines = table.rows(made, "tool", "vendor")
        lines.sort(
            key=lambda line: [
                -len(self.tools[key_of(line)][name]) for name in ("employers", "productions", "uses")
            ]
        )
        return Statistics(about="tools", says=SAYS, tree_size=tree_size, columns=COLUMNS, rows=lines)


def key_of(line: Mapping[str, Cell]) -> tuple[str, str]:
    """The tool and vendor of a row."""
    return str(line["tool"]), str(line["vendor"])
