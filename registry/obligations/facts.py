"""The facts a condition may ask for, by what an obligation is about.

Each has a type for the condition language, the place in the disclosure where it is answered, and the
question to ask when it is missing. A fact that nobody stated is left out of a subject; a condition that
needs it stays undecided. Moments (days and instants) belong to `due`, never to a condition.
"""

from typing import Final, Literal

import msgspec

FactType = Literal["bool", "int", "string", "strings", "moment"]


class Fact(msgspec.Struct, frozen=True):
    """One fact. `pointer` is relative to the record it is stated in."""

    name: str
    type: FactType
    pointer: str
    question: str
    asks: str = "employer"


def table(*rows: tuple[str, FactType, str, str]) -> dict[str, Fact]:
    """Rows of name, type, pointer and question as facts by name."""
    return {name: Fact(name, kind, pointer, question) for name, kind, pointer, question in rows}


COMMON: Final = table(
    ("production.format", "string", "/production/format", "What is the production's format?"),
    (
        "employer.policies_exist",
        "bool",
        "/employer/ai_policies_exist",
        "Does the employer have an AI policy that it expects employees to follow?",
    ),
)

USE: Final = COMMON | table(
    (
        "use.first",
        "moment",
        "/first",
        "When was the tool first used on the production (with the time, if it matters)?",
    ),
    ("use.purpose", "string", "/purpose", "What was the tool used for?"),
    ("use.final_deliverable", "bool", "/final_deliverable", "Is the output part of the final deliverable?"),
    (
        "use.creative",
        "bool",
        "/creative_elements",
        "Which creative elements was the tool used in connection with?",
    ),
    ("use.unit_type_work", "bool", "/locals", "Which locals' work does the tool do or help to do?"),
    (
        "use.required_by_employer",
        "bool",
        "/required_by_employer",
        "Did the employer require the use of the tool?",
    ),
    (
        "use.rights_reduced",
        "bool",
        "/rights_reduced",
        "Was anybody's credit, pay or benefit reduced because of the tool?",
    ),
    ("use.skills_changed", "bool", "/skills_changed", "Did the use change the skills the work needs?"),
    (
        "use.has_dga_duty",
        "bool",
        "/performs_duty_of",
        "Does the tool perform a duty of a DGA-covered person, and whose?",
    ),
    ("use.duty_held_by_person", "bool", "/duty_assigned_to_person", "Is the duty assigned to a person?"),
    (
        "use.director_consulted",
        "bool",
        "/director_consulted",
        "Was the director, or another DGA-covered employee, consulted?",
    ),
    (
        "use.policy_on",
        "moment",
        "/policies_provided",
        "When were the employer's AI policies given to the employees?",
    ),
    (
        "use.consent_required",
        "bool",
        "/employer_consent/required",
        "Does the employer's policy require its consent before use?",
    ),
    ("use.consent_on", "moment", "/employer_consent/on", "When did the employer consent to the use?"),
    ("use.notified_on", "moment", "/notified", "When were the employees notified in writing?"),
    ("tool.is_generative", "bool", "/tool", "Is the tool generative AI?"),
    (
        "tool.historically_used",
        "bool",
        "/tool",
        "Was the tool historically used, with some AI embedded in it?",
    ),
    ("tool.ownership", "string", "/tool", "Who owns the tool: the employer, a vendor, or the employee?"),
    ("prompts.by_unit", "bool", "/prompts/provided_by", "Who provided the prompts?"),
    (
        "prompts.required",
        "bool",
        "/prompts/required",
        "Did the employer require the employees to provide prompts?",
    ),
    ("prompts.retained", "bool", "/prompts/retained", "Are the prompts kept?"),
    ("prompts.reused", "bool", "/prompts/reuse", "Are the prompts reused, and for what?"),
    ("operators.any_unit", "bool", "/operators", "Does anybody in the bargaining unit operate the tool?"),
    (
        "operators.outside_unit",
        "bool",
        "/operators",
        "Who operates the tool, employed by whom, and are they in the unit?",
    ),
    ("operators.vendor_only", "bool", "/operators", "Is the tool operated by a vendor's staff only?"),
    (
        "kit.requested",
        "bool",
        "/kit_rental/requested_by_employer",
        "Did the employer ask the employee to bring the tool?",
    ),
    (
        "kit.fee_in_deal",
        "bool",
        "/kit_rental/fee_in_deal",
        "Does the deal memo carry a kit rental fee for the tool?",
    ),
    (
        "skills.training_offered",
        "bool",
        "/skills_training/offered",
        "Was training in the new skills offered?",
    ),
    ("consult.recorded", "bool", "/consultations", "Was a consultation held?"),
    (
        "consult.held_on",
        "moment",
        "/consultations",
        "When was the consultation held (with the time, if on the same day)?",
    ),
    ("consult.mode", "string", "/consultations", "How was the consultation held?"),
    ("consult.input_invited", "bool", "/consultations", "Was the person's input invited?"),
    ("consult.input_considered", "bool", "/consultations", "Was the input considered in good faith?"),
    ("consult.outcome", "string", "/consultations", "What was the outcome of the consultation?"),
    (
        "dga.nobody_engaged",
        "bool",
        "/production/engagements",
        "Which DGA-covered persons were engaged, and when?",
    ),
)

