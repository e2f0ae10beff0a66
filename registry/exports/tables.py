"""Every table that can be exported, with the meaning of each column of its own."""

from collections.abc import Mapping
from typing import Final

from registry.exports.column import Part
from registry.exports.table import (
    CITED,
    DISCLOSURE,
    EMPLOYER,
    FILED,
    LOCALS,
    PLACE,
    PRODUCTION,
    RECORDED,
    RULE,
    SUBJECT,
    UNIONS,
    Table,
    columns,
    of_alert,
    of_document,
    of_judgement,
    of_part,
    of_record,
    of_row,
    of_version,
)

IN_FORCE: Final = (
    *(EMPLOYER, PRODUCTION, DISCLOSURE),
    ("disclosure_version", "integer", "The version in force."),
    *(FILED, PLACE),
)
TOLD: Final = (
    *(EMPLOYER, PRODUCTION),
    ("union", "text", "The union that speaks."),
    ("local", "text", "Its local, where one is named."),
)
ROW_OF_WORKFORCE: Final = (
    ("workforce_id", "text", "Key of the workforce record the event stands in."),
    ("workforce_local", "text", "Local of that record."),
    ("workforce_classification", "text", "Classification of that record."),
    ("workforce_occupation", "text", "Occupation of that record."),
    ("workforce_uses", "list", "Keys of the uses that record names."),
)

RECORDS: Final = (
    Table(
        "employers",
        "Employers, as their newest record has them.",
        columns(
            EMPLOYER,
            ("revision", "integer", "Revision of the record."),
            ("legal_name", "text", "Legal name."),
            ("lei", "text", "Legal entity identifier (ISO 17442)."),
            ("record", "json", "The whole record."),
            *(RECORDED, PLACE),
        ),
        of_record,
    ),
    Table(
        "productions",
        "Productions, as their newest record has them.",
        columns(
            *(EMPLOYER, PRODUCTION),
            ("revision", "integer", "Revision of the record."),
            ("title", "text", "Title."),
            ("format", "text", "Format."),
            ("agreements", "list", "Agreements it is made under."),
            LOCALS,
            ("record", "json", "The whole record."),
            *(RECORDED, PLACE),
        ),
        of_record,
    ),
)

FILINGS: Final = (
    Table(
        "disclosures",
        "Every version of every disclosure: filings, amendments, withdrawals.",
        columns(
            *(EMPLOYER, PRODUCTION, DISCLOSURE),
            ("version", "integer", "Number of the version, counted from 1."),
            ("newest", "boolean", "Whether no later version was known."),
            ("kind", "text", "filing, amendment or withdrawal."),
            ("type", "text", "initial, quarterly_update or nil_return."),
            ("period_from", "date", "First day of the period this version names."),
            ("period_to", "date", "Last day of the period this version names."),
            ("reason", "text", "Why it was amended or withdrawn, as a code."),
            ("explanation", "text", "The same in words."),
            ("schema_version", "text", "Schema it was filed in."),
            FILED,
            ("filed_by", "text", "Who filed it."),
            ("sha256", "text", "SHA-256 of the bytes received, as the ledger has it."),
            ("document", "json", "What it says, as far as you may read it, in the newest schema's shape."),
            ("withheld", "list", "What is kept from you: sections, and fields as JSON Pointers."),
            PLACE,
        ),
        of_version,
        group=1_000,
    ),
    Table(
        "tools",
        "Tools named by the disclosures in force.",
        columns(*IN_FORCE),
        of_part("tools"),
        part=Part("tools"),
    ),
    Table(
        "uses",
        "Uses named by the disclosures in force: one tool, one craft, one purpose.",
        columns(*IN_FORCE),
        of_part("uses"),
        part=Part("uses"),
    ),
    Table(
        "workforce",
        "Workforce records of the disclosures in force, without their events.",
        columns(*IN_FORCE),
        of_part("workforce"),
        part=Part("workforce", apart=frozenset({"events"})),
    ),
    Table(
        "workforce_events",
        "Workforce events of the disclosures in force.",
        columns(*IN_FORCE, *ROW_OF_WORKFORCE),
        of_part("workforce", "events"),
        part=Part("workforce", inside="events"),
    ),
)

