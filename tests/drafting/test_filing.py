"""Reviewing a draft, and filing it: once, as it was approved, together with its mark."""

import asyncio
import json

import msgspec
import papers
import pytest

from registry.drafts import store
from registry.drafts.handing_in import act as handing_in
from registry.errors import (
    AlreadyExists,
    Forbidden,
    IllegalMove,
    Invalid,
    NotFound,
    PreconditionMissing,
    SchemaViolation,
    Stale,
    StillRunning,
)
from registry.productions import act as productions


def right(**more):
    return papers.document(**papers.uses(), **more)


async def test_a_draft_is_filed_as_any_document_is(at, dana):
    """201 with receipt and findings; the very bytes are on record, and the draft is closed."""
    made = await at.make(dana, document=right(**papers.layoffs()))
    outcome = await at.file(dana, made.draft_id)
    shown = await at.show(dana, made.draft_id)
    async with at.db.snapshot() as conn:
        body = await conn.fetchval("SELECT body FROM disclosure_content")

    assert (outcome.status, shown.filed.filed_by) == (201, "dana")
    assert papers.violations(outcome.findings)
    assert json.loads(body) == made.document
    assert list(json.loads(body)) == list(made.document)
    assert (shown.state, shown.revision, shown.filed.version) == ("filed", 2, 1)
    assert shown.waits_for == [f"It was filed as version 1 of disclosure {outcome.receipt.disclosure_id}."]


async def test_the_same_key_gives_the_same_answer(at, dana):
    """Byte for byte, with the old ETag in hand; another key learns that the draft is filed."""
    made = await at.make(dana, document=right())
    first = await at.file(dana, made.draft_id, if_match='"1"')
    again = await at.file(dana, made.draft_id, if_match='"1"')

    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await papers.count(at.db, "disclosure") == 1
    with pytest.raises(Stale):
        await at.file(dana, made.draft_id, key="f-2", if_match='"1"')
    with pytest.raises(IllegalMove, match="filed as version 1"):
        await at.file(dana, made.draft_id, key="f-2")
    for key in (None, "a b"):
        with pytest.raises(Invalid):
            await at.file(dana, made.draft_id, key=key)


@pytest.mark.parametrize("keys", [("f-1", "f-1"), ("f-1", "f-2")])
async def test_two_who_file_at_once_file_once(at, dana, ravi, keys):
    """Whatever the keys; whoever comes second gets the answer again, or is told."""
    made = await at.make(dana, document=right())
    calls = [
        at.file(who, made.draft_id, key=key, if_match='"1"')
        for who, key in zip((dana, ravi), keys, strict=True)
    ]
    done = await asyncio.gather(*calls, return_exceptions=True)

    assert await papers.count(at.db, "disclosure") == 1
    assert sum(not isinstance(each, Exception) for each in done) >= 1
    assert all(isinstance(each, Stale | StillRunning) for each in done if isinstance(each, Exception))


async def test_an_edit_between_the_look_and_the_filing_is_not_filed(at, dana, ravi, monkeypatch):
    """The revision is compared again in the transaction that files; nothing is written."""
    made = await at.make(dana, document=right())
    looked = handing_in.filing.file_one

    async def late(db, house, submission):
        await at.save(ravi, made.draft_id, right(**papers.layoffs()))
        return await looked(db, house, submission)

    monkeypatch.setattr(handing_in.filing, "file_one", late)
    with pytest.raises(Stale):
        await at.file(dana, made.draft_id, if_match='"1"')

    assert await papers.count(at.db, "disclosure") == 0
    assert (await at.show(dana, made.draft_id)).state == "open"


async def test_a_refused_filing_leaves_the_draft_as_it_was(at, dana):
    """What is wrong is told as for any filing, and can be mended and filed with the same key."""
    made = await at.make(dana, document=papers.document(tools=[{"id": "T"}]))
    with pytest.raises(SchemaViolation):
        await at.file(dana, made.draft_id)
    assert (await at.show(dana, made.draft_id)).state == "open"
    await at.save(dana, made.draft_id, right())

    assert (await at.file(dana, made.draft_id)).status == 201


