"""The packet of a case: what is in it for whom, and that it is the same each time."""

import asyncio
import datetime as dt
import hashlib
import json
import os

import exhibits
import msgspec
import papers
import pypdf
import pytest
from packed import LATER, RULE, unpacked, verified

from registry.alerts.clocks import act as clocks
from registry.alerts.moves import act as moves
from registry.auth.scope import Principal, scope_of
from registry.errors import Invalid, NotFound
from registry.examples import OBSERVED
from registry.judging import act as judging
from registry.judging import ruling
from registry.observations import act as observations
from registry.packets import act, folder
from registry.requests import act as requests
from registry.threads import act as threads

ASKED = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "uses": ["U1"],
    "text": "An assistant editor asks to talk about CutAssist.",
}
"""A request of the local that the alert concerns."""


def every(path):
    """All that a packet says, in every file of it."""
    return b"".join(each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file())


async def test_a_packet_holds_and_says_who_what_when_and_by_which_clause(case, tmp_path):
    """Parties, clause, facts with their versions, clocks, timeline and the bytes filed; verify.py agrees."""
    made = await case.folder(tmp_path)
    said = " ".join((made / "packet.txt").read_text().split())

    assert verified(made).holds, verified(made).says
    for part in (
        "Prima facie, for a person to pursue; never a legal conclusion.",
        "Employer: Northlight Pictures LLC (northlight-pictures)",
        "Clause: Art. XLIX",
        "How sure: quoted",
        f"Rule: {RULE}",
        f"version 1 of disclosure {case.disclosure_id}, 15 October 2025, 10:30:00 -07:00, attested by R. Ito",
        "60 days from 15 October 2025 is 14 December 2025",
        "15 October 2025, 10:30:00 -07:00: open, by registry",
        "What would change this",
    ):
        assert part in said
    filed = made / "filings" / str(case.disclosure_id) / "version-001.json"
    assert filed.read_bytes() == papers.encoded(papers.document(**papers.uses(), **papers.layoffs()))
    packs = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (made / "rules").iterdir()}
    assert len(packs) == 2
    assert packs <= {*papers.house().packs.digests().values()}


async def test_the_same_case_instant_and_role_give_the_same_bytes_however_history_goes_on(case):
    """What is said, filed and moved later changes no byte of a packet of before; a packet of after has it."""
    then = LATER - dt.timedelta(days=1)
    await case.say("We will look into it.", at=then)
    both = await asyncio.gather(*(case.bound(as_of=then, form=form) for form in ("zip", "pdf", "zip", "pdf")))
    assert both[:2] == both[2:]
    first = dict(zip(("zip", "pdf"), both[:2], strict=True))
    await case.say("That is not enough.", by=papers.EDITORS)
    await case.show("minutes.pdf")
    await case.amend(**papers.layoffs(count=5))
    colleague = Principal(subject="rep-2", role="representative", locals=["IATSE:700"])

    for form, data in first.items():
        assert await case.bound(as_of=then, now=LATER + dt.timedelta(days=300), form=form) == data
        assert await case.bound(by=colleague, as_of=then, form=form) == data
    assert b"That is not enough." not in first["zip"]
    after = await case.bound(as_of=LATER)
    assert b"That is not enough." in after
    assert b"version-002.json" in after


async def test_the_pdf_and_the_folder_say_the_same(case, tmp_path):
    """The print in the folder is the one that carries it, and has every line of packet.txt."""
    await case.say("Żółć, 新幹線 & <b>more</b>")
    zipped, printed = await case.bound(), await case.bound(form="pdf")
    (tmp_path / "whole.pdf").write_bytes(printed)
    read = pypdf.PdfReader(tmp_path / "whole.pdf", strict=True)
    ((name, (attached,)),) = read.attachments.items()
    made = unpacked(zipped, tmp_path)
    shown = "".join("".join(page.extract_text() for page in read.pages).split())

    assert attached == zipped
    assert name == f"{made.name}.zip"
    assert printed.startswith((made / "packet.pdf").read_bytes())
    assert "Żółć,⟨U+65B0U+5E79U+7DDA⟩&<b>more</b>" in shown
    assert "Żółć, 新幹線 & <b>more</b>" in (made / "packet.txt").read_text()
    for line in (made / "packet.txt").read_text().splitlines():
        for word in line.replace("新幹線", "").split():
            if not set(word) <= {"-", "="}:
                assert word.removesuffix(":") in shown, line


