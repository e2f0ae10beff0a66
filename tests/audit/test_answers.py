"""Answers kept for Idempotency-Keys: a repeat is given what was said, or verification says that it is not."""

import json

import asyncpg
import papers
import pytest

from registry.audit import act
from registry.errors import Corrupt
from registry.filing import act as filing
from registry.filing.submission import Submission

REWRITES = {
    "a finding": "answer = convert_to(replace(convert_from(answer, 'UTF8'), 'violation', 'satisfied'), 'UTF8')",
    "the digest": "answer = convert_to(replace(convert_from(answer, 'UTF8'), '\"sha256\":\"', '\"sha256\":\"0'), 'UTF8')",
    "the leaf": "answer = convert_to(replace(convert_from(answer, 'UTF8'), '\"leaf\":\"', '\"leaf\":\"0'), 'UTF8')",
    "the disclosure": "answer = set_byte(answer, 30, get_byte(answer, 30) # 1)",
    "everything": "answer = '\\xff00'",
    "one byte more": "answer = answer || ' '",
    "the status": "status = 418",
    "the ETag": "headers = jsonb_set(headers, '{ETag}', '\"\\\"9\\\"\"')",
    "the fingerprint": "fingerprint = fingerprint || '\\x00'",
    "the instant": "created_at = created_at + interval '1 microsecond'",
    "the employer": "employer_id = 'other-films'",
}


@pytest.fixture
async def superuser(db, dsn):
    """A filing, its amendment and its withdrawal, each with a key, and somebody who may rewrite the answers."""
    await papers.register(db)
    house, amended = (
        papers.house(),
        papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs()),
    )
    common = {"principal": papers.OFFICE, "now": papers.NOW}
    body = json.dumps(papers.document(**papers.uses())).encode()
    first = await filing.file_one(db, house, Submission(body=body, key="a", **common))
    common["disclosure_id"] = first.receipt.disclosure_id
    body = json.dumps(amended).encode()
    await filing.file_one(
        db, house, Submission(body=body, key="b", kind="amendment", if_match='"1"', **common)
    )
    said = {"reason": "filed_in_error", "explanation": "x", "attested_by": {"name": "R. Ito", "title": "PC"}}
    body = json.dumps(said).encode()
    await filing.file_one(
        db, house, Submission(body=body, key="c", kind="withdrawal", if_match='"2"', **common)
    )
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def test_answers_as_they_were_given_add_up(db, superuser):
    """Three answers, of each kind one: verification has nothing to say."""
    assert (await act.verify(db)).size > 0
    assert await superuser.fetchval("SELECT count(*) FROM idempotency") == 3


@pytest.mark.parametrize("key", ["a", "b", "c"])
@pytest.mark.parametrize("what", REWRITES)
async def test_a_rewritten_answer_is_found_and_named(db, superuser, what, key):
    """Whatever of an answer is rewritten, verification names the answer."""
    done = await superuser.execute(f"UPDATE idempotency SET {REWRITES[what]} WHERE key = '{key}'")
    assert done == "UPDATE 1"
    with pytest.raises(Corrupt, match="idempotency") as fault:
        await act.verify(db)

    assert key in fault.value.detail
