"""What a survey noted, in the words of somebody who runs a production."""

from collections.abc import Callable, Mapping
from typing import Final

from registry.disclosures import codes, identifiers, moments, wording
from registry.disclosures.survey import Note, Trail, path_of
from registry.disclosures.wording import cut, pointer, shown
from registry.errors import Fault


def told(note: Note) -> Fault:
    """The fault or warning of *note*."""
    return WORDS[note.kind](note, pointer(path_of(note.trail)))


def place(trail: Trail) -> str:
    """A place in the document, for a message."""
    return pointer(path_of(trail))


def recommended(note: Note, where: str) -> Fault:
    """A fact that is not given."""
    names = " or ".join(note.other)
    detail = f"“{note.node.title}” ({names}) is not given; duties that depend on it cannot be judged."
    fix = note.node.schema.get("description", "")
    return Fault(where, "recommended", detail, f"Add it when you know it. {fix}".strip(), severity="warning")


def look_alike(note: Note, where: str) -> Fault:
    """A code that is often mistaken for another."""
    this, other = note.other
    detail = f"{this['key']} is {this['craft']}, {this['region']}; {other['key']} is {other['craft']}."
    fix = f"If you mean the latter, write {other['key']}; otherwise nothing is to be done."
    return Fault(where, "look-alike", detail, fix, nearest=other["key"], severity="warning")


def unusual_occupation(note: Note, where: str) -> Fault:
    """An occupation code the registry's list of crafts does not have."""
    near = codes.nearest(note.value, note.other)
    detail = (
        f"{cut(note.value)} is not in the registry's list of occupations by craft; nobody has checked it."
    )
    fix = "Check it against O*NET-SOC 2019, and give the union classification too."
    known = codes.allowed(note.other)
    return Fault(where, "unusual-code", detail, fix, known, near, severity="warning")


def unknown_code(note: Note, where: str) -> Fault:
    """A code that is not in its list."""
    near = codes.nearest(note.value, note.other)
    meaning = note.other.values[near] if near else {}
    name = meaning.get("title") or meaning.get("craft") or ""
    detail = f"“{note.node.title}”: {shown(note.value)} is not in the list “{note.other.title}”."
    fix = f"Did you mean {near}{f' ({cut(name)})' if name else ''}?" if near else "Look it up in the list."
    return Fault(where, "unknown-code", detail, fix, codes.allowed(note.other), near)


def reference(note: Note, where: str) -> Fault:
    """A reference to a record that is not in the document."""
    target = note.node.refers
    detail = f"“{note.node.title}” refers to {shown(note.value)}, which is not in {target}."
    fix = f"Describe it in {target} too, also when an earlier filing did, or correct the key."
    return Fault(where, "dangling-reference", detail, fix, [f"an id in /{target}"])


def twice(note: Note, where: str) -> Fault:
    """An id that another record of the same list has."""
    detail = f"The key {shown(note.value)} is already that of {place(note.other[1])}."
    return Fault(where, "twice", detail, "Give each record a key of its own.")


def too_many(note: Note, where: str) -> Fault:
    """A list with too many items."""
    return wording.too_many(f"“{note.node.title}”", where, note.value, note.node.most)


def order(note: Note, where: str) -> Fault:
    """An end before its beginning."""
    first, start = note.other
    detail = f"“{note.node.title}” ({cut(note.value, 40)}) lies before “{first}” ({cut(start, 40)})."
    return Fault(where, "ends-before-it-starts", detail, "Check which of the two is wrong.")


def dated(note: Note, where: str) -> Fault:
    """A day on which something happened that is said not to have happened."""
    detail = (
        f"“{note.node.title}” is given, and “{note.other.title}” says no; the day is taken as the answer."
    )
    fix = "If it happened, say yes; otherwise leave the day out."
    return Fault(where, "contradiction", detail, fix, severity="warning")