EVENT: Final = COMMON | table(
    ("event.on", "moment", "/on", "When did the workforce event happen?"),
    ("event.reduction", "bool", "/kind", "What kind of workforce event is it?"),
    (
        "event.displacement",
        "bool",
        "/attribution",
        "How far is the event due to AI: substantially, contributing, or not, and why?",
    ),
    ("event.permanent", "bool", "/permanent", "Is the displacement permanent?"),
    (
        "event.definition_met",
        "bool",
        "/attribution",
        "Did the technological change directly change the number of employees?",
    ),
    ("severance.paid", "bool", "/severance/paid", "Was severance paid?"),
    ("severance.paid_on", "moment", "/severance/paid_on", "When was severance paid?"),
    (
        "severance.amount_known",
        "bool",
        "/severance/amount_minor",
        "How much severance was paid, by which schedule?",
    ),
    ("retraining.offered", "bool", "/retraining/offered", "Was retraining offered?"),
    ("retraining.offered_on", "moment", "/retraining/offered_on", "When was retraining offered?"),
    (
        "retraining.placed",
        "bool",
        "/retraining/placed_on",
        "Was the employee placed in another classification?",
    ),
    ("preference.opening", "bool", "/preference/opening_on", "Did a placement open after the displacement?"),
    (
        "preference.offered",
        "bool",
        "/preference/offered",
        "Was the opening offered to the displaced employee first?",
    ),
)

USE_EVENT: Final = (
    USE
    | table(("event.exists", "bool", "/workforce", "Did a workforce event follow?"))
    | {name: EVENT[name] for name in ("event.on", "event.displacement")}
)

WORKFORCE: Final = COMMON | table(
    (
        "impact.exists",
        "bool",
        "",
        "Did the use of AI change headcount, hours, classification or skills here, and why?",
    ),
    ("impact.on", "moment", "", "When did the impact happen?"),
    ("definition.met", "bool", "", "Did the change directly alter headcount, classification or skills?"),
    (
        "bargaining.offered",
        "bool",
        "/impact_bargaining/offered",
        "Did the employer offer to bargain over the impact?",
    ),
    (
        "bargaining.exception",
        "bool",
        "/impact_bargaining/exception_claimed",
        "Does the employer claim an exception from bargaining?",
    ),
    (
        "classification.new",
        "bool",
        "/new_classification",
        "Did a new job arise that matches no classification?",
    ),
    (
        "classification.proposed",
        "bool",
        "/new_classification/proposed_on",
        "Was a classification and rate proposed?",
    ),
)

