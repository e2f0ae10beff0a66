"""Who speaks: the local that is named, or the union where none is; on this production, by this caller."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.auth.scope import Scope, union_of, within
from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import ProductionRecord

KEYS: Final = ("employer_id", "production_id")


class Codes(msgspec.Struct, frozen=True):
    """The codes that a body is checked against."""

    locals: Collection[str]
    categories: Collection[str] = ()

    @property
    def unions(self) -> list[str]:
        """The unions that have a local, or are one."""
        return sorted({union_of(local) for local in self.locals})


def party_of(union: str, local: str | None) -> str:
    """The local, or the union when no local is named."""
    return local or union


def check(document: Mapping[str, Any], codes: Codes) -> list[Fault]:
    """The faults of the keys of employer and production, of union and local, in a body that is an object."""
    found = [fault for key in KEYS for fault in record.check_key(document, key)]
    union, local = document.get("union"), document.get("local")
    found += record.check_code(union, codes.unions, "/union", "union")
    wrong = record.check_code(local, codes.locals, "/local", "local")
    if wrong or not isinstance(local, str) or union not in codes.unions or union_of(local) == union:
        return found + wrong
    detail = f"{shape.said(local)} is a local of {union_of(local)}, not of {union}."
    return [
        *found,
        Fault("/local", "other-union", detail, fix="Make the two agree.", nearest=union_of(local)),
    ]


def check_standing(
    union: str, local: str | None, production: ProductionRecord, scope: Scope
) -> Sequence[Fault]:
    """The fault of a party that the production does not concern, or that the caller does not speak for."""
    party, pointer = party_of(union, local), "/local" if local else "/union"
    on_record = sorted({*production.locals, *(union_of(each) for each in production.locals)})
    if party not in on_record:
        detail = f"The production is not on record with {party}."
        fix = "Name one that works on it, or have the administrator put it on the production's record."
        return [Fault(pointer, "not-on-production", detail, fix=fix, allowed=on_record)]
    if not within(scope, production.employer_id, [party]):
        yours = sorted({*(scope.locals or ()), *(scope.unions or ())})
        detail = f"Your token does not speak for {party}."
        fix = "Name the local you speak for in `local`."
        return [Fault(pointer, "not-yours", detail, fix=fix, allowed=yours)]
    return []
