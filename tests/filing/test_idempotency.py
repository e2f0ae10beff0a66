"""The Idempotency-Key: the same request again gets the same answer again, whoever asks and however many at once."""

import asyncio

import papers
import pytest

from registry import errors
from registry.db import Database
from registry.filing import act
from registry.filing.prepare import prepare


async def test_a_repeat_gets_the_very_bytes(office):
    """Status, headers and body are those of the first time; a header says that they are."""
    first = await papers.file(office, papers.document(**papers.uses()))
    before = await papers.contents(office)
    again = await papers.file(office, papers.document(**papers.uses()))

    assert again.replayed
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers == first.headers | {"Idempotency-Replayed": "true"}
    assert again.receipt == first.receipt
    assert await papers.contents(office) == before


async def test_a_repeat_later_gets_the_answer_of_then(office):
    """What has happened since changes nothing in it."""
    first = await papers.file(office, papers.document(**papers.uses()))
    await papers.file(
        office, papers.document("quarterly_update", **papers.mention(), **papers.layoffs()), key="k-2"
    )
    again = await papers.file(office, papers.document(**papers.uses()))

    assert again.body == first.body


async def test_quoted_and_bare_are_one_key(office):
    """The quotes are the header's, not the key's."""
    first = await papers.file(office, papers.document(), key='"k-1"')
    again = await papers.file(office, papers.document(), key="k-1")

    assert again.replayed
    assert again.body == first.body


async def test_a_key_belongs_to_one_request(office):
    """Another body, another address: the key is taken."""
    first = await papers.file(office, papers.document())

    with pytest.raises(errors.KeyReused):
        await papers.file(office, papers.document(**papers.uses()))
    with pytest.raises(errors.KeyReused):
        await papers.withdraw(office, first.receipt.disclosure_id, key="k-1")
    assert await papers.count(office, "disclosure") == 1


async def test_a_key_belongs_to_one_employer(office):
    """The same key of another employer is another key."""
    await papers.file(office, papers.document())
    theirs = papers.document(key=("other-films", "harbor-lights-s1"))
    outcome = await papers.file(office, theirs, principal=papers.OTHERS)

    assert not outcome.replayed


async def test_a_filing_without_a_key_is_refused(office):
    """It points into no document: the fault is the request's."""
    with pytest.raises(errors.Invalid, match="Idempotency-Key") as refused:
        await papers.file(office, papers.document(), key=None)
    assert refused.value.faults == []


async def test_a_refused_request_does_not_use_up_its_key(office):
    """Once mended, it may be sent with the same key."""
    with pytest.raises(errors.SchemaViolation):
        await papers.file(office, papers.document(tools=[{"id": "T1"}]))
    outcome = await papers.file(office, papers.document())

    assert not outcome.replayed


async def test_an_amendment_with_a_key_is_made_once(office):
    """The repeat names a version that is stale by then, and still gets its answer."""
    first = await papers.file(office, papers.document())
    id_, said = first.receipt.disclosure_id, papers.document(filing=papers.amendment())
    done = await papers.amend(office, id_, said, key="k-2")
    again = await papers.amend(office, id_, said, key="k-2")

    assert again.replayed
    assert again.body == done.body
    assert await papers.count(office, "disclosure_version") == 2


async def test_two_identical_requests_at_once_file_one_disclosure(office, dsn):
    """One is answered; the other gets the same answer, or is told that the first is still at work."""
    async with Database.open(dsn) as one, Database.open(dsn) as other:
        done = await asyncio.gather(
            papers.file(one, papers.document()), papers.file(other, papers.document()), return_exceptions=True
        )
    outcomes = [each for each in done if not isinstance(each, Exception)]

    assert {type(each) for each in done if isinstance(each, Exception)} <= {errors.StillRunning}
    assert sum(not each.replayed for each in outcomes) == 1
    assert len({each.body for each in outcomes}) == 1
    assert await papers.count(office, "disclosure") == 1
    again = await papers.file(office, papers.document())
    assert again.body == outcomes[0].body


async def test_while_the_first_is_at_work_the_second_is_told_to_wait(office, dsn):
    """The first holds its key until it commits; the second is not made to wait for it."""
    async with Database.open(dsn) as other, other.transaction() as conn:
        held = await conn.fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))",
            papers.KEY[0],
            "k-1",
        )
        with pytest.raises(errors.StillRunning):
            await papers.file(office, papers.document())
    outcome = await papers.file(office, papers.document())

    assert held
    assert not outcome.replayed


async def looked_at(db, said):
    """*said* as it stands between the look and the lock."""
    house = papers.house()
    return await act.look(db, house, {0: prepare(house.schemas, papers.submission(said))})


async def test_a_request_answered_since_the_look_gets_that_answer(office):
    """Another process took the same request between look and lock; nothing is written a second time."""
    seen = await looked_at(office, papers.document(**papers.uses()))
    first = await papers.file(office, papers.document(**papers.uses()))
    before = await papers.contents(office)
    results = await act.commit(office, papers.house(), seen)

    assert results[0].replayed
    assert results[0].body == first.body
    assert await papers.contents(office) == before


async def test_a_key_used_since_the_look_for_another_production_is_refused(office):
    """That production has not moved, so only the key itself tells; all that was written for it is undone."""
    seen = await looked_at(office, papers.document(**papers.uses()))
    await papers.file(office, papers.document(key=papers.SECOND))
    before = await papers.contents(office)
    results = await act.commit(office, papers.house(), seen)

    assert isinstance(results[0], errors.KeyReused)
    assert await papers.contents(office) == before


async def test_of_a_batch_with_one_key_for_two_productions_one_is_taken(office):
    """The other is told that the key is taken, and leaves nothing behind."""
    batch = [papers.submission(papers.document()), papers.submission(papers.document(key=papers.SECOND))]
    results = await act.file(office, papers.house(), batch)

    assert [type(each) for each in results] == [act.Outcome, errors.KeyReused]
    assert await papers.count(office, "disclosure") == 1
