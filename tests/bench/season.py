"""What the bench files: a disclosure as a coordinator of a union feature would make it, and its production."""

import datetime as dt

AGREEMENTS = ["iatse-ba-2024", "dga-ba-2023", "wga-mba-2023", "sag-tvth-2023"]
"""Of four unions, each in force on the days of the uses; the first binds through two packs."""
LOCALS = ["IATSE:600", "IATSE:700", "IATSE:800", "DGA", "WGAW", "SAG-AFTRA"]
TOOLS = [("CutAssist", "generative_video"), ("BoardMaker", "generative_image"), ("LogWise", "other")]
CRAFTS = [
    ("IATSE:700", "ideation_temp"),
    ("IATSE:800", "ideation_temp"),
    ("IATSE:600", "final_element"),
    ("WGAW", "ideation_temp"),
    ("SAG-AFTRA", "replica"),
]
JUDGED = dt.datetime(2026, 2, 16, 18, tzinfo=dt.UTC)
"""The instant for which the bench judges, so that what is found does not hang on the day it is run."""


def employer(employer_id):
    """A company that signed every agreement there are packs for."""
    signed = [{"agreement": key, "from": "2023-07-01"} for key in AGREEMENTS]
    return {"employer_id": employer_id, "legal_name": "Bench Pictures LLC", "agreements": signed}


def production(employer_id, number):
    """A feature under all of them."""
    return {
        "production_id": f"feature-{number:04}",
        "employer_id": employer_id,
        "title": f"Feature {number}",
        "format": "theatrical",
        "locations": [
            {"country": "US", "subdivision": "US-CA"},
            {"country": "US", "subdivision": "US-NY"},
        ],
        "phases": [
            {"phase": "principal_photography", "starts_on": "2025-06-02", "ends_on": "2025-08-29"},
            {"phase": "post", "starts_on": "2025-09-01", "ends_on": "2026-03-27"},
        ],
        "agreements": AGREEMENTS,
        "locals": LOCALS,
    }


def document(employer_id, production_id):
    """Three tools, five uses in five crafts, a layoff said to be partly due to AI: about 5 kB."""
    tools = [
        {
            "id": f"T{number}",
            "name": name,
            "vendor": "Example Vendor Inc",
            "version": f"{number}.4",
            "category": category,
            "is_generative": number < 3,
        }
        for number, (name, category) in enumerate(TOOLS, 1)
    ]
    uses = [
        {
            "id": f"U{number}",
            "tool": f"T{number % 3 + 1}",
            "purpose": purpose,
            "purpose_description": "First passes for the department, reviewed shot by shot before anything leaves it.",
            "planned_first": "2025-09-01",
            "first": f"2025-09-{number + 10}",
            "locals": [local],
            "final_deliverable": number % 2 == 0,
            "operators": [
                {"count": 1 + number % 2, "in_unit": True, "employed_by": "employer", "local": local}
            ],
            "output_reviewed_by_human": True,
            "required_by_employer": True,
            "share_of_task_hours": 15,
            "hours_saved": 6,
            "prompts": {"provided_by": ["unit_employee"], "required": True},
        }
        for number, (local, purpose) in enumerate(CRAFTS)
    ]
    workforce = [
        {
            "id": "W1",
            "local": "IATSE:700",
            "uses": ["U0"],
            "headcount_baseline": 4,
            "headcount_now": 3,
            "events": [
                {
                    "id": "E1",
                    "on": "2025-10-06",
                    "kind": "laid_off",
                    "count": 1,
                    "covered": True,
                    "permanent": True,
                    "attribution": "contributing",
                    "attribution_reason": "Assemblies are made by the tool; one assistant was not kept on.",
                }
            ],
        }
    ]
    return {
        "schema_version": "2.0",
        "filing": {"type": "initial", "attested_by": {"name": "R. Ito", "title": "Production coordinator"}},
        "production": {"id": production_id, "title": "Feature", "format": "theatrical"},
        "employer": {"id": employer_id, "legal_name": "Bench Pictures LLC"},
        "tools": tools,
        "uses": uses,
        "workforce": workforce,
    }