async def test_what_both_parties_read_is_in_it_and_no_note_of_either_side(case, tmp_path):
    """Comments and files of both with digests and proofs; notes not even for the side that wrote them."""
    await case.say("We stopped on Monday.")
    await case.say("Secret of the office.", seen_by="us")
    await case.say("Secret of the union.", by=papers.EDITORS, seen_by="us")
    body = await case.show("minutes.pdf", by=papers.EDITORS)
    for number, by in enumerate((papers.EDITORS, papers.OFFICE, papers.AUDITOR, papers.ADMINISTRATOR)):
        made = await case.folder(tmp_path / str(number), by=by)
        (file,) = (made / "evidence").iterdir()
        checked = verified(made)

        assert checked.holds, checked.says
        assert f"thread {case.alert_id}: 2, 3" in checked.says
        assert file.read_bytes() == body
        assert hashlib.sha256(body).hexdigest() in (made / "packet.txt").read_text()
        assert b"We stopped on Monday." in every(made)
        assert b"Secret of" not in every(made)


async def test_a_section_the_employer_keeps_is_withheld_and_the_others_are_proved(make, tmp_path):
    """By role: the union gets the other sections, each opened against the entry; the employer all of it."""
    kept = {"confidentiality": {"sections": {"tools": "employer", "workforce": "auditor"}}}
    case = await make(filing=kept)
    union = await case.folder(tmp_path / "union")
    told = union / "filings" / str(case.disclosure_id) / "version-001-sections.json"
    said = json.loads(told.read_bytes())
    office = await case.folder(tmp_path / "office", by=papers.OFFICE)
    auditor = await case.folder(tmp_path / "auditor", by=papers.AUDITOR)

    for made in (union, office, auditor):
        assert verified(made).holds, verified(made).says
    assert said["withheld"] == ["tools", "workforce"]
    assert {"uses", "filing"} <= said["sections"].keys()
    assert len(said["opened"]) == len(said["sections"])
    assert not list(told.parent.glob("version-001.json"))
    assert "withheld from you by the employer" in (union / "packet.txt").read_text()
    assert b'"headcount_baseline"' not in every(union)
    assert b'"headcount_baseline"' in every(auditor)
    assert b'"generative_video"' not in every(auditor)
    assert (office / "filings" / str(case.disclosure_id) / "version-001.json").exists()


async def test_a_field_the_schema_keeps_is_left_out_of_its_section(make, tmp_path):
    """An e-mail address is the auditor's: the union reads the section without it, unproved, and is told so."""
    attested = {"name": "Dana Whitfield", "title": "Supervisor", "email": "dana@northlight.example"}
    case = await make(filing={"attested_by": attested})
    union = await case.folder(tmp_path / "union")
    told = union / "filings" / str(case.disclosure_id) / "version-001-sections.json"
    said = json.loads(told.read_bytes())
    auditor = await case.folder(tmp_path / "auditor", by=papers.AUDITOR)

    assert verified(union).holds, verified(union).says
    assert said["withheld"] == ["/filing/attested_by/email"]
    assert "filing" not in said["sections"]
    assert said["parts"]["filing"]["attested_by"] == {"name": "Dana Whitfield", "title": "Supervisor"}
    assert b"dana@northlight.example" not in every(union)
    assert "a part of filing" in (union / "packet.txt").read_text()
    assert b"dana@northlight.example" in every(auditor)


async def test_what_a_later_version_withholds_is_withheld_in_the_earlier_ones(case, tmp_path):
    """Marks are those known at the instant: a packet of before the mark has what was open then."""
    marks = {"confidentiality": {"sections": {"workforce": "employer"}}}
    await case.amend(**papers.layoffs(), filing=marks)
    made = await case.folder(tmp_path)

    assert verified(made).holds
    assert b'"headcount_baseline"' not in every(made)


async def test_neither_silence_nor_a_withdrawal_opens_what_was_kept(case):
    """A mark counts for a section that is not said again, and goes on counting when all is withdrawn."""
    async with case.db.snapshot() as conn:
        read = await act.read(conn, papers.house(), papers.EDITORS, case.alert_id, LATER, LATER)
    first = read.told.versions[0]
    marks = {"confidentiality": {"sections": {"workforce": "employer"}}}
    second = {**first, "version": 2, "kind": "amendment", "document": papers.document(filing=marks)}
    third = {**first, "version": 3, "kind": "withdrawal", "document": json.loads(papers.withdrawal())}
    told = msgspec.structs.replace(read.told, versions=[first, second, third])
    marked = msgspec.structs.replace(read, told=told)

    assert "workforce" not in folder.withheld(read, "disclosure_version", first)
    assert "workforce" in folder.withheld(marked, "disclosure_version", first)
    assert folder.withheld(marked, "disclosure_version", third) == []


