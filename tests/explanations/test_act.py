"""Explanations of findings that were kept: of the very judgement, within the scope, as JSON or text."""

import datetime as dt
import uuid

import msgspec
import papers
import pytest

from registry.auth.scope import Principal
from registry.errors import NotFound
from registry.explanations import act
from registry.explanations.answer import Explanations, Wanted
from registry.explanations.explanation import Explanation
from registry.judging import act as judging
from registry.judging import store

LATER = dt.datetime(2025, 11, 20, 12, 0, tzinfo=dt.UTC)
RULE = "iatse-ba-2024/prompt-displacement"
TEXT = "text/plain"


async def explain(db, principal, id_, rule="", **more):
    """The answer, read again as what it says it is."""
    wanted = Wanted(rule, more.pop("subject", ""))
    found = await act.explain_findings(db, papers.house(), principal, id_, LATER, wanted, **more)
    return (
        found.body.decode()
        if "text" in found.media_type
        else msgspec.json.decode(found.body, type=Explanations)
    )


async def filed(db, **sections):
    said = papers.document(**papers.uses(), **papers.layoffs(), **sections)
    return (await papers.file(db, said)).receipt.disclosure_id


async def test_every_finding_that_was_kept_is_explained_as_it_was_kept(office):
    """Verdict, reason, days and digest of the stored findings, each taken apart; none that does not apply."""
    id_ = await filed(office)
    kept = await judging.find_findings(office, papers.house(), papers.OFFICE, id_, LATER)
    found = await explain(office, papers.OFFICE, id_)

    assert (found.judgement_id, found.ledger_index) == (kept.judgement_id, kept.ledger_index)
    assert found.more == 0
    assert [(e.rule, e.subject, e.verdict, e.reason, e.occurred_on) for e in found.explanations] == [
        (f.rule, f.subject, f.verdict, f.reason, f.occurred_on)
        for f in kept.findings
        if f.verdict != "not_applicable"
    ]
    assert {e.edition.digest for e in found.explanations} <= set(kept.packs.values())


async def test_a_rule_and_a_subject_narrow_it_and_a_rule_shows_what_does_not_apply(office):
    """A prefix of a rule will do; a subject that is not there gives nothing."""
    id_ = await filed(office)

    assert {
        e.rule for e in (await explain(office, papers.OFFICE, id_, "iatse-ba-2024/prompt")).explanations
    } == {
        RULE,
        "iatse-ba-2024/prompt-reuse",
    }
    one = await explain(office, papers.OFFICE, id_, RULE, subject="U1/E1")
    assert [e.verdict for e in one.explanations] == ["violation"]
    assert (await explain(office, papers.OFFICE, id_, RULE, subject="elsewhere")).explanations == []


async def test_nobody_is_explained_what_they_may_not_read(office):
    """A union that is not concerned finds no disclosure, as when it asks for findings; nor another employer."""
    id_ = await filed(office)
    for stranger in (papers.ARTISTS, papers.OTHERS):
        with pytest.raises(NotFound):
            await explain(office, stranger, id_)
    with pytest.raises(NotFound):
        await explain(office, papers.OFFICE, uuid.UUID(int=7))


async def test_within_a_disclosure_only_findings_in_scope_are_explained(office):
    """What a representative is explained are exactly the findings they are shown."""
    id_ = await filed(office)
    shown = await judging.find_findings(office, papers.house(), papers.EDITORS, id_, LATER)
    found = await explain(office, papers.EDITORS, id_)

    assert {(e.rule, e.subject) for e in found.explanations} == {
        (f.rule, f.subject) for f in shown.findings if f.verdict != "not_applicable"
    }


async def test_a_section_kept_from_the_role_is_withheld_in_text_too(office):
    """The fact's value does not stand in the representative's text; it does in the employer's."""
    id_ = await filed(office, filing={"confidentiality": {"sections": {"uses": "employer"}}})
    theirs = await explain(office, papers.EDITORS, id_, RULE, accept=TEXT)
    own = await explain(office, papers.OFFICE, id_, RULE, accept=TEXT)
    asked = "Did the employer require the employees to provide prompts?"

    assert f"{asked} Withheld from you." in theirs
    assert f"{asked} Yes." not in theirs
    assert f"{asked} Yes." in own


