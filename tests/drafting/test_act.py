"""Making, saving and discarding drafts, against a real database."""

import asyncio
import json

import msgspec
import papers
import pytest

from registry.drafts import act as drafts
from registry.drafts import asked
from registry.errors import (
    Forbidden,
    IllegalMove,
    Invalid,
    KeyReused,
    Malformed,
    NotFound,
    PreconditionMissing,
    Stale,
    TooLarge,
)
from registry.productions import act as productions

ALWAYS = ("ledger_entry", "judgement", "alert", "disclosure", "pgqueuer")


async def rows(db):
    return [await papers.count(db, table) for table in ALWAYS]


async def test_a_blank_draft_has_what_is_on_record(at, dana):
    """Production and employer are filled in from the register; the rest is the author's."""
    made = await at.make(dana)

    assert made.document["production"] == {
        "id": "harbor-lights-s1",
        "title": "Harbor Lights",
        "title_type": "working",
        "format": "hb_svod",
        "locations": [{"country": "US", "subdivision": "US-CA"}],
    }
    assert made.document["employer"]["signatory_agreements"] == [
        {"agreement": "iatse-ba-2024", "from": "2024-08-01"}
    ]
    assert list(made.document) == ["schema_version", "filing", "production", "employer"]
    assert (made.state, made.revision, made.author, made.differences) == ("open", 1, "dana", [])
    assert made.waits_for == []


async def test_a_blank_draft_lacks_only_what_its_author_must_say(at, dana):
    """Its document has no other fault than the missing kind of filing and attestation."""
    made = await at.make(dana)
    found = await at.check(dana, made.draft_id)

    assert {fault.pointer for fault in found.preflight.faults} == {"/filing/type", "/filing/attested_by"}
    assert not found.ready


async def test_a_draft_leaves_no_trace_outside_its_table(at, dana):
    """Nothing is judged, appended, told or filed by making, saving, checking, reviewing or discarding."""
    before = await rows(at.db)
    made = await at.make(dana)
    await at.save(dana, made.draft_id, papers.document(**papers.uses(), **papers.layoffs()))
    found = await at.check(dana, made.draft_id)
    await at.hand_over(dana, made.draft_id)
    await at.discard(dana, made.draft_id)

    assert found.preflight.accepted
    assert papers.violations(found.preflight.findings)
    assert await rows(at.db) == before


async def test_a_draft_may_be_as_wrong_as_its_author_likes(at, dana):
    """Any object is kept and given back as it was, with its faults shown by the check."""
    wrong = {"filing": 7, "uses": "none yet", "production": {"id": ["?"]}, "new": None, "schema_version": [2]}
    made = await at.make(dana, document=wrong)
    saved = await at.save(dana, made.draft_id, wrong | {"tools": [None, {"id": 4}]})
    found = await at.check(dana, made.draft_id)

    assert saved.document == wrong | {"tools": [None, {"id": 4}]}
    assert not found.preflight.accepted
    assert (await drafts.find(at.db, dana)).items[0].type is None


async def test_a_document_of_a_mebibyte_is_kept_and_one_byte_more_is_not(at, dana):
    """The limit is that of a filing, counted without what the request adds."""
    made = await at.make(dana)
    bare = len(b'{"note":""}')
    full = {"note": "x" * (1_048_576 - bare)}
    saved = await at.save(dana, made.draft_id, full)

    assert saved.revision == 2
    with pytest.raises(TooLarge):
        await at.save(dana, made.draft_id, {"note": full["note"] + "x"})
    with pytest.raises(TooLarge):
        await at.make(dana, document={"note": full["note"] + "x"})
    with pytest.raises(TooLarge):
        await drafts.begin(at.db, papers.house(), dana, b" " * (asked.LARGEST + 1), None, papers.NOW)


