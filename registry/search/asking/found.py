"""What a search answers: disclosures with what they are found by, facets with their counts."""

import collections
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.auth.scope import Principal, scope_of
from registry.disclosures.release import shown
from registry.search import terms

MOST_COUNTED: Final = 10_000
"""Of how many disclosures facets are counted at most: the newest, or the oldest, in the order asked for."""
MOST_SHOWN: Final = 50
"""How many values of a facet are shown."""
LETTERS: Final = {letter: kind for kind, letter in terms.KINDS.items()}


class Line(msgspec.Struct, frozen=True):
    """A disclosure as the copy has it, with the newest document that says anything."""

    disclosure_id: UUID
    employer_id: str
    production_id: str
    version: int
    type: str
    state: str
    period_from: dt.date | None
    period_to: dt.date | None
    filed_at: dt.datetime
    ledger_index: int
    document: dict[str, Any] | None


class Standing(msgspec.Struct, frozen=True):
    """What is found about a production, and the states its alerts are in."""

    terms: list[str]
    alerts: list[str]


class FoundLine(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure that was found, as far as you may read it.

    `version` is its newest in the ledger of `tree_size` entries. `verdicts` and `alerts` are of its
    production: which verdicts the findings have that you may read, and how many of the alerts you may see are
    in each state. Every finding is prima facie, for a person to pursue.
    """

    disclosure_id: UUID
    employer_id: str
    production_id: str
    version: int
    type: str
    state: str
    period_from: dt.date | None
    period_to: dt.date | None
    filed_at: dt.datetime
    ledger_index: int
    tools: list[str]
    vendors: list[str]
    models: list[str]
    categories: list[str]
    crafts: list[str]
    locals: list[str]
    agreements: list[str]
    verdicts: list[str]
    alerts: dict[str, int]


class FacetCount(msgspec.Struct, frozen=True):
    """How many of the disclosures counted have this value; send it back as the parameter to see them."""

    value: str
    disclosures: int


class Facets(msgspec.Struct, frozen=True):
    """What was counted: `disclosures` of them, all there are if `complete`; at most 50 values of each."""

    disclosures: int
    complete: bool
    counts: dict[str, list[FacetCount]]


class SearchPage(msgspec.Struct, frozen=True):
    """Some of what was found, all of it as of the ledger's first `tree_size` entries."""

    items: list[FoundLine]
    next: str | None
    tree_size: int
    facets: Facets | None = None


def line(row: Line, standing: Standing | None, principal: Principal) -> FoundLine:
    """*row* as *principal* may read it."""
    view = shown(row.document or {}, principal.role)
    held: dict[str, list[str]] = {kind: [] for kind in terms.KINDS}
    for kind, value in terms.named(view):
        held[kind].append(value)
    names = {kind: sorted(set(values)) for kind, values in held.items()}
    given = msgspec.structs.asdict(row)
    return FoundLine(
        **{name: given[name] for name in Line.__struct_fields__ if name != "document"},
        tools=names["tool"],
        vendors=names["vendor"],
        models=names["model"],
        categories=names["category"],
        crafts=names["craft"],
        locals=names["local"],
        agreements=names["agreement"],
        verdicts=terms.verdicts_in(standing.terms, scope_of(principal)) if standing else [],
        alerts=dict(sorted(collections.Counter(standing.alerts).items())) if standing else {},
    )


def facets(rows: Iterable[Mapping[str, Any]], asked: Sequence[str]) -> Facets:
    """The *rows* of counts as they are shown, the most frequent value first."""
    counts: dict[str, list[FacetCount]] = {name: [] for name in asked}
    total = 0
    for row in rows:
        name = LETTERS.get(row["facet"], row["facet"])
        if name == "all":
            total = row["disclosures"]
        elif name in counts:
            counts[name].append(FacetCount(row["value"], row["disclosures"]))
    for values in counts.values():
        values.sort(key=lambda each: (-each.disclosures, each.value))
        del values[MOST_SHOWN:]
    return Facets(min(total, MOST_COUNTED), total <= MOST_COUNTED, counts)
