"""Filing, amending, withdrawing: what is kept, what is answered, what is refused."""

import datetime as dt
import hashlib
import json

import msgspec
import papers
import pytest
import structlog

from registry import errors
from registry.disclosures import act as disclosures
from registry.filing import act
from registry.ledger import merkle
from registry.ledger import store as ledger

PD = "iatse-ba-2024/prompt-displacement"


async def test_a_filing_is_answered_with_what_proves_it(office):
    """The receipt names the entry, its leaf, the tree, the digest of the bytes, and the time."""
    body = papers.encoded(papers.document(**papers.uses()))
    outcome = await papers.file(office, body)

    paper = outcome.receipt
    async with office.snapshot() as conn:
        stored = await ledger.get_entry(conn, paper.ledger.index)
        head = await ledger.head(conn)
    assert outcome.status == 201
    assert paper.sha256 == hashlib.sha256(body).hexdigest()
    assert paper.ledger.leaf == stored.leaf.hex()
    assert (paper.ledger.size, paper.ledger.root) == (head.size, head.root.hex())
    assert paper.filed_at == papers.NOW
    assert paper.version == 1


async def test_the_headers_name_version_place_and_answer(office):
    """ETag is the version, Location the disclosure, Content-Digest is of the answer's own bytes."""
    outcome = await papers.file(office, papers.document())

    assert outcome.headers["ETag"] == '"1"'
    assert outcome.headers["Location"] == f"/v1/disclosures/{outcome.receipt.disclosure_id}"
    assert outcome.headers["Content-Digest"].startswith("sha-256=:")
    assert "Deprecation" not in outcome.headers


async def test_findings_cite_their_clause_and_leave_out_what_does_not_apply(office):
    """An honest disclosure of a breach is accepted, and answered with the breach first, in words."""
    outcome = await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))

    assert outcome.status == 201
    assert PD in papers.violations(outcome.findings)
    assert outcome.findings[0].verdict == "violation"
    assert all(finding.citation.clause and finding.says for finding in outcome.findings)
    assert not [finding for finding in outcome.findings if finding.verdict == "not_applicable"]


async def test_what_is_due_next_is_said(office):
    """A use begun in the third quarter makes an update due thirty days after its end."""
    outcome = await papers.file(office, papers.document(**papers.uses()))

    days = [each.due_on for each in outcome.due if each.rule == "reg/quarterly-update"]
    assert days == [dt.date(2025, 10, 30), dt.date(2026, 1, 30)]
    assert [each.due_on for each in outcome.due] == sorted(each.due_on for each in outcome.due)


async def test_the_bytes_received_come_back(office):
    """Spaces, order and escapes are kept as they came."""
    body = (
        b'  { "schema_version":"2.0",'
        + papers.encoded(papers.document())[len(b'{"schema_version": "2.0",') :]
    )
    outcome = await papers.file(office, body)

    received = await disclosures.get_bytes(office, papers.OFFICE, outcome.receipt.disclosure_id, 1)
    assert received.body == body
    assert received.headers["Content-Digest"].startswith("sha-256=:")


async def test_an_old_schema_version_is_taken_and_answered_with_its_end(office):
    """1.0 is accepted, upgraded for judging, and answered with Deprecation, Sunset and Link."""
    outcome = await papers.file(office, papers.document(version="1.0"))

    assert outcome.status == 201
    assert outcome.headers["Deprecation"].startswith("@")
    assert outcome.headers["Sunset"].endswith("GMT")
    assert 'rel="deprecation"' in outcome.headers["Link"]
    assert 'rel="sunset"' in outcome.headers["Link"]


async def test_every_filing_moves_the_count_of_facts(office):
    """Filing, amending and withdrawing each move it by one; a refusal does not."""

    async def facts():
        async with office.snapshot() as conn:
            return await conn.fetchval(
                "SELECT facts FROM production WHERE employer_id = $1 AND production_id = $2", *papers.KEY
            )

    seen = [await facts()]
    outcome = await papers.file(office, papers.document())
    seen.append(await facts())
    id_ = outcome.receipt.disclosure_id
    await papers.amend(office, id_, papers.document(filing=papers.amendment()))
    seen.append(await facts())
    with pytest.raises(errors.Stale):
        await papers.withdraw(office, id_, '"1"')
    seen.append(await facts())
    await papers.withdraw(office, id_, '"2"')
    seen.append(await facts())

    assert seen == [1, 2, 3, 3, 4]


