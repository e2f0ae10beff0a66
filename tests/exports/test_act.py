"""Exports made, fetched, resumed, repeated; and what is not in them."""

import asyncio
import datetime as dt
import hashlib
import json
import uuid

import papers
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.audit import act as audit
from registry.auth.scope import Principal
from registry.disclosures import act as disclosures
from registry.errors import Conflict, Corrupt, Forbidden, Invalid, KeyReused, NotFound, OutOfRange
from registry.exports import act, store
from registry.exports.sending import act as sending
from registry.exports.tables import TABLES
from registry.ledger import checkpoint, entry, note
from registry.ledger import store as ledger
from registry.ledger.checkpoint import Seal
from registry.observations import act as observations
from registry.problems import status_of
from registry.redactions import act as redactions


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


def listed(made):
    return {file.name: file for file in made.manifest.files}


async def test_an_export_holds_every_table_and_the_ledger_vouches_for_its_manifest(office, make, fetch):
    """Digests, rows and bytes are those of the files; the entry has the digest of the manifest and of its row."""
    made = await make()
    files = listed(made)
    assert list(files) == [*(f"{name}.ndjson" for name in TABLES), "dictionary.csv"]
    for name, file in files.items():
        data, sent = await fetch(made, name)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.sha256, file.bytes), name
        assert file.rows == data.count(b"\n") - (name == "dictionary.csv")
        assert sent.status == 200
    assert files["disclosures.ndjson"].rows == 4
    assert files["productions.ndjson"].rows == 2
    assert files["requests.ndjson"].rows == 1
    async with office.snapshot() as conn:
        stored = await ledger.get_entry(conn, made.ledger_index)
        row = await conn.fetchrow("SELECT * FROM export")
    said = entry.decode(stored.entry)
    assert said.kind == "export"
    assert said.sha256 == made.sha256 == hashlib.sha256(row["body"]).hexdigest()
    assert said.record == entry.row_digest("export", dict(row))
    assert made.manifest.tree_size == made.ledger_index
    assert (await audit.verify(office)).size == made.ledger_index + 1


async def test_a_file_stays_the_same_while_the_ledger_grows(office, make, fetch):
    """What is filed after the export, and an amendment of what is in it, are not in it."""
    made = await make(entities=["disclosures", "uses", "alerts", "findings"])
    before = {name: (await fetch(made, name))[0] for name in listed(made)}
    (first, *_) = lines(before["disclosures.ndjson"])
    amended = papers.document(**papers.uses(), filing=papers.amendment())
    await papers.amend(office, uuid.UUID(first["disclosure_id"]), amended, if_match='"2"')
    after = {name: (await fetch(made, name))[0] for name in listed(made)}
    assert after == before
    again = await make(entities=["disclosures"], tree_size=made.manifest.tree_size)
    assert listed(again)["disclosures.ndjson"].sha256 == listed(made)["disclosures.ndjson"].sha256
    newer = await make(entities=["disclosures"])
    assert listed(newer)["disclosures.ndjson"].rows == 5


async def test_totals_are_those_of_the_lists(office, make, fetch):
    """An employer's export has what its lists have, and nothing of another employer."""
    made = await make(by=papers.OTHERS)
    data, _ = await fetch(made, "disclosures.ndjson", by=papers.OTHERS)
    page = await disclosures.find(office, papers.OTHERS, None, None, 200)
    assert {row["disclosure_id"] for row in lines(data)} == {str(each.disclosure_id) for each in page.items}
    for file in made.manifest.files:
        whole, _ = await fetch(made, file.name, by=papers.OTHERS)
        assert b"northlight" not in whole, file.name


async def test_a_representative_exports_what_concerns_their_locals(make, fetch):
    """A local that no production employs gets empty tables; the editors' local gets the productions'."""
    mine = await make(by=papers.EDITORS)
    none = await make(by=papers.ARTISTS)
    assert listed(mine)["disclosures.ndjson"].rows == 5
    assert {
        file.rows
        for name, file in listed(none).items()
        if name.split(".")[0] not in ("dictionary", "agreements", "findings")
    } == {0}
    assert listed(none)["findings.ndjson"].rows == 0


