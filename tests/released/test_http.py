"""What the public reads over HTTP: released fields, names that give nothing away, counts."""

import asyncio
import json

import pytest
import settled
import world
from world import OWN

LEAK = (
    "About harbor",
    "a title",
    "steward",
    "office",
    "Access",
    "attested_by",
    "IATSE:700",
    "uses",
    "workforce",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The data folder of every application of these tests: one key of the log, one issuer."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def cleared(server):
    """What was made to be copied is dropped at the end."""
    yield
    asyncio.run(settled.clear(server))


@pytest.fixture
async def opened(server, template, folder, cleared):
    async with settled.opened(server, template, folder, own_alone=True) as found:
        yield *found[:2], found[2][OWN]


async def change(opened, **said):
    """Change the production's record."""
    path = f"/v1/productions/{OWN}/{world.PRODUCTIONS[OWN]}"
    tag = (await opened.good("administrator", "GET", path)).headers["ETag"]
    body = world.production_record(OWN, world.PRODUCTIONS[OWN]) | said
    await opened.good("administrator", "PUT", path, json=body, headers={"If-Match": tag})


async def test_the_public_reads_released_fields_and_nothing_else(opened):
    """Before the title's day a code name and no key; after it the title; never a person, a use, a local."""
    _, world_, tenant = opened
    path = f"/v1/public/disclosures/{tenant.disclosure_id}"
    before = (await world_.good("nobody", "GET", path)).json()
    listed = (await world_.good("nobody", "GET", "/v1/public/productions")).json()["items"]
    await change(world_, code_name="Tidewater", released_on="2999-01-01")
    coded = (await world_.good("nobody", "GET", "/v1/public/productions")).json()["items"]
    await change(world_, released_on="2020-01-01")
    after = (await world_.good("nobody", "GET", path)).json()
    named = (await world_.good("nobody", "GET", "/v1/public/productions")).json()["items"]

    for told in (before, listed, coded):
        assert OWN not in json.dumps(told)
        assert not [word for word in (*LEAK, world.PRODUCTIONS[OWN]) if word in json.dumps(told)]
    assert before["name"] == listed[0]["name"] == "untitled production"
    assert coded[0]["name"] == "Tidewater"
    assert listed[0]["disclosures"] == [tenant.disclosure_id]
    assert (after["name"], named[0]["name"]) == (f"About {tenant.production_id}",) * 2
    assert after["document"]["production"] == {"id": tenant.production_id, "title": "a title"}
    assert before["production"] == after["production"] == named[0]["id"]
    assert "production" in before["document"]
    assert not [word for word in LEAK[2:] if word in json.dumps([after, named])]


async def test_what_the_employer_keeps_from_the_public_is_not_even_there(opened):
    """Marked for the parties the disclosure answers like one that never was; the production is not listed."""
    _, world_, tenant = opened
    path = f"/v1/disclosures/{tenant.disclosure_id}"
    tag = (await world_.good("employer", "GET", path)).headers["ETag"]
    marks = {
        "confidentiality": {"default": "parties"},
        "amendment": {"reason": "clerical", "explanation": "Marks."},
    }
    body = world.document(OWN, tenant.production_id, **marks)
    await world_.good("employer", "PUT", path, json=body, headers={"If-Match": tag})
    answer = await world_.ask("nobody", "GET", f"/v1/public/disclosures/{tenant.disclosure_id}")
    absent = await world_.ask("nobody", "GET", f"/v1/public/disclosures/{tenant.request_id}")
    listed = (await world_.good("nobody", "GET", "/v1/public/productions")).json()

    assert answer.status_code == absent.status_code == 404
    assert answer.json()["detail"] == absent.json()["detail"]
    assert listed == {"items": [], "next": None}


async def test_a_production_the_employer_keeps_is_not_named_beside_its_disclosure(opened):
    """Its section is marked for the parties, the tools are not: they are shown, the code name is not."""
    _, world_, tenant = opened
    await change(world_, code_name="Blue Heron")
    path = f"/v1/disclosures/{tenant.disclosure_id}"
    public = f"/v1/public/disclosures/{tenant.disclosure_id}"
    before = (await world_.good("nobody", "GET", public)).json()
    tag = (await world_.good("employer", "GET", path)).headers["ETag"]
    marks = {
        "confidentiality": {"sections": {"production": "parties"}},
        "amendment": {"reason": "clerical", "explanation": "Marks."},
    }
    body = world.document(OWN, tenant.production_id, **marks)
    await world_.good("employer", "PUT", path, json=body, headers={"If-Match": tag})
    answer = await world_.good("nobody", "GET", public)

    listed = (await world_.good("nobody", "GET", "/v1/public/productions")).json()["items"]
    await change(world_, released_on="2020-01-01")
    titled = await world_.good("nobody", "GET", public)
    named = (await world_.good("nobody", "GET", "/v1/public/productions")).json()["items"]

    assert before["name"] == "Blue Heron"
    assert (answer.json()["name"], answer.json()["production"]) == ("untitled production", None)
    assert (titled.json()["name"], titled.json()["production"]) == ("untitled production", None)
    assert "legal_name" not in titled.json()["document"]["employer"]
    assert (listed, named[0]["disclosures"]) == ([], [])
    assert "tools" in answer.json()["document"]
    assert "Blue Heron" not in answer.text


async def test_counts_hide_small_numbers_and_caches_may_keep_them(opened):
    """One of each is fewer than five; the answer has an ETag, and is not sent twice."""
    app, world_, _ = opened
    found = await world_.good("nobody", "GET", "/v1/public/counts")
    again = await world_.ask(
        "nobody", "GET", "/v1/public/counts", headers={"If-None-Match": found.headers["ETag"]}
    )
    async with app.state.db.snapshot() as conn:
        readings = await conn.fetchval("SELECT count(*) FROM access_log WHERE path LIKE '/v1/public%'")

    told = found.json()
    assert (told["least"], told["employers"], told["disclosures"]["total"]) == (5, None, None)
    assert found.headers["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content) == (304, b"")
    assert readings == 0


async def test_pages_of_the_public_list_tell_no_key(opened):
    """Each production is on one page; neither the cursor nor the order says what it is called."""
    _, world_, _ = opened
    for number in range(4):
        body = world.production_record(OWN, f"show-{number}") | {"released_on": "2020-01-01"}
        await world_.good("administrator", "POST", "/v1/productions", json=body)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await world_.good("nobody", "GET", f"/v1/public/productions?limit=2{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
        assert "show" not in str(page["next"])

    assert len(seen) == len(set(seen)) == 5
    for query in ("cursor=xyz", "limit=0", "cursor=WzFd"):
        assert (await world_.ask("nobody", "GET", f"/v1/public/productions?{query}")).status_code == 400
