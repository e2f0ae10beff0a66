"""What each caller gets of what is told outside of filings: what the doors show them, and nothing else."""

import io
import json

import asyncpg
import bundled
import papers
import pytest
import spoken

from registry.auth.scope import Principal
from registry.bundles import act, checking
from registry.bundles.act import Asked
from registry.errors import Corrupt, NotFound
from registry.exports import act as exports
from registry.ledger.past import store as past
from registry.observations import act as observations
from registry.productions import act as productions
from registry.requests import act as requests
from registry.threads import act as threads
from registry.threads.act import Sent

CALLERS = {
    "the employer": papers.OFFICE,
    "another employer": papers.OTHERS,
    "the representative": papers.EDITORS,
    "a colleague": Principal(subject="rep-700b", role="representative", locals=["IATSE:700"]),
    "the International": Principal(subject="intl", role="representative", unions=["IATSE"]),
    "another local": papers.ARTISTS,
    "an auditor": papers.AUDITOR,
    "another auditor": Principal(subject="auditor-2", role="auditor"),
    "another's auditor": Principal(subject="aud2", role="auditor", employers=["other-films"]),
    "the administrator": papers.ADMINISTRATOR,
}
OWN = {"both": spoken.SAID, "union": spoken.UNIONS_OWN, "employer": spoken.EMPLOYERS_OWN}
SHEETS = b"Week, editors\n" + b"41, 6\n" * 50_000
"""A file of more than one piece."""


def under(files, folder):
    """The files of one folder, without its name."""
    return {
        name.removeprefix(f"{folder}/"): body for name, body in files.items() if name.startswith(f"{folder}/")
    }


async def heard(db, by):
    """What the doors show of threads: words by name of their file, and each file."""
    found = {}
    for about in (("alert", db.alert), ("request", db.asked)):
        try:
            page = await threads.read(db, by, about)
        except NotFound:
            continue
        for each in page.items:
            name = f"{about[1]}/{each.number:03}" if each.number else ""
            if each.kind == "evidence":
                sent = await threads.download(db, by, each.files[0].evidence_id, None)
                found[f"{name}.file"] = b"".join([piece async for piece in sent.pieces])
            elif name:
                found[f"{name}.json"] = each.said
    return found


async def asked(db, by):
    """What the doors show of requests and the answers to them, by name of their file."""
    found = {}
    for line in (await requests.find(db, by)).items:
        page = await requests.show(db, by, line.request_id)
        found[f"{line.request_id}/001.json"] = page.text
        found |= {f"{line.request_id}/{each.revision:03}.json": each.said.text for each in page.answers}
    return found


async def test_a_bundle_shows_what_the_doors_show(office):
    """To each caller: requests, answers, observations, threads by side, exports of their own; word for word."""
    for caller, by in CALLERS.items():
        files = bundled.files(data := await bundled.bundle(office, by))
        assert bundled.fault(data) == "", caller
        said = {
            name: body if name.endswith(".file") else json.loads(body)[1]
            for name, body in under(files, "threads").items()
        }
        assert said == await heard(office, by), caller
        texts = {name: json.loads(body)["text"] for name, body in under(files, "requests").items()}
        assert texts == await asked(office, by), caller
        seen = {name: json.loads(body)["text"] for name, body in under(files, "observations").items()}
        found = (await observations.find(office, by)).items
        assert seen == {f"{each.observation_id}.json": each.text for each in found}, caller
        own = (await exports.find(office, by, None, None)).items
        assert set(under(files, "exports")) == {f"{each.export_id}.json" for each in own}, caller
        assert len(under(files, "readings")) == 1, caller


async def test_no_file_of_a_bundle_has_what_its_reader_may_not_read(office):
    """The other side's words are nowhere in it, in no row either; who reported an observation is in no bundle."""
    async with office.snapshot() as conn:
        row = await conn.fetchrow("SELECT * FROM observation")
    kept = [*spoken.REPORTER.values(), row["salt"], row["key_digest"].hex(), row["fingerprint"].hex()]
    for caller, by in CALLERS.items():
        whole = b"".join(bundled.files(data := await bundled.bundle(office, by)).values())
        read = {"employer": ["both", "employer"], "representative": ["both", "union"]}.get(by.role, ["both"])
        concerned = caller not in ("another employer", "another local", "another's auditor")
        for side, words in OWN.items():
            assert (words.encode() in whole) is (concerned and side in read), (caller, side)
        assert [each for each in kept if each.encode() in whole] == [], caller
        withheld = [each["why"] for each in bundled.told(data)["withheld"]]
        assert withheld.count("side") == (6 - 2 * len(read) if concerned else 0), caller
        assert withheld.count("maker") == (1 if by in (papers.AUDITOR, papers.ADMINISTRATOR) else 2), caller


async def test_a_bundle_of_one_employer_has_no_export_in_it(office):
    """A manifest may name others; whoever made a bundle of one employer may hand it on to that one."""
    for by, asked in ((papers.AUDITOR, papers.KEY[:1]), (papers.ADMINISTRATOR, papers.KEY)):
        data = await bundled.bundle(office, by, *asked)
        assert bundled.fault(data) == ""
        assert under(bundled.files(data), "exports") == {}
        assert {each["why"] for each in bundled.told(data)["withheld"]} == {"side"}
    other = bundled.files(await bundled.bundle(office, papers.ADMINISTRATOR, "other-films"))
    second = bundled.files(await bundled.bundle(office, papers.ADMINISTRATOR, *papers.SECOND))
    for files in (other, second):
        assert [under(files, each) for each in ("requests", "observations", "threads")] == [{}, {}, {}]


