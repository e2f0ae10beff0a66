"""Bundles of a history that something was taken out of, or withdrawn from: honest ones hold, for everybody."""

import io
import json

import bundled
import papers
import pytest

from registry.agreements import act as agreements
from registry.bundles import checking
from registry.ledger.past import store as past
from registry.redactions import act as redactions

ORDER = {"version": 1, "sections": ["tools"], "ground": "Order 26-0417", "ordered_by": "The court"}


@pytest.fixture
async def redacted(office):
    """The tools of the first version taken out by order; a bundle's tree from before."""
    before = bundled.told(await bundled.bundle(office, papers.ADMINISTRATOR))["size"]
    filed = office.filed.receipt.disclosure_id
    who, editions = papers.ADMINISTRATOR, agreements.editions()
    order = json.dumps(ORDER | {"reason": "A contract under seal."}).encode()
    await redactions.redact(office, editions, who, filed, order, '"2"', "r-1", papers.NOW)
    office.before = before
    return office


async def of_then(db, by, *asked):
    """A bundle of the tree from before the redaction."""
    async with db.snapshot() as conn:
        moment = await past.resolve(conn, None, db.before)
    return await bundled.bundle(db, by, *asked, moment=moment)


async def test_a_bundle_of_a_redacted_filing_is_complete_and_says_what_was_taken(redacted):
    """The other sections open what the entry commits to; records that quoted it are left out by order."""
    data = await bundled.bundle(redacted, papers.ADMINISTRATOR)
    files, told = bundled.files(data), bundled.told(data)
    stem = f"filings/{redacted.filed.receipt.disclosure_id}/001"

    assert bundled.fault(data) == ""
    assert told["complete"] is True
    assert f"{stem}.json" not in files
    assert "tools" not in json.loads(files[f"{stem}-sections.json"])["sections"]
    assert [name for name in files if name.startswith("redactions/")] != []


async def test_a_bundle_of_before_a_redaction_can_still_be_made(redacted):
    """What was taken out since is missing from it, so it does not claim to be complete; what is there holds."""
    for by in (papers.ADMINISTRATOR, papers.AUDITOR, papers.OFFICE, papers.EDITORS):
        asked = papers.KEY if by == papers.EDITORS else ()
        data = await of_then(redacted, by, *asked)
        verdict = checking.check(io.BytesIO(data))
        assert bundled.fault(data) == ""
        assert (verdict.holds, verdict.complete) == (True, False)
        assert 0 < verdict.shown < verdict.records
        assert not [name for name in bundled.files(data) if name.startswith("redactions/")]


async def test_what_a_redaction_of_another_production_took_is_missing_without_a_word_of_it(redacted):
    """A judgement may quote what was filed for another production; its redaction is not in this bundle."""
    for by in (papers.AUDITOR, papers.EDITORS):
        assert bundled.fault(await bundled.bundle(redacted, by, *papers.SECOND)) == ""
        assert bundled.fault(await bundled.bundle(redacted, by)) == ""


async def test_a_bundle_with_a_withdrawal_holds(office):
    """It has no sections that are committed to, or it opens them; either way it is all there."""
    disclosure_id = office.filed.receipt.disclosure_id
    await papers.withdraw(office, disclosure_id, '"2"')
    data = await bundled.bundle(office, papers.ADMINISTRATOR)
    verdict = checking.check(io.BytesIO(data))

    assert bundled.fault(data) == ""
    assert f"filings/{disclosure_id}/003.json" in bundled.files(data)
    assert verdict.complete
    assert verdict.shown == verdict.records - sum(verdict.withheld.values())