REFUSED = [
    (b"", Malformed),
    (b"\0", Malformed),
    (b'{"production_id": "harbor-lights-s1\\u0000"}', Malformed),
    (b'{"production_id": "harbor-lights-s1", "document": {"a": "\\ud800"}}', Malformed),
    (b'{"production_id": "harbor-lights-s1", "document": {"a": 1.5}}', Malformed),
    (b'{"production_id": "harbor-lights-s1", "document": {"a": 1, "a": 2}}', Malformed),
    (b'{"production_id": "harbor-lights-s1", "document": ' + b'{"a":' * 40 + b"1" + b"}" * 41, Malformed),
    (b"[]", Malformed),
    (b"{}", Invalid),
    (b'{"production_id": "harbor-lights-s1", "document": []}', Invalid),
    (b'{"production_id": "harbor-lights-s1", "form": {}}', Invalid),
    (b'{"production_id": "harbor-lights-s1", "from": {}}', Invalid),
    (b'{"production_id": "harbor-lights-s1", "from": {"number": 1}}', Invalid),
    (b'{"production_id": "nothing-here"}', NotFound),
]


async def test_a_body_that_asks_for_no_draft_is_refused(at, dana):
    """Cleanly, with every fault in its place; nothing is kept."""
    for body, error in REFUSED:
        with pytest.raises(error):
            await drafts.begin(at.db, papers.house(), dana, body, None, papers.NOW)

    assert await papers.count(at.db, "draft") == 0


async def test_every_fault_of_a_body_is_told_at_once(at, dana):
    """Each with its pointer and how to mend it."""
    with pytest.raises(Invalid) as refused:
        await at.make(
            dana,
            production_id="Harbor Lights",
            document=[],
            **{"from": {"alert_id": "x", "version": 0, "as": "copy"}, "why": "?"},
        )

    assert {fault.pointer for fault in refused.value.faults} == {
        "/production_id",
        "/document",
        "/from/alert_id",
        "/from/version",
        "/from/as",
        "/from/number",
        "/why",
    }
    assert all(fault.fix for fault in refused.value.faults)


