"""The facts of records that stand for themselves: consultations, consents, vendors, claims."""

from typing import Any

from registry.obligations.assemble import Record
from registry.obligations.moments import Moment, moment

PERFORMERS = frozenset({"principal", "background", "stunt", "estate"})


def known(**facts: Any) -> dict[str, Any]:
    """The facts somebody stated: `a__b` becomes `a.b`, and None is left out."""
    return {name.replace("__", "."): value for name, value in facts.items() if value is not None}


def when(record: Record, path: str) -> Moment | None:
    """The moment stated at *path*, or None."""
    text = record.get(path)
    return moment(text) if text else None


def consultation_facts(record: Record) -> dict[str, Any]:
    """A consultation or meeting, as requested and held."""
    cause = record.get("delay_cause")
    return known(
        consultation__type=record.get("type"),
        consultation__union=record.get("union"),
        consultation__requested=bool(record.get("requested_on") or record.get("requested_by")),
        consultation__requested_on=when(record, "requested_on"),
        consultation__held_on=when(record, "held_on"),
        consultation__delay_by_union=cause == "union" if cause else False,
    )


def consent_facts(record: Record) -> dict[str, Any]:
    """One person's consent."""
    return known(
        consent__kind=record.get("kind"),
        consent__role=record.get("role"),
        consent__performer=record.get("role") in PERFORMERS,
        consent__signed_on=when(record, "signed_on"),
        consent__service_at=when(record, "service_at"),
        consent__separate=record.get("separate_document"),
        consent__conditional=record.get("condition_of_employment"),
    )


def vendor_facts(record: Record) -> dict[str, Any]:
    """One vendor's engagement."""
    history = record.get("unit_work_history")
    return known(
        vendor__uses_ai=record.get("uses_ai"),
        vendor__unit_type_work=record.get("unit_type_work"),
        vendor__signatory=record.get("signatory"),
        vendor__history=history if history in {"done_in_unit_before", "never_in_unit"} else None,
        vendor__engaged_on=when(record, "engaged_on"),
    )


def claim_facts(record: Record) -> dict[str, Any]:
    """One third party's claim."""
    return known(claim__on=when(record, "on"), claim__indemnified=record.get("indemnified"))
