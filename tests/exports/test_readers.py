"""Who reads what: whose data a file shows, what a redaction elsewhere takes with it, a reader who leaves."""

import contextlib
import csv
import datetime as dt
import io
import json
import uuid

import papers
import pytest

from registry.errors import Conflict
from registry.exports import act, making, store
from registry.redactions import act as redactions

LATER = papers.NOW + dt.timedelta(hours=1)


async def test_a_file_names_those_whose_data_it_shows(office, make):
    """The access log hears of every employer with a row in the file, and of nobody else."""
    made = await make(by=papers.AUDITOR)
    files = {each.name: each.employers for each in made.manifest.files}
    assert files["disclosures.ndjson"] == ["northlight-pictures", "other-films"]
    assert files["requests.ndjson"] == ["northlight-pictures"]
    assert files["agreements.ndjson"] == files["dictionary.csv"] == []
    # What was a local's to read then is read by it still, and is named, whoever employs it today.
    size = made.manifest.tree_size
    async with office.transaction() as conn:
        await conn.execute("UPDATE production SET record = record || $1::jsonb", {"locals": []})
    then = await make(by=papers.EDITORS, entities=["disclosures"], tree_size=size)
    assert then.manifest.files[0].rows
    assert then.manifest.files[0].employers


async def test_a_redaction_of_another_production_takes_findings_with_it(office, make, fetch):
    """Losses are counted over all productions of an employer: files that rest on them are refused in words."""
    mine = {"employers": [papers.SECOND[0]], "productions": [papers.SECOND[1]]}
    told = await make(by=papers.AUDITOR, entities=["findings"], **mine)
    plain = await make(by=papers.AUDITOR, entities=["disclosures"], **mine)
    whole = await make(entities=["disclosures"])
    rows = [json.loads(each) for each in (await fetch(whole, "disclosures.ndjson"))[0].splitlines()]
    first = next(each for each in rows if each["production_id"] == papers.KEY[1])
    order = {
        "version": 1,
        "sections": ["workforce"],
        "ground": "An order",
        "ordered_by": "A court",
        "reason": "By order.",
    }
    body = json.dumps(order).encode()
    disclosure_id = uuid.UUID(first["disclosure_id"])
    await redactions.redact(office, {}, papers.ADMINISTRATOR, disclosure_id, body, '"2"', "r-1", LATER)
    with pytest.raises(Conflict, match="redacted by order since"):
        await fetch(told, "findings.ndjson", by=papers.AUDITOR)
    assert (await fetch(plain, "disclosures.ndjson", by=papers.AUDITOR))[0]


async def test_a_reader_who_leaves_half_way_leaves_nothing_behind(monkeypatch, office, make):
    """No connection and no transaction is held for whoever reads slowly, or no more."""
    monkeypatch.setattr(store, "AT_ONCE", 1)
    made = await make(entities=["disclosures"])
    export_id = made.manifest.export_id
    for _ in range(3 * office.pool.get_max_size()):
        found = await act.send(
            office, papers.house(), papers.OFFICE, export_id, "disclosures.ndjson", (None, None)
        )
        async with contextlib.aclosing(found.pieces) as pieces:
            assert await anext(pieces)
    assert office.pool.get_idle_size() == office.pool.get_size()
    async with office.snapshot() as conn:
        held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert await conn.fetchval(held) == 0


async def test_a_part_may_begin_inside_a_letter(monkeypatch, office, make, fetch):
    """Bytes are bytes: a letter of four is cut anywhere, and put together again."""
    said = papers.document(key=papers.SECOND, **papers.uses(purpose_description="\U0001d54f" * 60))
    said["filing"] |= {"type": "quarterly_update", "period": {"from": "2025-07-01", "to": "2025-09-30"}}
    await papers.file(office, said, key="k-8")
    monkeypatch.setattr(store, "AT_ONCE", 1)
    monkeypatch.setattr(making, "EVERY", 1)
    made = await make(entities=["uses"], format="csv")
    whole, _ = await fetch(made, "uses.csv")
    at = whole.index("\U0001d54f".encode()) + 101
    with pytest.raises(UnicodeDecodeError):
        whole[at:].decode()
    part, _ = await fetch(made, "uses.csv", part=(f"bytes={at}-", None))
    assert whole[:at] + part == whole
    assert len(list(csv.reader(io.StringIO(whole.decode(), newline="")))) == made.manifest.files[0].rows + 1


async def test_a_parquet_file_is_taken_up_inside_a_piece(office, make, fetch):
    """It is made again from its start, and the part is that of the same bytes."""
    made = await make(entities=["uses"], format="parquet")
    whole, _ = await fetch(made, "uses.parquet")
    for at in (1, len(whole) // 3, len(whole) - 9):
        part, sent = await fetch(made, "uses.parquet", part=(f"bytes={at}-", None))
        assert (whole[:at] + part, sent.status) == (whole, 206)


@pytest.mark.slow
async def test_an_export_of_nothing_is_files_without_rows(office, make, fetch):
    """Every table is there, empty, readable, and can be fetched."""
    for kind in ("ndjson", "csv", "parquet"):
        made = await make(by=papers.AUDITOR, employers=["nobody-films"], format=kind)
        for file in made.manifest.files:
            data, _ = await fetch(made, file.name, by=papers.AUDITOR)
            assert len(data) == file.bytes
            if file.entity not in (None, "agreements"):
                assert (file.rows, file.employers) == (0, [])