async def test_an_amendment_is_a_version_and_flips_the_verdict(office):
    """The verdict before stays in history; the alert is opened by the amendment."""
    first = await papers.file(office, papers.document(**papers.uses()))
    said = papers.document(filing=papers.amendment(), **papers.uses(), **papers.layoffs())
    second = await papers.amend(office, first.receipt.disclosure_id, said)

    assert PD not in papers.violations(first.findings)
    assert PD in papers.violations(second.findings)
    assert (second.status, second.receipt.version, second.headers["ETag"]) == (200, 2, '"2"')
    async with office.snapshot() as conn:
        states = await conn.fetch("SELECT state FROM alert WHERE rule = $1", PD)
    assert [row["state"] for row in states] == ["open"]


@pytest.mark.parametrize("reason", ["clerical", "fact_changed", "late_information"])
async def test_each_reason_for_an_amendment_is_kept(office, reason):
    """Reason and explanation stand with the version."""
    first = await papers.file(office, papers.document())
    id_ = first.receipt.disclosure_id
    await papers.amend(office, id_, papers.document(filing=papers.amendment(reason)))

    versions = await disclosures.list_versions(office, papers.OFFICE, id_)
    assert [(each.kind, each.reason) for each in versions] == [("filing", None), ("amendment", reason)]
    assert versions[1].explanation == papers.amendment()["amendment"]["explanation"]


async def test_an_amendment_needs_the_newest_version(office):
    """No If-Match: say one. An older one: somebody changed it. What is no ETag names no version."""
    first = await papers.file(office, papers.document())
    id_, said = first.receipt.disclosure_id, papers.document(filing=papers.amendment())
    await papers.amend(office, id_, said)

    with pytest.raises(errors.PreconditionMissing):
        await papers.amend(office, id_, said, if_match=None)
    for stale in ('"1"', '"3"', "2", 'W/"2"', "*"):
        with pytest.raises(errors.Stale):
            await papers.amend(office, id_, said, if_match=stale)


async def test_an_amendment_says_why(office):
    """A PUT without filing.amendment is refused at its place; so is a POST with one."""
    first = await papers.file(office, papers.document())

    with pytest.raises(errors.SchemaViolation) as refused:
        await papers.amend(office, first.receipt.disclosure_id, papers.document())
    assert refused.value.faults[0].pointer == "/filing/amendment"
    with pytest.raises(errors.SchemaViolation) as refused:
        await papers.file(office, papers.document(filing=papers.amendment()), key="k-2")
    assert refused.value.faults[0].pointer == "/filing/amendment"


async def test_an_amendment_stays_about_the_same_disclosure(office):
    """Production and type never change; both faults are said at once."""
    first = await papers.file(office, papers.document())
    said = papers.document("quarterly_update", key=papers.SECOND, filing=papers.amendment())

    with pytest.raises(errors.SchemaViolation) as refused:
        await papers.amend(office, first.receipt.disclosure_id, said)
    assert [fault.pointer for fault in refused.value.faults] == ["/production/id", "/filing/type"]


async def test_a_withdrawn_disclosure_stays_and_asserts_nothing(office):
    """Its versions and its last document can still be read; the state says withdrawn."""
    first = await papers.file(office, papers.document(**papers.uses()))
    id_ = first.receipt.disclosure_id
    outcome = await papers.withdraw(office, id_)

    shown = await disclosures.show(office, papers.OFFICE, id_)
    assert (outcome.status, outcome.receipt.kind, outcome.receipt.version) == (200, "withdrawal", 2)
    assert (shown.state, shown.version) == ("withdrawn", 2)
    assert shown.document["uses"][0]["id"] == "U1"
    assert shown.withdrawal["reason"] == "filed_in_error"


