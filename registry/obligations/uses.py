"""The facts of one use of a tool: its tool, prompts, operators, and the consultation held about it."""

from collections.abc import Sequence
from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.links import Links, links, says, went_to
from registry.obligations.moments import Moment, day, moment, precedes
from registry.obligations.records import earliest, filled, given, when
from registry.obligations.subject import common

OWN: Final = frozenset({"unit_employee", "non_unit_employee", "manager_producer"})
WRITERS: Final = frozenset({"WGAW", "WGAE"})
ACTORS: Final = frozenset({"SAG-AFTRA", "ACTRA", "UBCP-ACTRA", "EQUITY-UK"})
ABOUT_PEOPLE: Final = frozenset({"hiring", "monitoring"})
"""Purposes that decide about people, and do none of their work."""
OWN_LIKENESS: Final = frozenset({"replica_create", "replica_use"})
"""Consents that cover the use of a person's features, whatever uses they name."""


def use_facts(statement: Statement, use: Record) -> tuple[dict[str, Any], Record | None]:
    """Everything stated about *use*, by fact name, and the record of its tool."""
    tool = statement.records.get("tools", {}).get(use.get("tool"))
    first = when(use, "first") or when(use, "planned_first")
    facts = {
        "use.first": first,
        "use.purpose": use.get("purpose"),
        "use.final_deliverable": use.get("final_deliverable"),
        "use.creative": filled(use.get("creative_elements")),
        "use.unit_type_work": filled(use.get("locals")),
        "use.required_by_employer": use.get("required_by_employer"),
        "use.rights_reduced": use.get("rights_reduced"),
        "use.skills_changed": use.get("skills_changed"),
        "use.has_dga_duty": dga_duty(use),
        "use.duty_held_by_person": use.get("duty_assigned_to_person"),
        "use.director_consulted": use.get("director_consulted"),
        "use.policy_on": earliest((p.get("on") for p in use.get("policies_provided") or ()), statement.zone),
        "use.consent_required": use.get("employer_consent.required"),
        "use.consent_on": when(use, "employer_consent.on"),
        "use.notified_on": earliest(told(use, links(statement)), statement.zone),
        "kit.requested": use.get("kit_rental.requested_by_employer"),
        "kit.fee_in_deal": use.get("kit_rental.fee_in_deal"),
        "skills.training_offered": use.get("skills_training.offered"),
    }
    facts |= tool_facts(tool) | material_facts(statement, use) | whose_work(use)
    facts |= prompt_facts(use) | person_facts(statement, use)
    facts |= operator_facts(statement, use) | consult_facts(statement, use, first) | about_people(use)
    facts["use.after_filming"] = after_filming(statement, first)
    facts["dga.nobody_engaged"] = nobody_engaged(statement, first, facts["consult.held_on"])
    return {name: value for name, value in facts.items() if value is not None}, tool


def tool_facts(tool: Record | None) -> dict[str, Any]:
    """The tool of a use, as far as it is described."""
    if tool is None:
        return {}
    risk = tool.get("eu_risk_class")
    return {
        "tool.is_generative": tool.get("is_generative"),
        "tool.historically_used": tool.get("historically_used"),
        "tool.ownership": tool.get("ownership"),
        "tool.category": tool.get("category"),
        "tool.eu_risk_class": risk if risk != "unknown" else None,
        "tool.trains_on_inputs": tool.get("trains_on_inputs"),
    }


def about_people(use: Record) -> dict[str, Any]:
    """A tool to hire people or to watch them does no craft's work: silence about crafts and prompts is no."""
    said = any(use.get(name) for name in ("locals", "operators", "prompts"))
    if said or use.get("purpose") not in ABOUT_PEOPLE:
        return {}
    return dict.fromkeys(("use.unit_type_work", "operators.any_unit", "prompts.by_unit"), False)


def material_facts(statement: Statement, use: Record) -> dict[str, Any]:
    """What a use makes, and what the public and the unions are told of it."""
    return {
        "use.last": when(use, "last"),
        "use.digital_source_type": use.get("digital_source_type"),
        "use.reviewed_by_human": use.get("output_reviewed_by_human"),
        "use.carried_over": False,
        "use.deep_fake": use.get("deep_fake"),
        "use.audience_told": use.get("audience_told"),
        "use.published_on": when(use, "published_on"),
        "use.published": given(use.get("published_on")),
        "use.marked": use.get("machine_readable_mark"),
        "use.notified_actra_on": earliest(told(use, links(statement), "ACTRA"), statement.zone),
    }


def whose_work(use: Record) -> dict[str, Any]:
    """The locals of a use, and whether writers or performers are among them or operate the tool."""
    stated = use.get("locals")
    groups = use.get("operators") or ()
    unions = {name.partition(":")[0] for name in stated or ()}
    unions |= {(group.get("local") or group.get("union") or "").partition(":")[0] for group in groups}
    silent = None if stated is None else False
    return {
        "use.locals": stated,
        "use.by_writers": True if unions & WRITERS else silent,
        "use.by_performers": True if unions & ACTORS else silent,
        "use.operated_by_writers": written_with(groups),
    }


def written_with(groups: Sequence[dict[str, Any]]) -> bool | None:
    """Whether writers are among the operators; None while nobody, or not everybody, is known."""
    unions = [(group.get("local") or group.get("union") or "").partition(":")[0] for group in groups]
    if not WRITERS.isdisjoint(unions):
        return True
    both = zip(unions, groups, strict=True)
    told = [bool(union) or group.get("in_unit") is False for union, group in both]
    return False if told and all(told) else None


