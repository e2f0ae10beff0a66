"""What a draft is made from: a version in force, an amendment to be, an answer about an alert."""

import datetime as dt
import json
import uuid

import papers
import pytest

from registry.alerts.moves import act as moves
from registry.errors import IllegalMove, Invalid, NotFound, SchemaViolation, Stale
from registry.threads import act as threads
from registry.threads.entry import Said, Thread

LATER = papers.NOW + dt.timedelta(days=80)


async def updated(db, key="k-1", **more):
    """A quarterly update on record, with a use that goes on."""
    use = {"hours_saved": 40, "share_of_task_hours": 20}
    told = papers.document("quarterly_update", **(papers.uses(**use) | more))
    return (await papers.file(db, told, key=key)).receipt


def origin(receipt, **more):
    return {"from": {"disclosure_id": str(receipt.disclosure_id)} | more}


async def test_the_next_quarter_is_made_from_the_newest_version(at, dana):
    """Period moved on, attestation gone, each difference and each question with its pointer and in words."""
    filed = await updated(at.db)
    made = await at.make(dana, **origin(filed))

    assert made.document["filing"] == {
        "type": "quarterly_update",
        "period": {"from": "2025-10-01", "to": "2025-12-31"},
    }
    assert made.made_from.kind == "next_quarter"
    assert (made.made_from.disclosure_id, made.made_from.version) == (filed.disclosure_id, 1)
    assert made.disclosure_id is None
    assert [(each.pointer, each.change) for each in made.differences] == [
        ("/filing/period/from", "changed"),
        ("/filing/period/to", "changed"),
        ("/filing/attested_by", "left_out"),
    ]
    assert made.differences[0].says == "Filing › Period › First day: “2025-07-01” before, “2025-10-01” now."
    assert [each.pointer for each in made.to_confirm] == [
        "/uses/0/last",
        "/uses/0/share_of_task_hours",
        "/uses/0/hours_saved",
        "/uses/0/operators",
    ]
    assert made.waits_for == ["4 carried-over facts are still to be confirmed."]


async def test_a_quarter_that_is_on_record_is_passed_over(at, dana):
    """The draft is of the first quarter without an update in force; a withdrawn one is none."""
    filed = await updated(at.db)
    period = {"period": {"from": "2025-10-01", "to": "2025-12-31"}}
    second = await papers.file(
        at.db, papers.document("quarterly_update", filing=period, **papers.uses()), key="k-2"
    )
    passed = await at.make(dana, **origin(filed))
    await papers.withdraw(at.db, second.receipt.disclosure_id)
    again = await at.make(dana, **origin(filed))

    assert passed.document["filing"]["period"]["from"] == "2026-01-01"
    assert again.document["filing"]["period"]["from"] == "2025-10-01"


async def test_the_newest_version_counts_unless_another_is_named(at, dana):
    """An older one is taken when it is asked for, and the draft says so."""
    filed = await updated(at.db)
    told = papers.document("quarterly_update", filing=papers.amendment(), **papers.uses(hours_saved=55))
    await papers.amend(at.db, filed.disclosure_id, told)
    newest = await at.make(dana, **origin(filed))
    older = await at.make(dana, **origin(filed, version=1))

    assert (newest.document["uses"][0]["hours_saved"], newest.made_from.remarks) == (55, [])
    assert older.document["uses"][0]["hours_saved"] == 40
    assert older.made_from.remarks[0].says == "This draft is made from version 1; the newest is 2."
    assert all(each.pointer != "/filing/amendment/reason" for each in older.differences)
    with pytest.raises(NotFound):
        await at.make(dana, **origin(filed, version=3))


async def test_an_ended_use_is_left_out_with_its_reason(at, dana):
    """The difference that names it says why, and that what was filed stands."""
    filed = await updated(at.db, **papers.uses(last="2025-09-20"))
    made = await at.make(dana, **origin(filed))
    said = {each.pointer: each.says for each in made.differences if each.change == "left_out"}

    assert "uses" not in made.document
    assert "tools" not in made.document
    assert said.keys() == {"/filing/attested_by", "/tools/0", "/uses/0"}
    assert "ended on 2025-09-20" in said["/uses/0"]