async def test_a_withdrawal_happens_once(office):
    """A second one is an illegal move; with the old ETag it is stale first; an amendment is refused, too."""
    first = await papers.file(office, papers.document())
    id_ = first.receipt.disclosure_id
    await papers.withdraw(office, id_)

    with pytest.raises(errors.IllegalMove):
        await papers.withdraw(office, id_, '"2"')
    with pytest.raises(errors.Stale):
        await papers.withdraw(office, id_, '"1"')
    with pytest.raises(errors.IllegalMove):
        await papers.amend(office, id_, papers.document(filing=papers.amendment()), if_match='"2"')


async def test_a_withdrawal_has_every_fault_said(office):
    """Reason, explanation and attestor are each asked for; an unknown reason is met with the allowed ones."""
    first = await papers.file(office, papers.document())

    with pytest.raises(errors.SchemaViolation) as refused:
        await papers.withdraw(office, first.receipt.disclosure_id, said=b'{"reason": "mistake"}')
    faults = {fault.pointer: fault for fault in refused.value.faults}
    assert set(faults) == {"/reason", "/explanation", "/attested_by"}
    assert "filed_in_error" in faults["/reason"].allowed


async def test_a_token_files_for_its_own_employer_only(office):
    """Another employer's production, disclosure or name is as good as absent."""
    first = await papers.file(office, papers.document())
    id_ = first.receipt.disclosure_id

    with pytest.raises(errors.NotFound) as refused:
        await papers.file(office, papers.document(), key="k-2", principal=papers.OTHERS)
    assert refused.value.faults[0].pointer == "/employer/id"
    theirs = papers.document(key=("other-films", "harbor-lights-s1"), filing=papers.amendment())
    with pytest.raises(errors.NotFound):
        await papers.amend(office, id_, theirs, principal=papers.OTHERS)
    with pytest.raises(errors.NotFound):
        await papers.withdraw(office, id_, principal=papers.OTHERS)


async def test_only_employers_file(office):
    """A representative, an auditor and the administrator read; none of them files."""
    for principal in (papers.EDITORS, papers.AUDITOR, papers.ADMINISTRATOR):
        with pytest.raises(errors.Forbidden):
            await papers.file(office, papers.document(), principal=principal)


async def test_a_production_must_be_on_record(office):
    """The fault points to the production's id and says whom to ask."""
    with pytest.raises(errors.NotFound) as refused:
        await papers.file(office, papers.document(key=(papers.KEY[0], "never-heard-of")))
    assert refused.value.faults[0].pointer == "/production/id"


async def test_a_second_return_for_a_period_is_to_be_an_amendment(office):
    """The refusal names the disclosure to amend; another type, another period, a withdrawn one do not stand in the way."""
    first = await papers.file(office, papers.document("quarterly_update"))

    with pytest.raises(errors.AlreadyExists, match=str(first.receipt.disclosure_id)):
        await papers.file(office, papers.document("quarterly_update"), key="k-2")
    later = {"period": {"from": "2025-10-01", "to": "2025-12-31"}}
    second = await papers.file(office, papers.document("quarterly_update", filing=later), key="k-3")
    said = papers.document("quarterly_update", filing=papers.amendment())
    with pytest.raises(errors.AlreadyExists):
        await papers.amend(office, second.receipt.disclosure_id, said)
    await papers.withdraw(office, first.receipt.disclosure_id)
    await papers.file(office, papers.document("quarterly_update"), key="k-4")
    await papers.file(office, papers.document(), key="k-5")
    await papers.file(office, papers.document(), key="k-6")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema_version": "2.0", "schema_version": "2.0"}',
        papers.encoded(papers.document(filing={"note": "a\x00b"})),
        json.dumps(papers.document(filing={"note": "a\x00b"})).encode(),
        papers.encoded(papers.document()).replace(b"R. Ito", b"R. \xff"),
        b"[" * 4000,
        b"{" + b" " * 1_048_577 + b"}",
    ],
    ids=["empty", "torn", "list", "twice", "nul", "nul-escape", "utf-8", "deep", "large"],
)
async def test_what_cannot_be_kept_is_refused_and_leaves_nothing(office, body):
    """NUL bytes, bad UTF-8, duplicate keys, depth, size: each is refused before anything is written."""
    before = await papers.contents(office)

    with pytest.raises((errors.Invalid, errors.TooLarge)):
        await papers.file(office, body)
    assert await papers.contents(office) == before