async def test_evidence_is_written_in_pieces_up_to_a_limit_and_then_named(office):
    """The first files of the ledger are in it, the others withheld for their size with their rows; both hold."""
    sent = Sent(SHEETS, "sheets.csv", "text/csv", None)
    await threads.show_file(office, papers.EDITORS, ("request", office.asked), sent, "file-2", papers.NOW)
    whole = await bundled.bundle(office, papers.AUDITOR)
    shown = {name: body for name, body in under(bundled.files(whole), "threads").items() if ".file" in name}
    assert bundled.fault(whole) == ""
    assert SHEETS in shown.values()
    assert len(shown) == 2
    least = min(map(len, shown.values()))
    for room, there in ((len(SHEETS) + least, 2), (len(SHEETS) + least - 1, 1), (least - 1, 0)):
        made = await act.make(office, papers.AUDITOR, Asked(), evidence=room)
        data = b"".join([piece async for piece in act.sent(made)])
        files, told = bundled.files(data), bundled.told(data)
        assert bundled.fault(data) == ""
        assert sum(name.endswith(".file") for name in files) == there
        named = [each["entry"] for each in told["withheld"] if each["why"] == "size"]
        assert len(named) == 2 - there
        assert all(b'"kind":"evidence"' in files[f"rows/{each:010}.json"] for each in named)
        assert told["complete"] is True


async def test_a_files_bytes_that_are_not_the_ones_shown_make_no_bundle(office):
    """Somebody changed them in the database: that is found before anything is sent."""
    superuser = await asyncpg.connect(office.dsn)
    await superuser.execute("SET session_replication_role = replica")
    before = await superuser.fetchval("SELECT body FROM evidence_chunk")
    await superuser.execute("UPDATE evidence_chunk SET body = $1", before + b" ")
    with pytest.raises(Corrupt, match=r"the file of ledger entry \d+ is not what it vouches for"):
        await bundled.bundle(office, papers.AUDITOR)
    await superuser.execute("UPDATE evidence_chunk SET body = $1", before)
    await superuser.close()


async def test_a_bundle_of_then_is_the_same_when_productions_have_changed(office):
    """Which locals a production has is a fact of the tree: those of then still get it, those of now get it later."""
    before = {by.subject: await bundled.bundle(office, by) for by in (papers.EDITORS, papers.ARTISTS)}
    size = bundled.told(before["rep-700"])["size"]
    record = papers.production(*papers.SECOND) | {"locals": ["IATSE:839"]}
    told = json.dumps(record).encode()
    await productions.change_production(office, papers.ADMINISTRATOR, *papers.SECOND, told, '"1"', papers.NOW)
    async with office.snapshot() as conn:
        moment = await past.resolve(conn, None, size)
    for by in (papers.EDITORS, papers.ARTISTS):
        assert await bundled.bundle(office, by, moment=moment) == before[by.subject]
    stem = f"filings/{office.kept.receipt.disclosure_id}/001"
    for by, there in ((papers.EDITORS, False), (papers.ARTISTS, True)):
        files = bundled.files(data := await bundled.bundle(office, by))
        assert bundled.fault(data) == ""
        assert (f"{stem}.tlog-proof" in files) is there
    assert f"{stem}.tlog-proof" in bundled.files(before["rep-700"])
    with pytest.raises(NotFound):
        await bundled.bundle(office, papers.ARTISTS, *papers.SECOND, moment=moment)


async def test_a_judgement_that_concerns_others_too_is_named_and_not_shown(office):
    """Its findings are one text: to the local that some of them are not of, it is withheld; to the other it is not."""
    record = papers.production(*papers.SECOND) | {"locals": ["IATSE:700", "IATSE:839"]}
    told = json.dumps(record).encode()
    await productions.change_production(office, papers.ADMINISTRATOR, *papers.SECOND, told, '"1"', papers.NOW)
    again = papers.document(key=papers.SECOND, **papers.uses(), filing=papers.amendment())
    await papers.amend(office, office.kept.receipt.disclosure_id, again)
    whole = bundled.files(await bundled.bundle(office, papers.ADMINISTRATOR, *papers.SECOND))
    files = bundled.files(data := await bundled.bundle(office, papers.ARTISTS, *papers.SECOND))
    named = [each["entry"] for each in bundled.told(data)["withheld"] if each["why"] == "others"]

    assert bundled.fault(data) == ""
    assert named != []
    assert set(under(files, "judgements")) < set(under(whole, "judgements"))
    for each in named:
        assert b'"table":"judgement"' in whole[f"rows/{each:010}.json"]
        assert f"rows/{each:010}.json" not in files


async def test_an_employer_who_was_not_there_yet_is_not_found_in_a_tree_of_then(office):
    """However long it has been there by now."""
    async with office.snapshot() as conn:
        index = await conn.fetchval(
            "SELECT ledger_index FROM employer_version WHERE employer_id = 'other-films' AND revision = 1"
        )
        moment = await past.resolve(conn, None, index)
    with pytest.raises(NotFound, match="no such employer"):
        await bundled.bundle(office, papers.ADMINISTRATOR, "other-films", moment=moment)
    assert checking.check(io.BytesIO(await bundled.bundle(office, papers.ADMINISTRATOR, moment=moment))).holds
