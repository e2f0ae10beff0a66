"""The facts of records that stand for themselves: consultations, consents, vendors, claims."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.obligations.assemble import Record, Statement
from registry.obligations.moments import (
    Moment,
    both_instants,
    day,
    hours_ahead,
    moment,
    plain,
    precedes,
    span,
    words,
)

PERFORMERS: Final = frozenset({"principal", "background", "stunt", "minor", "estate"})
ENGAGED_LATE: Final = 48
"""Whoever is engaged fewer hours before the service is told when engaged."""


def known(**facts: Any) -> dict[str, Any]:
    """The facts somebody stated: `a__b` becomes `a.b`, and None is left out."""
    return {name.replace("__", "."): value for name, value in facts.items() if value is not None}


def when(record: Record, path: str) -> Moment | None:
    """The moment stated at *path*, or None."""
    text = record.get(path)
    return moment(text) if text else None


def filled(values: list[Any] | None) -> bool | None:
    """Whether a list has members; None when nothing was said."""
    return None if values is None else bool(values)


def given(value: object, otherwise: bool | None = None) -> bool | None:
    """True for what was stated; else *otherwise*, the plain yes or no beside it, if any."""
    return True if value else otherwise


def earliest(texts: Iterable[str | None], zone: ZoneInfo) -> Moment | None:
    """The earliest of some stated moments; of one day, the one that has a time."""
    found = [moment(text) for text in texts if text]
    return min(found, key=lambda at: (day(at, zone), not at_time(at), span(at, zone)[0])) if found else None


def at_time(at: Moment) -> bool:
    """Whether a moment has a time of day."""
    return isinstance(at, dt.datetime)


def consultation_facts(statement: Statement, record: Record) -> dict[str, Any]:
    """A consultation or meeting, as requested, answered and held."""
    cause, proposed = record.get("delay_cause"), record.get("alternative") or {}
    offered = record.get("offered_on") or ()
    return known(
        consultation__type=record.get("type"),
        consultation__union=record.get("union"),
        consultation__local=record.get("local"),
        consultation__requested=bool(record.get("requested_on") or record.get("requested_by")),
        consultation__requested_on=when(record, "requested_on"),
        consultation__held_on=when(record, "held_on"),
        consultation__delay_by_union=cause == "union" if cause else False,
        consultation__uses_named=filled(record.get("uses")),
        consultation__offered_on=earliest(offered, statement.zone),
        consultation__answered_on=earliest(
            [record.get("answered_on"), *offered, record.get("held_on")], statement.zone
        ),
        consultation__mode=record.get("mode"),
        consultation__minutes=given(record.get("minutes_ref")),
        consultation__info_shared=filled(record.get("info_shared")),
        consultation__alternative_proposed=bool(proposed) or record.get("type") == "tag_alternative",
        consultation__alternative_decided=given(proposed.get("decision")),
        consultation__alternative_reasoned=given(proposed.get("reason")),
    )


def consultation_says(record: Record) -> str:
    """A consultation in words."""
    kind = plain(record.get("type") or "kind not stated")
    asked, held = words(when(record, "requested_on")), words(when(record, "held_on"))
    return f"Consultation {record.id} ({kind}): requested: {asked}; held: {held}."


def consent_facts(statement: Statement, record: Record) -> dict[str, Any]:
    """One person's consent."""
    role, notified = record.get("role"), when(record, "notified_at")
    return known(
        consent__kind=record.get("kind"),
        consent__role=role,
        consent__performer=role in PERFORMERS if role else None,
        consent__signed_on=when(record, "signed_on"),
        consent__service_at=when(record, "service_at"),
        consent__separate=record.get("separate_document"),
        consent__conditional=record.get("condition_of_employment"),
        consent__engaged_at=when(record, "engaged_at"),
        consent__notified_at=notified,
        consent__notified=True if notified else record.get("notified"),
        consent__told_at_engagement=told_when_engaged(record, statement.zone),
        consent__clear=record.get("clear_and_conspicuous"),
        consent__described=given(record.get("scope_description"), record.get("scope_described")),
        consent__represented=record.get("represented_by"),
        consent__replaces_work=record.get("replaces_in_person_work"),
        consent__business_reason=given(record.get("business_reason"), record.get("business_reason_given")),
        consent__suspended_on=when(record, "suspended_on"),
        consent__guardian=record.get("guardian_consented"),
        consent__refusal_cost_role=record.get("refusal_cost_role"),
    )


def consent_says(record: Record) -> str:
    """A consent in words."""
    signed, service = words(when(record, "signed_on")), words(when(record, "service_at"))
    return f"Consent {record.id} ({plain(record.get('kind'))}): signed: {signed}; scan or service: {service}."


def told_when_engaged(consent: Record, zone: ZoneInfo) -> bool | None:
    """Whether a person engaged less than 48 elapsed hours before the service was told by then.

    Days alone do not decide what happened within one day.
    """
    engaged, service = when(consent, "engaged_at"), when(consent, "service_at")
    notified = when(consent, "notified_at")
    early = hours_ahead(engaged, service, ENGAGED_LATE, zone) if engaged and service else None
    told: bool | None = None
    if notified and engaged:
        told = precedes(notified, engaged, zone, or_at=both_instants(notified, engaged))
    elif consent.get("notified") is False:
        told = False
    if early or told is False:
        return False
    return None if early is None or told is None else True


def vendor_facts(_statement: Statement, record: Record) -> dict[str, Any]:
    """One vendor's engagement."""
    history = record.get("unit_work_history")
    return known(
        vendor__uses_ai=record.get("uses_ai"),
        vendor__unit_type_work=record.get("unit_type_work"),
        vendor__signatory=record.get("signatory"),
        vendor__history=history if history in {"done_in_unit_before", "never_in_unit"} else None,
        vendor__engaged_on=when(record, "engaged_on"),
    )


def vendor_says(record: Record) -> str:
    """A vendor in words."""
    uses = {True: "uses AI", False: "uses no AI"}.get(
        record.get("uses_ai"), "whether it uses AI is not stated"
    )
    return f"Vendor {record.id}, {record.get('name')}: {uses}; engaged: {words(when(record, 'engaged_on'))}."


def claim_facts(_statement: Statement, record: Record) -> dict[str, Any]:
    """One third party's claim."""
    return known(claim__on=when(record, "on"), claim__indemnified=record.get("indemnified"))


def claim_says(record: Record) -> str:
    """A claim in words."""
    return f"Claim {record.id} by a third party: {words(when(record, 'on'))}."
