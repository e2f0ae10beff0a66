"""Redaction: a word of what was taken out stands in no table, whatever was made of it before; and races with it."""

import asyncio
import datetime as dt
import json

import papers
import pytest

from registry.agreements import act as agreements
from registry.audit import act as audit
from registry.drafts import act as drafts
from registry.errors import Stale
from registry.exports import act as exports
from registry.judging import act as judging
from registry.redactions import act

LATER = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
MARK = "Quillwort"
SECTIONS = ["tools", "uses", "workforce"]


def marked():
    """A document that says the word in every text of its tools, uses and losses that names nothing else."""
    told = papers.document(**papers.uses(), **papers.layoffs())
    text = json.dumps(told).replace("CutAssist", MARK)
    told = json.loads(text)
    for use in told["uses"]:
        use["purpose_description"] = MARK
    return told


def order(**more):
    """An order to take out all that says it."""
    said = {"version": 1, "sections": SECTIONS, "ground": "Order 26-0417", "ordered_by": "The court"}
    return json.dumps(said | {"reason": "A contract under seal."} | more).encode()


async def taken(db, disclosure_id, *, if_match='"1"', key="m-1", **more):
    """Have it taken out."""
    who, editions = papers.ADMINISTRATOR, agreements.editions()
    return await act.redact(db, editions, who, disclosure_id, order(**more), if_match, key, LATER)


@pytest.fixture
async def mentioned(db, filed):
    """A disclosure that says the word, judged again since, with a draft and an export made of it."""
    made = await papers.file(db, marked(), key="m", now=LATER - dt.timedelta(days=2))
    id_ = made.receipt.disclosure_id
    origin = {"disclosure_id": str(id_), "as": "amendment"}
    body = json.dumps({"production_id": papers.KEY[1], "from": origin}).encode()
    await drafts.begin(db, papers.house(), papers.OFFICE, body, "d", LATER)
    asked = json.dumps({"entities": ["disclosures", "uses"], "format": "ndjson"}).encode()
    await exports.ask(db, papers.house(), papers.OFFICE, asked, None, LATER)
    await judging.sweep(db, papers.house(), LATER)
    return id_


async def test_a_word_of_it_is_in_no_table(db, mentioned, saying):
    """Bytes, salts, documents, findings, alerts, answers, drafts, search copy: the word is in none of them."""
    before = {*await saying(MARK), *await saying(MARK.lower())}
    assert {*before} >= {"disclosure_version", "disclosure_content", "draft", "search_version"}
    await taken(db, mentioned)

    assert await saying(MARK) == {}
    assert await saying(MARK.lower()) == {}
    assert (await audit.verify(db)).redactions == 1


async def test_an_amendment_at_once_is_before_or_behind_it(db, mentioned, saying):
    """Amended while it is redacted: one is first, the other is told that it was late or is carried out behind it."""
    amended = papers.document(filing=papers.amendment(), **papers.uses())
    made = await asyncio.gather(
        taken(db, mentioned),
        papers.amend(db, mentioned, amended, if_match='"1"', now=LATER),
        return_exceptions=True,
    )
    faults = [each for each in made if isinstance(each, Exception)]
    assert all(isinstance(each, Stale) for each in faults), faults
    if faults:
        await taken(db, mentioned, if_match='"2"')

    assert await saying(MARK) == {}
    assert (await audit.verify(db)).redactions == 1


async def test_one_that_is_killed_half_way_has_taken_nothing(db, mentioned, superuser, saying, monkeypatch):
    """The connection is lost after the rows were taken out and before the commit: all of it is still there."""
    before = await saying(MARK)
    moved = act.store.move_facts

    async def killed(conn, *given, **more):
        await moved(conn, *given, **more)
        await superuser.execute("SELECT pg_terminate_backend($1)", conn.get_server_pid())

    with monkeypatch.context() as patched:
        patched.setattr(act.store, "move_facts", killed)
        with pytest.raises(Exception, match=r"terminat|closed|connection"):
            await taken(db, mentioned)
    assert await saying(MARK) == before
    assert (await audit.verify(db)).redactions == 0
    await taken(db, mentioned)
    assert await saying(MARK) == {}