async def test_a_withdrawn_disclosure_is_carried_nowhere(at, dana):
    """It says nothing any more."""
    filed = await updated(at.db)
    await papers.withdraw(at.db, filed.disclosure_id)

    with pytest.raises(IllegalMove, match="withdrawn"):
        await at.make(dana, **origin(filed))


async def test_what_is_foreign_or_absent_is_not_found(at, dana):
    """Another employer's disclosure looks like none; a disclosure of another production is refused."""
    filed = await updated(at.db)
    theirs = await papers.file(
        at.db, papers.document(key=("other-films", "harbor-lights-s1")), principal=papers.OTHERS, key="k-9"
    )
    absent = {"from": {"disclosure_id": str(uuid.uuid4())}}

    for told in (origin(theirs.receipt), absent):
        with pytest.raises(NotFound, match="no such disclosure"):
            await at.make(dana, **told)
    with pytest.raises(Invalid) as refused:
        await at.make(dana, production_id="night-ferry", **origin(filed))
    assert [fault.pointer for fault in refused.value.faults] == ["/production_id"]
    assert refused.value.faults[0].allowed == ["harbor-lights-s1"]


async def test_a_quarter_goes_from_draft_to_filing(at, dana):
    """Confirmed, attested, filed: the update is on record, and the draft says which version it became."""
    filed = await updated(at.db)
    made = await at.make(dana, now=LATER, **origin(filed))
    with pytest.raises(IllegalMove) as refused:
        await at.file(dana, made.draft_id, now=LATER)
    assert [fault.pointer for fault in refused.value.faults] == [each.pointer for each in made.to_confirm]

    told = made.document
    told["filing"]["attested_by"] = {"name": "R. Ito", "title": "Production coordinator"}
    told["uses"][0]["hours_saved"] = 61
    half = await at.save(dana, made.draft_id, told, confirmed=["/uses/0/last"], now=LATER)
    assert [each.pointer for each in half.to_confirm] == ["/uses/0/share_of_task_hours", "/uses/0/operators"]
    whole = await at.save(dana, made.draft_id, told, confirmed=["/uses/0"], now=LATER)
    assert whole.waits_for == []
    assert (await at.check(dana, made.draft_id, now=LATER)).ready
    outcome = await at.file(dana, made.draft_id, now=LATER)
    shown = await at.show(dana, made.draft_id)

    assert outcome.status == 201
    assert (shown.state, shown.filed.disclosure_id) == ("filed", outcome.receipt.disclosure_id)
    assert "hours_saved" in {each.pointer.rpartition("/")[2] for each in shown.differences}
    assert await papers.count(at.db, "disclosure") == 2


async def test_what_is_not_asked_cannot_be_confirmed(at, dana):
    """A pointer that names nothing is a fault with its place, and nothing is saved."""
    made = await at.make(dana, **origin(await updated(at.db)))
    with pytest.raises(Invalid) as refused:
        await at.save(dana, made.draft_id, made.document, confirmed=["/uses/0/last", "/uses/9", ""])

    assert [fault.pointer for fault in refused.value.faults] == ["/confirmed/2"]
    with pytest.raises(Invalid) as refused:
        await at.save(dana, made.draft_id, made.document, confirmed=["/uses/0/last", "/uses/9"])
    assert [fault.pointer for fault in refused.value.faults] == ["/confirmed/1"]
    assert (await at.show(dana, made.draft_id)).revision == 1


