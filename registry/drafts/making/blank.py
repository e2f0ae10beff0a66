"""A document with nothing in it but what the register knows of the production and its employer."""

from typing import Any

import msgspec

from registry.drafts.draft import Source
from registry.drafts.making.made import Made
from registry.productions.record import EmployerRecord, ProductionRecord

PRODUCTION = ("eidr", "isan", "work_type", "title", "title_type", "code_name", "format")
EMPLOYER = ("legal_name", "lei", "publicly_traded")


def blank(employer: EmployerRecord, production: ProductionRecord, version: str) -> Made:
    """An empty document in schema *version*: whose it is and what it is about, as far as it is on record."""
    film, company = msgspec.to_builtins(production), msgspec.to_builtins(employer)
    places = [stated(each) for each in film["locations"]]
    phases = [stated(each) for each in film["phases"]]
    signed = [stated(each) for each in company["agreements"]]
    document: dict[str, Any] = {
        "schema_version": version,
        "filing": {},
        "production": {
            "id": film["production_id"],
            **stated({name: film[name] for name in PRODUCTION}),
            **({"phases": phases} if phases else {}),
            **({"locations": places} if places else {}),
        },
        "employer": {
            "id": company["employer_id"],
            **stated({name: company[name] for name in EMPLOYER}),
            **({"signatory_agreements": signed} if signed else {}),
        },
    }
    return Made(document=document, source=Source(kind="blank"))


def stated(fields: dict[str, Any]) -> dict[str, Any]:
    """*fields* without what is not known."""
    return {name: value for name, value in fields.items() if value is not None and value != []}
