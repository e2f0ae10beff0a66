"""Redaction: what was ordered out is gone everywhere, what is left is held to the ledger, old proofs hold."""

import asyncio
import datetime as dt
import json
import uuid

import asyncpg
import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.db import Database
from registry.disclosures import act as disclosures
from registry.errors import Conflict, Corrupt, Forbidden, Invalid, NotFound, PreconditionMissing, Stale
from registry.judging import act as judging
from registry.ledger import merkle
from registry.ledger import store as ledger
from registry.redactions import act

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)


async def test_what_was_ordered_out_is_gone_and_everything_verifies(db, filed, redact, superuser, saying):
    """Losses taken out of both versions: no table says their words, verification counts what was redacted."""
    assert "disclosure_version" in await saying('"laid_off"')
    told = await redact(sections=["workforce"])
    again = await redact(sections=["workforce"], version=2, key="r-2")
    tally = await audit.verify(db)
    different = []
    findings = await audit.verify_findings(db, agreements.editions(), different.append)

    assert again.rows_changed > 3
    assert told.still_in == []
    assert (tally.redactions, tally.redacted) == (2, tally.redacted)
    assert tally.redacted >= again.rows_changed
    assert different == []
    assert findings.redacted >= 1
    rows = await superuser.fetch(
        "SELECT document, warnings FROM disclosure_version WHERE disclosure_id = $1", filed.disclosure_id
    )
    assert all("workforce" not in json.loads(row["document"]) for row in rows)


async def test_a_name_is_nowhere_any_more(db, filed, redact, superuser, saying):
    """A tool's name, redacted from each version that says it, is left only in the other production's rows."""
    first = await redact()
    assert first.still_in == [2]
    await redact(version=2, key="r-2")
    found = await saying("CutAssist")
    foreign = await superuser.fetchval(
        "SELECT count(*) FROM disclosure_version WHERE production_id = $1", papers.SECOND[1]
    )

    # The second production named the same tool in a filing of its own.
    assert found["disclosure_version"] == found["disclosure_content"] == foreign == 1
    own = await superuser.fetch(
        "SELECT findings FROM judgement WHERE production_id = $1 AND strpos(encode(findings, 'escape'), 'CutAssist') > 0",
        papers.KEY[1],
    )
    assert own == []
    await audit.verify(db)


async def test_an_older_proof_still_holds(db, filed, redact):
    """Entry, leaf and inclusion proof of the redacted version are what they were."""
    async with db.snapshot() as conn:
        head = await ledger.head(conn)
        entry = await ledger.get_entry(conn, filed.ledger.index)
        proof = await ledger.inclusion(conn, filed.ledger.index, head.size)
    await redact()
    async with db.snapshot() as conn:
        same = await ledger.get_entry(conn, filed.ledger.index)
        grown = await ledger.head(conn)
        path = await ledger.consistency(conn, head.size, grown.size)

    assert same.entry == entry.entry
    assert merkle.leaf_hash(same.entry).hex() == filed.ledger.leaf
    assert merkle.verify_inclusion(filed.ledger.index, head.size, same.leaf, proof, head.root)
    assert merkle.verify_consistency(head.size, grown.size, head.root, grown.root, path)


async def test_the_reader_is_shown_the_tombstone(db, filed, redact):
    """Section gone, ground and author in its place; the bytes are refused in words."""
    await redact(version=2)
    shown = await disclosures.show(db, papers.OFFICE, filed.disclosure_id)

    assert "tools" not in shown.document
    assert [(each.sections, each.ground, each.ordered_by) for each in shown.redacted] == [
        (["tools"], "Order 26-0417", "The court")
    ]
    with pytest.raises(NotFound, match="redacted by order"):
        await disclosures.get_bytes(db, papers.OFFICE, filed.disclosure_id, 2)
    assert (await disclosures.get_bytes(db, papers.OFFICE, filed.disclosure_id, 1)).body


@pytest.mark.parametrize("section", ["tools", "uses", "workforce"])
async def test_filing_and_judging_go_on(db, filed, redact, section):
    """After any section has gone, the sweep judges by what is left and the office amends again."""
    for version in (1, 2):
        await redact(version=version, sections=[section], key=f"r-{version}")
    await judging.sweep(db, papers.house(), LATER.replace(month=12))
    amended = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
    await papers.amend(db, filed.disclosure_id, amended, if_match='"2"', now=LATER.replace(month=12))

    assert (await audit.verify(db)).redactions == 2


async def test_an_order_is_carried_out_once(db, filed, redact):
    """Sent again with its key it changes nothing; another order with that key is refused."""
    one = await redact()
    two = await redact()

    assert (one.redaction_id, one.ledger_index) == (two.redaction_id, two.ledger_index)
    with pytest.raises(Conflict):
        await redact(ground="Another")
    assert await papers.count(db, "redaction") == 1