async def test_a_disclosure_is_restated_from_a_draft(at, dana):
    """The draft has all but attestation and reason; filed, it is the next version of the same disclosure."""
    filed = await updated(at.db)
    made = await at.make(dana, **origin(filed, **{"as": "amendment"}))
    check = await at.check(dana, made.draft_id)

    assert (made.disclosure_id, made.base_version, made.to_confirm) == (filed.disclosure_id, 1, [])
    assert {fault.pointer for fault in check.preflight.faults} == {"/filing/attested_by", "/filing/amendment"}
    with pytest.raises(SchemaViolation):
        await at.file(dana, made.draft_id)
    told = made.document
    told["filing"] |= papers.amendment() | {"attested_by": {"name": "R. Ito", "title": "Coordinator"}}
    await at.save(dana, made.draft_id, told)
    outcome = await at.file(dana, made.draft_id)

    assert (outcome.status, outcome.receipt.version) == (200, 2)
    assert outcome.receipt.disclosure_id == filed.disclosure_id


async def test_an_amendment_that_was_overtaken_has_to_be_looked_at_again(at, dana):
    """Refused until the author names the newer version; no other version can be named."""
    filed = await updated(at.db)
    made = await at.make(dana, **origin(filed, **{"as": "amendment"}))
    told = papers.document("quarterly_update", filing=papers.amendment(), **papers.uses(hours_saved=55))
    await papers.amend(at.db, filed.disclosure_id, told)
    saved = await at.save(dana, made.draft_id, told)

    assert (saved.base_version, saved.newest_version) == (1, 2)
    assert "Version 2 was filed since" in saved.waits_for[0]
    with pytest.raises(Stale):
        await at.file(dana, made.draft_id)
    for wrong in (3, 0):
        with pytest.raises(Invalid):
            await at.save(dana, made.draft_id, told, base_version=wrong)
    told["uses"][0]["hours_saved"] = 60
    ready = await at.save(dana, made.draft_id, told, base_version=2)
    assert ready.waits_for == []
    assert [each.says for each in ready.differences] == ["Uses › U1 › Hours saved: 55 before, 60 now."]
    assert (await at.file(dana, made.draft_id)).receipt.version == 3
    fresh = await at.make(dana)
    with pytest.raises(Invalid):
        await at.save(dana, fresh.draft_id, {}, base_version=1)


async def test_a_filing_amended_after_the_draft_was_made_is_told_of(at, dana):
    """Whoever reads the next quarter's draft learns that what it carries over has been amended since."""
    filed = await updated(at.db)
    made = await at.make(dana, **origin(filed))
    told = papers.document("quarterly_update", filing=papers.amendment(), **papers.uses(hours_saved=55))
    await papers.amend(at.db, filed.disclosure_id, told)
    shown = await at.show(dana, made.draft_id)

    assert made.made_from.remarks == []
    assert (made.newest_version, shown.newest_version) == (1, 2)
    assert [each.says for each in shown.made_from.remarks] == [
        "This draft is made from version 1; the newest is 2."
    ]


async def test_an_amendment_of_what_was_withdrawn_meanwhile_is_going_nowhere(at, dana):
    """The draft says so, and does not ask for a newer version to be looked at; a discarded one asks nothing."""
    filed = await updated(at.db)
    told = origin(filed, **{"as": "amendment"})
    made, other = await at.make(dana, **told), await at.make(dana, **told)
    await at.discard(dana, other.draft_id)
    await papers.withdraw(at.db, filed.disclosure_id)

    assert (await at.show(dana, made.draft_id)).waits_for == [
        "The disclosure that it would amend was withdrawn: nothing can be amended any more."
    ]
    assert (await at.show(dana, other.draft_id)).waits_for == ["It has been discarded; make another draft."]


async def answered(db, facts, *, key=papers.KEY, kind="answer", side="both"):
    """An entry in the thread of an alert of the production; its alert."""
    async with db.transaction() as conn:
        alert_id = await conn.fetchval(
            "SELECT alert_id FROM alert WHERE employer_id = $1 AND production_id = $2 ORDER BY 1 LIMIT 1",
            *key,
        )
        thread = Thread(key[0], alert_id, "alert", key[1])
        said = Said(
            kind=kind,
            side=side,
            party=key[0],
            document={"statement": "The notice was sent late."} | ({"facts": facts} if facts else {}),
            body=b"{}",
            author="ravi",
            role="employer",
        )
        entry = await threads.add(conn, thread, said, papers.NOW)
    return {"from": {"alert_id": str(alert_id), "number": entry.number}}


