"""The order to redact, and every fault in one."""

from collections.abc import Collection
from typing import Annotated, Any, Final

import msgspec

from registry.disclosures.version import Filed
from registry.errors import Fault
from registry.productions import shape

Section = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]

MOST: Final = 50
KEPT: Final = frozenset({"schema_version", "filing", "production", "employer"})
"""Sections that say whose filing this is, of what and when: the history itself stands on them."""


class RedactionOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order to take sections out of one version.

    `ground` is the law or the order it rests on, `ordered_by` who ordered it, `reason` what is told about it.
    All three are kept for good; they must not repeat what is taken out.
    """

    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    sections: list[Section]
    ground: Line
    ordered_by: Line
    reason: Words


def check(document: Any) -> list[Fault]:
    """Every fault of the body of an order, before anything that is stored is looked at."""
    found = shape.check(RedactionOrder, document)
    sections = document.get("sections") if isinstance(document, dict) else None
    given: list[Any] = sections[:MOST] if isinstance(sections, list) else []
    if isinstance(sections, list) and not 1 <= len(sections) <= MOST:
        fix = "Name the sections that the order is about, such as `tools`."
        allowed = [f"1 to {MOST} sections"]
        found.append(Fault("/sections", "how-many", "An order is about 1 to 50 sections.", fix, allowed))
    for at, name in enumerate(given):
        if name in given[:at]:
            found.append(
                Fault(f"/sections/{at}", "twice", f"{shape.said(name)} is there twice.", "Name it once.")
            )
        if isinstance(name, str) and name in KEPT:
            detail = f"`{name}` says whose filing this is, of what and when; the history stands on it."
            fix = "Leave it out; what an order wants out of it has to be agreed with the registry's operator."
            found.append(Fault(f"/sections/{at}", "not-redactable", detail, fix))
    return found


def check_standing(order: RedactionOrder, filed: Filed | None, gone: Collection[str]) -> list[Fault]:
    """Every fault of *order* in the light of the version it names; *gone* was redacted before."""
    if filed is None:
        detail = f"The disclosure has no version {order.version}."
        return [Fault("/version", "no-such-version", detail, "Read /versions for those there are.")]
    if filed.kind == "withdrawal":
        detail = "A withdrawal is its own short statement and has no sections of a disclosure."
        return [Fault("/version", "withdrawal", detail, "Name the version that was withdrawn.")]
    allowed = sorted(filed.document.keys() - KEPT)
    return [
        Fault(
            f"/sections/{at}",
            "redacted-before" if name in gone else "no-such-section",
            f"{shape.said(name)} was taken out before."
            if name in gone
            else f"There is no {shape.said(name)}.",
            "Leave it out." if name in gone else "Name a section of this version.",
            allowed,
        )
        for at, name in enumerate(order.sections)
        if name not in filed.document
    ]
