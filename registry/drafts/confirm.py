"""What a document carries over that time may have changed, and what of it is left to confirm.

A carried fact is confirmed by a person who names it, or by one who changes it. Places are kept by the ids of
records, not by their numbers in a list, so that a document may be rearranged meanwhile.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from registry.diffs.difference import same
from registry.disclosures import codes, wording
from registry.drafts.draft import Carried
from registry.errors import Fault
from registry.productions.shape import said

Path = list[str | int]

STILL: Final[Mapping[str, Mapping[str, str]]] = {
    "employer": {
        "headcount_ft": "Full-time headcount",
        "headcount_site": "Headcount at the site",
        "ny_ft": "Full-time headcount in New York",
    },
    "production": {"phase": "Present phase"},
    "filing": {"nil_statement": "The statement that no AI was used"},
}
"""Members of a section that are true for a time."""

RUNNING: Final[Mapping[str, Mapping[str, str]]] = {
    "uses": {
        "share_of_task_hours": "Share of the task's hours",
        "hours_saved": "Hours saved",
        "operators": "Operators",
    },
    "workforce": {
        "headcount_now": "Headcount now",
        "hours_delta": "Change in hours",
        "weeks_delta": "Change in weeks",
    },
    "music": {"ai_minutes": "Minutes made with AI", "sessions_paid": "Sessions paid"},
}
"""Members of the records in a list that count or measure up to a day."""

OVER: Final = frozenset({"agreed", "proceeded_over_objection", "changed", "withdrawn"})
"""Outcomes after which a consultation does not change any more."""


MOST: Final = 100
"""No more places than this are named in one refusal."""


def carried(document: Mapping[str, Any]) -> list[Carried]:
    """Everything in a valid *document* that has to be looked at again in another period."""
    found = [
        Carried(
            [section, name], f"{title}: {told(part[name])} was said before. Is it still so?", True, part[name]
        )
        for section, names in STILL.items()
        for part in [document.get(section) or {}]
        for name, title in names.items()
        if name in part
    ]
    for record in document.get("uses") or []:
        found += open_use(record)
    for section, names in RUNNING.items():
        for record in document.get(section) or []:
            found += [
                Carried(
                    [section, record["id"], name],
                    f"{title} of {record['id']}: {told(record[name])} was said before. Is it still so?",
                    True,
                    record[name],
                )
                for name, title in names.items()
                if name in record
            ]
    for record in document.get("consultations") or []:
        found += open_consultation(record)
    return found


def open_use(use: Mapping[str, Any]) -> list[Carried]:
    """What is to be asked of a use that has not ended, or has not begun."""
    found = []
    if "first" not in use:
        planned = f" (it was planned for {use['planned_first'][:10]})" if "planned_first" in use else ""
        says = f"Use {use['id']} had not begun{planned}. Say when it began, or confirm that it has not."
        found.append(Carried(["uses", use["id"], "first"], says, False))
    elif "last" not in use:
        says = f"Use {use['id']} had no last day. Say when it ended, or confirm that it goes on."
        found.append(Carried(["uses", use["id"], "last"], says, False))
    return found


def open_consultation(record: Mapping[str, Any]) -> list[Carried]:
    """What is to be asked of a consultation that had not come to its end."""
    outcome = record.get("outcome")
    if outcome in OVER:
        return []
    before = f"“{outcome}” was said before" if outcome else "no outcome was said"
    says = f"Outcome of consultation {record['id']}: {before}. What has become of it?"
    return [Carried(["consultations", record["id"], "outcome"], says, outcome is not None, outcome)]


def told(value: Any) -> str:
    """A value as a question repeats it."""
    if isinstance(value, list):
        return ", ".join(
            str(each.get("count", "?")) if isinstance(each, dict) else str(each) for each in value
        )
    return wording.shown(value)


def pending(facts: Iterable[Carried], document: Mapping[str, Any]) -> Iterator[tuple[str, Carried]]:
    """Those of *facts* that stand in *document* as they were carried over, each with its pointer there."""
    places: dict[int, dict[str, int]] = {}
    for fact in facts:
        where = located(fact.path, document, places)
        if where is None:
            continue
        home, name = where[0], str(fact.path[-1])
        if (name in home) == fact.stated and same(home.get(name), fact.was):
            yield wording.pointer([*where[1], name]), fact


def located(
    path: Sequence[str | int], document: Any, places: dict[int, dict[str, int]]
) -> tuple[dict[str, Any], Path] | None:
    """The object in which the last step of *path* stands, with the way to it; None when it has gone.

    *places* keeps where in each list of the document each id stands, from one call to the next.
    """
    value, way = document, Path()
    for step in path[:-1]:
        key = step
        if isinstance(value, list):
            if id(value) not in places:
                places[id(value)] = numbered(value)
            at = places[id(value)].get(str(step))
            if at is None:
                return None
            key, value = at, value[at]
        elif isinstance(value, dict) and step in value:
            value = value[str(step)]
        else:
            return None
        way.append(key)
    return (value, way) if isinstance(value, dict) else None


def numbered(records: Sequence[Any]) -> dict[str, int]:
    """Where in a list each record stands, by its id; of two with one id, the first."""
    ids = [each.get("id") if isinstance(each, dict) else None for each in records]
    return {key: at for at, key in reversed(list(enumerate(ids))) if isinstance(key, str)}


def above(pointer: str) -> list[str]:
    """*pointer*, and every part of the document that it is in."""
    steps = pointer.split("/")
    return ["/".join(steps[:count]) for count in range(2, len(steps) + 1)]


def check(named: Sequence[str], known: Sequence[str]) -> list[Fault]:
    """A fault for each pointer, up to MOST, that a caller confirms and that names nothing to be confirmed."""
    right = {part for pointer in known for part in above(pointer)}
    wrong = ((at, pointer) for at, pointer in enumerate(named) if pointer not in right)
    return [
        Fault(
            f"/confirmed/{at}",
            "nothing-to-confirm",
            f"There is nothing to confirm at {said(pointer)}.",
            fix="Name the pointers as `to_confirm` shows them, or a part of the document above them.",
            allowed=list(known[: codes.SHORT]),
        )
        for at, pointer in islice(wrong, MOST)
    ]


def left(
    facts: Sequence[Carried], before: Mapping[str, Any], now: Mapping[str, Any], named: Collection[str]
) -> list[Carried]:
    """What is still to be confirmed when *before* became *now* and a person confirmed the pointers *named*.

    Pointers are those of *before*, the document the person had read.
    """
    given = frozenset(named)
    unsaid = [fact for pointer, fact in pending(facts, before) if given.isdisjoint(above(pointer))]
    return [fact for _, fact in pending(unsaid, now)]
