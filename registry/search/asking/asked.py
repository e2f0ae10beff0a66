"""What a search asks for, as the statement takes it; and the cursor, which knows of which tree it is."""

import datetime as dt
import hashlib
from typing import Any, Final, Literal

import msgspec

from registry import page
from registry.auth.scope import Principal, Scope, scope_of
from registry.errors import Fault, Invalid
from registry.search import terms

Order = Literal["newest", "oldest"]
Type = Literal["initial", "quarterly_update", "nil_return"]
State = Literal["filed", "amended", "withdrawn"]
Verdict = Literal["violation", "satisfied", "not_applicable", "insufficient_information"]
InAlertState = Literal[
    "open", "acknowledged", "answered", "in_consultation", "grieved", "waived", "resolved", "withdrawn"
]
Facet = Literal[
    "employer",
    "production",
    "type",
    "state",
    "tool",
    "vendor",
    "model",
    "category",
    "craft",
    "local",
    "union",
    "agreement",
    "verdict",
    "alert",
]
MOST_VALUES: Final = 50
"""How many values of one kind are asked for at once."""


class Days(msgspec.Struct, frozen=True, omit_defaults=True):
    """Between which days something was filed as it stands, and which days its period touches."""

    filed_from: dt.date | None = None
    filed_to: dt.date | None = None
    period_from: dt.date | None = None
    period_to: dt.date | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a search asks for: one of the values of each kind that is named, and all kinds together."""

    employer: list[str] | None = None
    production: list[str] | None = None
    type: list[Type] | None = None
    state: list[State] | None = None
    tool: list[str] | None = None
    vendor: list[str] | None = None
    model: list[str] | None = None
    category: list[str] | None = None
    craft: list[str] | None = None
    local: list[str] | None = None
    union: list[str] | None = None
    agreement: list[str] | None = None
    verdict: list[Verdict] | None = None
    rule: list[str] | None = None
    alert: list[InAlertState] | None = None
    days: Days = Days()
    text: str | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: of which tree, behind which position."""

    size: int
    after: int | None


def fingerprint(wanted: Wanted, order: Order) -> str:
    """What makes two searches the same one."""
    return hashlib.sha256(msgspec.json.encode([order, wanted], order="sorted")).hexdigest()[:16]


def check(wanted: Wanted) -> None:
    """Raise Invalid with every fault of *wanted* that its single parameters do not show."""
    faults = []
    for first, last in (("filed_from", "filed_to"), ("period_from", "period_to")):
        begins, ends = getattr(wanted.days, first), getattr(wanted.days, last)
        if begins and ends and begins > ends:
            detail = f"{last} lies before {first}"
            faults.append(Fault("", last, detail, f"Ask for {begins} or later, or for an earlier {first}."))
    for name in Wanted.__struct_fields__:
        found = getattr(wanted, name)
        if isinstance(found, list) and len(found) > MOST_VALUES:
            detail = f"{name} has {len(found)} values"
            faults.append(Fault("", name, detail, f"Ask for {MOST_VALUES} at most at once."))
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)


def place_of(cursor: str | None, mark: str, size: int | None, head: int) -> Place:
    """Where the page asked for begins: behind *cursor*, or in the tree of *size*, or in that of *head*.

    A cursor keeps the tree of the first page; it belongs to the search with its *mark* and to no other.
    """
    key = page.decode(cursor, tuple[int, str, int])
    if key is None:
        return Place(head if size is None else size, None)
    of, its_mark, after = key
    if not 0 <= of <= head or not -1 <= after < of:
        raise unfit("this cursor was not given out by the registry", "start without a cursor")
    if mark != its_mark:
        raise unfit(
            "this cursor belongs to another search", "repeat the search it came from, or start without it"
        )
    if size is not None and size != of:
        raise unfit(
            f"this cursor is of the ledger of {of} entries, not {size}",
            "leave out as_of and tree_size behind the first page, or start without the cursor",
        )
    return Place(of, after)


def unfit(detail: str, fix: str) -> Invalid:
    """The refusal of a cursor that cannot go on."""
    return Invalid(
        f"the cursor cannot be used: {detail}", [Fault("", "cursor", detail, f"{fix[0].upper()}{fix[1:]}.")]
    )


def next_of(mark: str, place: Place, last: int) -> str:
    """The cursor of the page that begins behind position *last*."""
    return page.encode([place.size, mark, last])


def employers_of(wanted: Wanted, scope: Scope) -> list[str] | None:
    """The employers that are asked for and may be seen; None for all."""
    if wanted.employer is None or scope.employers is None:
        return wanted.employer if scope.employers is None else scope.employers
    return [each for each in wanted.employer if each in scope.employers]


def parameters(wanted: Wanted, principal: Principal, size: int, words: str | None) -> list[Any]:
    """The first parameters of every statement that searches the tree of *size* for *principal*."""
    scope, role = scope_of(principal), principal.role
    employers = employers_of(wanted, scope)
    only = employers[0] if employers is not None and len(employers) == 1 else None
    groups = [
        None if getattr(wanted, kind) is None else terms.visible(kind, getattr(wanted, kind), role)
        for kind in terms.KINDS
    ]
    return [
        size,
        only,
        None if only is not None else employers,
        terms.scope_terms(scope),
        None if wanted.production is None else terms.production_terms(wanted.production),
        wanted.type,
        wanted.state,
        wanted.days.filed_from and dt.datetime.combine(wanted.days.filed_from, dt.time.min, dt.UTC),
        wanted.days.filed_to and dt.datetime.combine(wanted.days.filed_to, dt.time.max, dt.UTC),
        wanted.days.period_from,
        wanted.days.period_to,
        words,
        judgement_of(wanted, principal),
        wanted.alert,
        scope.locals,
        scope.unions or [],
        *groups,
    ]


def judgement_of(wanted: Wanted, principal: Principal) -> list[str] | None:
    """The terms of which a judgement must have one; None when nothing is asked of it."""
    return terms.asked_of_judgement(wanted.verdict or [], wanted.rule or [], scope_of(principal))


def weights(role: str) -> str:
    """The weights of the words that a caller of *role* reads."""
    return "ABCD"[: terms.READS[role] + 1]
