"""The bodies that make and change a subscription, and every fault in one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from registry.auth.scope import Principal, scope_of, union_of
from registry.errors import Fault
from registry.outgoing.address import LONGEST
from registry.productions import record, shape
from registry.subscriptions.subscription import Form, Pace, Signing, Way, Wish
from registry.subscriptions.types import FAMILIES, TYPES

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
HOURS: Final = range(24)
LONGEST_OVERLAP: Final = 168


class Subscribing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new subscription: where to, what of, and when. `signing` is how webhooks are signed."""

    way: Way
    address: Address
    form: Form = "standard"
    signing: Signing = "v1"
    wish: Wish = Wish()
    pace: Pace = Pace()


class Changing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a subscription shall be from now on; its way and its secrets stay."""

    address: Address
    form: Form = "standard"
    wish: Wish = Wish()
    pace: Pace = Pace()


class Rotating(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new secret beside the old one, which lives on for so many hours; `signing` changes how it signs."""

    keep_hours: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_OVERLAP)] = 24
    signing: Signing | None = None


class Codes(msgspec.Struct, frozen=True):
    """What a body is checked against: known locals and time zones, and whether mail is sent at all."""

    locals: Collection[str]
    zones: Collection[str]
    mail: bool

    @property
    def unions(self) -> list[str]:
        """The unions that have a local, or are one."""
        return sorted({union_of(local) for local in self.locals})


def check_new(document: Any, codes: Codes, principal: Principal) -> list[Fault]:
    """Every fault of the body of a new subscription."""
    found = shape.check(Subscribing, document)
    if not isinstance(document, dict):
        return found
    way = document.get("way")
    if way == "email" and not codes.mail:
        fix = "Choose another way, or ask the operator to set a mail server."
        found.append(Fault("/way", "no-mail", "This registry sends no mail.", fix=fix))
    if document.get("signing") == "v1a" and way != "webhook":
        found.append(Fault("/signing", "not-signed", "Only webhooks are signed.", fix="Leave it out."))
    return record.fresh(check_rest(document, way, codes, principal) + found)


def check_change(document: Any, way: Way, codes: Codes, principal: Principal) -> list[Fault]:
    """Every fault of the body that changes a subscription of *way*."""
    found = shape.check(Changing, document)
    if not isinstance(document, dict):
        return found
    return record.fresh(check_rest(document, way, codes, principal) + found)


def check_rotation(document: Any) -> list[Fault]:
    """Every fault of the body that asks for a new secret."""
    found = shape.check(Rotating, document)
    hours = document.get("keep_hours") if isinstance(document, dict) else None
    return record.fresh(check_hour(hours, "/keep_hours", range(LONGEST_OVERLAP + 1)) + found)


def check_rest(document: Mapping[str, Any], way: Any, codes: Codes, principal: Principal) -> list[Fault]:
    """The faults of what a new and a changed subscription both say."""
    found = []
    if document.get("form") == "cloudevents" and way != "webhook":
        detail = "Only webhooks take the form of CloudEvents."
        found.append(Fault("/form", "no-form", detail, fix="Leave it out."))
    if isinstance(wish := document.get("wish"), dict):
        found += check_wish(wish, codes) + check_reach(wish, principal)
    if isinstance(pace := document.get("pace"), dict):
        found += check_pace(pace, codes)
    return found


def check_wish(wish: Mapping[str, Any], codes: Codes) -> list[Fault]:
    """The faults of codes nobody has, of keys that are none, and of types that do not exist."""
    found = record.check_codes(wish.get("unions"), codes.unions, "/wish/unions", "union")
    found += record.check_codes(wish.get("locals"), codes.locals, "/wish/locals", "local")
    found += record.check_codes(wish.get("types"), [*FAMILIES, *TYPES], "/wish/types", "type")
    for name in ("productions", "employers"):
        for at, key in enumerate(listed(wish.get(name))):
            for fault in record.check_key({"key": key}, "key"):
                found.append(msgspec.structs.replace(fault, pointer=f"/wish/{name}/{at}"))
    return found


def check_reach(wish: Mapping[str, Any], principal: Principal) -> list[Fault]:
    """A fault for each local, union or employer that the caller may hear nothing of."""
    scope = scope_of(principal)
    found = []
    if scope.locals is not None:
        unions = {*(scope.unions or ()), *(union_of(local) for local in scope.locals)}
        for at, local in enumerate(listed(wish.get("locals"))):
            if local not in scope.locals and union_of(str(local)) not in (scope.unions or ()):
                found.append(not_yours(f"/wish/locals/{at}", local, [*scope.locals, *(scope.unions or ())]))
        for at, union in enumerate(listed(wish.get("unions"))):
            if union not in unions:
                found.append(not_yours(f"/wish/unions/{at}", union, sorted(unions)))
    if scope.employers is not None:
        for at, employer in enumerate(listed(wish.get("employers"))):
            if employer not in scope.employers:
                found.append(not_yours(f"/wish/employers/{at}", employer, scope.employers))
    return found


def not_yours(pointer: str, value: Any, yours: Sequence[str]) -> Fault:
    """The fault of a wish that could never come true."""
    detail = f"You would hear nothing of {shape.said(value)}: your token does not reach it."
    return Fault(pointer, "not-yours", detail, fix="Leave it out.", allowed=list(yours)[:25])


def check_pace(pace: Mapping[str, Any], codes: Codes) -> list[Fault]:
    """The faults of hours no day has, of a zone that is none, and of quiet that never begins."""
    found = check_hour(pace.get("hour"), "/pace/hour", HOURS)
    found += record.check_code(pace.get("time_zone"), codes.zones, "/pace/time_zone", "IANA time zone")
    quiet = pace.get("quiet")
    if isinstance(quiet, dict):
        for name in ("from", "to"):
            found += check_hour(quiet.get(name), f"/pace/quiet/{name}", HOURS)
        if quiet.get("from") is not None and quiet.get("from") == quiet.get("to"):
            detail = "Quiet from an hour to the same hour is either always or never."
            found.append(Fault("/pace/quiet/to", "no-hours", detail, fix="Name another hour, or no quiet."))
    return found


def check_hour(value: Any, pointer: str, hours: range) -> list[Fault]:
    """The fault of a whole number that is none of *hours*."""
    if not isinstance(value, int) or isinstance(value, bool) or value in hours:
        return []
    fix = f"Give a whole number from 0 to {hours[-1]}."
    return [Fault(pointer, "out-of-range", f"{shape.said(value)} is no such hour.", fix=fix)]


def listed(value: Any) -> list[Any]:
    """The texts in *value*, if it is a list."""
    return [item if isinstance(item, str) else "" for item in value] if isinstance(value, list) else []
