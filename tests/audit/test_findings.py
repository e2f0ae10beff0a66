"""Every judgement made again from the database alone: the same bytes, or a report that names the finding."""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc

import asyncpg
import msgspec
import papers
import pytest

from registry import house
from registry.agreements import act as agreements
from registry.audit import act
from registry.judging import act as judging
from registry.ledger import entry as entries
from registry.ledger.merkle import Frontier, leaf_hash
from registry.search import act as search

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
QUARTER = "reg/quarterly-update"
COLUMNS = "employer_id, judgement_id, production_id, judged_at, cause, disclosure_id, version, packs, findings, known_to"


@pytest.fixture
async def judged(db):
    """Rules, two productions with losses, an amendment, and a sweep: judgements of each kind."""
    await agreements.publish_shipped(db, house.shipped(), papers.NOW)
    await papers.register(db)
    first = await papers.file(db, papers.document(**papers.uses(), **papers.layoffs()))
    second = papers.document(key=papers.SECOND, **papers.uses(), **papers.layoffs())
    await papers.file(db, second, key="k-2", now=papers.NOW + dt.timedelta(minutes=1))
    amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(count=3))
    await papers.amend(db, first.receipt.disclosure_id, amended, now=papers.NOW + dt.timedelta(days=1))
    await judging.sweep(db, papers.house(), LATER)
    return db


@pytest.fixture
async def forger(dsn):
    """A superuser whom no trigger stops."""
    conn = await asyncpg.connect(dsn)
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    await conn.execute("SET session_replication_role = replica")
    yield conn
    await conn.close()


async def made_again(db):
    """The differences found, and how many judgements were made again."""
    different = []
    tally = await act.verify_findings(db, agreements.editions(), different.append)
    assert tally.mismatches == len(different)
    return different, tally.judgements


async def forge(conn, change):
    """Rewrite the newest swept judgement by *change*, and every digest and hash that vouches for it."""
    row = await conn.fetchrow(
        f"SELECT {COLUMNS}, ledger_index FROM judgement WHERE cause = 'sweep' AND production_id = $1 "
        "AND employer_id = $2 ORDER BY ledger_index DESC LIMIT 1",
        papers.KEY[1],
        papers.KEY[0],
    )
    row = dict(row)
    index = row.pop("ledger_index")
    row = change(row)
    await conn.execute(
        "UPDATE judgement SET findings = $1, known_to = $2, judged_at = $3 WHERE ledger_index = $4",
        row["findings"],
        row["known_to"],
        row["judged_at"],
        index,
    )
    said = entries.decode(await conn.fetchval("SELECT entry FROM ledger_entry WHERE index = $1", index))
    digest = hashlib.sha256(row["findings"]).hexdigest()
    said = msgspec.structs.replace(
        said, sha256=digest, findings=digest, record=entries.row_digest("judgement", row)
    )
    data = entries.encode(said)
    await conn.execute(
        "UPDATE ledger_entry SET entry = $1, leaf = $2 WHERE index = $3", data, leaf_hash(data), index
    )
    frontier = Frontier()
    for leaf in await conn.fetch("SELECT leaf FROM ledger_entry ORDER BY index"):
        frontier.append(leaf["leaf"])
    await conn.execute("UPDATE ledger_head SET root = $1, frontier = $2", frontier.root(), frontier.roots)
    async with conn.transaction():
        await search.rebuild(conn)


def acquitted(row):
    """The overdue update is said to have been filed in time."""
    told = json.loads(row["findings"])
    for each in told:
        if each["rule"] == QUARTER and each["verdict"] == "violation":
            each["verdict"], each["reason"] = "satisfied", "in-time"
    return row | {"findings": msgspec.json.encode(told, order="sorted")}


async def test_every_judgement_comes_out_the_same(judged):
    """Filings, an amendment, losses of another production, and what the sweep found."""
    different, judgements = await made_again(judged)

    assert different == []
    assert judgements == await papers.count(judged, "judgement")
    assert judgements > 5


