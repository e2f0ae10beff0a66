"""What a caller asks of an export, and every fault in it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from registry.disclosures import codes
from registry.errors import Fault, Invalid
from registry.exports.form import MEDIA, Form
from registry.exports.manifest import ExportQuery
from registry.exports.tables import TABLES
from registry.ledger import moment
from registry.productions import record, shape
from registry.productions.record import Key

FORMS: Final = list(MEDIA)
KNOWN: Final = list(TABLES)


class AskedExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which tables (unsaid: all), in which form, as known when, of which employers and productions.

    `format` is ndjson, csv or parquet. `as_of` is an instant, `tree_size` a size of the ledger; not both.
    """

    entities: list[str] = []
    format: str = "ndjson"
    as_of: str | None = None
    tree_size: int | None = None
    employers: list[Key] | None = None
    productions: list[Key] | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for, and the moment it is asked of: an instant, a size, or the present."""

    query: ExportQuery
    at: dt.datetime | None
    size: int | None


def read(document: Any, now: dt.datetime) -> Wanted:
    """The request in *document*; raises Invalid with every fault."""
    found = shape.check(AskedExport, document)
    said = document if isinstance(document, dict) else {}
    found += check_entities(said.get("entities"), "/entities")
    found += check_form(said.get("format", "ndjson"), "/format")
    size = said.get("tree_size")
    if isinstance(size, int) and not isinstance(size, bool) and not 1 <= size < 2**53:
        found.append(
            Fault("/tree_size", "out_of_range", f"{size} is no size of a tree.", "Ask for 1 or more.")
        )
    asked = moment.Asked()
    try:
        texts = [said.get("as_of") if isinstance(said.get("as_of"), str) else None, size]
        asked = moment.asked(texts[0], texts[1] if isinstance(size, int) else None, None, now)
    except Invalid as fault:
        found += [msgspec.structs.replace(each, pointer=f"/{each.code}") for each in fault.faults]
    refuse(found)
    wanted = msgspec.convert(said, AskedExport)
    return of(wanted.entities, wanted.format, asked, wanted.employers, wanted.productions)


def of(
    entities: Sequence[str],
    form: str,
    asked: moment.Asked,
    employers: Sequence[str] | None,
    productions: Sequence[str] | None,
) -> Wanted:
    """The request with the parts given; raises Invalid with every fault of tables and form."""
    keys = {"/employer_id": employers, "/production_id": productions}
    wrong = [fault for at, each in keys.items() for fault in shape.check(list[Key] | None, each, at)]
    refuse([*check_entities(list(entities), "/entity"), *check_form(form, "/format"), *wrong])
    named = set(entities or KNOWN)
    query = ExportQuery(
        entities=[name for name in KNOWN if name in named],
        format=msgspec.convert(form, Form),
        as_of=asked.at,
        employers=sorted(set(employers)) if employers is not None else None,
        productions=sorted(set(productions)) if productions is not None else None,
    )
    return Wanted(query, asked.at, asked.size)


def refuse(found: Sequence[Fault]) -> None:
    """Raise Invalid with all of *found*, if there are any."""
    fresh = record.fresh(found)
    if fresh:
        raise Invalid(f"the request has {len(fresh)} fault{'s' * (len(fresh) > 1)}", fresh)


def check_entities(names: Any, pointer: str) -> list[Fault]:
    """A fault for each of *names* that is no table."""
    listed = [(at, each) for at, each in enumerate(names if isinstance(names, list) else [])]
    return [
        unknown(f"{pointer}/{at}" if pointer == "/entities" else pointer, "table", each, KNOWN)
        for at, each in listed
        if isinstance(each, str) and each not in TABLES
    ]


def check_form(name: Any, pointer: str) -> list[Fault]:
    """The fault of a form there is not."""
    return [unknown(pointer, "form", name, FORMS)] if isinstance(name, str) and name not in MEDIA else []


def unknown(pointer: str, noun: str, said: str, known: list[str]) -> Fault:
    """The fault of a name that is not among those known."""
    near = codes.nearest(said[: shape.CUT], known)
    detail = f"There is no {noun} {shape.said(said)} to export."
    return Fault(pointer, "unknown", detail, f"Ask for one of {', '.join(known)}.", known, near)
