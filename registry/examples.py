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

COMMENTS: Final[Mapping[str, Any]] = {
    "to-both": {"text": "The cutting room has not used SceneSketch since Monday."},
    "a-note": {"text": "Ask the vendor for the logs before the meeting.", "seen_by": "us"},
}
MINUTES: Final = "Minutes of 2 March 2026\n\nThe use of SceneSketch was talked over.\n"

DRAFTED: Final[Mapping[str, Any]] = {
    "production_id": "harbor-lights-s1",
    "from": {"disclosure_id": "01900000-0000-7000-8000-000000000001"},
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
    "redactDisclosure": {
        "by-order": {
            "version": 1,
            "sections": ["tools"],
            "ground": "Order of the Superior Court of California, No. 26-0417",
            "ordered_by": "The Superior Court of California, County of Los Angeles",
            "reason": "The section named a vendor whose contract is under seal.",
        }
    },
    "makeDraft": {
        "blank": {"production_id": "harbor-lights-s1"},
        "next-quarter": DRAFTED,
        "an-amendment": {**DRAFTED, "from": {**DRAFTED["from"], "as": "amendment"}},
        "from-an-answer": {
            "production_id": "harbor-lights-s1",
            "from": {"alert_id": "01900000-0000-7000-8000-000000000002", "number": 3},
        },
        "your-own-so-far": {"production_id": "harbor-lights-s1", "document": NIL_RETURN},
    },
    "saveDraft": {
        "so-far": {"document": INITIAL},
        "confirmed": {"document": INITIAL, "confirmed": ["/uses"]},
    },
    "checkDraft": {"as-it-is": {}},
    "reviewDraft": {
        "whoever-comes-first": {},
        "by-name": {"reviewer": "r.ito@northlight.example", "note": "Please look at the hours."},
    },
    "approveDraft": {
        "approved": {"approve": True},
        "sent-back": {"approve": False, "note": "The tool was renamed in March."},
    },
    "fileDraft": {"as-it-is": {}},
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
    "commentOnAlert": COMMENTS,
    "commentOnRequest": COMMENTS,
    "showAlertEvidence": {"minutes": MINUTES},
    "showRequestEvidence": {"minutes": MINUTES},
    "acknowledgeAlert": {"taken-up": {"note": "The steward calls the production office on Monday."}},
    "resolveAlert": {"cured": {"outcome": "cured", "reason": "The notice was given and received."}},
    "makeCalendar": {
        "everything": {"title": "AI at work, editors' local"},
        "one-production": {
            "title": "Harbor Lights",
            "production": {"employer_id": "northlight-pictures", "production_id": "harbor-lights-s1"},
        },
    },
    "subscribe": {
        "webhook": {
            "way": "webhook",
            "address": "https://union.example.org/registry",
            "wish": {"types": ["alert"], "severities": ["critical", "major"]},
        },
        "daily-letter": {
            "way": "email",
            "address": "steward@union.example.org",
            "pace": {
                "at": "daily",
                "hour": 8,
                "time_zone": "America/Los_Angeles",
                "quiet": {"from": 22, "to": 7},
            },
        },
    },
    "changeSubscription": {
        "alerts-alone": {"address": "https://union.example.org/registry", "wish": {"types": ["alert"]}}
    },
    "exchangeSecret": {"for-two-days": {"keep_hours": 48}, "at-once": {"keep_hours": 0}},
    "replayDeliveries": {
        "a-morning": {
            "subscription_id": "0196f1d2-7c3b-7e52-9c1a-3f1f4f0a5b6c",
            "from": "2026-03-02T09:00:00-08:00",
            "until": "2026-03-02T12:00:00-08:00",
            "state": "all",
        }
    },
    "disableSubscription": {"loud": {"reason": "The address belongs to somebody else, who asks for quiet."}},
    "changeEscalationPlan": {
        "two-steps": {
            "remind_hours": 48,
            "unacknowledge_hours": 120,
            "distances": [30, 14, 7, 3, 1],
            "steps": [{"after_hours": 72, "to": "local"}, {"after_hours": 168, "to": "union"}],
        }
    },
    "askForExtension": {
        "two-weeks-more": {
            "clock": "answer",
            "kind": "extend",
            "until": "2026-04-17",
            "reason": "The vendor's figures are expected in the second week of April.",
        },
        "talks": {
            "clock": "grievance, from knowledge",
            "kind": "toll",
            "days": 14,
            "reason": "The parties talk, and neither is to lose time by it.",
        },
    },
    "consentToExtension": {"agreed": {"reason": "Agreed, if the figures come with names of the locals."}},
    "refuseExtension": {"no": {"reason": "The figures were promised in February already."}},
    "reopenAlert": {"again": {"reason": "The notice named the wrong tool."}},
    "assignAlert": {"to-a-steward": {"assignee": "steward-700"}},
    "answerAlert": {
        "with-a-cure": {
            "statement": "The notice went out late. The editor has been offered the work again.",
            "cure": [{"what": "Pay the days that were lost.", "by": "2026-03-20"}],
        }
    },
    "acceptAlert": {"accepted": {"note": "We wait for the payment."}},
    "disputeAlert": {"unpaid": {"reason": "Nobody has been paid."}},
    "askAlert": {"which-days": {"question": "Which days will be paid?"}},
    "consultAlert": {"call": {"note": "We talk on Thursday at ten."}},
    "grieveAlert": {"step-one": {"step": 1, "filed_on": "2026-03-02", "reference": "26-114"}},
    "waiveAlert": {
        "propose": {"until": "2026-03-31", "reason": "The vendor's contract ends in March."},
        "approve": {"approve": True},
    },
    "withdrawAlert": {"member-asks": {"reason": "The member asks us not to pursue it."}},
    "escalateAlert": {"to-the-union": {"reason": "Nobody calls back.", "to": "union"}},
    "moveAlerts": {
        "acknowledge-forty": {
            "move": "acknowledge",
            "note": "The steward calls the production office on Monday.",
            "alerts": [{"alert_id": "019cb0e0-7c00-7000-8000-000000000001", "revision": 1}],
        }
    },
    "unsubscribe": {"one-click": {"List-Unsubscribe": "One-Click"}},
    "makeExport": {"uses-as-parquet": {"entities": ["uses", "workforce_events"], "format": "parquet"}},
}
"""Examples of bodies, by operation id and name."""