def quarter(note: Note, where: str) -> Fault:
    """A period that is no calendar quarter."""
    near = moments.quarter_of(note.value[0])
    said = f"{near[0]} to {near[1]}" if near else None
    detail = "A quarterly update speaks for a whole calendar quarter, and this period is none."
    allowed = ["01-01 to 03-31", "04-01 to 06-30", "07-01 to 09-30", "10-01 to 12-31"]
    return Fault(where, "not-a-quarter", detail, f"Write {said}." if said else "Check it.", allowed, said)


def nil(_note: Note, where: str) -> Fault:
    """A nil return with uses."""
    detail = "A nil return says that no AI was used, and uses are listed."
    return Fault(
        where, "not-nil", detail, "Take the uses out, or file an initial or quarterly_update instead."
    )


def moment(note: Note, where: str) -> Fault:
    """A day or moment that cannot be read."""
    near = moments.mended(note.value)
    fix = (
        f"Did you mean {near}?" if near else "Write 2025-05-12, or 2025-05-12T09:00:00-07:00 with the offset."
    )
    code = "no-offset" if "offset from UTC" in note.other else "wrong-form"
    detail = f"“{note.node.title}” ({cut(note.value, 40)}): {note.other}"
    return Fault(where, code, detail, fix, ["YYYY-MM-DD", "RFC 3339 with offset"], near)


def identifier(check: Callable[[str], str | None], form: str) -> Callable[[Note, str], Fault]:
    """How to tell a wrong identifier of one kind."""

    def tell(note: Note, where: str) -> Fault:
        tidy = identifiers.tidied(note.value[:120])
        near = tidy if check(tidy) is None else None
        fix = f"Did you mean {near}?" if near else "Copy it again from where it was issued, or leave it out."
        code = "wrong-check-character" if "mistyped" in note.other else "wrong-form"
        return Fault(where, code, f"“{note.node.title}”: {note.other}", fix, [form], near)

    return tell


def subdivision(note: Note, where: str) -> Fault:
    """A state or province that does not exist, or lies elsewhere."""
    wrong, country = note.other
    near = near_subdivision(note.value, country)
    fix = f"Did you mean {near}?" if near else "Write it as US-CA, and check the country beside it."
    allowed = ["an ISO 3166-2 code; those of US and CA are in schemas/codes/subdivisions.json"]
    return Fault(where, "unknown-code", f"“{note.node.title}”: {wrong}", fix, allowed, near)


def near_subdivision(value: str, country: object) -> str | None:
    """The subdivision *value* stands for in *country*, or None."""
    tidy = identifiers.tidied(value[:40])
    for candidate in (tidy, f"{country}-{tidy.rpartition('-')[2]}"):
        if identifiers.subdivision(candidate) is None and candidate[:2] == country:
            return candidate
    return None


def jurisdiction(note: Note, where: str) -> Fault:
    """A country or state that does not exist."""
    tidy = identifiers.tidied(note.value[:40])
    near = tidy if identifiers.jurisdiction(tidy) is None else None
    fix = f"Did you mean {near}?" if near else "Write US, or US-NY for a state."
    return Fault(
        where, "unknown-code", f"“{note.node.title}”: {note.other}", fix, ["ISO 3166-1 or 3166-2"], near
    )


WORDS: Final[Mapping[str, Callable[[Note, str], Fault]]] = {
    "recommended": recommended,
    "look-alike": look_alike,
    "unusual-occupation": unusual_occupation,
    "code": unknown_code,
    "reference": reference,
    "too-many": too_many,
    "twice": twice,
    "order": order,
    "dated": dated,
    "quarter": quarter,
    "nil": nil,
    "moment": moment,
    "subdivision": subdivision,
    "jurisdiction": jurisdiction,
    "eidr": identifier(identifiers.eidr, "10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C"),
    "isan": identifier(identifiers.isan, "XXXX-XXXX-XXXX-XXXX-C, or with -XXXX-XXXX-C"),
    "lei": identifier(identifiers.lei, "18 letters and digits, two check digits"),
}