async def test_an_amendment_proposed_in_an_answer_is_filed_from_there(at, dana):
    """The draft holds what the answer proposed, against the newest version, and amends the disclosure."""
    filed = (await papers.file(at.db, papers.document(**papers.uses(), **papers.layoffs()))).receipt
    told = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(covered=False))
    made = await at.make(
        dana, **await answered(at.db, {"disclosure_id": str(filed.disclosure_id), "document": told})
    )

    assert made.made_from.kind == "answer"
    assert (made.disclosure_id, made.base_version, made.author) == (filed.disclosure_id, 1, "dana")
    assert made.document == told
    assert "/workforce/0/events/0/covered" in {each.pointer for each in made.differences}
    assert (await at.file(dana, made.draft_id)).receipt.version == 2


async def test_an_answer_that_was_overtaken_does_not_undo_what_was_filed_since(at, dana):
    """The draft starts from the version the answer was about: the newer one has to be looked at first."""
    filed = (await papers.file(at.db, papers.document(**papers.uses(), **papers.layoffs()))).receipt
    told = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(covered=False))
    said = await answered(at.db, {"disclosure_id": str(filed.disclosure_id), "document": told})
    newer = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(count=3))
    await papers.amend(at.db, filed.disclosure_id, newer, now=papers.NOW + dt.timedelta(hours=1))
    made = await at.make(dana, **said)

    assert (made.base_version, made.newest_version, made.made_from.version) == (1, 2, 1)
    assert "Version 2 was filed since" in made.waits_for[0]
    with pytest.raises(Stale):
        await at.file(dana, made.draft_id)


async def test_what_an_employer_answers_can_be_filed_from_the_alert(at, dana, ravi):
    """One colleague answers with facts, another makes the draft of it; the thread's number leads there."""
    filed = (await papers.file(at.db, papers.document(**papers.uses(), **papers.layoffs()))).receipt
    told = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs(count=1))
    async with at.db.snapshot() as conn:
        alert = await conn.fetchrow("SELECT alert_id, revision FROM alert ORDER BY alert_id LIMIT 1")
    facts = {"disclosure_id": str(filed.disclosure_id), "document": told}
    body = json.dumps({"statement": "One of the two was rehired.", "facts": facts}).encode()
    tag = f'"{alert["revision"]}"'
    await moves.make(at.db, ravi, alert["alert_id"], "answer", body, tag, papers.NOW)
    made = await at.make(dana, **{"from": {"alert_id": str(alert["alert_id"]), "number": 1}})

    assert made.document == told
    assert [each.says for each in made.differences if each.pointer.startswith("/workforce")] == [
        "Workforce effects › W1 › Events › E1 › How many people: 2 before, 1 now."
    ]
    assert (await at.file(dana, made.draft_id)).receipt.version == 2


async def test_an_entry_that_proposes_nothing_makes_no_draft(at, dana, db):
    """A comment, an answer without facts, another production's, another employer's, none at all."""
    filed = (await papers.file(at.db, papers.document(**papers.uses(), **papers.layoffs()))).receipt
    facts = {"disclosure_id": str(filed.disclosure_id), "document": {}}
    plain = await answered(db, None)

    with pytest.raises(IllegalMove, match="proposes no amendment"):
        await at.make(dana, **plain)
    with pytest.raises(IllegalMove, match="proposes no amendment"):
        await at.make(dana, **await answered(db, facts, kind="comment"))
    right = await answered(db, facts)
    with pytest.raises(Invalid):
        await at.make(dana, production_id="night-ferry", **right)
    with pytest.raises(NotFound):
        await at.make(papers.OTHERS, **right)
    for wrong in ({"number": 99}, {"alert_id": str(uuid.uuid4())}):
        with pytest.raises(NotFound):
            await at.make(dana, **{"from": right["from"] | wrong})
