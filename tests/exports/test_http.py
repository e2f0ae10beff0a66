"""The doors of exports, over HTTP: one table at once, a manifest, a download that goes on."""

import hashlib
import json

import pytest
import world


@pytest.fixture
async def opened(dsn, tmp_path):
    async with world.opened(dsn, tmp_path) as (_, found):
        await found.settle(world.OWN)
        yield found


async def test_one_table_is_sent_at_once_and_leads_to_its_manifest(opened):
    """The bytes are those the manifest in the ledger names, and the headers say where it is."""
    got = await opened.good("employer", "GET", "/v1/export?entity=uses&format=csv")
    assert got.headers["content-type"].startswith("text/csv")
    assert got.text.startswith("employer_id,production_id,disclosure_id,")
    assert int(got.headers["content-length"]) == len(got.content)
    address = got.headers["link"].partition(">")[0].lstrip("<")
    made = (await opened.good("employer", "GET", address)).json()
    assert made["manifest"]["files"][0]["sha256"] == hashlib.sha256(got.content).hexdigest()
    body = (await opened.good("employer", "GET", made["href"]["manifest"])).content
    entry = json.loads((await opened.good("nobody", "GET", made["href"]["entry"])).json()["entry"])
    assert entry["sha256"] == made["sha256"] == hashlib.sha256(body).hexdigest()
    part = await opened.good("employer", "GET", made["href"]["uses.csv"], headers={"Range": "bytes=10-"})
    assert (part.status_code, part.content) == (206, got.content[10:])
    await opened.good("auditor", "GET", "/v1/export?entity=uses")
    read = (await opened.good("employer", "GET", "/v1/access-log")).json()["items"]
    assert ("auditor", "/v1/export") in [(each["subject"], each["path"]) for each in read]
    lines = (await opened.good("employer", "GET", "/v1/exports")).json()["items"]
    assert [each["export_id"] for each in lines] == [made["manifest"]["export_id"]]


@pytest.mark.slow
async def test_a_table_as_of_a_size_of_the_ledger(opened):
    """What was filed later is not in it, and the answer names the tree."""
    head = (await opened.good("nobody", "GET", "/ledger/head")).json()["size"]
    before = await opened.good("auditor", "GET", f"/v1/export?entity=disclosures&tree_size={head}")
    said = world.document(world.OWN, world.PRODUCTIONS[world.OWN], type="nil_return")
    said["filing"] |= {
        "period": {"from": "2025-07-01", "to": "2025-09-30"},
        "nil_statement": "None was used.",
    }
    del said["tools"], said["uses"]
    await opened.good("employer", "POST", "/v1/disclosures", json=said)
    after = await opened.good("auditor", "GET", f"/v1/export?entity=disclosures&tree_size={head}")
    assert after.content == before.content
    assert after.headers["ledger-tree-size"] == str(head)
    assert (
        len((await opened.good("auditor", "GET", "/v1/export?entity=disclosures")).content.splitlines()) == 2
    )


WRONG = [
    ("entity=usse", {"/entity"}),
    ("entity=usse&format=xlsx", {"/entity", "/format"}),
    ("entity=uses&format=%00", set()),
    ("entity=uses&tree_size=1&as_of=2025-01-01T00:00:00Z", set()),
    ("entity=uses&employer_id=" + "x" * 5000, {"/employer_id/0"}),
    ("entity=uses&production_id=%ff", set()),
    ("", set()),
]


async def test_a_wrong_question_is_refused_in_words(opened):
    """Every fault at once, none of them the registry's own failure."""
    for query, names in WRONG:
        got = await opened.ask("auditor", "GET", f"/v1/export?{query}")
        assert got.status_code in (400, 422), got.text
        assert names <= {fault.get("pointer", "").lstrip("#") for fault in got.json().get("errors", [])}


async def test_wrong_bodies_are_refused(opened):
    """No JSON, no object, NUL, and a lone surrogate."""
    for body in (
        b"{",
        b"[]",
        b'{"entities": ["\\u0000"]}',
        b'{"format": "\\ud800"}',
        b'{"employers": ["a\\u0000"]}',
    ):
        got = await opened.ask("auditor", "POST", "/v1/exports", content=body)
        assert got.status_code in (400, 422), got.text
    assert (await opened.ask("auditor", "POST", "/v1/exports")).status_code == 201