async def test_a_forgery_that_every_hash_vouches_for_is_named(judged, forger):
    """Row, entry, leaf and head agree, so the plain verification passes; making it again does not."""
    await forge(forger, acquitted)
    tally = await act.verify(judged)
    different, _ = await made_again(judged)

    assert tally.size == await papers.count(judged, "ledger_entry")
    assert {each.rule for each in different} == {QUARTER}
    assert all(each.stored == "satisfied (in-time)" for each in different)
    assert all(each.recomputed.startswith("violation") for each in different)
    assert all(each.judgement.startswith("northlight-pictures/harbor-lights-s1") for each in different)


async def test_a_word_changed_in_a_finding_is_named(judged, forger):
    """The verdict is the same, one sentence is not."""

    def softened(row):
        told = json.loads(row["findings"])
        told[0]["says"] = "Nothing to see here."
        return row | {"findings": msgspec.json.encode(told, order="sorted")}

    await forge(forger, softened)
    (different,), _ = await made_again(judged)

    assert "Nothing to see here." in different.stored
    assert "Nothing to see here." not in different.recomputed


async def test_another_form_of_the_same_findings_is_named(judged, forger):
    """The bytes are compared, not their meaning."""
    await forge(forger, lambda row: row | {"findings": row["findings"] + b" "})
    (different,), _ = await made_again(judged)

    assert different.stored == "the same findings in another form"


async def test_findings_that_are_none_are_named(judged, forger):
    """Rubbish in the place of findings does not end the verification."""
    await forge(forger, lambda row: row | {"findings": b"{"})
    different, judgements = await made_again(judged)

    assert judgements == await papers.count(judged, "judgement")
    assert {each.stored for each in different} == {"no finding"}


async def test_a_pack_that_is_gone_is_named(judged, forger):
    """Without the publication that its digest names, a judgement cannot be made again."""
    agreements.COMPILED.clear()
    await forger.execute("DELETE FROM publication WHERE name = 'reg'")
    different, judgements = await made_again(judged)

    assert len(different) == judgements
    assert all("publication of reg" in each.recomputed for each in different)


async def test_a_filing_slipped_in_is_named(judged, forger):
    """A version that says more than what was filed makes judgements come out differently."""
    before = "jsonb_set(document, '{workforce,0,events,0,count}', '9')"
    await forger.execute(f"UPDATE disclosure_version SET document = {before} WHERE version = 1")
    different, _ = await made_again(judged)

    assert different != []


@pytest.mark.slow
async def test_another_process_makes_the_same_findings(judged, dsn):
    """The command, in a process of its own and with other hash seeds, finds no difference; 3 when there is one."""
    for seed in ("1", "4711"):
        done = run(dsn, seed)
        told = json.loads(done.stdout)
        assert done.returncode == 0, done.stderr
        assert (told["verified"], told["mismatches"]) == (True, [])
        assert told["judgements"] == await papers.count(judged, "judgement")


@pytest.mark.slow
async def test_the_command_leaves_with_3_and_names_the_finding(judged, forger, dsn):
    """For a program as JSON; what was stored, and what comes out."""
    await forge(forger, acquitted)
    done = run(dsn, "2")

    told = json.loads(done.stdout)
    assert done.returncode == 3
    assert told["verified"] is False
    assert told["mismatches"][0]["rule"] == QUARTER


def run(dsn, seed):
    """`registry verify --findings --json` in a process of its own."""
    environment = {**os.environ, "REGISTRY_DATABASE_URL": dsn, "PYTHONHASHSEED": seed}
    words = [sys.executable, "-m", "registry", "verify", "--findings", "--json"]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.slow
async def test_memory_does_not_grow_with_the_history(judged, forger):
    """Ten times the judgements take as much memory."""
    await made_again(judged)
    few = await peak(judged)
    await forger.execute(
        f"INSERT INTO judgement ({COLUMNS}, ledger_index) SELECT employer_id, gen_random_uuid(), production_id, "
        "judged_at, cause, disclosure_id, version, packs, findings, known_to, ledger_index "
        "FROM judgement, generate_series(1, 15)"
    )
    many = await peak(judged)

    assert many < few * 2


async def peak(db):
    """The most memory one run takes."""
    tracemalloc.start()
    tally = await act.verify_findings(db, agreements.editions(), print)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tally.mismatches == 0
    return most
