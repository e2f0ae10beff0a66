"""Records of employers and productions: their form, and every fault and doubt in one of them.

A fault refuses the record; a doubt is a warning that comes with the accepted one. Codes and check
characters are those a disclosure is checked by. Nothing here knows what is stored: the other record that a
check needs is an argument.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from registry.agreements import terms
from registry.agreements.terms import Edition, Signature
from registry.errors import Fault
from registry.obligations import statement
from registry.productions import shape

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=63, pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
KEY_FIX: Final = "Use 1 to 63 small letters, digits and hyphens, starting with a letter or digit."
SMALL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class EmployerRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signatory company, and which agreements it signed from when to when.

    `four_eyes`: what its offices file from a draft must have been approved by a second person.
    """

    employer_id: Key
    legal_name: Name
    lei: Code | None = None
    parent_id: Key | None = None
    publicly_traded: bool | None = None
    agreements: list[Signature] = []
    four_eyes: bool = False


class Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where work is done: ISO 3166-1 country, ISO 3166-2 subdivision where one is known."""

    country: Code
    subdivision: Code | None = None


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One phase of a production, and its days as far as they are known."""

    phase: Literal["development", "prep", "principal_photography", "post", "delivery", "marketing"]
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


class ProductionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One production of one employer: what it is, where and when it is made, under which agreements.

    `released_on`: from that day on, where it is made, the public may read its title; before, its code name.
    """

    production_id: Key
    employer_id: Key
    title: Name
    format: Literal[
        "theatrical",
        "tv_broadcast",
        "hb_svod",
        "mb_svod",
        "animation",
        "commercial",
        "game",
        "documentary",
        "new_media",
    ]
    title_type: Literal["working", "internal", "regional", "release"] = "working"
    code_name: Name | None = None
    eidr: Code | None = None
    isan: Code | None = None
    work_type: Literal["creativeWork", "series", "season", "episode"] | None = None
    time_zone: Code = "America/Los_Angeles"
    locations: list[Location] = []
    phases: list[Phase] = []
    agreements: list[Code] = []
    locals: list[Code] = []
    released_on: dt.date | None = None


class Reference(msgspec.Struct, frozen=True):
    """What records are checked against: code lists, and the check of each identifier (None: it is right)."""

    editions: Mapping[str, Edition]
    locals: Collection[str]
    zones: Collection[str]
    lei: Callable[[str], str | None]
    eidr: Callable[[str], str | None]
    isan: Callable[[str], str | None]
    country: Callable[[str], str | None]
    subdivision: Callable[[str], str | None]


def check_employer(document: Any, reference: Reference) -> list[Fault]:
    """Every fault of an employer record, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(EmployerRecord, document)
    found = check_key(document, "employer_id") + check_key(document, "parent_id")
    found += shape.check(EmployerRecord, document)
    found += check_identifier(document, "lei", reference.lei)
    if document.get("parent_id") and document.get("parent_id") == document.get("employer_id"):
        detail = "An employer cannot be its own parent."
        found.append(Fault("/parent_id", "own-parent", detail, fix="Name another employer, or leave it out."))
    for at, signature in enumerate(objects(document.get("agreements"))):
        pointer = f"/agreements/{at}"
        found += check_code(
            signature.get("agreement"), reference.editions, f"{pointer}/agreement", "agreement"
        )
        found += check_codes(signature.get("locals"), reference.locals, f"{pointer}/locals", "local")
        found += check_order(signature, "from", "to", pointer)
    return fresh(found)


