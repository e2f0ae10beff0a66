"""Whose consent covers a person's likeness: found by the person, or by the use it names."""

from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.links import links
from registry.obligations.moments import Moment, day, precedes
from registry.obligations.records import earliest, given, known, when
from registry.obligations.subject import began

FROM_CONSENT: Final = {
    "replica.consent_on": "signed_on",
    "replica.consent_clear": "clear_and_conspicuous",
    "replica.consent_separate": "separate_document",
    "replica.consent_described": "scope_description",
}
"""The facts of a replica that its consent states, and in which field."""


def candidates(statement: Statement, person: str | None, use: Record | None) -> list[Record]:
    """The consents of a person, or to a use; none that is another person's."""
    linked = links(statement)
    found = [*linked.consents_of.get(person or "", ()), *linked.consents.get(use.id if use else "", ())]
    named = {record.id: record for record in found}
    return [c for c in named.values() if not person or c.get("person_ref") in (None, person)]


def best(
    statement: Statement, person: str | None, use: Record | None, kinds: frozenset[str]
) -> Record | None:
    """The consent of some *kinds* that covers the use best, or None."""
    found = [consent for consent in candidates(statement, person, use) if consent.get("kind") in kinds]
    return min(found, key=lambda consent: merit(statement, consent, use), default=None)


def merit(statement: Statement, consent: Record, use: Record | None) -> tuple[int, int, int, str]:
    """What names the use first, then what has fewest things amiss, then fewest unknown, then the earliest."""
    named = consent.get("uses") or ()
    far = (0 if use.id in named else 1 if not named else 2) if use else 0
    signed, first = when(consent, "signed_on"), began(use)
    answers = [
        consent.get("clear_and_conspicuous"),
        consent.get("separate_document"),
        given(consent.get("scope_description")),
        precedes(signed, first, statement.zone) if signed and first else None,
    ]
    on = day(signed, statement.zone).isoformat() if signed else "9999"
    return far, sum(answer is False for answer in answers), answers.count(None), on


def holders(
    statement: Statement, person: str | None, use: Record | None
) -> tuple[frozenset[str], Moment | None]:
    """The roles a person's consents name, and when an estate signed one."""
    own = [c for c in candidates(statement, person, use) if person or c.get("role") == "estate"]
    signed = (consent.get("signed_on") for consent in own if consent.get("role") == "estate")
    return frozenset(str(c.get("role")) for c in own), earliest(signed, statement.zone)


def for_the_dead(facts: dict[str, Any], holder_on: Moment | None, replica: Record) -> dict[str, Any]:
    """What is said of consent of somebody who has died: whoever holds the rights speaks, if nobody signed."""
    if "replica.consent_on" in facts:
        return facts
    others = {name: fact for name, fact in facts.items() if name != "replica.consented"}
    consented = True if holder_on else replica.get("rights_holder_consented")
    return others | known(replica__consent_on=holder_on, replica__consented=consented)


def consent_facts_of(replica: Record, consent: Record | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What the consent to a replica says, and where; the replica's own word where there is none."""
    places = dict.fromkeys(FROM_CONSENT, "/consents")
    signed = notified = None
    facts = {}
    if consent:
        places = {name: f"{consent.pointer}/{field}" for name, field in FROM_CONSENT.items()}
        signed, notified = when(consent, "signed_on"), when(consent, "notified_at")
        facts = known(
            replica__consent_clear=consent.get("clear_and_conspicuous"),
            replica__consent_separate=consent.get("separate_document"),
            replica__consent_described=given(
                consent.get("scope_description"), consent.get("scope_described")
            ),
            replica__guardian=consent.get("guardian_consented"),
            replica__notified=consent.get("notified"),
        )
    notified = when(replica, "notified_at") or notified
    return facts | known(
        replica__consent_on=signed,
        replica__consented=True if signed else replica.get("consented"),
        replica__guardian=replica.get("guardian_consented"),
        replica__notified_at=notified,
        replica__notified=True if notified else replica.get("notified"),
    ), places