async def test_all_faults_of_a_document_are_said_at_once(office):
    """Each with its pointer."""
    said = papers.document()
    del said["filing"]["attested_by"]
    said["tools"] = [{"id": "T1", "name": "CutAssist", "category": "generativ_video"}]

    with pytest.raises(errors.SchemaViolation) as refused:
        await papers.file(office, said)
    assert {"/tools/0/category"} < {fault.pointer for fault in refused.value.faults}


async def test_a_body_changed_on_its_way_is_refused(office):
    """A Content-Digest that does not match the bytes is a fault of the transport."""
    with pytest.raises(errors.Invalid, match="Content-Digest"):
        await papers.file(office, papers.document(), digest="sha-256=:AAAA:")
    await papers.file(office, papers.document(), digest="sha-512=:AAAA:")


async def test_many_are_filed_as_one_and_a_bad_one_harms_no_other(office):
    """Each has its own answer in its own place; good ones are committed whatever stands beside them."""
    good = papers.submission(papers.document(**papers.uses()), key="a")
    batch = [
        good,
        papers.submission(b"{", key="b"),
        papers.submission(papers.document(key=(papers.KEY[0], "never-heard-of")), key="c"),
        papers.submission(
            papers.document("quarterly_update", **papers.mention(), **papers.layoffs()), key="d"
        ),
        papers.submission(papers.document("quarterly_update"), key="e"),
        papers.submission(papers.document(key=papers.SECOND), key="f"),
        papers.submission(
            papers.document(key=("other-films", "harbor-lights-s1")), key="g", principal=papers.OTHERS
        ),
        good,
        msgspec.structs.replace(good, body=b" " + good.body),
    ]
    results = await act.file(office, papers.house(), batch)

    kinds = [type(each).__name__ for each in results]
    assert kinds == [
        "Outcome",
        "Malformed",
        "NotFound",
        "Outcome",
        "AlreadyExists",
        "Outcome",
        "Outcome",
        "Outcome",
        "KeyReused",
    ]
    assert results[7].replayed
    assert results[7].body == results[0].body
    assert await papers.count(office, "disclosure") == 4
    # The second of one production was judged with the first in sight.
    assert PD in papers.violations(results[3].findings)


async def test_no_submissions_are_no_work(office):
    """An empty batch is answered with an empty list."""
    assert await act.file(office, papers.house(), []) == []


async def test_a_receipt_can_be_read_again_with_its_proof(office):
    """The proof leads from the leaf to the root of the ledger as it is now."""
    first = await papers.file(office, papers.document())
    await papers.file(office, papers.document(key=papers.SECOND), key="k-2")
    proven = await disclosures.get_receipt(office, papers.AUDITOR, first.receipt.disclosure_id, None)

    place = proven.receipt.ledger
    assert merkle.leaf_hash(proven.entry.encode()).hex() == place.leaf == first.receipt.ledger.leaf
    proof = [bytes.fromhex(each) for each in proven.proof]
    assert merkle.verify_inclusion(
        place.index, place.size, bytes.fromhex(place.leaf), proof, bytes.fromhex(place.root)
    )


async def test_nothing_confidential_is_in_the_entry(office):
    """Digests and commitments only: no word of the document is in the ledger."""
    outcome = await papers.file(
        office, papers.document(**papers.uses(purpose_description="Secret creature look"))
    )

    async with office.snapshot() as conn:
        stored = await ledger.get_entry(conn, outcome.receipt.ledger.index)
    for word in (b"Secret", b"CutAssist", b"Ito", b"Harbor", b"northlight", b"IATSE"):
        assert word not in stored.entry


async def test_the_log_says_what_was_committed_and_none_of_its_content(office):
    """One line for one filing, after the commit."""
    with structlog.testing.capture_logs() as lines:
        outcome = await papers.file(office, papers.document(**papers.uses()))

    said = [line for line in lines if line["event"] == "disclosure.filed"]
    assert [line["disclosure"] for line in said] == [str(outcome.receipt.disclosure_id)]
    assert "CutAssist" not in str(lines)
