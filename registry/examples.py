"""Examples of what callers send, for the OpenAPI document; a test holds each against what is accepted."""

from collections.abc import Mapping
from typing import Any, Final

ATTESTED: Final = {"name": "Dana Whitfield", "title": "Production coordinator"}
PRODUCTION: Final = {"id": "harbor-lights-s1", "title": "Harbor Lights", "format": "hb_svod"}
EMPLOYER: Final = {"id": "northlight-pictures", "legal_name": "Northlight Pictures LLC"}

INITIAL: Final[Mapping[str, Any]] = {
    "schema_version": "2.0",
    "filing": {"type": "initial", "attested_by": ATTESTED},
    "production": PRODUCTION,
    "employer": EMPLOYER,
    "tools": [
        {
            "id": "tool-1",
            "name": "SceneSketch",
            "vendor": "Sketchworks",
            "category": "generative_image",
            "is_generative": True,
        }
    ],
    "uses": [
        {
            "id": "use-1",
            "tool": "tool-1",
            "first": "2026-02-03",
            "purpose": "ideation_temp",
            "final_deliverable": False,
            "locals": ["IATSE:800"],
            "output_reviewed_by_human": True,
        }
    ],
}
NIL_RETURN: Final[Mapping[str, Any]] = {
    "schema_version": "2.0",
    "filing": {
        "type": "nil_return",
        "period": {"from": "2026-01-01", "to": "2026-03-31"},
        "attested_by": ATTESTED,
        "nil_statement": "No AI tool was used on this production in the period.",
    },
    "production": PRODUCTION,
    "employer": EMPLOYER,
}
AMENDED: Final[Mapping[str, Any]] = {
    **INITIAL,
    "filing": {
        "type": "initial",
        "attested_by": ATTESTED,
        "amendment": {"reason": "late_information", "explanation": "The vendor named the model's version."},
    },
}

SIGNATORY: Final[Mapping[str, Any]] = {
    "employer_id": "northlight-pictures",
    "legal_name": "Northlight Pictures LLC",
    "agreements": [{"agreement": "iatse-ba-2024", "signed_on": "2024-08-01", "from": "2024-08-01"}],
}
SEASON: Final[Mapping[str, Any]] = {
    "production_id": "harbor-lights-s1",
    "employer_id": "northlight-pictures",
    "title": "Harbor Lights",
    "format": "hb_svod",
    "work_type": "season",
    "locations": [{"country": "US", "subdivision": "US-CA"}],
    "phases": [{"phase": "principal_photography", "starts_on": "2026-02-02", "ends_on": "2026-05-29"}],
    "agreements": ["iatse-ba-2024"],
    "locals": ["IATSE:700", "IATSE:800"],
}

ASKED: Final[Mapping[str, Any]] = {
    "employer_id": "northlight-pictures",
    "production_id": "harbor-lights-s1",
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "uses": ["use-1"],
    "text": "An assistant editor asks to talk about the use of SceneSketch in the cutting room.",
}
OBSERVED: Final[Mapping[str, Any]] = {
    "employer_id": "northlight-pictures",
    "production_id": "harbor-lights-s1",
    "union": "IATSE",
    "local": "IATSE:700",
    "observed_on": "2026-02-10",
    "tool": "VoxClone",
    "category": "generative_audio_voice",
    "department": "Editorial",
    "headcount": 6,
    "asked_other_departments": True,
    "text": "Temporary dialogue was made with VoxClone; two editors were asked to write its prompts.",
}

PACK: Final = """\
pack = "house-rules"
title = "Rules of one house"
union = "*"
agreements = ["*"]
params = "params-2026.1"
basis = "A rule of the parties' own, agreed on 4 May 2026."

[sources]
"I" = "Agreed between the parties"

[[obligation]]
id = "review"
clause = "Rule 1"
says = "A person reviews whatever a generative tool makes before it is part of the finished work."
owed_to = "the audience"
about = "use"
when = [{ if = "use.final_deliverable", words = "the output is part of the finished work" }]
breach = [{ if = "!use.reviewed_by_human", words = "nobody reviewed the output" }]
source = "I"
confidence = "inferred"
tests = [
    { name = "shown", expect = "insufficient_information", facts = { "use.final_deliverable" = true } },
    { name = "cut out", expect = "not_applicable", facts = { "use.final_deliverable" = false } },
]
"""

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "fileDisclosure": {"initial": INITIAL, "nil-return": NIL_RETURN},
    "preflightDisclosure": {"initial": INITIAL},
    "amendDisclosure": {"late-information": AMENDED},
    "withdrawDisclosure": {
        "never-deployed": {
            "reason": "tool_never_deployed",
            "explanation": "The tool was licensed and never used.",
            "attested_by": ATTESTED,
        }
    },
    "createEmployer": {"signatory": SIGNATORY},
    "changeEmployer": {"signatory": SIGNATORY},
    "createProduction": {"season": SEASON},
    "changeProduction": {"season": SEASON},
    "publishAgreement": {"a-house-rule": PACK},
    "backtestAgreement": {"a-house-rule": PACK},
    "makeRequest": {
        "for-an-employee": ASKED,
        "quarterly-meeting": {
            "employer_id": "northlight-pictures",
            "production_id": "harbor-lights-s1",
            "kind": "meeting",
            "meeting": "company_quarterly",
            "union": "IATSE",
            "local": "IATSE:700",
            "on_behalf_of": "union",
            "text": "We ask for this quarter's meeting about the use of AI.",
        },
    },
    "answerRequest": {
        "offered": {"offered_on": ["2026-03-10", "2026-03-11"], "text": "We can meet on either morning."},
        "held": {
            "held_on": "2026-03-10T10:00:00-07:00",
            "mode": "video",
            "input_invited": True,
            "input_received": True,
            "input_considered": True,
            "outcome": "changed",
            "minutes_ref": "NLP-2026-014",
            "closes": True,
        },
    },
    "reportObservation": {"undisclosed-tool": OBSERVED},
    "acknowledgeAlert": {"taken-up": {"note": "The steward calls the production office on Monday."}},
    "resolveAlert": {"cured": {"outcome": "cured", "reason": "The notice was given and received."}},
    "reopenAlert": {"again": {"reason": "The notice named the wrong tool."}},
}
"""Examples of bodies, by operation id and name."""
