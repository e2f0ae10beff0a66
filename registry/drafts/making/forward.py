"""The next quarter's document from an earlier version: what goes on, and what has to be confirmed.

A use that ended before the quarter is left out, with the records that speak of nothing else and the tools
that nothing else uses. One that a record which goes on still speaks of stays, so that no reference dangles
and none is cut: what a later filing leaves out of a list is no longer said.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from registry.disclosures import moments, wording
from registry.disclosures.outline import Node
from registry.drafts import confirm
from registry.drafts.draft import Remark, Source
from registry.drafts.making.made import OLD_PAPERS, Made
from registry.drafts.making.quarter import Period

DROPPED: Final = (*OLD_PAPERS, "note", "period")
USES: Final = "uses"
TOOLS: Final = "tools"


class Kept(msgspec.Struct, frozen=True):
    """A document without what is over, and the remarks on what was left out or kept in spite of it."""

    document: dict[str, Any]
    remarks: list[Remark]


def forward(root: Node, document: Mapping[str, Any], period: Period, source: Source) -> Made:
    """The draft of *period* from *document*, which is valid and in the shape that *root* outlines."""
    kept = without_ended(root, document, period[0])
    filing = {name: value for name, value in document["filing"].items() if name not in DROPPED}
    if filing["type"] == "initial":
        filing["type"] = "quarterly_update"
    filing["period"] = {"from": period[0], "to": period[1]}
    made = {**kept.document, "filing": filing}
    remarks = [*source.remarks, *kept.remarks]
    return Made(
        document=made,
        source=msgspec.structs.replace(source, remarks=remarks),
        carried=confirm.carried(made),
    )


def without_ended(root: Node, document: Mapping[str, Any], starts: str) -> Kept:
    """*document* without the uses that ended before the day *starts*, and what is about nothing else."""
    over = {use["id"]: use["last"] for use in document.get(USES) or [] if ended(use, starts)}
    if not over:
        return Kept(dict(document), [])
    about = {
        (section, at): set(referred(node_of(root, section), row, USES))
        for section, rows in lists(document)
        if section not in (USES, TOOLS)
        for at, row in enumerate(rows)
    }
    kept_on = needed(about, set(over))
    gone = set(over) - kept_on
    left_rows = {place for place, uses in about.items() if uses and uses <= gone}
    remarks = [remark_of_use(document, use, over[use], use in kept_on) for use in over]
    made = dict(document)
    for section, rows in lists(document):
        if section == USES:
            made[section] = [row for row in rows if row["id"] not in gone]
        elif section != TOOLS:
            made[section] = [row for at, row in enumerate(rows) if (section, at) not in left_rows]
            remarks += [
                Remark(
                    wording.pointer((section, at)),
                    f"{title(root, section)} {row['id']} is left out: it is about uses alone that ended "
                    f"before {starts}. What was filed of it stands; put it back if any of it has changed.",
                )
                for at, row in enumerate(rows)
                if (section, at) in left_rows
            ]
    remarks += without_tools(root, document, made, gone)
    return Kept({name: rows for name, rows in made.items() if rows != [] or document[name] == []}, remarks)


def without_tools(
    root: Node, document: Mapping[str, Any], made: dict[str, Any], gone: set[str]
) -> list[Remark]:
    """Take the tools that only uses that are *gone* had used out of *made*; the remarks on them."""
    used = {use["tool"] for use in document.get(USES) or [] if use["id"] in gone}
    still = {
        tool
        for section, rows in lists(made)
        if section != TOOLS
        for row in rows
        for tool in referred(node_of(root, section), row, TOOLS)
    }
    out = used - still
    tools = document.get(TOOLS) or []
    if out:
        made[TOOLS] = [tool for tool in tools if tool["id"] not in out]
    return [
        Remark(
            wording.pointer((TOOLS, at)),
            f"Tool {tool['id']} ({wording.cut(tool['name'], 60)}) is left out: the uses of it have ended.",
        )
        for at, tool in enumerate(tools)
        if tool["id"] in out
    ]


def needed(about: Mapping[tuple[str, int], set[str]], over: set[str]) -> set[str]:
    """Those of the uses that are *over* which a record that goes on speaks of.

    A record goes on that speaks of no use at all, of one that goes on, or of one that is needed.
    """
    found: set[str] = set()
    while True:
        more = {
            use for uses in about.values() if not uses <= over - found for use in uses if use in over - found
        }
        if not more:
            return found
        found |= more


def ended(use: Mapping[str, Any], starts: str) -> bool:
    """Whether a use was over before the day *starts*."""
    return "last" in use and moments.precedes(use["last"], starts)


def referred(node: Node | None, value: Any, target: str) -> Iterator[str]:
    """Every id of a record of the list *target* that *value* refers to."""
    if node is None:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from referred(node.properties.get(name), inner, target)
    elif isinstance(value, list):
        for inner in value:
            yield from referred(node.items, inner, target)
    elif node.refers == target:
        yield value


def lists(document: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The sections of *document* that are lists of records, with what is in them."""
    for name, value in document.items():
        if isinstance(value, list):
            yield name, value


def node_of(root: Node, section: str) -> Node | None:
    """The outline of one record of a section."""
    found = root.properties.get(section)
    return found.items if found else None


def title(root: Node, section: str) -> str:
    """What one record of a section is called."""
    node = node_of(root, section)
    return node.title if node else section


def remark_of_use(document: Mapping[str, Any], use: str, last: str, stays: bool) -> Remark:
    """Why a use that has ended is left out, or why it is not."""
    at = next(at for at, each in enumerate(document[USES]) if each["id"] == use)
    says = (
        f"Use {use} ended on {last[:10]}, before the quarter, and is left out. What was filed of it stands."
    )
    if stays:
        says = f"Use {use} ended on {last[:10]}; it stays, because a record that goes on speaks of it."
    return Remark(wording.pointer((USES, at)), says)