async def test_only_the_employer_s_own_office_has_drafts(at, dana):
    """Every other caller is refused by role, or finds nothing."""
    made = await at.make(dana)

    assert (await drafts.find(at.db, papers.OTHERS)).items == []
    with pytest.raises(NotFound):
        await at.show(papers.OTHERS, made.draft_id)
    with pytest.raises(NotFound):
        await at.save(papers.OTHERS, made.draft_id, {}, if_match='"1"')
    with pytest.raises(NotFound):
        await at.file(papers.OTHERS, made.draft_id, if_match='"1"')
    for other in (papers.EDITORS, papers.AUDITOR, papers.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            await at.show(other, made.draft_id)
        with pytest.raises(Forbidden):
            await drafts.find(at.db, other)
        with pytest.raises(Forbidden):
            await at.make(other)


async def test_a_change_names_the_revision_it_changes(at, dana):
    """Without If-Match 428, with an old one 412; nothing is changed."""
    made = await at.make(dana)
    await at.save(dana, made.draft_id, {"a": 1})

    for call in (at.discard, at.hand_over):
        with pytest.raises(Stale):
            await call(dana, made.draft_id, if_match='"1"')
    with pytest.raises(Stale):
        await at.save(dana, made.draft_id, {"a": 2}, if_match='"1"')
    with pytest.raises(PreconditionMissing):
        await drafts.save(at.db, papers.house(), dana, made.draft_id, b'{"document": {}}', None, papers.NOW)
    assert (await at.show(dana, made.draft_id)).document == {"a": 1}


async def test_of_two_who_save_at_once_one_is_told(at, dana, ravi):
    """One revision is kept; the other person reads again."""
    made = await at.make(dana)
    done = await asyncio.gather(
        at.save(dana, made.draft_id, {"by": "dana"}, if_match='"1"'),
        at.save(ravi, made.draft_id, {"by": "ravi"}, if_match='"1"'),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in done) == ["DraftPage", "Stale"]
    assert (await at.show(dana, made.draft_id)).revision == 2


async def test_a_discarded_draft_stays_and_nobody_works_on_it(at, dana):
    """Its row is there, and only asked for is it listed."""
    made = await at.make(dana)
    await at.discard(dana, made.draft_id)

    assert (await at.show(dana, made.draft_id)).state == "discarded"
    assert (await drafts.find(at.db, dana)).items == []
    assert [each.draft_id for each in (await drafts.find(at.db, dana, state="discarded")).items] == [
        made.draft_id
    ]
    with pytest.raises(IllegalMove, match="discarded"):
        await at.save(dana, made.draft_id, {})
    with pytest.raises(IllegalMove):
        await at.file(dana, made.draft_id)


async def test_a_list_is_paged_and_narrowed(at, dana):
    """By production and state, newest first, without the documents."""
    made = [(await at.make(dana)).draft_id for _ in range(3)]
    other = await at.make(dana, production_id="night-ferry", document=papers.document(key=papers.SECOND))
    first = await drafts.find(at.db, dana, production_id="harbor-lights-s1", limit=2)
    rest = await drafts.find(at.db, dana, production_id="harbor-lights-s1", limit=2, cursor=first.next)

    assert [each.draft_id for each in [*first.items, *rest.items]] == made[::-1]
    assert rest.next is None
    (only,) = (await drafts.find(at.db, dana, production_id="night-ferry", state="open")).items
    assert (only.draft_id, only.type, only.made_from) == (other.draft_id, "initial", "given")
    assert b"document" not in msgspec.json.encode(only)


async def test_a_request_that_is_sent_again_makes_one_draft(at, dana):
    """With the same key and body the same draft is answered, also when both come at once."""
    body = {"production_id": "harbor-lights-s1"}
    first = await at.begin(dana, key="k-1", **body)
    again = await at.begin(dana, key="k-1", **body)
    both = await asyncio.gather(at.begin(dana, key="k-2", **body), at.begin(dana, key="k-2", **body))

    assert again.page.draft_id == first.page.draft_id
    assert (first.replayed, again.replayed) == (False, True)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert both[0].page.draft_id == both[1].page.draft_id
    assert await papers.count(at.db, "draft") == 2
    with pytest.raises(KeyReused):
        await at.begin(dana, key="k-1", document={}, **body)


async def test_what_the_document_holds_comes_back_in_the_order_of_the_schema(at, dana):
    """The database keeps no order of members; people and files do."""
    told = papers.document(**papers.uses())
    made = await at.make(dana, document=json.loads(json.dumps(told, sort_keys=True)))

    assert list(made.document) == ["schema_version", "filing", "production", "employer", "tools", "uses"]
    assert list(made.document["uses"][0])[:3] == ["id", "tool", "first"]
    assert made.document == told


async def test_whether_four_eyes_are_asked_for_is_on_the_employer_s_record(at, dana):
    """Said by the administrator, no unless it is said, and nothing but true or false."""
    record = {**papers.employer(), "four_eyes": True}
    change = (at.db, papers.ADMINISTRATOR, "northlight-pictures")
    before = await at.make(dana)
    with pytest.raises(Invalid) as refused:
        await productions.change_employer(*change, {**record, "four_eyes": "yes"}, '"1"', papers.NOW)
    await productions.change_employer(*change, record, '"1"', papers.NOW)

    assert [fault.pointer for fault in refused.value.faults] == ["/four_eyes"]
    assert before.waits_for == []
    assert (await at.show(dana, before.draft_id)).waits_for == [
        "A second person must approve it before it is filed."
    ]


async def test_a_check_stumbles_over_no_period(at, dana):
    """Whatever stands where a day should be."""
    for day in (None, 7, "soon", "2025-13-01", "2025-07-01T00:00:00Z", ["2025-07-01"]):
        told = papers.document("quarterly_update", filing={"period": {"from": day, "to": "2025-09-30"}})
        made = await at.make(dana, document=told)

        assert not (await at.check(dana, made.draft_id)).preflight.accepted
