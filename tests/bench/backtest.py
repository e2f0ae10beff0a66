"""How fast a draft pack is tried out against history: disclosures a second, on all cores of the machine.

History is written straight into the tables: employers with their productions, each with an initial disclosure
and quarterly updates of the bench's size. The draft has one duty more than the pack in force, which every use
breaks, so the flips can be counted beforehand.
"""

import datetime as dt
import json
import uuid

import asyncpg
import msgspec
import season
from drafts import DUTY, NAME, RULE

from registry import db as databases
from registry import files, house
from registry.auth.scope import Principal
from registry.db import Database
from registry.productions import act as registered
from registry.publishing import act

BAR = 2000
FIRST = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
COUNTS = """
SELECT (SELECT count(*) FROM disclosure_version) + (SELECT count(*) FROM judgement)
     + (SELECT count(*) FROM ledger_entry) + (SELECT count(*) FROM alert) + (SELECT count(*) FROM publication)
"""
TABLES = {
    "employer": ("employer_id", "revision", "record", "changed_at"),
    "employer_version": (
        "employer_id",
        "revision",
        "record",
        "body",
        "recorded_at",
        "recorded_by",
        "ledger_index",
    ),
    "production": ("employer_id", "production_id", "revision", "record", "changed_at"),
    "production_version": (
        *("employer_id", "production_id", "revision", "record", "body", "recorded_at", "recorded_by"),
        "ledger_index",
    ),
    "disclosure": (
        *("employer_id", "disclosure_id", "production_id", "type", "period_from", "period_to", "version"),
        *("state", "changed_at"),
    ),
    "disclosure_version": (
        *("employer_id", "disclosure_id", "version", "production_id", "kind", "schema_version", "filed_at"),
        *("filed_by", "sha256", "ledger_index", "document", "warnings"),
    ),
}


def history(employers, productions, filings):
    """The rows of every table, by its name: *filings* of each of so many productions of so many employers."""
    rows, index = {name: [] for name in TABLES}, 1_000_000
    for number in range(employers):
        key = f"bench-{number:04}"
        record = normal(registered.read_employer, season.employer(key))
        rows["employer"].append((key, 1, record, FIRST))
        rows["employer_version"].append((key, 1, record, b"", FIRST, "bench", index))
        for place in range(productions):
            named = season.production(key, place)
            production, record = named["production_id"], normal(registered.read_production, named)
            rows["production"].append((key, production, 1, record, FIRST))
            rows["production_version"].append((key, production, 1, record, b"", FIRST, "bench", index + 1))
            for filing in range(filings):
                index += 2
                document = season.document(key, production)
                if number % 10:
                    del document["workforce"]
                kind = "initial" if not filing else "quarterly_update"
                document["filing"]["type"] = kind
                told, at = uuid.uuid4(), FIRST + dt.timedelta(days=30 * (filing + 1))
                rows["disclosure"].append((key, told, production, kind, None, None, 1, "filed", at))
                stated = json.dumps(document), "[]"
                row = (key, told, 1, production, "filing", "2.0", at, "bench", bytes(32), index, *stated)
                rows["disclosure_version"].append(row)
    return rows


def normal(read, record):
    """A record as it is stored."""
    return json.dumps(msgspec.to_builtins(read(json.dumps(record).encode())))


async def written(dsn, rows):
    """Put *rows* into the tables as their owner."""
    conn = await asyncpg.connect(dsn)
    try:
        for name, columns in TABLES.items():
            await conn.copy_records_to_table(name, records=rows[name], columns=columns)
        await conn.execute("ANALYZE")
    finally:
        await conn.close()


async def measured(dsn, now, *, employers=150, productions=25, filings=4):
    """The rate of a backtest over a history of this size, and whether it counted what there is."""
    databases.migrate(dsn)
    rows = history(employers, productions, filings)
    draft = (files.PACKS / f"{NAME}.toml").read_bytes() + DUTY.encode()
    administrator = Principal(subject="bench", role="administrator")
    async with Database.open(dsn) as opened:
        rules, _ = await act.start(opened, house.shipped(), FIRST)
        await written(dsn, rows)
        async with opened.snapshot() as conn:
            before = await conn.fetchval(COUNTS)
        found = await act.backtest(opened, rules, administrator, draft, now)
        async with opened.snapshot() as conn:
            after = await conn.fetchval(COUNTS)
    uses = len(season.document("e", "p")["uses"])
    wanted = {
        "productions": len(rows["production"]),
        "disclosures": len(rows["disclosure"]),
        "flips": len(rows["production"]) * uses,
    }
    counted = {name: getattr(found, name) for name in wanted}
    same = [(each.name, each.flips) for each in found.by_rule] == [(RULE, wanted["flips"])]
    return {
        "per_second": found.per_second,
        "seconds": found.seconds,
        "findings": found.findings,
        "check": {
            **counted,
            "stored": after - before,
            "right": counted == wanted and same and before == after,
        },
    }