async def test_findings_of_other_unions_are_not_in_it(case):
    """The judgement's entry is proved; its findings are there only where all of them concern the caller."""
    async with case.db.snapshot() as conn:
        read = await act.read(conn, papers.house(), papers.EDITORS, case.alert_id, LATER, LATER)
    (judged,) = read.told.judgements
    own = ruling.decode(judged["findings"])
    other = msgspec.structs.replace(own[0], locals=["IATSE:839"], unions=["IATSE"])
    more = {**judged, "findings": ruling.encode([*own, other])}
    told = msgspec.structs.replace(read.told, judgements=[more])
    index = judged["ledger_index"]

    assert act.hidden(scope_of(papers.EDITORS), read.told) == frozenset()
    assert act.hidden(scope_of(papers.OFFICE), told) == frozenset()
    assert act.hidden(scope_of(papers.EDITORS), told) == {index}
    made = folder.folder(msgspec.structs.replace(read, hidden=frozenset({index})))
    (bound,) = [each for each in made.bound if each.index == index]
    assert (bound.row, bound.content, len(bound.proof) > 0) == ("", "", True)
    assert not [name for name in made.made if name.startswith("judgements/")]


@pytest.mark.parametrize("rule", ["reg/request-answered", "iatse-ba-2024/consultation-on-request"])
async def test_a_request_the_facts_rest_on_is_in_it_with_its_thread(case, tmp_path, rule):
    """Asked as received, by whom and when, and what was said about it; each entry proved."""
    made = await requests.ask(case.db, papers.EDITORS, json.dumps(ASKED).encode(), "r-1", LATER)
    request_id = made.recorded.request.request_id
    said = json.dumps({"text": "We are looking for a day."}).encode()
    await threads.comment(case.db, papers.OFFICE, ("request", request_id), said, "c-1", LATER)
    late = LATER + dt.timedelta(days=40)
    await judging.sweep(case.db, papers.house(), late)
    async with case.db.snapshot() as conn:
        case.alert_id = await conn.fetchval("SELECT alert_id FROM alert WHERE rule = $1", rule)
    made = await case.folder(tmp_path, now=late)
    words = " ".join((made / "packet.txt").read_text().split())

    assert verified(made).holds, verified(made).says
    assert (made / "requests" / str(request_id) / "001.json").read_bytes() == json.dumps(ASKED).encode()
    assert f"request {request_id}, by the representative" in words
    assert f"(in the thread of request {request_id}) text: We are looking for a day." in words
    assert "in request" in words or "registry received" in words


async def test_an_instant_before_the_alert_or_still_to_come_is_refused_with_the_one_to_ask_for(case):
    """At the instant it was opened there is a packet; a microsecond before there is none."""
    opened = papers.NOW
    assert await case.bound(as_of=opened)
    for as_of, wanted in [
        (opened - dt.timedelta(microseconds=1), "2025-10-15T17:30:00.123456Z"),
        (LATER + dt.timedelta(microseconds=1), "2025-11-04T17:30:00.123456Z"),
        ("2025-11-01", "2025-11-15T00:00:00Z"),
    ]:
        with pytest.raises(Invalid) as told:
            await case.bound(as_of=as_of)
        assert wanted in told.value.faults[0].fix


async def test_nobody_gets_the_packet_of_what_they_may_not_read(case):
    """Another union, another employer, an auditor without the mandate: there is no such alert."""
    other = Principal(subject="aud", role="auditor", employers=["other-films"])
    for stranger in (papers.ARTISTS, papers.OTHERS, other):
        with pytest.raises(NotFound):
            await case.bound(by=stranger)


async def test_the_name_of_a_file_cannot_lead_out_of_the_folder(case, tmp_path):
    """Names are made safe, and told as they were."""
    await case.show("minutes.pdf")
    made = await case.folder(tmp_path)
    names = [path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()]

    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")
        for name in names
    )
    assert os.path.commonpath([tmp_path, *made.rglob("*")]) == str(tmp_path)
    assert exhibits.FILES["minutes.pdf"][1] in every(made)


async def test_of_what_was_redacted_the_digest_and_the_proof_remain(case):
    """Neither its bytes nor the row that repeats them are in the packet."""
    async with case.db.snapshot() as conn:
        read = await act.read(conn, papers.house(), papers.OFFICE, case.alert_id, LATER, LATER)
    made = folder.folder(msgspec.structs.replace(read, contents={}))
    (bound,) = [each for each in made.bound if "version of a disclosure" in each.says]

    assert (bound.row, bound.content, bound.sections) == ("", "", "")
    assert len(bound.proof) > 0
    assert not any(b"CutAssist" in made.made[name] for name in made.made if name.startswith("filings/"))


