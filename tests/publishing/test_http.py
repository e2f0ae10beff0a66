"""The doors of agreements, as anybody and as the administrator."""

import pytest
import world
from drafts import DUTY, NAME
from papers import house

TOML = {"Content-Type": "application/toml"}


@pytest.fixture
async def registry(dsn, tmp_path):
    async with world.opened(dsn, tmp_path) as (_, opened):
        yield opened


async def publish(registry, body):
    return await registry.ask("administrator", "POST", "/v1/agreements", content=body, headers=TOML)


async def test_agreements_are_listed_and_read_by_anybody(registry):
    """No token is asked for; digests are those verdicts name packs by; a misspelt key gets the nearest."""
    listed = await registry.ask("nobody", "GET", "/v1/agreements")
    one = await registry.ask("nobody", "GET", f"/v1/agreements/{NAME}")
    none = await registry.ask("nobody", "GET", "/v1/agreements/iatse-ba-2042")

    assert [listed.status_code, one.status_code, none.status_code] == [200, 200, 404]
    digests = {each["name"]: each["digest"] for each in listed.json()["packs"]}
    assert digests[NAME] == house().packs.packs[NAME].digest
    assert one.json()["edition"]["from"] == "2024-08-01"
    assert "iatse-ba-2024" in none.json()["detail"]


async def test_a_pack_is_published_read_back_and_believed_from_then_on(registry, shipped):
    """201 with its address, 200 for the bytes in force, the bytes back with their digest, and as_of answers."""
    before = (await registry.ask("nobody", "GET", "/v1/agreements")).headers
    body = shipped + DUTY.encode()
    done = await publish(registry, body)
    again = await publish(registry, body)
    one = await registry.ask("nobody", "GET", done.headers["location"])
    exact = await registry.ask("nobody", "GET", f"{done.headers['location']}/body")
    now = await registry.ask("nobody", "GET", f"/v1/agreements/{NAME}")
    past = await registry.ask(
        "nobody", "GET", f"/v1/agreements/{NAME}", params={"as_of": "2020-01-01T00:00:00Z"}
    )

    assert before is not None
    assert [done.status_code, again.status_code] == [201, 200]
    assert exact.content == body
    assert exact.headers["content-type"] == "application/toml"
    assert exact.headers["etag"] == f'"{done.json()["publication"]["digest"]}"'
    assert one.json()["body"].encode() == body
    assert one.json()["progress"] == {"productions": 0, "judged": 0, "left": 0, "failed": 0}
    assert now.json()["packs"][0]["digest"] == done.json()["publication"]["digest"]
    assert past.json()["packs"] == []


async def test_a_pack_on_its_way_out_says_so(registry, shipped):
    """`Deprecation` since a day, and a link to what follows."""
    body = shipped.replace(
        b'union = "IATSE"\n', b'union = "IATSE"\ndeprecated = 2026-08-01\nsuccessor = "iatse-asa-2024"\n', 1
    )
    done = await publish(registry, body)
    answer = await registry.ask("nobody", "GET", f"/v1/agreements/{NAME}")

    assert done.status_code == 201, done.text
    assert answer.headers["deprecation"] == "@1785542400"
    assert '</v1/agreements/iatse-asa-2024>; rel="successor-version"' in answer.headers["link"]


async def test_faults_are_a_problem_with_every_line(registry, shipped):
    """422 with each fault; too many bytes are 413 and say how many are taken."""
    wrong = await publish(registry, shipped.replace(b"prompts.required &&", b"prompts.requird &&"))
    large = await publish(registry, b"#" * 1_048_577)

    assert wrong.status_code == 422
    assert len(wrong.json()["errors"]) >= 2
    assert {each["nearest"] for each in wrong.json()["errors"]} == {"prompts.required"}
    assert large.status_code == 413


async def test_a_draft_is_tried_out_over_http(registry, shipped):
    """200 with counts; nothing was filed, so nothing flips."""
    answer = await registry.ask(
        "auditor", "POST", f"/v1/agreements/{NAME}/backtest", content=shipped + DUTY.encode(), headers=TOML
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["flips"] == 0