async def test_what_an_employer_keeps_to_itself_is_in_nobodys_export_but_its_own(office, make, fetch):
    """A section marked for the employer alone is withheld from auditor and representative, in every table."""
    marked = papers.document(**papers.uses(purpose_description="TOPSECRET"))
    marked["filing"]["type"] = "quarterly_update"
    marked["filing"] |= {
        "period": {"from": "2025-07-01", "to": "2025-09-30"},
        "confidentiality": {"default": "parties", "sections": {"uses": "employer"}},
    }
    await papers.file(office, marked, key="k-9")
    for by, seen in ((papers.OFFICE, True), (papers.EDITORS, False), (papers.AUDITOR, False)):
        made = await make(by=by, entities=["disclosures", "uses"])
        data, _ = await fetch(made, "disclosures.ndjson", by=by)
        uses, _ = await fetch(made, "uses.ndjson", by=by)
        assert ((b"TOPSECRET" in data), (b"TOPSECRET" in uses)) == (seen, seen), by
        assert ("uses" in lines(data)[-1]["withheld"]) is not seen


async def test_a_later_mark_keeps_earlier_versions_out_of_an_export(office, make, fetch):
    """By an amendment that does not say the section again; a withdrawal does not open it."""
    secret = papers.document("quarterly_update", **papers.uses(purpose_description="TOPSECRET"))
    id_ = (await papers.file(office, secret, key="k-9")).receipt.disclosure_id
    before = await make(by=papers.EDITORS, entities=["disclosures"])
    marks = papers.amendment() | {"confidentiality": {"sections": {"uses": "employer"}}}
    await papers.amend(office, id_, papers.document("quarterly_update", filing=marks))
    await papers.withdraw(office, id_, if_match='"2"')
    for by, seen in ((papers.OFFICE, True), (papers.EDITORS, False), (papers.AUDITOR, False)):
        made = await make(by=by, entities=["disclosures"])
        data, _ = await fetch(made, "disclosures.ndjson", by=by)
        assert (b"TOPSECRET" in data) is seen, by
    data, _ = await fetch(before, "disclosures.ndjson", by=papers.EDITORS)
    assert b"TOPSECRET" in data


async def test_a_reporter_is_in_no_export(office, make, fetch):
    """Whoever reported an observation is not in the file, even if they wanted to be named."""
    said = {
        "employer_id": papers.KEY[0],
        "production_id": papers.KEY[1],
        "union": "IATSE",
        "local": "IATSE:700",
        "observed_on": "2025-10-01",
        "text": "A tool draws storyboards.",
        "reporter": {"name": "Ann Nonymous", "contact": "ann@example.org"},
    }
    await observations.report(office, papers.EDITORS, json.dumps(said).encode(), "o-1", papers.NOW)
    made = await make(by=papers.EDITORS, entities=["observations"])
    data, _ = await fetch(made, "observations.ndjson", by=papers.EDITORS)
    (row,) = lines(data)
    assert row["text"] == "A tool draws storyboards."
    assert b"Ann" not in data


