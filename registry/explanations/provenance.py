"""Who asserted a fact: the newest version that states its field, when, and by whose word.

A fact is computed from records; a record's field is stated by the last filing that mentions it. A value a
later filing leaves alone is still the earlier one's word. What nobody stated is silence, and said to be.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from registry.explanations.explanation import Said
from registry.explanations.witness import ABSENT, heard, said_by, since, stated_in, value_at
from registry.obligations.assemble import Record, Statement, mentioned
from registry.obligations.heard import consultation, requests
from registry.obligations.moments import day
from registry.obligations.statement import Known
from registry.obligations.subjects import Subject

LISTS: Final[Mapping[str, str]] = {
    "use": "uses",
    "use and event": "uses",
    "request": "consultations",
    "hire": "pre_hire_disclosures",
    "footage": "footage_control",
    "training": "training",
    "music": "music",
    "adm": "adm",
    "workforce": "workforce",
}
"""The list a kind of subject is filed in, where it is not its plural."""
FILINGS: Final = frozenset({"filing", "reason"})
BESIDE: Final = ("notices", "consents", "consultations", "workforce")
"""Lists that may say when something was done that its own record does not date."""
MOST: Final = 5
"""At most this many statements are named for one fact."""


class Place(msgspec.Struct, frozen=True):
    """Where a fact may be stated: a record, and the field in it; an empty path is the record as a whole."""

    kind: str
    id: str
    path: str


def says(statement: Statement, subject: Subject, pointer: str, name: str, value: Any) -> list[Said]:
    """The statements the fact *name* of *subject* rests on; *value* is what it came to, None if unknown."""
    head, _, rest = pointer.lstrip("/").partition("/")
    if subject.kind == "accuracy":
        return at_odds(statement, subject)
    if head in FILINGS and pointer.startswith("/"):
        return received(statement, subject, value)
    if head == "production" and pointer.startswith("/"):
        return section(statement, "production", rest) or [Said(by="register", pointer=pointer)]
    if head == "employer" and pointer.startswith("/"):
        found = section(statement, "employer", rest)
        return found or (policies(statement) if value and "policies" in rest else silence(value, pointer))
    found = [said for at in places(statement, subject, pointer, name, value) for said in told(statement, at)]
    return list(dict.fromkeys(found))[:MOST] or silence(value, pointer)


def silence(value: Any, pointer: str) -> list[Said]:
    """Nobody's word: what the registry makes of there being none. An unknown fact has nobody behind it."""
    return [] if value is None else [Said(by="nobody", pointer=pointer)]


def received(statement: Statement, subject: Subject, value: Any) -> list[Said]:
    """The versions the registry itself received: on the day the fact names, or those the subject is about."""
    if value is None:
        return []
    own, _, number = subject.id.rpartition("/")
    mine = [v for v in statement.known if v.disclosure_id == own and str(v.version) == number]
    mine = mine or [v for v in statement.known if v.disclosure_id == subject.id]
    if not mine and isinstance(value, dt.date):
        mine = [v for v in statement.known if day(v.filed_at, statement.zone) == day(value, statement.zone)]
    return [said_by(version, "/filing", by="registry") for version in mine[:MOST]] or [Said(by="registry")]


def policies(statement: Statement) -> list[Said]:
    """Where the policies themselves are told of: the employer's list, or those given to people."""
    given = [Place("uses", use.id, "policies_provided") for use in statement.all("uses")]
    told_of = [said for at in given for said in told(statement, at)]
    return (section(statement, "employer", "ai_policies") or told_of)[:MOST]


def at_odds(statement: Statement, subject: Subject) -> list[Said]:
    """The statements held against each other: what was observed, and each version that speaks of it."""
    parts = subject.id.split("/")
    seen = [heard(one, "") for one in statement.heard if one.id in parts]
    rows = [
        said_by(version, pointer)
        for version in reversed(statement.known)
        for _, pointer, fields in mentioned(version.document)
        if fields["id"] in parts
    ]
    return list(dict.fromkeys([*seen, *rows]))[:MOST]


def section(statement: Statement, name: str, rest: str) -> list[Said]:
    """The newest filing whose section *name* states the field at *rest*."""
    for version in reversed(statement.live):
        held = value_at(version.document.get(name, {}), rest.replace("/", "."))
        if held is not ABSENT and held is not None:
            return [since(statement, version, f"/{name}/{rest}", lambda v: v.document.get(name, {}), rest)]
    return []


def places(statement: Statement, subject: Subject, pointer: str, name: str, value: Any) -> Iterator[Place]:
    """Where a fact may be stated: in the subject's own record, its tool's, its event's, or in linked ones."""
    kind = LISTS.get(subject.kind, f"{subject.kind}s")
    own = record_of(statement, kind, subject.id)
    path = pointer.lstrip("/").replace("/", ".")
    gap = next((missing.pointer for missing in subject.gaps.get(name, ())), "")
    for at in at_pointer(statement, subject, gap):
        yield at if value is None else own_path(statement, at, path)
        return
    tool = own.get("tool") if own and path == "tool" else None
    if tool and name.startswith("tool."):
        yield Place("tools", tool, name.removeprefix("tool."))
    elif path in statement.records and not (own and path in own.fields):
        yield from linked(statement, subject, own, Place(path, "", name.partition(".")[2]), value)
    elif own:
        yield from own_or_beside(statement, subject, Place(kind, own.id, path), value)