CONSULTATION: Final = COMMON | table(
    ("consultation.type", "string", "/type", "What kind of consultation or meeting is it?"),
    ("consultation.union", "string", "/union", "Which union asked?"),
    ("consultation.requested", "bool", "/requested_on", "Was it requested?"),
    ("consultation.requested_on", "moment", "/requested_on", "When was it requested?"),
    ("consultation.held_on", "moment", "/held_on", "When was it held?"),
    ("consultation.delay_by_union", "bool", "/delay_cause", "Whose delay was it?"),
)

CONSENT: Final = COMMON | table(
    ("consent.kind", "string", "/kind", "What was consented to?"),
    ("consent.role", "string", "/role", "What is the person's role?"),
    ("consent.performer", "bool", "/role", "Is the person a performer?"),
    ("consent.signed_on", "moment", "/signed_on", "When was the consent signed?"),
    ("consent.service_at", "moment", "/service_at", "When was the scan made?"),
    ("consent.separate", "bool", "/separate_document", "Is the consent a separate document?"),
    ("consent.conditional", "bool", "/condition_of_employment", "Was the consent a condition of employment?"),
)

VENDOR: Final = COMMON | table(
    ("vendor.uses_ai", "bool", "/uses_ai", "Does the vendor use AI for this work?"),
    ("vendor.unit_type_work", "bool", "/unit_type_work", "Is the vendor's work of a kind the unit does?"),
    ("vendor.signatory", "bool", "/signatory", "Is the vendor signatory to the agreement?"),
    ("vendor.history", "string", "/unit_work_history", "Was this work done in the unit before?"),
    ("vendor.engaged_on", "moment", "/engaged_on", "When was the vendor engaged?"),
)

CLAIM: Final = COMMON | table(
    ("claim.on", "moment", "/on", "When was the claim made?"),
    ("claim.indemnified", "bool", "/indemnified", "Did the employer take on the protection of the employee?"),
)

PRODUCTION: Final = COMMON | table(
    ("production.first_use", "moment", "/uses", "When is AI first used on the production?"),
    ("production.filed_on", "moment", "/filing", "When was the initial disclosure filed?"),
    ("production.versions_whole", "bool", "/filing", "Is every version of every disclosure kept?"),
)

QUARTER: Final = COMMON | table(
    ("quarter.end", "moment", "/filing/period/to", "Which quarter is it?"),
    ("quarter.filed_on", "moment", "/filing", "When was the quarterly update filed?"),
    ("quarter.nil", "bool", "/filing/type", "Was a nil return filed for the quarter?"),
)

CHANGE: Final = COMMON | table(
    ("change.on", "moment", "/filing/amendment/change_occurred_on", "When did the change happen?"),
    ("change.filed_on", "moment", "/filing", "When was the change filed?"),
)

WITHDRAWAL: Final = COMMON | table(
    ("withdrawal.on", "moment", "/reason", "When was it withdrawn?"),
    ("withdrawal.reasoned", "bool", "/reason", "Why was the disclosure withdrawn?"),
    ("withdrawal.contradicted", "bool", "/reason", "Was the tool used before the withdrawal?"),
)

PATTERN: Final = COMMON | table(
    ("pattern.on", "moment", "/workforce", "When did the losses add up?"),
    (
        "pattern.answered",
        "bool",
        "/workforce",
        "Are the earlier answers 'not due to AI' still right, and why?",
    ),
)

ABOUT: Final[dict[str, dict[str, Fact]]] = {
    "use": USE,
    "use_event": USE_EVENT,
    "event": EVENT,
    "workforce": WORKFORCE,
    "consultation": CONSULTATION,
    "consent": CONSENT,
    "vendor": VENDOR,
    "claim": CLAIM,
    "production": PRODUCTION,
    "quarter": QUARTER,
    "change": CHANGE,
    "withdrawal": WITHDRAWAL,
    "pattern": PATTERN,
}
"""The facts by what an obligation is about; the only names a pack may use."""
