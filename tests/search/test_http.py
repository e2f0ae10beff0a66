"""The door of the search, as an auditor's own system meets it."""

import datetime as dt

import doors
import papers
import pytest

from registry import app as composition
from registry.auth.issuer import local_issuer, mint
from registry.search.asking import http as asking
from registry.settings import Settings


@pytest.fixture
async def client(office, dsn, tmp_path):
    """A client of the application with this door; the clock stands still."""
    clock = tmp_path / "clock"
    clock.write_text(papers.NOW.isoformat())
    settings = Settings(database_url=dsn, data_dir=tmp_path, clock_file=str(clock))
    await papers.file(office, papers.document(**papers.uses()))
    async with doors.client_of(composition.join(settings, papers.house(), asking.routes)) as opened:
        token = mint(local_issuer(settings), papers.AUDITOR, "ai-use-registry", dt.datetime.now(dt.UTC))
        opened.headers["Authorization"] = f"Bearer {token}"
        yield opened


async def test_a_search_over_http(client):
    """Several values of one parameter are any of them; facets are counted beside the page."""
    answer = await client.get(
        "/v1/search?tool=other&tool=CutAssist&type=initial&facet=tool&facet=verdict&text=editor%20or%20cutassist"
    )

    said = answer.json()
    assert answer.status_code == 200
    assert said["items"][0]["tools"] == ["CutAssist"]
    assert said["facets"]["counts"]["tool"] == [{"value": "cutassist", "disclosures": 1}]
    assert {each["value"] for each in said["facets"]["counts"]["verdict"]} == set(
        said["items"][0]["verdicts"]
    )
    assert said["next"] is None


async def test_a_search_of_the_past_names_its_moment(client):
    """With a tree size, the answer is of that tree and its headers say so."""
    now = (await client.get("/v1/search")).json()["tree_size"]
    before = await client.get("/v1/search?tree_size=5")

    assert before.json() == {"items": [], "next": None, "tree_size": 5, "facets": None}
    assert before.headers["Ledger-Tree-Size"] == "5"
    assert now > 5


REFUSED = [
    ("tool=%00", {"query"}),
    ("tool=", {"tool"}),
    (f"vendor={'x' * 201}", {"vendor"}),
    ("text=%00", {"query"}),
    (f"text={'x' * 501}", {"text"}),
    ("type=other&state=gone", {"type", "in_state"}),
    ("verdict=guilty", {"verdict"}),
    ("facet=colour", {"facet"}),
    ("filed_from=yesterday", {"filed_from"}),
    ("limit=0", {"limit"}),
    ("filed_from=2025-02-01&filed_to=2025-01-01", {"filed_to"}),
    ("cursor=WzEsMl0", {"cursor"}),
    ("&".join(["local=IATSE:700"] * 51), {"local"}),
]


async def test_what_cannot_be_asked_is_refused_by_name(client):
    """Every fault names its parameter; none is our fault."""
    for query, names in REFUSED:
        answer = await client.get(f"/v1/search?{query}")
        said = answer.json()
        assert answer.status_code in (400, 422), said
        told = {part for each in said["errors"] for part in (each.get("parameter", ""), each.get("code", ""))}
        assert names <= {part.split("[")[0].strip("$.") for part in told}, said


async def test_a_surrogate_alone_is_no_fault_of_ours(client):
    """Bytes that are no UTF-8 find nothing, or are refused."""
    answer = await client.get("/v1/search?tool=%ED%A0%80&text=%ED%A0%80x")

    assert answer.status_code in (200, 400)
