"""Principal: who is calling; Scope: the limits of what they may see, in the form stores understand.

A store writes the limits as
`($1::text[] IS NULL OR employer_id = ANY($1)) AND ($2::text[] IS NULL OR locals && $2 OR unions && $3)`.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from registry.errors import Forbidden

Role = Literal["employer", "representative", "auditor", "administrator"]


class Principal(msgspec.Struct, frozen=True):
    """An authenticated caller. `employers` is an auditor's mandate; None means all."""

    subject: str
    role: Role
    employer_id: str | None = None
    unions: list[str] = []
    locals: list[str] = []
    employers: list[str] | None = None


class Scope(msgspec.Struct, frozen=True):
    """What a caller may see. None means no limit; an empty list means nothing."""

    employers: list[str] | None = None
    locals: list[str] | None = None
    unions: list[str] | None = None


def union_of(local: str) -> str:
    """The union of a local key: `IATSE:700` → `IATSE`, `DGA` → `DGA`."""
    return local.partition(":")[0]


def scope_of(principal: Principal) -> Scope:
    """The limits of what *principal* may see.

    A representative of named locals sees those; an International's, of a union without named locals, sees
    all of it.
    """
    if principal.role == "employer":
        return Scope(employers=[principal.employer_id] if principal.employer_id else [])
    if principal.role == "representative":
        named = {union_of(local) for local in principal.locals}
        whole = [union for union in principal.unions if union not in named]
        return Scope(locals=list(principal.locals), unions=whole)
    return Scope(employers=principal.employers if principal.role == "auditor" else None)


def owner_of(principal: Principal) -> str:
    """Whose a person's own things are: a name at two employers, or in two roles, is two owners."""
    return f"{principal.role} {principal.employer_id or '-'} {principal.subject}"


def within(scope: Scope, employer_id: str, locals_: Collection[str] = ()) -> bool:
    """Whether a thing of *employer_id* that concerns *locals_* lies inside *scope*."""
    if scope.employers is not None and employer_id not in scope.employers:
        return False
    if scope.locals is None:
        return True
    unions = {union_of(local) for local in locals_}
    return bool(set(scope.locals) & set(locals_)) or bool(set(scope.unions or ()) & unions)


def permit(principal: Principal, roles: Collection[str]) -> None:
    """Raise Forbidden when none of *roles* is the principal's."""
    if principal.role not in roles:
        allowed = " or ".join(sorted(roles))
        raise Forbidden(f"your token's role is {principal.role}; this needs {allowed}")
