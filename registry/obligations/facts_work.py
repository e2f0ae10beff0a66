"""The facts of workforce events, workforce rows, layoffs, vendors and tools."""

from typing import Final

from registry.obligations.fact import table
from registry.obligations.facts_use import COMMON, USE

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
    | table(
        ("event.exists", "bool", "/workforce", "Did a workforce event follow?"),
        ("event.local", "string", "/workforce", "Of which local are the people who lost their work?"),
    )
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
        "bargaining.offered_on",
        "moment",
        "/impact_bargaining/offered_on",
        "When did the employer first offer to bargain over the impact?",
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
    ("workforce.local", "string", "/local", "Of which local are the people?"),
    ("workforce.agreements", "strings", "/local", "Which of the production's agreements cover the people?"),
    ("change.effective_on", "moment", "/warn/effective_on", "On which day does the change take effect?"),
    ("change.notice_on", "moment", "/warn/notice_on", "When was notice of the change given?"),
    ("change.noticed", "bool", "/warn/notice_on", "Was notice of the change given?"),
    ("committee.met", "bool", "/consultations", "Did the consultation committee meet about the change?"),
)

LAYOFF: Final = COMMON | table(
    ("layoff.on", "moment", "/workforce", "On which day do the layoffs take effect?"),
    (
        "layoff.count",
        "int",
        "/workforce",
        "How many people of this production lose their work within 30 days?",
    ),
    (
        "layoff.employer_count",
        "int",
        "/workforce",
        "How many people of the employer lose their work within 30 days?",
    ),
    ("layoff.site_count", "int", "/workforce", "How many of the employer's layoffs are at one site?"),
    ("layoff.closing", "bool", "/warn/closing", "Does the site close?"),
    (
        "layoff.project_end",
        "bool",
        "/warn/project_completion",
        "Were the people hired for one project, told so, and did the project end?",
    ),
    (
        "layoff.due_to_ai",
        "bool",
        "/attribution",
        "Are the layoffs due to AI or automation, in whole or in part?",
    ),
    ("layoff.notice_on", "moment", "/warn/notice_on", "When was notice of the layoffs given?"),
    ("layoff.noticed", "bool", "/warn/notice_on", "Was notice of the layoffs given?"),
    (
        "layoff.ai_stated",
        "bool",
        "/warn/ai_box",
        "Does the notice say whether the layoffs are due to technology or automation?",
    ),
    ("layoff.technology_named", "bool", "/warn/technology", "Does the notice name the technology?"),
)

TOOL: Final = COMMON | table(
    ("tool.category", "string", "/category", "What kind of tool is it?"),
    ("tool.is_generative", "bool", "/is_generative", "Is the tool generative AI?"),
    (
        "tool.eu_risk_class",
        "string",
        "/eu_risk_class",
        "Which risk class does the tool have under the EU AI Act?",
    ),
    (
        "tool.public_provider",
        "bool",
        "/offered_to_public",
        "Does the employer itself offer the tool to the public?",
    ),
    (
        "tool.training_documented",
        "bool",
        "/training_docs_url",
        "Where is the documentation of the training data published?",
    ),
    (
        "tool.exempt_content",
        "bool",
        "/film_tv_games_only",
        "Does it make only film, television, streaming or game content, none of it by users?",
    ),
    (
        "tool.marks_output",
        "bool",
        "/marks_output",
        "Does the tool mark what it makes in a machine-readable way?",
    ),
    ("tool.detection_offered", "bool", "/detection_offered", "Is a tool offered that detects what it made?"),
    ("tool.first_use", "moment", "/uses", "When was the tool first used on the production?"),
)

VENDOR: Final = COMMON | table(
    ("vendor.uses_ai", "bool", "/uses_ai", "Does the vendor use AI for this work?"),
    ("vendor.unit_type_work", "bool", "/unit_type_work", "Is the vendor's work of a kind the unit does?"),
    ("vendor.signatory", "bool", "/signatory", "Is the vendor signatory to the agreement?"),
    ("vendor.history", "string", "/unit_work_history", "Was this work done in the unit before?"),
    ("vendor.engaged_on", "moment", "/engaged_on", "When was the vendor engaged?"),
)