async def test_what_fails_after_the_mark_takes_the_mark_along(at, dana, monkeypatch):
    """Filing and mark commit together or not at all."""
    made = await at.make(dana, document=right())

    async def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("registry.filing.settling.act.settle", broken)
    with pytest.raises(RuntimeError):
        await at.file(dana, made.draft_id)
    monkeypatch.undo()

    assert (await at.show(dana, made.draft_id)).revision == 1
    assert (await at.file(dana, made.draft_id)).status == 201


async def test_a_second_update_for_one_quarter_is_refused_and_the_draft_stays(at, dana):
    """As for any filing; the check says so before."""
    told = papers.document("quarterly_update", **papers.uses())
    await papers.file(at.db, told)
    made = await at.make(dana, document=told)
    found = await at.check(dana, made.draft_id)
    with pytest.raises(AlreadyExists):
        await at.file(dana, made.draft_id)

    assert [fault.pointer for fault in found.preflight.faults] == ["/filing/period"]
    assert not found.ready

    assert (await at.show(dana, made.draft_id)).state == "open"


async def test_a_document_about_another_production_is_not_filed(at, dana):
    """It can be saved, is shown as a fault, and is filed neither here nor there."""
    made = await at.make(dana, document=papers.document(key=papers.SECOND))
    found = await at.check(dana, made.draft_id)

    assert [fault.pointer for fault in found.preflight.faults] == ["/production/id"]
    with pytest.raises(SchemaViolation):
        await at.file(dana, made.draft_id)
    await at.save(dana, made.draft_id, papers.document(key=("other-films", "harbor-lights-s1")))
    with pytest.raises(NotFound):
        await at.file(dana, made.draft_id)


async def test_a_new_disclosure_that_gives_a_reason_to_amend_is_not_filed(at, dana):
    """The draft amends nothing."""
    made = await at.make(dana, document=papers.document(filing=papers.amendment()))

    assert not (await at.check(dana, made.draft_id)).ready
    with pytest.raises(SchemaViolation):
        await at.file(dana, made.draft_id)


async def test_four_eyes(careful, at, dana, ravi, maya):
    """Asked for by the employer, nothing is filed that a second person has not approved."""
    made = await at.make(dana, document=right())
    assert made.waits_for == ["A second person must approve it before it is filed."]
    with pytest.raises(IllegalMove, match="second person"):
        await at.file(dana, made.draft_id)
    with pytest.raises(IllegalMove):
        await at.decide(ravi, made.draft_id, approve=True)
    await at.hand_over(dana, made.draft_id, note="Please look at the layoffs.")
    with pytest.raises(IllegalMove, match="in review"):
        await at.file(dana, made.draft_id)
    with pytest.raises(Forbidden):
        await at.decide(dana, made.draft_id, approve=True)
    back = await at.decide(ravi, made.draft_id, approve=False, note="The tool has another name.")
    assert (back.state, back.review.answer) == ("open", "The tool has another name.")
    await at.save(ravi, made.draft_id, right())
    await at.hand_over(ravi, made.draft_id, reviewer="maya")
    for writer in (dana, ravi):
        with pytest.raises(Forbidden):
            await at.decide(writer, made.draft_id, approve=True)
    done = await at.decide(maya, made.draft_id, approve=True)

    assert (done.state, done.waits_for) == ("approved", [])
    assert (done.review.asked_by, done.review.decided_by, done.review.approved) == ("ravi", "maya", True)
    assert (await at.file(dana, made.draft_id)).status == 201


async def test_an_edit_takes_the_approval_back(careful, at, dana, ravi):
    """What was approved is what is filed, by whomever it is edited."""
    made = await at.make(dana, document=right())
    await at.hand_over(dana, made.draft_id)
    await at.decide(ravi, made.draft_id, approve=True)
    edited = await at.save(ravi, made.draft_id, right())

    assert (edited.state, edited.review) == ("open", None)
    with pytest.raises(IllegalMove, match="second person"):
        await at.file(ravi, made.draft_id)