@pytest.mark.parametrize("kind", ["ndjson", pytest.param("csv", marks=pytest.mark.slow)])
async def test_a_download_that_broke_is_taken_up_from_any_byte(monkeypatch, make, fetch, kind):
    """Every part of a file is the same bytes as in the whole, wherever the places to go on from lie."""
    monkeypatch.setattr(store, "AT_ONCE", 1)
    monkeypatch.setattr("registry.exports.making.EVERY", 1)
    made = await make(entities=["disclosures"], format=kind)
    (file, _) = made.manifest.files
    assert len(file.marks) == file.rows == 4
    whole, _ = await fetch(made, file.name)
    cuts = {0, 1, len(whole) - 1, *(mark.bytes + by for mark in file.marks for by in (-1, 0, 1))}
    for first in sorted(cut for cut in cuts if 0 <= cut < len(whole)):
        for end in {first + 1, (first + len(whole) + 1) // 2, len(whole)}:
            part, sent = await fetch(made, file.name, part=(f"bytes={first}-{end - 1}", None))
            assert part == whole[first : max(end, first + 1)]
            assert sent.status == 206
            assert sent.headers["Content-Range"] == f"bytes {first}-{max(end, first + 1) - 1}/{len(whole)}"
    tail, _ = await fetch(made, file.name, part=("bytes=-7", None))
    assert tail == whole[-7:]
    other, sent = await fetch(made, file.name, part=("bytes=5-", '"another"'))
    assert (other, sent.status) == (whole, 200)
    with pytest.raises(OutOfRange, match="none of them lies") as refused:
        await fetch(made, file.name, part=(f"bytes={len(whole)}-", None))
    assert status_of(refused.value) == 416


async def test_a_file_that_came_out_otherwise_is_not_sent_to_its_end(monkeypatch, make, fetch):
    """When the history behind an export is not what it was, the download breaks off."""
    made = await make(entities=["productions"])
    real = store.page

    async def forged(*args):
        rows = await real(*args)
        return [{**row, "record": {**row["record"], "title": "Another"}} for row in rows]

    monkeypatch.setattr(store, "page", forged)
    with pytest.raises(Corrupt, match=r"productions\.ndjson is not what its manifest"):
        await fetch(made, "productions.ndjson")


async def test_an_export_is_its_makers_alone(office, make, fetch):
    """Nobody else finds it, and its maker not after their mandate has changed."""
    limited = Principal(subject="auditor", role="auditor", employers=["other-films"])
    made = await make(by=papers.AUDITOR)
    with pytest.raises(NotFound):
        await fetch(made, "uses.ndjson", by=papers.OFFICE)
    with pytest.raises(Forbidden, match="make a new one"):
        await fetch(made, "uses.ndjson", by=limited)
    with pytest.raises(NotFound, match="no such file"):
        await fetch(made, "../../etc/passwd", by=papers.AUDITOR)
    page = await act.find(office, papers.AUDITOR, None, None)
    assert [each.export_id for each in page.items] == [made.manifest.export_id]
    assert not (await act.find(office, papers.OFFICE, None, None)).items


async def test_a_key_sent_twice_makes_one_export(office, make):
    """The first export is answered again, also to two at once; another question under the key is refused."""
    first, second = await asyncio.gather(
        make(key="once", entities=["uses"]), make(key="once", entities=["uses"])
    )
    assert first.manifest.export_id == second.manifest.export_id
    assert await papers.count(office, "export") == 1
    assert (await make(key="once", entities=["uses"])).ledger_index == first.ledger_index
    with pytest.raises(KeyReused):
        await make(key="once", entities=["tools"])


async def test_the_note_is_signed_by_the_logs_key_and_is_no_checkpoint(office, make, monkeypatch):
    """Whoever holds the log's key can check digests with any reader of signed notes."""
    seal = Seal("registry.example/ledger", Ed25519PrivateKey.generate())
    monkeypatch.setattr(act, "seal_of", lambda _conn: seal)
    made = await make(entities=["uses"])
    said = note.read(await act.show_note(office, papers.OFFICE, made.manifest.export_id))
    assert len(note.verified(said, [seal.verifier])) == 1
    assert f"manifest sha256 {made.sha256}\n" in said.text
    assert f"file {made.manifest.files[0].sha256} " in said.text
    with pytest.raises(Invalid):
        checkpoint.read(said.text)


async def test_every_fault_of_a_request_is_named_at_once(make):
    """Tables, forms, keys and instants that there are not, each with its pointer."""
    with pytest.raises(Invalid) as refused:
        await make(
            entities=["usse", 3],
            format="xlsx",
            as_of="2999-01-01T00:00:00Z",
            tree_size=-1,
            more=1,
            employers=["A b"],
        )
    found = {fault.pointer: fault for fault in refused.value.faults}
    assert {"/entities/0", "/entities/1", "/format", "/as_of", "/tree_size", "/more", "/employers/0"} <= set(
        found
    )
    assert found["/entities/0"].nearest == "uses"


async def test_only_some_employers_and_productions(make, fetch):
    """An auditor narrows an export; what lies outside is in no table."""
    made = await make(by=papers.AUDITOR, employers=["northlight-pictures"], productions=["night-ferry"])
    data, _ = await fetch(made, "disclosures.ndjson", by=papers.AUDITOR)
    assert {(row["employer_id"], row["production_id"]) for row in lines(data)} == {papers.SECOND}
    assert listed(made)["uses.ndjson"].rows == 0
    assert listed(made)["employers.ndjson"].rows == 1


async def test_another_writer_is_refused_in_words(monkeypatch, make, fetch):
    """Parquet of another version of the library would be other bytes."""
    made = await make(entities=["uses"], format="parquet")
    monkeypatch.setattr(sending, "writer_name", lambda _form: "pyarrow 1.0")
    with pytest.raises(Conflict, match="was written by pyarrow"):
        await fetch(made, "uses.parquet")


async def test_what_was_redacted_since_is_not_sent_again(office, make, fetch):
    """Files that told it are refused in words; others, and those of employers it does not concern, are sent."""
    told = await make(entities=["disclosures", "uses"])
    (row, *_) = lines((await fetch(told, "disclosures.ndjson"))[0])
    plain = await make(entities=["productions", "requests"])
    theirs = await make(by=papers.OTHERS, entities=["uses"])
    order = {
        "version": 1,
        "sections": ["uses"],
        "ground": "An order",
        "ordered_by": "A court",
        "reason": "By order.",
    }
    body, disclosure_id = json.dumps(order).encode(), uuid.UUID(row["disclosure_id"])
    later = papers.NOW + dt.timedelta(hours=1)
    await redactions.redact(office, {}, papers.ADMINISTRATOR, disclosure_id, body, '"2"', "r-1", later)
    with pytest.raises(Conflict, match="redacted by order since"):
        await fetch(told, "uses.ndjson")
    assert (await act.show(office, papers.OFFICE, told.manifest.export_id)).sha256 == told.sha256
    assert (await fetch(plain, "productions.ndjson"))[0]
    assert (await fetch(theirs, "uses.ndjson", by=papers.OTHERS))[0]
    data, _ = await fetch(await make(entities=["disclosures"]), "disclosures.ndjson")
    assert "uses" not in lines(data)[0]["document"]


async def test_without_the_library_parquet_is_refused_in_words(monkeypatch, make):
    """An installation without the extra says what to do."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(Invalid, match="parquet"):
        await make(format="parquet")


MANY = """
WITH one AS (SELECT * FROM disclosure_version WHERE version = 2 AND kind = 'amendment' LIMIT 1),
     made AS (
    INSERT INTO disclosure (employer_id, disclosure_id, production_id, type, version, state, changed_at)
    SELECT employer_id, gen_random_uuid(), production_id, 'initial', 1, 'filed', filed_at
    FROM one, generate_series(1, 50000) RETURNING disclosure_id)
INSERT INTO disclosure_version
SELECT employer_id, m.disclosure_id, 1, production_id, 'filing', NULL, NULL, schema_version, filed_at, 'many',
       sha256, $1::bigint + row_number() OVER () - 1, document, warnings
FROM one, made m
"""


@pytest.fixture
async def crowded(office):
    """Fifty thousand disclosures more, each with an entry of its own."""
    said = {"kind": "filing", "seq": 1, "sha256": "0" * 64, "record": "0" * 64, "at": entry.stamp(papers.NOW)}
    many = [entry.encode(entry.Entry(id=str(number), **said)) for number in range(50_000)]
    async with office.transaction() as conn:
        first = (await ledger.head(conn)).size
        await ledger.append(conn, many, papers.NOW)
        await conn.execute(MANY, first)
    return first


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
async def test_fifty_thousand_rows_take_no_more_memory_than_a_few(office, make, fetch, crowded, kind):
    """Memory does not grow with the rows: making and sending hold one piece at a time."""
    small = await make(entities=["uses"], format=kind, tree_size=crowded)
    await fetch(small, f"uses.{kind}")
    before = psutil.Process().memory_info().rss
    made = await make(entities=["uses"], format=kind)
    export_id = made.manifest.export_id
    found = await act.send(office, papers.house(), papers.OFFICE, export_id, f"uses.{kind}", (None, None))
    sent = 0
    async for piece in found.pieces:
        sent += len(piece)
    grown = psutil.Process().memory_info().rss - before
    print(f"{kind}: {sent / 2**20:.1f} MiB, memory grew by {grown / 2**20:.1f} MiB")
    assert made.manifest.files[0].rows >= 50_000
    assert sent == made.manifest.files[0].bytes
    assert grown < 64 << 20