async def test_two_orders_at_once_take_turns(db, filed, redact):
    """Two administrators with one section: one order is carried out, the other is told that it was."""
    results = await asyncio.gather(redact(key="a"), redact(key="b"), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["Invalid", "Redaction"]
    assert await papers.count(db, "redaction") == 1


async def test_every_fault_of_an_order_is_told(db, filed, redact):
    """Sections there are not, or that may not go; a version there is not; NUL; no key; a stale ETag."""
    for more, pointers in [
        ({"sections": ["tools", "tools", "filing"]}, {"/sections/1", "/sections/2"}),
        ({"sections": ["toolz", "usez"]}, {"/sections/0", "/sections/1"}),
        ({"version": 9}, {"/version"}),
        ({"version": 0, "ground": "", "ordered_by": 7}, {"/version", "/ground", "/ordered_by"}),
        ({"sections": []}, {"/sections"}),
        ({"extra": 1}, {"/extra"}),
        ({"ground": "x" * 301}, {"/ground"}),
    ]:
        with pytest.raises(Invalid) as refused:
            await redact(**more)
        assert {fault.pointer for fault in refused.value.faults} == pointers, more
    with pytest.raises(Invalid):
        await redact(ground="a\0b")
    with pytest.raises(Invalid, match="Idempotency-Key"):
        await redact(key=None)
    with pytest.raises(PreconditionMissing):
        await redact(if_match=None)
    with pytest.raises(Stale):
        await redact(if_match='"1"')
    with pytest.raises(Forbidden):
        await act.redact(db, {}, papers.OFFICE, filed.disclosure_id, b"{}", '"2"', "k", LATER)
    with pytest.raises(NotFound):
        await act.redact(db, {}, papers.ADMINISTRATOR, uuid.UUID(int=1), order_of(), '"2"', "k", LATER)
    assert await papers.count(db, "redaction") == 0


def order_of():
    said = {"version": 1, "sections": ["tools"], "ground": "g", "ordered_by": "o", "reason": "r"}
    return json.dumps(said).encode()


async def test_the_program_cannot_rewrite_but_by_a_tombstone(db, filed, redact, superuser):
    """With the program's role, the function without a tombstone of its transaction takes nothing."""
    await redact()
    async with db.snapshot() as conn:
        old = await conn.fetchval("SELECT redaction_id FROM redaction")
    for given in (old, uuid.UUID(int=5)):
        with pytest.raises(asyncpg.RestrictViolationError, match="no tombstone"):
            async with db.transaction() as conn:
                await conn.execute("SELECT redact($1, '{}')", given)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction() as conn:
            await conn.execute("UPDATE disclosure_version SET reason = 'x'")
    for statement in ("UPDATE judgement SET cause = 'sweep'", "DELETE FROM disclosure_content"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await superuser.execute(statement)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE disclosure_version SET reason = 'x' WHERE version = 1", "disclosure_version"),
        (
            "UPDATE disclosure_content SET remaining = remaining - 'uses' WHERE body IS NULL",
            "disclosure_content",
        ),
        ("UPDATE disclosure_content SET salts = salts - 'uses' WHERE body IS NULL", "disclosure_content"),
        ("UPDATE redaction SET ground = 'x'", "redaction"),
        ("DELETE FROM redaction", "redaction"),
        ("UPDATE judgement SET findings = findings || ' ' WHERE cause = 'sweep'", "judgement"),
    ],
)
async def test_what_is_left_is_held_to_the_ledger(db, dsn, filed, redact, change, table):
    """A rewrite of what a redaction left, or of the redaction, is found and named."""
    await redact(sections=["tools", "workforce"])
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica")
    saved = "redaction" if table == "redaction" else table
    await conn.execute(f"CREATE TEMP TABLE saved AS TABLE {saved}")
    await conn.execute(change)
    with pytest.raises(Corrupt) as fault:
        await audit.verify(db)
    await conn.execute(f"DELETE FROM {saved}")
    await conn.execute(f"INSERT INTO {saved} SELECT * FROM saved")
    await conn.close()

    assert table in fault.value.detail or table == "redaction"


async def test_a_restored_copy_is_redacted_again(db, filed, redact, copied):
    """What was ordered after a backup is done again in it, once, with its ground and its author."""
    await redact(sections=["workforce"])
    kept = await act.orders(db)
    async with Database.open(await copied()) as restored:
        done = [await act.reapply(restored, agreements.editions(), kept, LATER) for _ in range(2)]
        tally = await audit.verify(restored)
        again = await act.orders(restored)

    assert done == [1, 0]
    assert tally.redactions == 1
    assert again == kept
