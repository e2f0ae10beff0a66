"""How fast the whole history is verified, beside a bare loop of hashlib over the same bytes, in one run.

The history is filed as any other, with keys, judgements, alerts, and a signed checkpoint of every tree. The
bare loop reads, in the same way and from the same database, the bytes that `verify` answers for - entries,
bodies, findings - and hashes each once; it compares nothing, builds no tree, and knows one process. It stands
beside `registry verify` as that runs, by as many processes as there are cores, and beside one alone.
"""

import datetime as dt
import hashlib
import json
import time

import asyncpg
import msgspec
import season

from registry import house
from registry.audit import act
from registry.auth.scope import Principal
from registry.db import Database
from registry.errors import Corrupt
from registry.filing import act as filing
from registry.filing.submission import Submission
from registry.ledger import merkle
from registry.ledger.log.act import open_log
from registry.productions import act as productions
from registry.publishing import act as publishing
from registry.settings import Settings

EMPLOYER = "bench-pictures"
BAR = 0.3
BYTES = (
    "SELECT entry FROM ledger_entry ORDER BY index",
    "SELECT body FROM disclosure_content",
    "SELECT findings FROM judgement",
    "SELECT body FROM employer_version",
    "SELECT body FROM production_version",
    "SELECT body FROM publication",
)
"""What the bare loop hashes: every byte whose digest an entry holds."""


async def file_all(dsn, count, filings, folder=None):
    """*count* productions, each filed for so many times; every tree is signed with a key in *folder*, if said."""
    now = season.JUDGED
    administrator = Principal(subject="bench", role="administrator")
    seal = folder and await open_log(dsn, Settings(database_url=dsn, data_dir=folder), now)
    async with Database.open(dsn, seal=seal) as db:
        rules, _ = await publishing.start(db, house.shipped(), now)
        await productions.create_employer(
            db, administrator, msgspec.json.encode(season.employer(EMPLOYER)), now
        )
        for number in range(count):
            record = msgspec.json.encode(season.production(EMPLOYER, number))
            await productions.create_production(db, administrator, record, now)
        # One after the other, so that each is a transaction of its own and signs a tree of its own.
        for round_ in range(filings):
            for number in range(count):
                await filing.file_one(db, rules, submission(number, round_, now))


def submission(number, round_, now):
    """What one production files in one round."""
    return Submission(
        principal=Principal(subject="office", role="employer", employer_id=EMPLOYER),
        body=json.dumps(season.document(EMPLOYER, f"feature-{number:04}")).encode(),
        now=now + dt.timedelta(seconds=round_),
        key=f"k-{round_}-{number}",
    )


async def bare(db):
    """Seconds and bytes of the bare loop."""
    hashed = 0
    began = time.perf_counter()
    async with db.snapshot() as conn:
        for statement in BYTES:
            async for row in conn.cursor(statement, prefetch=500):
                hashlib.sha256(row[0]).digest()
                hashed += len(row[0])
    return time.perf_counter() - began, hashed


async def measured(dsn, folder, *, productions=700, filings=4, rounds=3):
    """Entries a second of the bare loop, of tree and bytes, and of everything, by every core and by one alone.

    By turns, the best of each.
    """
    began = time.perf_counter()
    await file_all(dsn, productions, filings, folder)
    return {"filing_seconds": round(time.perf_counter() - began), **await compared(dsn, rounds)}


async def compared(dsn, rounds):
    """The same of a history that is there."""
    took = {"bare": [], "bytes": [], "verify": [], "bytes_alone": [], "verify_alone": []}
    async with Database.open(dsn) as db:
        for _ in range(rounds):
            seconds, hashed = await bare(db)
            took["bare"].append(seconds)
            tallies = []
            for name, jobs in (("", act.cores()), ("_alone", 1)):
                for part, verify in (("bytes", act.verify_history), ("verify", act.verify)):
                    began = time.perf_counter()
                    tallies.append(await verify(db, jobs=jobs))
                    took[part + name].append(time.perf_counter() - began)
        began = time.perf_counter()
        await act.verify(db, tallies[-1].verified)
        again = time.perf_counter() - began
    best = {name: min(seconds) for name, seconds in took.items()}
    size = tallies[-1].size
    return {
        "entries": size,
        "checkpoints": tallies[-1].checkpoints,
        "bytes": hashed,
        "jobs": act.cores(),
        "seconds": {name: round(seconds, 2) for name, seconds in best.items()},
        **{f"{name}_per_second": round(size / seconds, 1) for name, seconds in best.items()},
        **{f"{name}_to_bare": round(best["bare"] / best[name], 3) for name in best if name != "bare"},
        "nothing_new_ms": round(1000 * again, 1),
        "bar": BAR,
        "check": await proved(dsn, tallies),
    }


async def proved(dsn, tallies):
    """Whether the work was done: size and root are those of the entries, and one byte changed in a body is found."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch("SELECT entry FROM ledger_entry ORDER BY index")
        root = merkle.root([merkle.leaf_hash(row["entry"]) for row in rows])
        same = all((each.size, each.root) == (len(rows), root) for each in tallies)
        same = same and all(each.checkpoints > len(rows) / 20 for each in tallies)
        await conn.execute("SET session_replication_role = replica")
        last = "WHERE (employer_id, disclosure_id, version) = (SELECT employer_id, disclosure_id, version "
        last += "FROM disclosure_version ORDER BY ledger_index DESC LIMIT 1)"
        change = f"UPDATE disclosure_content SET body = set_byte(body, 9, get_byte(body, 9) # 1) {last}"
        found = []
        for _ in range(2):
            await conn.execute(change)
            found.append(await found_by(dsn))
    finally:
        await conn.close()
    return {"entries": len(rows), "found": found, "right": same and found == [True, False]}


async def found_by(dsn):
    """Whether verification finds anything."""
    async with Database.open(dsn) as db:
        try:
            await act.verify_history(db, jobs=act.cores())
        except Corrupt:
            return True
    return False