VERDICTS: Final = (
    Table(
        "findings",
        "Findings of the newest judgement of each production: prima facie, never a legal conclusion.",
        columns(
            *(EMPLOYER, PRODUCTION),
            ("judgement_id", "text", "Id of the judgement."),
            ("judged_at", "instant", "For which instant it was judged."),
            RULE,
            *SUBJECT,
            ("verdict", "text", "violation, satisfied, not_applicable or insufficient_information."),
            ("reason", "text", "Why it does not apply, as a code."),
            ("alert_kind", "text", "The kind of alert it asks for; nothing when it asks for none."),
            ("severity", "text", "critical, major, minor or info."),
            ("says", "text", "The obligation in plain words."),
            ("because", "list", "The reasons, in words."),
            ("missing", "json", "Facts that are not known and would decide."),
            ("review", "list", "What only a person can decide."),
            ("owed_to", "text", "Whom it is owed to."),
            *(LOCALS, UNIONS),
            ("occurred_on", "date", "When it happened."),
            ("known_on", "date", "When it was known."),
            ("due_on", "date", "The duty's own day."),
            ("due_at", "instant", "The duty's own instant."),
            ("remedy", "text", "What the agreement gives for it."),
            *CITED,
            ("pack", "text", "The edition's pack."),
            ("pack_digest", "text", "SHA-256 of the pack."),
            ("params", "text", "The parameter set."),
            ("values", "json", "The values the verdict was made with."),
            PLACE,
        ),
        of_judgement,
    ),
    Table(
        "alerts",
        "Alerts, as their newest move left them.",
        columns(
            *(EMPLOYER, PRODUCTION),
            ("alert_id", "text", "Id of the alert."),
            RULE,
            *SUBJECT,
            ("kind", "text", "violation, review, insufficient_information, due_soon or accuracy."),
            ("severity", "text", "critical, major, minor or info."),
            ("state", "text", "State of the alert."),
            ("outcome", "text", "How it was resolved."),
            ("revision", "integer", "How many moves it has made."),
            ("verdict", "text", "Verdict of its finding."),
            *(LOCALS, UNIONS),
            ("says", "text", "The obligation in plain words."),
            ("because", "list", "The reasons, in words."),
            ("due_on", "date", "The duty's own day."),
            ("held_by", "text", "The rule whose missing disclosure holds the alert back."),
            *CITED,
            ("opened_at", "instant", "When it was opened."),
            ("changed_at", "instant", "When its newest move was made."),
            PLACE,
        ),
        of_alert,
    ),
    Table(
        "alert_moves",
        "Every move of every alert.",
        columns(
            *(EMPLOYER, PRODUCTION),
            ("alert_id", "text", "Id of the alert."),
            ("revision", "integer", "Number of the move, counted from 1."),
            ("move", "text", "What was done."),
            ("from_state", "text", "State before; nothing for the first."),
            ("to_state", "text", "State after."),
            ("author", "text", "Who made the move."),
            ("reason", "text", "Why, in words."),
            ("outcome", "text", "How it was resolved."),
            ("verdict", "text", "Verdict of the finding it rested on."),
            ("moved_at", "instant", "When it was made."),
            PLACE,
        ),
        of_row,
    ),
)

HEARD: Final = (
    Table(
        "requests",
        "Requests of unions, as the newest answer left them.",
        columns(
            ("request_id", "text", "Id of the request."),
            *TOLD,
            ("kind", "text", "consultation, meeting, information or bargaining."),
            ("meeting", "text", "Which meeting is asked for."),
            ("on_behalf_of", "text", "employee or union."),
            ("uses", "list", "Keys of the uses it is about."),
            ("text", "text", "What is asked."),
            ("requested_on", "text", "When it was first asked, as stated."),
            ("state", "text", "open, answered or closed."),
            ("revision", "integer", "1 and one for each answer."),
            RECORDED,
            ("changed_at", "instant", "When it was made, or answered last."),
            PLACE,
        ),
        of_document,
    ),
    Table(
        "answers",
        "Employers' answers to requests.",
        columns(
            ("request_id", "text", "Id of the request."),
            *(EMPLOYER, PRODUCTION),
            ("revision", "integer", "Number of the entry in the request's history; the first answer is 2."),
            ("said", "json", "What was answered."),
            ("recorded_by", "text", "Who answered."),
            *(RECORDED, PLACE),
        ),
        of_row,
    ),
    Table(
        "observations",
        "Observations of AI use, without whoever reported them.",
        columns(
            ("observation_id", "text", "Id of the observation."),
            *TOLD,
            ("observed_on", "date", "First day it was seen."),
            ("until", "date", "Last day it was seen."),
            ("tool", "text", "The tool, as it was seen or heard named."),
            ("category", "text", "Category of the tool."),
            ("department", "text", "Department."),
            ("headcount", "integer", "How many people the department has."),
            ("asked_other_departments", "boolean", "Whether other departments were asked."),
            ("text", "text", "What was seen."),
            *(RECORDED, PLACE),
        ),
        of_document,
    ),
    Table(
        "agreements",
        "Packs and parameter sets published: the editions of agreements that verdicts name by digest.",
        columns(
            ("kind", "text", "pack or params."),
            ("name", "text", "Name of the pack or parameter set."),
            ("digest", "text", "SHA-256 of its bytes."),
            ("body", "text", "The TOML as it was published."),
            ("published_at", "instant", "When it was published."),
            PLACE,
        ),
        of_row,
    ),
)

TABLES: Final[Mapping[str, Table]] = {table.name: table for table in (*RECORDS, *FILINGS, *VERDICTS, *HEARD)}
"""By name, in the order in which an export holds them."""
OF_DOCUMENTS: Final = frozenset(
    {"disclosures", "tools", "uses", "workforce", "workforce_events", "findings", "alerts", "alert_moves"}
)
"""Those that say what filings say, so that a redaction takes something from them."""
OF_LOSSES: Final = frozenset({"findings", "alerts", "alert_moves"})
"""Those that may quote a filing of another production: losses are counted over all of an employer's."""
