"""Replicas, synthetic performers, alterations and footage: each filed record of one, and each use for one.

A use whose purpose is one of these, and of which no record is filed, is judged with what the use itself
says; the rest is asked for in a record to come.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from registry.obligations.assemble import Record, Statement
from registry.obligations.fact import Fact
from registry.obligations.facts_media import ALTERATION, FOOTAGE, REPLICA, SYNTHETIC
from registry.obligations.likeness import best, consent_facts_of, for_the_dead, holders
from registry.obligations.links import links
from registry.obligations.moments import Moment, plain, words
from registry.obligations.records import earliest, given, known, when
from registry.obligations.subject import NEW, Builder, Subject, began, common, first_use, place
from registry.obligations.uses import told

UNION: Final = "SAG-AFTRA"
Facts = tuple[dict[str, Any], dict[str, str]]
"""The facts of one record, and where those are stated that stand elsewhere."""


class Kind(msgspec.Struct, frozen=True):
    """One kind of record that belongs to a use, and the purpose of a use that is for one."""

    name: str
    records: str
    table: dict[str, Fact]
    facts: Callable[[Statement, Record, Record | None], Facts]
    says: Callable[[Record], str]
    purpose: str = ""


def of_uses(kind: Kind) -> Builder:
    """A builder for the records of one kind, and for the uses that are for one and have none."""

    def build(statement: Statement, _params: dict[str, Any]) -> Iterator[Subject]:
        uses = statement.records.get("uses", {})
        found = statement.all(kind.records)
        for record in found:
            yield of_use(statement, kind, record, uses.get(record.get("use")))
        if kind.purpose:
            recorded = {record.get("use") for record in found}
            for use in uses.values():
                if use.get("purpose") == kind.purpose and use.id not in recorded:
                    yield of_use(statement, kind, unrecorded(kind, use), use)

    return build


def unrecorded(kind: Kind, use: Record) -> Record:
    """A record that nobody has filed, of a use that is for one."""
    return msgspec.structs.replace(
        use, id=f"use/{use.id}", fields={"use": use.id}, pointer=f"/{kind.records}{NEW}"
    )


def of_use(statement: Statement, kind: Kind, record: Record, use: Record | None) -> Subject:
    """One record with the use it belongs to."""
    facts, places = kind.facts(statement, record, use)
    on = began(use) or facts.get("synthetic.published_on") or first_use(statement)
    subject = Subject(
        kind.name,
        record.id,
        common(statement) | facts,
        on,
        record.pointer,
        list(use.get("locals") or ()) if use else [],
        [f"{kind.says(record)}{used(use)}."],
        last=when(use, "last") if use else None,
    )
    first = f"{kind.name}.first_use"
    if use:
        place(subject, kind.table, first, f"{use.pointer}/first")
    for name, pointer in places.items():
        place(subject, kind.table, name, pointer)
    return subject


def used(use: Record | None) -> str:
    """Which use a record belongs to, in words."""
    if use is None:
        return ", of no use that is filed"
    at: Moment | None = began(use)
    return f", use {use.id}, " + (f"first used {words(at)}" if at else "first use not stated")


def replica_facts(statement: Statement, record: Record, use: Record | None) -> Facts:
    """A replica of a person, with the consent that serves best."""
    consent = best(statement, record.get("person_ref"), use, frozenset({"replica_create", "replica_use"}))
    roles, signed = holders(statement, record.get("person_ref"), use)
    holder_on = when(record, "rights_holder_consented_on") or signed
    facts, places = consent_facts_of(record, consent)
    minor, deceased = record.get("minor"), record.get("deceased")
    if deceased or (deceased is None and "estate" in roles):
        facts = for_the_dead(facts, holder_on, record)
    return known(
        replica__type=record.get("type"),
        replica__first_use=began(use),
        replica__outside_scope=record.get("outside_consented_scope"),
        replica__paid=record.get("paid"),
        replica__pay_bargained=record.get("pay_bargained"),
        replica__recognisable=record.get("recognisable"),
        replica__traditional=record.get("traditional_technology"),
        replica__in_struck_work=record.get("in_struck_work"),
        replica__after_suspension=record.get("used_after_suspension"),
        replica__secured=record.get("secured"),
        replica__realtime=record.get("realtime"),
        replica__rate_tenths=record.get("rate_tenths_of_scale"),
        replica__minor=minor if minor is not None else given("minor" in roles),
        replica__deceased=deceased if deceased is not None else given("estate" in roles),
        replica__holder_on=holder_on,
        replica__holder=True if holder_on else record.get("rights_holder_consented"),
        replica__excepted=record.get("statutory_exception"),
    ) | facts, places


def synthetic_facts(statement: Statement, record: Record, use: Record | None) -> Facts:
    """A performer made by a machine: told of, bargained over, and disclosed."""
    notified, bargained = when(record, "notified_on"), when(record, "bargained_on")
    if use and not notified:
        notified = earliest(told(use, links(statement), UNION), statement.zone)
    if use and not bargained:
        bargained = bargained_on(statement, use)
    published = when(record, "published_on") or (when(use, "published_on") if use else None)
    return known(
        synthetic__human_role=record.get("human_role"),
        synthetic__voice=record.get("voice"),
        synthetic__first_use=began(use),
        synthetic__notified_on=notified,
        synthetic__notified=True if notified else record.get("notified"),
        synthetic__bargained_on=bargained,
        synthetic__bargained=True if bargained else record.get("bargained"),
        synthetic__sav_stated=given(record.get("sav_statement")),
        synthetic__carried_over=False,
        synthetic__extra_paid=record.get("extra_paid"),
        synthetic__disclosed=record.get("disclosed"),
        synthetic__published_on=published,
        synthetic__published=given(published),
        synthetic__expressive=record.get("expressive_work_ad"),
        synthetic__audio_only=record.get("audio_only"),
    ), {}


def bargained_on(statement: Statement, use: Record) -> Moment | None:
    """When a synthetic performer was first bargained over, or a date for it first offered."""
    about = [c for c in links(statement).about(use.id) if c.get("type") == "synthetic_bargain"]
    held = earliest((c.get("held_on") for c in about), statement.zone)
    return held or earliest((on for c in about for on in c.get("offered_on") or ()), statement.zone)


def alteration_facts(statement: Statement, record: Record, use: Record | None) -> Facts:
    """A change to a performance: listed as an exception, or consented to."""
    consented, code = when(record, "consented_on"), record.get("exception_code")
    consent = None if consented else best(statement, None, use, frozenset({"alteration"}))
    consented = consented or (when(consent, "signed_on") if consent else None)
    places = {name: "/consents" for name in ("alteration.consent_on",) if consent is None and not consented}
    return known(
        alteration__first_use=began(use),
        alteration__as_performed=record.get("substantially_as_performed"),
        alteration__excepted=code.casefold() != "none" if code else None,
        alteration__consent_on=consented,
        alteration__consented=True if consented else record.get("consented"),
    ), places | ({"alteration.consent_on": f"{consent.pointer}/signed_on"} if consent else {})


def footage_facts(_statement: Statement, record: Record, use: Record | None) -> Facts:
    """Footage made with AI, and whose control it is under."""
    return known(
        footage__first_use=began(use),
        footage__controlled=record.get("under_directors_control"),
        footage__logged=given(record.get("log_ref")),
    ), {}


def replica_says(record: Record) -> str:
    """A replica in words."""
    kind = record.get("type")
    return f"Digital replica {record.id} ({plain(kind) if kind else 'its kind not stated'})"


def synthetic_says(record: Record) -> str:
    """A synthetic performer in words."""
    human = {True: "in a human role", False: "not in a human role"}.get(record.get("human_role"))
    return f"Synthetic performer {record.id} ({human or 'whether in a human role is not stated'})"


def alteration_says(record: Record) -> str:
    """An alteration in words."""
    code = record.get("exception_code")
    return f"Alteration {record.id} of a performance (exception: {code or 'not stated'})"


def footage_says(record: Record) -> str:
    """Footage in words."""
    return f"Footage {record.id} made or changed with AI"


replicas: Final = of_uses(Kind("replica", "replicas", REPLICA, replica_facts, replica_says, "replica"))
synthetics: Final = of_uses(
    Kind("synthetic", "synthetics", SYNTHETIC, synthetic_facts, synthetic_says, "synthetic")
)
alterations: Final = of_uses(
    Kind("alteration", "alterations", ALTERATION, alteration_facts, alteration_says, "performance_alteration")
)
footage: Final = of_uses(Kind("footage", "footage_control", FOOTAGE, footage_facts, footage_says))