async def test_an_earlier_judgement_is_explained_as_it_was(office):
    """With `as_of`, the judgement of then, from what was known then; a later amendment changes nothing of it."""
    said = papers.document(**papers.uses(), **papers.layoffs())
    receipt = (await papers.file(office, said)).receipt
    after = papers.NOW + dt.timedelta(days=5)
    changed = papers.document(
        **papers.uses(prompts={"provided_by": ["unit_employee"], "required": False}),
        **papers.layoffs(),
        filing=papers.amendment(),
    )
    await papers.amend(office, receipt.disclosure_id, changed, now=after)

    moment = await papers.moment(office, papers.NOW)
    then = await explain(office, papers.OFFICE, receipt.disclosure_id, RULE, moment=moment)
    today = await explain(office, papers.OFFICE, receipt.disclosure_id, RULE)
    assert [e.verdict for e in then.explanations] == ["violation"]
    assert [e.verdict for e in today.explanations] == ["satisfied"]
    (says,) = next(
        f for n in today.explanations[0].tree for f in n.facts if f.name == "prompts.required"
    ).says
    assert (says.disclosure_id, says.version, says.since) == (str(receipt.disclosure_id), 2, None)


async def test_another_instant_is_explained_as_it_would_have_been_judged(office):
    """With `on`, what would have been said of that instant: the quarter's update was overdue by then."""
    id_ = await filed(office)
    rule = "reg/quarterly-update"

    now = await explain(office, papers.OFFICE, id_, rule)
    ahead = await explain(office, papers.OFFICE, id_, rule, on=LATER)
    assert "overdue" not in {e.reason for e in now.explanations}
    assert "overdue" in {e.reason for e in ahead.explanations}


async def test_the_answer_is_the_same_bytes_each_time(office):
    """Asked twice, answered alike."""
    id_ = await filed(office)
    answers = {
        (await act.explain_findings(office, papers.house(), papers.OFFICE, id_, LATER, Wanted())).body
        for _ in range(2)
    }

    assert len(answers) == 1


async def test_an_alert_is_explained_to_whoever_may_read_it(office):
    """The alert's own finding, with its tree; not to a stranger; as text where that is asked for."""
    await filed(office)
    async with office.snapshot() as conn:
        alert_id = await conn.fetchval("SELECT alert_id FROM alert WHERE rule = $1", RULE)
    house = papers.house()
    found = await act.explain_alert(office, house, papers.EDITORS, alert_id, LATER)
    one = msgspec.json.decode(found.body, type=Explanation)
    text = await act.explain_alert(office, house, papers.EDITORS, alert_id, LATER, TEXT)

    assert (one.rule, one.subject, one.verdict) == (RULE, "U1/E1", "violation")
    assert text.body.decode().startswith(f"VIOLATION (breach): {RULE}\n")
    for stranger in (papers.ARTISTS, Principal("x", "representative", locals=["IATSE:600"])):
        with pytest.raises(NotFound):
            await act.explain_alert(office, house, stranger, alert_id, LATER)


async def test_an_alert_whose_matter_is_gone_is_explained_as_it_last_moved(office):
    """The layoff is no longer said: the alert is settled, and explained by a judgement that still knew of it."""
    receipt = (await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))).receipt
    async with office.snapshot() as conn:
        alert_id = await conn.fetchval("SELECT alert_id FROM alert WHERE rule = $1", RULE)
    without = papers.document(**papers.uses(), filing=papers.amendment())
    await papers.amend(office, receipt.disclosure_id, without, now=papers.NOW + dt.timedelta(days=1))
    async with office.snapshot() as conn:
        assert await store.find_latest(conn, papers.KEY) is not None
    found = await act.explain_alert(office, papers.house(), papers.OFFICE, alert_id, LATER)

    assert msgspec.json.decode(found.body, type=Explanation).subject == "U1/E1"