def own_or_beside(statement: Statement, subject: Subject, at: Place, value: Any) -> Iterator[Place]:
    """The field of the subject's own record; where it is not stated there, a linked record with that day."""
    own = statement.records[at.kind][at.id]
    if isinstance(value, dt.date) and not stated_in(own.fields, at.path):
        for kind in BESIDE:
            for record in statement.all(kind):
                if speaks_of(record, subject, own):
                    yield from (Place(kind, record.id, path) for path in paths_of(record.fields, value))
    else:
        yield at


def record_of(statement: Statement, kind: str, name: str) -> Record | None:
    """The record of *kind* that *name* names; a use and an event are named together."""
    held = statement.records.get(kind, {})
    return held.get(name) or held.get(name.partition("/")[0])


def at_pointer(statement: Statement, subject: Subject, pointer: str) -> Iterator[Place]:
    """The record whose pointer begins *pointer*, one the subject names if it can be, and the field in it."""
    found = [
        (kind, record)
        for kind, held in statement.records.items()
        for record in held.values()
        if pointer.startswith(f"{record.pointer}/")
    ]
    named = {*subject.id.split("/"), *(str(r.get("tool")) for _, r in found)}
    own = record_of(statement, "uses", subject.id)
    named |= {str(own.get("tool"))} if own else set()
    found.sort(key=lambda pair: (-len(pair[1].pointer), pair[1].id not in named))
    for kind, record in found[:1]:
        path = pointer.removeprefix(f"{record.pointer}/").replace("/", ".")
        yield Place(kind, record.id, path)


def own_path(statement: Statement, at: Place, path: str) -> Place:
    """The catalogue's own field of that record, where it is stated, rather than the one to ask for."""
    stated = statement.records[at.kind][at.id].get(path) is not None
    return Place(at.kind, at.id, path) if stated else at


def linked(
    statement: Statement, subject: Subject, own: Record | None, at: Place, value: Any
) -> Iterator[Place]:
    """The records of another list that speak of the subject; those that hold the value itself, if any do.

    Else the field called as the fact is, or the record as a whole.
    """
    kind = at.kind
    mine = [record for record in statement.all(kind) if speaks_of(record, subject, own)]
    holding = [(record, path) for record in mine for path in paths_of(record.fields, value)]
    if value is not None and not isinstance(value, bool) and holding:
        for record, path in holding:
            yield Place(kind, record.id, path)
        return
    for record in mine:
        yield Place(kind, record.id, at.path if record.get(at.path) is not None else "")


def speaks_of(record: Record, subject: Subject, own: Record | None) -> bool:
    """Whether *record* names the subject, or names none in particular; of a whole production all do."""
    if own is None:
        return True
    named = record.get("uses") or record.get("use") or record.get("tool")
    if named is None:
        return True
    ids = {*subject.id.split("/"), own.id, own.get("use")}
    return bool(ids & set(named if isinstance(named, list) else [named]))


def paths_of(fields: Mapping[str, Any], value: Any, prefix: str = "") -> Iterator[str]:
    """The dotted paths in *fields* at which *value* itself stands, as a day, an instant or a word."""
    text = value.isoformat() if isinstance(value, dt.date) else value
    for name, held in fields.items():
        if isinstance(held, dict):
            yield from paths_of(held, value, f"{prefix}{name}.")
        elif held == text or (isinstance(held, list) and text in held):
            yield prefix + name


def told(statement: Statement, at: Place) -> Iterator[Said]:
    """The newest version that states the field at a place, or what was heard of it outside filings."""
    filed = next(filed_in(statement, at), None)
    heard = heard_of(statement, at) if at.kind == "consultations" else None
    if heard and (filed is None or heard.by == "request" or later(heard, filed)):
        yield heard
    elif filed:
        yield filed


def later(one: Said, other: Said) -> bool:
    """Whether *one* was told after *other*."""
    return one.at is not None and other.at is not None and one.at >= other.at


def filed_in(statement: Statement, at: Place) -> Iterator[Said]:
    """Each filing that states the field at a place, the one that counts first."""
    for version in reversed(statement.live):
        for kind, pointer, fields in mentioned(version.document):
            if (kind, fields["id"]) == (at.kind, at.id) and stated_in(fields, at.path):
                place = f"{pointer}/{at.path.replace('.', '/')}".rstrip("/")
                yield since(statement, version, place, lambda v: same_record(v, at), at.path)


def heard_of(statement: Statement, at: Place) -> Said | None:
    """The request, or the newest answer to it, that states the field of a consultation."""
    request = next((one for one in requests(statement.heard) if one.asked.id == at.id), None)
    if request is None:
        return None
    answers = [one for one in request.answers if at.path.partition(".")[0] in one.body]
    if at.path == "answered_on":
        answers = [one for one in request.answers if one.at == request.answered_at]
    elif not at.path or at.path in consultation(request, statement.zone) | request.asked.body:
        return heard(request.asked, at.path)
    return heard(answers[-1], at.path) if answers else None


def same_record(version: Known, at: Place) -> dict[str, Any]:
    """The fields a version states of the record at a place."""
    rows = mentioned(version.document)
    return next((fields for kind, _, fields in rows if (kind, fields["id"]) == (at.kind, at.id)), {})
