"""Two versions of a disclosure beside each other, as far as the caller may read both."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from registry.diffs.difference import MOST, Difference, differences
from registry.diffs.patch import Operation, patch
from registry.disclosures.outline import Node
from registry.disclosures.release import keeps, shown, withheld
from registry.disclosures.version import Filed, Kind


class VersionSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two versions: what it is, when it came, and where its entry stands."""

    version: int
    kind: Kind
    filed_at: dt.datetime
    reason: str | None
    explanation: str | None
    ledger_index: int


class VersionDiff(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """What changed from one version to another, as a JSON Patch and as a table in words.

    Of a withdrawal the document is the one it withdraws: it changes no field, and asserts nothing any more.
    `withheld` names what is kept from you in either of the two, or in the newest; it is in neither list.
    """

    disclosure_id: UUID
    since: VersionSide
    to: VersionSide
    withheld: list[str]
    patch: list[Operation]
    changes: list[Difference]
    more_changes: int


def side(filed: Filed) -> VersionSide:
    """*filed* as one of two sides."""
    return VersionSide(**{name: getattr(filed, name) for name in VersionSide.__struct_fields__})


def asserted(versions: Sequence[Filed], number: int) -> Mapping[str, Any]:
    """What version *number* says; of a withdrawal, what it withdraws. *versions* run up to it, in order."""
    return next(
        each.document for each in reversed(versions) if each.version <= number and each.kind != "withdrawal"
    )


def readable(documents: Sequence[Mapping[str, Any]], role: str) -> list[dict[str, Any]]:
    """Each of *documents* without what any of them keeps from a caller of this *role*."""
    found = []
    for document in documents:
        told = shown(document, role)
        found.append(
            {
                name: value
                for name, value in told.items()
                if not any(keeps(other, role, f"/{name}") for other in documents)
            }
        )
    return found


def compared(root: Node | None, versions: Sequence[Filed], pair: tuple[int, int], role: str) -> VersionDiff:
    """Versions *pair* of the disclosure whose *versions* these are, all of them, oldest first."""
    told = [asserted(versions, number) for number in (*pair, versions[-1].version)]
    was, now, _ = readable(told, role)
    found = differences(root, was, now)
    listed = list(islice(found, MOST))
    sides = {each.version: each for each in versions}
    return VersionDiff(
        disclosure_id=versions[0].disclosure_id,
        since=side(sides[pair[0]]),
        to=side(sides[pair[1]]),
        withheld=sorted({name for document in told for name in withheld(document, role)}),
        patch=list(patch(was, now)),
        changes=listed,
        more_changes=sum(1 for _ in found),
    )