def told(use: Record, linked: Links, union: str = "") -> list[str | None]:
    """The days of the notices about *use*, on the use itself or as records; those to *union*, if named."""
    own = [notice.get("on") for notice in use.get("notified") or () if says(notice.get("to"), union)]
    sent = [n.get("sent_at") for n in linked.notices.get(use.id, ()) if went_to(n, union)]
    return own + sent


def person_facts(statement: Statement, use: Record) -> dict[str, Any]:
    """The performer whom the prompts name: when they agreed, and whether it was bargained over."""
    linked, person = links(statement), use.get("prompts.person_ref")
    signed = [
        consent.get("signed_on")
        for consent in linked.consents_of.get(person, ())
        if consent.get("kind") in OWN_LIKENESS or use.id in (consent.get("uses") or ())
    ]
    bargained = [c for c in linked.about(use.id) if c.get("type") == "synthetic_bargain"]
    stated = [synthetic.get("bargained") for synthetic in linked.synthetics.get(use.id, ())]
    return {
        "prompts.names_person": use.get("prompts.names_person"),
        "prompts.person_consent_on": earliest(signed, statement.zone),
        "prompts.person_bargained": any(c.get("held_on") or c.get("offered_on") for c in bargained)
        or next((answer for answer in stated if answer is not None), None),
    }


def prompt_facts(use: Record) -> dict[str, Any]:
    """Who prompted, and whether they had to."""
    providers = use.get("prompts.provided_by")
    reuse = use.get("prompts.reuse")
    return {
        "prompts.by_unit": None if providers is None else "unit_employee" in providers,
        "prompts.required": use.get("prompts.required"),
        "prompts.retained": use.get("prompts.retained"),
        "prompts.reused": None if reuse is None else any(kind != "none" for kind in reuse),
    }


def dga_duty(use: Record) -> bool | None:
    """Whether the tool performs a DGA-covered duty; silence is no, unless a duty is said to lack a person."""
    if use.get("performs_duty_of"):
        return True
    return None if use.get("duty_assigned_to_person") is False else False


def operator_facts(statement: Statement, use: Record) -> dict[str, Any]:
    """Who operates the tool: in the unit, the employer's own people outside it, or a vendor's staff only.

    One own person outside the unit decides; otherwise everybody has to be known. The staff of signatory
    vendors count as the employer's own: they are bound like them.
    """
    operators = use.get("operators")
    providers = set(use.get("prompts.provided_by") or ())
    own = [o for o in operators or () if o.get("employed_by") != "vendor" or vendors_bound(statement)]
    outside: bool | None
    if any(o.get("in_unit") is False for o in own) or providers & {"manager_producer", "non_unit_employee"}:
        outside = True
    elif operators is None or not (operators or providers) or any(o.get("in_unit") is None for o in own):
        outside = None
    else:
        outside = False
    anybody = True if "unit_employee" in providers or any(o.get("in_unit") for o in own) else None
    if anybody is None and operators is not None and all(o.get("in_unit") is False for o in operators):
        anybody = False
    vendor_only: bool | None = not own and not providers & OWN
    if not operators and not providers & OWN:
        vendor_only = None
    return {
        "operators.any_unit": anybody,
        "operators.outside_unit": outside,
        "operators.vendor_only": vendor_only,
    }


def vendors_bound(statement: Statement) -> bool:
    """Whether every vendor that may use AI is itself signatory."""
    using = [vendor for vendor in statement.all("vendors") if vendor.get("uses_ai") is not False]
    return bool(using) and all(vendor.get("signatory") for vendor in using)


def after_filming(statement: Statement, first: Moment | None) -> bool | None:
    """Whether a use began on a later day than principal photography; None while a day is unknown."""
    filming = common(statement).get("production.filming_on")
    if first is None or filming is None:
        return None
    return day(first, statement.zone) > day(filming, statement.zone)


def nobody_engaged(statement: Statement, first: Moment | None, held: Moment | None) -> bool | None:
    """Whether no DGA-covered person was engaged by the first use; None when no filing says.

    Whoever was consulted by then was there to be consulted.
    """
    if first is None:
        return None
    by = day(first, statement.zone)
    if held is not None and day(held, statement.zone) <= by and statement.engagements is None:
        return False
    if statement.engagements is None:
        return None
    covered = [e for e in statement.engagements if e.get("union") == "DGA"]
    return not any(
        not e.get("engaged_on") or day(moment(e["engaged_on"]), statement.zone) <= by for e in covered
    )


def consult_facts(statement: Statement, use: Record, first: Moment | None) -> dict[str, Any]:
    """The director's consultation about *use*: the one that serves the employer best."""
    held = [c for c in links(statement).about(use.id) if c.get("type") == "director_creative"]
    if not held:
        return {"consult.recorded": False, "consult.held_on": None}
    best = min(held, key=lambda c: merit(c, statement, first))
    return {
        "consult.recorded": True,
        "consult.held_on": when(best, "held_on"),
        "consult.mode": best.get("mode"),
        "consult.input_invited": best.get("input_invited"),
        "consult.input_considered": best.get("input_considered"),
        "consult.outcome": best.get("outcome"),
    }


def merit(consultation: Record, statement: Statement, first: Moment | None) -> tuple[int, int, str]:
    """Fewest things amiss first, then fewest unknown, then the earliest."""
    held = when(consultation, "held_on")
    mode = consultation.get("mode")
    two_way = True if mode and mode != "written_notice_only" else consultation.get("input_invited")
    in_time = precedes(held, first, statement.zone) if held and first else None
    answers = [two_way, in_time, consultation.get("input_considered")]
    on = day(held, statement.zone).isoformat() if held else "9999"
    return sum(answer is False for answer in answers), answers.count(None), on