async def test_a_whole_course_is_told_move_by_move(case, tmp_path):
    """Answer, dispute, a clock changed by agreement, a waiver of two people, a grievance: who, when, why."""

    async def move(name, body, by, days):
        at = LATER + dt.timedelta(days=days)
        await moves.make(case.db, by, case.alert_id, name, json.dumps(body).encode(), "*", at)

    colleague = Principal(subject="rep-2", role="representative", locals=["IATSE:700"])
    data = await case.show("minutes.pdf")
    async with case.db.snapshot() as conn:
        named = "SELECT document ->> 'evidence_id' FROM thread_entry WHERE kind = 'evidence'"
        evidence_id = await conn.fetchval(named)
    cure = {"what": "Offer the editors the work again", "by": "2026-01-15"}
    proposed = {"disclosure_id": str(case.disclosure_id), "document": {"workforce": [{"id": "PROPOSED"}]}}
    answer = {"statement": "We did not know.", "cure": [cure], "evidence": [evidence_id], "facts": proposed}
    await move("answer", answer, papers.OFFICE, 1)
    await move("dispute", {"reason": "You did know."}, papers.EDITORS, 2)
    ask = {"clock": "answer", "kind": "extend", "until": "2026-02-02", "reason": "The holidays."}
    ask["clock"] = "grievance, from knowledge"
    body = json.dumps(ask).encode()
    asked = await clocks.ask(case.db, papers.OFFICE, case.alert_id, body, "x-1", LATER + dt.timedelta(days=3))
    granted = LATER + dt.timedelta(days=4)
    await clocks.consent(case.db, papers.EDITORS, case.alert_id, asked.shown.number, b"{}", "*", granted)
    await move("waive", {"until": "2025-12-20", "reason": "They are talking."}, papers.EDITORS, 5)
    await move("waive", {"approve": True}, colleague, 6)
    waived = await case.folder(tmp_path / "waived", now=LATER + dt.timedelta(days=7))
    await move("reopen", {"reason": "They stopped talking."}, papers.EDITORS, 8)
    await move("grieve", {"step": 1, "filed_on": "2025-11-12", "reference": "700-25-17"}, papers.EDITORS, 9)
    made = await case.folder(tmp_path / "grieved", now=LATER + dt.timedelta(days=10))
    words = " ".join((made / "packet.txt").read_text().split())

    for part in (
        "State: grieved",
        "Reopened: once",
        "Grieved: step 1 on 12 November 2025, reference 700-25-17",
        "The employer undertook: Offer the editors the work again, by 15 January 2026",
        "answer by office@northlight, employer, for northlight-pictures statement: We did not know.",
        "File: minutes.pdf",
        f"Facts: a proposed amendment of disclosure {case.disclosure_id}; in full in thread/alert-",
        "You did know.",
        "extended by agreement of 8 November 2025 to 2 February 2026",
        "asked by office@northlight, granted by rep-700",
        "proposed by rep-700, approved by rep-2: They are talking.",
        "Reason: They stopped talking.",
    ):
        assert part in words, part
    assert "PROPOSED" not in words
    assert b"PROPOSED" in every(made)
    assert data in every(made)
    assert "Waived: until the end of 20 December 2025" in (waived / "packet.txt").read_text()
    for path in (waived, made):
        assert verified(path).holds, verified(path).says


async def test_an_observation_is_in_it_without_its_reporter_whoever_reads(case, tmp_path):
    """What was seen is there and proved; who reported it is in no packet, as packets are passed on."""
    key = {"employer_id": papers.KEY[0], "production_id": papers.KEY[1]}
    reporter = {"name": "Robin Reporter", "contact": "robin@local700.example"}
    seen = OBSERVED | key | {"observed_on": "2025-10-20", "reporter": reporter}
    await observations.report(case.db, papers.EDITORS, json.dumps(seen).encode(), "o-1", LATER)
    late = LATER + dt.timedelta(days=1)
    await judging.sweep(case.db, papers.house(), late)
    async with case.db.snapshot() as conn:
        case.alert_id = await conn.fetchval("SELECT alert_id FROM alert WHERE kind = 'accuracy'")
    for number, by in enumerate((papers.EDITORS, papers.OFFICE, papers.AUDITOR)):
        made = await case.folder(tmp_path / str(number), by=by, now=late)

        assert verified(made).holds, verified(made).says
        assert OBSERVED["text"].encode() in every(made)
        assert b"obin" not in every(made)
