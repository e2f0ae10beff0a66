"""Preflight: what would be said, with nothing kept."""

import papers
import pytest

from registry import errors
from registry.filing import act

PD = "iatse-ba-2024/prompt-displacement"


async def trial(db, said, principal=papers.OFFICE, **more):
    return await act.preflight(db, papers.house(), papers.encoded(said), papers.NOW, principal, **more)


async def test_it_says_what_filing_would_say_and_stores_nothing(office):
    """The findings are those the filing gets; the database is as it was."""
    await papers.file(office, papers.document(**papers.uses()))
    before = await papers.contents(office)
    said = papers.document("quarterly_update", **papers.mention(), **papers.layoffs())
    told = await trial(office, said)

    assert await papers.contents(office) == before
    outcome = await papers.file(office, said, key="k-2")
    assert told.accepted
    assert papers.verdicts(told.findings) == papers.verdicts(outcome.findings)
    assert told.due == outcome.due
    assert PD in papers.violations(told.findings)


async def test_faults_are_an_answer(office):
    """A document that would be refused is answered with every fault, each with its pointer."""
    said = papers.document(tools=[{"id": "T1", "name": "CutAssist", "category": "generativ_video"}])
    told = await trial(office, said)

    assert not told.accepted
    assert [fault.pointer for fault in told.faults] == ["/tools/0/category"]


async def test_a_production_that_is_not_on_record_is_a_fault_and_is_judged_by_the_document(office):
    """The document's own sections stand in for the register."""
    said = papers.document(key=(papers.KEY[0], "never-heard-of"), **papers.uses(), **papers.layoffs())
    said["employer"]["signatory_agreements"] = [{"agreement": "iatse-ba-2024", "from": "2024-08-01"}]
    told = await trial(office, said)

    assert [fault.pointer for fault in told.faults] == ["/production/id"]
    assert PD in papers.violations(told.findings)


async def test_an_amendment_can_be_tried_out(office):
    """It is judged as the next version of the disclosure it names."""
    first = await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    said = papers.document(
        filing=papers.amendment("clerical"),
        **papers.uses(),
        **papers.layoffs(attribution="not_due", attribution_reason="The show ended."),
    )
    told = await trial(office, said, disclosure_id=first.receipt.disclosure_id)

    assert PD in papers.violations(first.findings)
    assert PD not in papers.violations(told.findings)


async def test_without_a_database_the_document_speaks_for_itself():
    """Agreements are those the document says were signed."""
    said = papers.document(**papers.uses(), **papers.layoffs())
    said["employer"]["signatory_agreements"] = [
        {"agreement": "iatse-ba-2024", "locals": ["IATSE:700"], "from": "2024-08-01"}
    ]
    told = await trial(None, said, None)

    assert told.accepted
    assert PD in papers.violations(told.findings)


async def test_without_signed_agreements_only_the_registrys_own_rules_speak():
    """Nothing is guessed."""
    told = await trial(None, papers.document(**papers.uses(), **papers.layoffs()), None)

    assert {finding.pack for finding in told.findings} == {"reg"}


async def test_what_is_no_document_is_refused(office):
    """There is nothing to be judged."""
    with pytest.raises(errors.Malformed):
        await trial(office, b"{")
    with pytest.raises(errors.Forbidden):
        await trial(office, papers.document(), papers.EDITORS)
