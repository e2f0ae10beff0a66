"""What somebody asks the access log for: whose data, by whom, from when until when."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from registry.auth.scope import Principal, Role, Scope, scope_of
from registry.errors import Fault, Invalid
from registry.ledger.moment import stated


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The readings wanted; None is no limit. Of `employers`, those that showed data of any of them."""

    employers: list[str] | None = None
    subject: str | None = None
    role: Role | None = None
    first: dt.datetime | None = None
    until: dt.datetime | None = None


def wanted(
    principal: Principal,
    employer_id: str | None,
    subject: str | None,
    role: Role | None,
    span: Sequence[str | None],
) -> Wanted:
    """What *principal* asks for, within their limits; raises Invalid with everything that is wrong with it.

    A representative reads what they read themselves, whatever they ask for beyond.
    """
    faults, instants = [], []
    for name, text in zip(("from", "until"), span, strict=True):
        try:
            instants.append(stated(text, name))
        except Invalid as wrong:
            faults += wrong.faults
    if faults:
        raise Invalid("; ".join(fault.detail for fault in faults), faults)
    first, until = instants
    if first and until and until < first:
        detail = "until lies before from, so nothing lies between them"
        raise Invalid(detail, [Fault("", "until", detail, "Exchange the two.")])
    if principal.role == "representative":
        if subject not in (None, principal.subject) or role not in (None, "representative"):
            return Wanted(employers=[])
        subject, role = principal.subject, "representative"
    return Wanted(
        employers=limited(scope_of(principal), employer_id),
        subject=subject,
        role=role,
        first=first,
        until=until,
    )


def limited(scope: Scope, employer_id: str | None) -> list[str] | None:
    """The employers whose readings are wanted: the one asked for, as far as it lies within *scope*."""
    if employer_id is None:
        return scope.employers
    return [employer_id] if scope.employers is None or employer_id in scope.employers else []
