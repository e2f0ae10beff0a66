"""The facts of one use of a tool: its tool, prompts, operators, and the consultation held about it."""

from typing import Any

from registry.obligations.assemble import Record, Statement
from registry.obligations.moments import Moment, day, moment
from registry.obligations.records import when


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
        "use.has_dga_duty": bool(use.get("performs_duty_of")),
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
        "dga.nobody_engaged": nobody_engaged(statement, first),
    }
    facts |= prompt_facts(use) | operator_facts(use) | consult_facts(statement, use)
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


def operator_facts(use: Record) -> dict[str, Any]:
    """Who operates the tool: in the unit, the employer's own people outside it, or a vendor's staff only.

    One own person outside the unit decides; otherwise everybody has to be known.
    """
    operators = use.get("operators")
    providers = set(use.get("prompts.provided_by") or ())
    own = [o for o in operators or () if o.get("employed_by") != "vendor"]
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
    vendor_only = bool(operators) and not own and providers <= {"vendor", "automated_agent", "none"}
    return {
        "operators.any_unit": anybody,
        "operators.outside_unit": outside,
        "operators.vendor_only": vendor_only,
    }


def nobody_engaged(statement: Statement, first: Moment | None) -> bool:
    """Whether the filing says that no DGA-covered person was engaged by the first use."""
    if statement.engagements is None or first is None:
        return False
    covered = [e for e in statement.engagements if e.get("union") == "DGA"]
    by = day(first, statement.zone)
    return not any(
        not e.get("engaged_on") or day(moment(e["engaged_on"]), statement.zone) <= by for e in covered
    )


def consult_facts(statement: Statement, use: Record) -> dict[str, Any]:
    """The director's consultation about *use*: the one that serves the employer best."""
    held = [
        c
        for c in statement.all("consultations")
        if c.get("type") == "director_creative" and (not c.get("uses") or use.id in c.get("uses"))
    ]
    if not held:
        return {"consult.recorded": False}
    best = min(held, key=lambda c: merit(c, statement))
    return {
        "consult.recorded": True,
        "consult.held_on": when(best, "held_on"),
        "consult.mode": best.get("mode"),
        "consult.input_invited": best.get("input_invited"),
        "consult.input_considered": best.get("input_considered"),
        "consult.outcome": best.get("outcome"),
    }


def merit(consultation: Record, statement: Statement) -> tuple[bool, bool, str]:
    """Real two-way consultations first, then those whose input was considered, then the earliest."""
    on = statement.on(consultation.get("held_on"))
    return (
        consultation.get("mode") == "written_notice_only",
        consultation.get("input_considered") is not True,
        on.isoformat() if on else "9999",
    )
