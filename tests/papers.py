"""What the tests of filing and judging hand in: an employer, its productions, and disclosures about them."""

import datetime as dt
import functools
import json

import msgspec

from registry import files
from registry import house as shipped
from registry.agreements import act as agreements
from registry.auth.scope import Principal
from registry.disclosures import schemas
from registry.filing import act as filing
from registry.filing.submission import Submission
from registry.judging.house import House
from registry.ledger.past import store as past
from registry.obligations import lint
from registry.productions import act as productions

NOW = dt.datetime(2025, 10, 15, 17, 30, 0, 123456, tzinfo=dt.UTC)
OFFICE = Principal(subject="office@northlight", role="employer", employer_id="northlight-pictures")
OTHERS = Principal(subject="office@other", role="employer", employer_id="other-films")
ADMINISTRATOR = Principal(subject="admin@registry", role="administrator")
AUDITOR = Principal(subject="auditor", role="auditor")
EDITORS = Principal(subject="rep-700", role="representative", locals=["IATSE:700"])
ARTISTS = Principal(subject="rep-839", role="representative", locals=["IATSE:839"])
KEY = ("northlight-pictures", "harbor-lights-s1")
SECOND = ("northlight-pictures", "night-ferry")


@functools.cache
def house():
    """The schemas, packs and editions that ship with the program."""
    packs = lint.load(shipped.contents(files.PACKS, "*.toml"))
    lists = shipped.contents(files.SCHEMAS / "codes", "*.json")
    known = schemas.load(shipped.contents(files.SCHEMAS / "disclosure", "*.json"), lists)
    return House(schemas=known, packs=packs, editions=agreements.editions())


def employer(employer_id="northlight-pictures"):
    return {
        "employer_id": employer_id,
        "legal_name": "Northlight Pictures LLC",
        "agreements": [{"agreement": "iatse-ba-2024", "from": "2024-08-01"}],
    }


def production(employer_id="northlight-pictures", production_id="harbor-lights-s1"):
    return {
        "production_id": production_id,
        "employer_id": employer_id,
        "title": "Harbor Lights",
        "format": "hb_svod",
        "locations": [{"country": "US", "subdivision": "US-CA"}],
        "agreements": ["iatse-ba-2024"],
        "locals": ["IATSE:700"],
    }


async def register(db, now=NOW):
    """Two employers; the first has two productions, the other one of the same name."""
    for employer_id in ("northlight-pictures", "other-films"):
        record = msgspec.json.encode(employer(employer_id))
        await productions.create_employer(db, ADMINISTRATOR, record, now)
    for key in (KEY, SECOND, ("other-films", "harbor-lights-s1")):
        record = msgspec.json.encode(production(*key))
        await productions.create_production(db, ADMINISTRATOR, record, now)


def document(kind="initial", *, key=KEY, version="2.0", filing=None, **sections):
    """A disclosure that is right: a tool, and nothing else unless *sections* say so."""
    told = {
        "type": kind,
        "attested_by": {"name": "R. Ito", "title": "Production coordinator"},
    }
    if kind != "initial":
        told["period"] = {"from": "2025-07-01", "to": "2025-09-30"}
    return {
        "schema_version": version,
        "filing": told | (filing or {}),
        "production": {"id": key[1], "title": "Harbor Lights", "format": "hb_svod"},
        "employer": {"id": key[0], "legal_name": "Northlight Pictures LLC"},
        **sections,
    }


def uses(**more):
    """A tool, and a use whose prompts picture editors of local 700 are required to give."""
    return {
        "tools": [{"id": "T1", "name": "CutAssist", "category": "generative_video", "is_generative": True}],
        "uses": [
            {
                "id": "U1",
                "tool": "T1",
                "purpose": "ideation_temp",
                "first": "2025-09-15",
                "locals": ["IATSE:700"],
                "operators": [{"count": 1, "in_unit": True, "employed_by": "employer", "local": "IATSE:700"}],
                "prompts": {"provided_by": ["unit_employee"], "required": True},
            }
            | more
        ],
    }


def mention():
    """Tool and use by their names alone: what an earlier filing said of them stands."""
    return {
        "tools": [{"id": "T1", "name": "CutAssist", "category": "generative_video"}],
        "uses": [{"id": "U1", "tool": "T1", "purpose": "ideation_temp"}],
    }


def layoffs(**more):
    """Two assistant editors laid off because of use U1."""
    event = {
        "id": "E1",
        "on": "2025-10-10",
        "kind": "laid_off",
        "count": 2,
        "covered": True,
        "permanent": True,
        "attribution": "substantially_due",
    }
    row = {"id": "W1", "local": "IATSE:700", "uses": ["U1"], "headcount_baseline": 4, "headcount_now": 2}
    return {"workforce": [row | {"events": [event | more]}]}


def amendment(reason="late_information"):
    return {"amendment": {"reason": reason, "explanation": "The layoffs were reported late by the studio."}}


def withdrawal(**more):
    """The body that withdraws a disclosure."""
    attested = {"name": "R. Ito", "title": "Production coordinator"}
    said = {"reason": "filed_in_error", "explanation": "It was meant for season 2.", "attested_by": attested}
    return json.dumps(said | more).encode()


def encoded(said):
    return said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()


def submission(said, *, key="k-1", now=NOW, principal=OFFICE, **more):
    """*said* as a caller hands it in."""
    return Submission(principal=principal, body=encoded(said), key=key, now=now, **more)


async def file(db, said, **more):
    return await filing.file_one(db, house(), submission(said, **more))


async def amend(db, disclosure_id, said, if_match='"1"', **more):
    more = {"key": None, "kind": "amendment", "disclosure_id": disclosure_id, "if_match": if_match} | more
    return await file(db, said, **more)


async def withdraw(db, disclosure_id, if_match='"1"', said=None, **more):
    more = {"key": None, "kind": "withdrawal", "disclosure_id": disclosure_id, "if_match": if_match} | more
    return await file(db, said or withdrawal(), **more)


async def count(db, table):
    """How many rows *table* has."""
    async with db.snapshot() as conn:
        return await conn.fetchval(f"SELECT count(*) FROM {table}")


async def contents(db):
    """Every row that a filing writes, by table: what must be the same before and after one that failed."""
    tables = [
        "disclosure",
        "disclosure_version",
        "disclosure_content",
        "judgement",
        "alert",
        "alert_move",
        "idempotency",
        "ledger_entry",
        "ledger_head",
        "pgqueuer",
        "production",
    ]
    async with db.snapshot() as conn:
        found = {}
        for table in tables:
            rows = await conn.fetch(f"SELECT t::text AS row FROM {table} AS t ORDER BY 1")
            found[table] = [row["row"] for row in rows]
    return found


def verdicts(findings):
    """The verdict of each rule and subject."""
    return {(finding.rule, finding.subject): finding.verdict for finding in findings}


def violations(findings):
    return sorted({finding.rule for finding in findings if finding.verdict == "violation"})


async def moment(db, instant):
    """The moment of the ledger that an instant means; None for the present."""
    async with db.snapshot() as conn:
        return await past.resolve(conn, instant, None)


async def size(db, instant):
    """How many entries stood in the ledger at an instant; None for the present."""
    found = await moment(db, instant)
    return found.size if found else None
