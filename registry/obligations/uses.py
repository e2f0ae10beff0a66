"""The facts of one use of a tool: its tool, prompts, operators, and the consultation held about it."""

from typing import Any, Final

from registry.obligations.assemble import Record, Statement
from registry.obligations.moments import Moment, day, moment, precedes
from registry.obligations.records import when

OWN: Final = frozenset({"unit_employee", "non_unit_employee", "manager_producer"})


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
        "use.policy_on": earliest([p.get("on") for p in use.get("policies_provided") or ()], statement),
        "use.consent_required": use.get("employer_consent.required"),
        "use.consent_on": when(use, "employer_consent.on"),
        "use.notified_on": notified(statement, use),
        "tool.is_generative": tool.get("is_generative") if tool else None,
        "tool.historically_used": tool.get("historically_used") if tool else None,
        "tool.ownership": tool.get("ownership") if tool else None,
        "kit.requested": use.get("kit_rental.requested_by_employer"),
        "kit.fee_in_deal": use.get("kit_rental.fee_in_deal"),
        "skills.training_offered": use.get("skills_training.offered"),
    }
    facts |= prompt_facts(use) | operator_facts(statement, use) | consult_facts(statement, use, first)
    facts["dga.nobody_engaged"] = nobody_engaged(statement, first, facts["consult.held_on"])
    return {name: value for name, value in facts.items() if value is not None}, tool


def filled(values: list[Any] | None) -> bool | None:
    """Whether a list has members; None when nothing was said."""
    return None if values is None else bool(values)


def earliest(texts: list[str | None], statement: Statement) -> Moment | None:
    """The earliest of some stated moments."""
    found = [moment(text) for text in texts if text]
    return min(found, key=lambda when: day(when, statement.zone)) if found else None


def notified(statement: Statement, use: Record) -> Moment | None:
    """The first written notice about *use*, on the use itself or as a notice record."""
    own = [notice.get("on") for notice in use.get("notified") or ()]
    sent = [n.get("sent_at") for n in statement.all("notices") if use.id in (n.get("uses") or ())]
    return earliest(own + sent, statement)


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
    held = [
        c
        for c in statement.all("consultations")
        if c.get("type") == "director_creative" and (not c.get("uses") or use.id in c.get("uses"))
    ]
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
