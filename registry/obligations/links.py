"""What is filed about what: notices, consents and consultations by use, person and tool, looked up once."""

from collections.abc import Callable, Iterable

import msgspec

from registry.obligations.assemble import Record, Statement

ByName = dict[str, list[Record]]


class Links(msgspec.Struct, frozen=True):
    """The records of a statement by what they name. `consultations` has those about every use under ""."""

    notices: ByName
    consultations: ByName
    consents: ByName
    consents_of: ByName
    synthetics: ByName
    uses_of: ByName

    def about(self, use: str) -> list[Record]:
        """The consultations about a use: those that name it, and those that name none."""
        return self.consultations.get(use, []) + self.consultations.get("", [])


def links(statement: Statement) -> Links:
    """The links of *statement*, worked out the first time they are asked for."""
    found = statement.shared.get("links")
    if found is None:
        found = statement.shared["links"] = linked(statement)
    assert isinstance(found, Links)
    return found


def linked(statement: Statement) -> Links:
    """Each kind of record, walked through once."""
    return Links(
        notices=by(statement.all("notices"), named),
        consultations=by(statement.all("consultations"), lambda record: named(record) or [""]),
        consents=by(statement.all("consents"), named),
        consents_of=by(statement.all("consents"), lambda record: one(record, "person_ref")),
        synthetics=by(statement.all("synthetics"), lambda record: one(record, "use")),
        uses_of=by(statement.all("uses"), lambda record: one(record, "tool")),
    )


def by(records: Iterable[Record], names: Callable[[Record], list[str]]) -> ByName:
    """*records* under each of their names, in their order."""
    found: ByName = {}
    for record in records:
        for name in names(record):
            found.setdefault(name, []).append(record)
    return found


def named(record: Record) -> list[str]:
    """The uses a record names."""
    return record.get("uses") or []


def one(record: Record, field: str) -> list[str]:
    """The one thing a field names, if it does."""
    name = record.get(field)
    return [name] if name else []


def went_to(notice: Record, union: str) -> bool:
    """Whether a notice went to *union*, by its key or by the name of the addressee."""
    return notice.get("union") == union or says(notice.get("to"), union)


def says(addressee: str | None, union: str) -> bool:
    """Whether an addressee, in the filer's words, is *union*."""
    return union.casefold() in (addressee or "").casefold()
