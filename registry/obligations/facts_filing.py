"""The facts of the filings themselves: in time, whole, patterns, quarterly counts, and contradictions."""

from typing import Final

from registry.obligations.fact import table
from registry.obligations.facts_use import COMMON

PRODUCTION: Final = COMMON | table(
    ("production.first_use", "moment", "/uses", "When is AI first used on the production?"),
    ("production.filed_on", "moment", "/filing", "When was the initial disclosure filed?"),
    ("program.launched", "bool", "", "Has the industry's skills programme been launched?", "the industry"),
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

IMPACTS: Final = COMMON | table(
    ("impacts.quarter_end", "moment", "/workforce", "Which quarter is it?"),
    ("impacts.laid_off", "int", "/workforce", "How many people were laid off, substantially due to AI?"),
    ("impacts.hired", "int", "/workforce", "How many people were hired, substantially due to AI?"),
    (
        "impacts.not_filled",
        "int",
        "/workforce",
        "How many positions occupied in the prior quarter will not be filled, substantially due to AI?",
    ),
    (
        "impacts.retraining",
        "int",
        "/workforce",
        "How many people are being retrained, substantially due to AI?",
    ),
    ("impacts.filed_on", "moment", "/filing", "When was the quarter reported?"),
)

ACCURACY: Final = COMMON | table(
    (
        "accuracy.kind",
        "string",
        "",
        "What is said: a tool, a use, a headcount, a withdrawal?",
        "union and employer",
    ),
    ("accuracy.on", "moment", "", "For which day is it said?", "union and employer"),
    ("accuracy.contradicted", "bool", "", "Which of the two statements is right?", "union and employer"),
)