async def test_what_is_to_be_changed_is_read_until_it_is_handed_over_again(office, at, dana, ravi):
    """Saving half of what the colleague asked for does not take their words away."""
    made = await at.make(dana, document=papers.document())
    await at.hand_over(dana, made.draft_id)
    await at.decide(ravi, made.draft_id, approve=False, note="Hours of U3, and of U5.")
    half = await at.save(dana, made.draft_id, papers.document(**papers.uses()))
    again = await at.hand_over(dana, made.draft_id)

    assert (half.state, half.review.approved, half.review.answer) == (
        "open",
        False,
        "Hours of U3, and of U5.",
    )
    assert (again.review.approved, again.review.answer) == (None, None)


async def test_four_eyes_asked_for_after_the_look_still_count(at, dana, monkeypatch):
    """The employer's rule is read again in the transaction that files."""
    made = await at.make(dana, document=right())
    looked = handing_in.filing.file_one

    async def late(db, house, submission):
        record = msgspec.json.encode({**papers.employer(), "four_eyes": True})
        await productions.change_employer(
            db, papers.ADMINISTRATOR, "northlight-pictures", record, '"1"', papers.NOW
        )
        return await looked(db, house, submission)

    monkeypatch.setattr(handing_in.filing, "file_one", late)
    with pytest.raises(IllegalMove, match="second person"):
        await at.file(dana, made.draft_id)


async def test_a_named_colleague_decides_and_nobody_else(at, dana, ravi, maya):
    """Until it is handed to somebody else."""
    made = await at.make(dana, document=right())
    with pytest.raises(Forbidden):
        await at.hand_over(dana, made.draft_id, reviewer="dana")
    await at.hand_over(dana, made.draft_id, reviewer="maya")
    with pytest.raises(Forbidden, match="handed to maya"):
        await at.decide(ravi, made.draft_id, approve=True)
    await at.hand_over(dana, made.draft_id)

    assert (await at.decide(ravi, made.draft_id, approve=True)).state == "approved"


async def test_a_decision_without_a_reason_or_a_revision_is_refused(at, dana, ravi):
    """Sent back needs a note; every step names its revision; faults are told together."""
    made = await at.make(dana, document=right())
    await at.hand_over(dana, made.draft_id)

    with pytest.raises(Invalid) as refused:
        await at.decide(ravi, made.draft_id, approve=False)
    assert [fault.pointer for fault in refused.value.faults] == ["/note"]
    with pytest.raises(Invalid) as refused:
        await at.decide(ravi, made.draft_id, approve="yes", note=" ", by="me")
    assert {fault.pointer for fault in refused.value.faults} == {"/approve", "/note", "/by"}
    with pytest.raises(Stale):
        await at.decide(ravi, made.draft_id, approve=True, if_match='"1"')
    with pytest.raises(PreconditionMissing):
        await handing_in.file(at.db, papers.house(), dana, made.draft_id, b"", "k", None, papers.NOW)


async def test_a_draft_is_not_handed_over_with_open_questions(at, dana):
    """Whoever wrote it answers them first."""
    filed = await papers.file(at.db, papers.document("quarterly_update", **papers.uses()))
    made = await at.make(dana, **{"from": {"disclosure_id": str(filed.receipt.disclosure_id)}})

    with pytest.raises(IllegalMove, match="2 facts carried over"):
        await at.hand_over(dana, made.draft_id)


async def test_a_draft_moves_by_compare_and_set(at, dana):
    """A writer that has no lock and comes second changes nothing."""
    made = await at.make(dana)
    async with at.db.transaction() as conn:
        draft = await store.find(conn, "northlight-pictures", made.draft_id)
        second = msgspec.structs.replace(draft, revision=2, document={"a": 1})

        assert await store.move(conn, second)
        assert not await store.move(conn, second)
