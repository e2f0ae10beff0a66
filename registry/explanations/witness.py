"""A version of a disclosure, or what was heard outside filings, as one who says something."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry.explanations.explanation import By, Said
from registry.obligations.assemble import Statement
from registry.obligations.statement import Heard, Known

ABSENT: Final = object()
"""What stands where nothing was said: not even that it is not known."""


def heard(one: Heard, path: str) -> Said:
    """Something told outside filings as a statement."""
    return Said(by=one.kind, id=one.id, at=one.at, role=one.by, pointer=f"/{path.replace('.', '/')}")


def stated_in(fields: Mapping[str, Any], path: str) -> bool:
    """Whether *fields* state something at *path*; an explicit null does."""
    return not path or value_at(fields, path) is not ABSENT


def value_at(fields: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted *path*, or ABSENT."""
    value: Any = fields
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return ABSENT
        value = value[name]
    return value


def since(
    statement: Statement, version: Known, pointer: str, fields: Callable[[Known], Any], path: str
) -> Said:
    """*version* as a statement, with the first that said the same, if nothing else was said in between."""
    path = path.replace("/", ".")

    def held(of: Known) -> Any:
        return value_at(fields(of), path) if path else fields(of) or ABSENT

    first, same = version, held(version)
    for earlier in reversed(statement.known[: statement.known.index(version)]):
        value = held(earlier)
        if value is not ABSENT and value != same:
            break
        first = first if value is ABSENT else earlier
    return said_by(version, pointer, first=first)


def said_by(version: Known, pointer: str, by: By = "filing", first: Known | None = None) -> Said:
    """A version of a disclosure as the one who says, and the *first* that did."""
    first = first or version
    who = version.document.get("filing", {}).get("attested_by") or {}
    attested = ", ".join(part for part in (who.get("name"), who.get("title")) if part)
    earlier = first if first is not version else None
    return Said(
        by=by,
        disclosure_id=version.disclosure_id,
        version=version.version,
        kind=version.kind,
        at=version.filed_at,
        attested_by=attested or None,
        since=earlier.filed_at if earlier else None,
        since_disclosure_id=earlier.disclosure_id if earlier else None,
        since_version=earlier.version if earlier else None,
        pointer=pointer,
    )