def check_production(document: Any, reference: Reference) -> list[Fault]:
    """Every fault of a production record, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(ProductionRecord, document)
    found = check_key(document, "production_id") + check_key(document, "employer_id")
    found += shape.check(ProductionRecord, document)
    found += check_identifier(document, "eidr", reference.eidr)
    found += check_identifier(document, "isan", reference.isan)
    found += check_code(document.get("time_zone"), reference.zones, "/time_zone", "IANA time zone")
    found += check_codes(document.get("agreements"), reference.editions, "/agreements", "agreement")
    found += check_codes(document.get("locals"), reference.locals, "/locals", "local")
    for at, location in enumerate(objects(document.get("locations"))):
        found += check_location(location, reference, f"/locations/{at}")
    for at, phase in enumerate(objects(document.get("phases"))):
        found += check_order(phase, "starts_on", "ends_on", f"/phases/{at}")
    return fresh(found)


def check_signed(record: ProductionRecord, employer: EmployerRecord) -> list[Fault]:
    """A fault for each agreement of the production that its employer has not signed on any day."""
    signed = sorted({signature.agreement for signature in employer.agreements})
    return [
        Fault(
            f"/agreements/{at}",
            "not-signed",
            f"{employer.employer_id} has not signed {agreement}.",
            fix="Record the signature on the employer first, or take the agreement out.",
            allowed=signed,
        )
        for at, agreement in enumerate(record.agreements)
        if agreement not in signed
    ]


def check_still_signed(employer: EmployerRecord, productions: Sequence[ProductionRecord]) -> list[Fault]:
    """A fault for each agreement that a production is made under and the changed employer no longer names."""
    lost = [
        (production.production_id, fault.detail)
        for production in productions
        for fault in check_signed(production, employer)
    ]
    return [
        Fault(
            "/agreements",
            "in-use",
            f"{detail} Its production {production_id} is made under it.",
            fix="Keep the signature and give its last day as `to`, or change the production first.",
        )
        for production_id, detail in lost
    ]


def doubts(
    record: ProductionRecord, employer: EmployerRecord, editions: Mapping[str, Edition]
) -> list[Fault]:
    """Warnings: locals that no agreement of the production covers, and agreements that never bind."""
    bindings = terms.bindings(employer.agreements, record.agreements, record.locals, editions)
    covered = {local for binding in bindings for local in binding.locals}
    bound = {binding.agreement for binding in bindings}
    return [
        Fault(
            f"/locals/{at}",
            "local-not-covered",
            f"None of the production's agreements is known to cover {local}.",
            fix="Add the agreement it works under, or check the local.",
            severity="warning",
        )
        for at, local in enumerate(record.locals)
        if local not in covered
    ] + [
        Fault(
            f"/agreements/{at}",
            "never-in-force",
            f"The employer's signature of {agreement} covers no day of that edition.",
            fix="Check the signature's `from` and `to` against the edition's term.",
            severity="warning",
        )
        for at, agreement in enumerate(record.agreements)
        if agreement not in bound
    ]


def statement_production(
    employer: EmployerRecord, record: ProductionRecord, editions: Mapping[str, Edition]
) -> statement.Production:
    """What the rules are told of a production: its registered facts, and what binds it from when to when."""
    return statement.Production(
        employer_id=record.employer_id,
        production_id=record.production_id,
        title=record.title,
        format=record.format,
        time_zone=record.time_zone,
        locations=[location.subdivision or location.country for location in record.locations],
        bindings=terms.bindings(employer.agreements, record.agreements, record.locals, editions),
        locals=record.locals,
    )


def check_key(document: Mapping[str, Any], name: str) -> list[Fault]:
    """The fault of a text that cannot be the key of a record."""
    key = document.get(name)
    # Letter by letter: a pattern's `$` would let a line break pass at the end, and the table would not.
    if not isinstance(key, str) or (key and key[0] in SMALL and set(key) <= SMALL | {"-"} and len(key) <= 63):
        return []
    return [Fault(f"/{name}", "not-a-key", f"{shape.said(key)} cannot be a key.", fix=KEY_FIX)]


def check_identifier(
    document: Mapping[str, Any], name: str, check: Callable[[str], str | None]
) -> list[Fault]:
    """The fault of an identifier whose form or check character is wrong."""
    value = document.get(name)
    wrong = check(value) if isinstance(value, str) else None
    return (
        [Fault(f"/{name}", f"not-a-{name}", wrong, fix="Copy it again from its registry.")] if wrong else []
    )


def check_code(value: Any, known: Collection[str], pointer: str, noun: str) -> list[Fault]:
    """The fault of a text that is no known code."""
    if not isinstance(value, str) or value in known:
        return []
    detail = f"There is no {noun} {shape.said(value)}."
    return [shape.not_listed(pointer, "unknown-code", detail, value, sorted(known))]


def check_codes(values: Any, known: Collection[str], pointer: str, noun: str) -> list[Fault]:
    """A fault for each of *values* that is no known code, and for each that is there twice."""
    found = []
    for at, value in enumerate(values if isinstance(values, list) else []):
        found += check_code(value, known, f"{pointer}/{at}", noun)
        if isinstance(value, str) and value in values[:at]:
            found.append(
                Fault(f"{pointer}/{at}", "twice", f"{shape.said(value)} is there twice.", fix="Name it once.")
            )
    return found


def check_location(location: Mapping[str, Any], reference: Reference, pointer: str) -> list[Fault]:
    """The faults of a country, a subdivision, and of a subdivision of another country."""
    country, subdivision = location.get("country"), location.get("subdivision")
    found = []
    if isinstance(country, str) and (wrong := reference.country(country)):
        found.append(
            Fault(f"{pointer}/country", "unknown-code", wrong, fix="Use ISO 3166-1, as in US or CA.")
        )
    if isinstance(subdivision, str):
        if wrong := reference.subdivision(subdivision):
            fix = "Use ISO 3166-2, as in US-CA or CA-BC."
            found.append(Fault(f"{pointer}/subdivision", "unknown-code", wrong, fix=fix))
        elif isinstance(country, str) and not subdivision.startswith(f"{country[:2]}-"):
            detail = f"{shape.said(subdivision)} is not in {shape.said(country)}."
            found.append(Fault(f"{pointer}/subdivision", "other-country", detail, fix="Make the two agree."))
    return found


def check_order(part: Mapping[str, Any], first: str, last: str, pointer: str) -> list[Fault]:
    """The fault of a last day that lies before the first (ISO dates sort as text)."""
    starts, ends = part.get(first), part.get(last)
    if not (isinstance(starts, str) and isinstance(ends, str) and ends < starts):
        return []
    detail = f"`{last}` ({ends[:10]}) lies before `{first}` ({starts[:10]})."
    return [Fault(f"{pointer}/{last}", "ends-before-it-starts", detail, fix="Make the two agree.")]


def objects(value: Any) -> list[dict[str, Any]]:
    """The items of *value* if it is a list; whatever is not an object counts as an empty one."""
    items = value if isinstance(value, list) else []
    return [item if isinstance(item, dict) else {} for item in items]


def fresh(found: Sequence[Fault]) -> list[Fault]:
    """*found*, at most one fault for a place: the first says the most basic thing wrong there."""
    first: dict[str, Fault] = {}
    for fault in found:
        first.setdefault(fault.pointer, fault)
    return list(first.values())
