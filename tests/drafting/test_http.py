"""The doors of drafts, as a production office's own system meets them."""

import datetime as dt

import doors
import papers
import pytest

from registry import app as composition
from registry.auth.issuer import local_issuer, mint
from registry.disclosures import http as reading
from registry.drafts import http as drafts
from registry.filing import http as filing
from registry.settings import Settings

PATH = "/v1/drafts"
PLAIN = {"production_id": "harbor-lights-s1"}


@pytest.fixture
async def client(office, dsn, tmp_path):
    """A client of the application with these doors; the clock stands still."""
    clock = tmp_path / "clock"
    clock.write_text(papers.NOW.isoformat())
    settings = Settings(database_url=dsn, data_dir=tmp_path, clock_file=str(clock))
    routes = [*drafts.routes, *filing.routes, *reading.routes]
    async with doors.client_of(composition.join(settings, papers.house(), routes)) as opened:
        issuer = local_issuer(settings)

        async def ask(method, path, who, body=None, **headers):
            token = mint(issuer, who, "ai-use-registry", dt.datetime.now(dt.UTC))
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            told = {} if body is None else {"content": papers.encoded(body)}
            return await opened.request(
                method, path, headers={"Authorization": f"Bearer {token}"} | named, **told
            )

        yield ask


async def test_a_draft_from_its_making_to_its_filing(client, dana, ravi):
    """201 with Location and ETag; each step answers with the next ETag; the filing with Location and receipt."""
    made = await client("POST", PATH, dana, PLAIN)
    path = made.headers["Location"]
    assert (made.status_code, made.headers["ETag"], path) == (201, '"1"', f"{PATH}/{made.json()['draft_id']}")

    told = {"document": papers.document(**papers.uses())}
    saved = await client("PUT", path, dana, told, If_Match='"1"')
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    checked = await client("POST", f"{path}/check", dana)
    assert (checked.status_code, checked.json()["ready"]) == (200, True)
    handed = await client("POST", f"{path}/review", dana, {"note": "Please."}, If_Match='"2"')
    assert (handed.status_code, handed.json()["state"]) == (200, "in_review")
    own = await client("POST", f"{path}/approval", dana, {"approve": True}, If_Match='"3"')
    assert own.status_code == 403
    approved = await client("POST", f"{path}/approval", ravi, {"approve": True}, If_Match='"3"')
    assert (approved.status_code, approved.headers["ETag"]) == (200, '"4"')
    filed = await client("POST", f"{path}/filing", dana, If_Match='"4"', Idempotency_Key='"k"')
    again = await client("POST", f"{path}/filing", dana, If_Match='"4"', Idempotency_Key='"k"')

    assert (filed.status_code, again.status_code, again.content) == (201, 201, filed.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    shown = await client("GET", filed.headers["Location"], dana)
    assert shown.json()["document"]["uses"][0]["id"] == "U1"
    assert (await client("GET", path, dana)).json()["state"] == "filed"
    assert (
        await client("POST", f"{path}/filing", dana, If_Match='"5"', Idempotency_Key='"l"')
    ).status_code == 409


async def test_an_amendment_is_answered_with_200(client, dana):
    """As an amendment that is put directly."""
    told = papers.document(**papers.uses())
    filed = await client("POST", "/v1/disclosures", dana, told, Idempotency_Key='"k"')
    origin = {"disclosure_id": filed.json()["receipt"]["disclosure_id"], "as": "amendment"}
    made = await client("POST", PATH, dana, PLAIN | {"from": origin})
    path = made.headers["Location"]
    told["filing"] |= papers.amendment()
    await client("PUT", path, dana, {"document": told}, If_Match='"1"')
    done = await client("POST", f"{path}/filing", dana, If_Match='"2"', Idempotency_Key='"l"')

    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')


async def test_the_statuses_of_refusals(client, dana):
    """Each as standards and the design have it; faults point into the body."""
    path = (await client("POST", PATH, dana, PLAIN)).headers["Location"]
    good = {"document": {}}
    cases = [
        (await client("POST", PATH, dana, b""), 400),
        (await client("POST", PATH, dana, b"\0"), 400),
        (await client("POST", PATH, dana, PLAIN, Idempotency_Key="a b"), 400),
        (await client("POST", PATH, dana, {"production_id": 7}), 422),
        (await client("POST", PATH, papers.OTHERS, {"production_id": "night-ferry"}), 404),
        (await client("POST", PATH, papers.EDITORS, PLAIN), 403),
        (await client("POST", PATH, dana, b" " * 1_200_000), 413),
        (await client("PUT", path, dana, good), 428),
        (await client("PUT", path, dana, good, If_Match='"7"'), 412),
        (await client("PUT", path, dana, good, If_Match="*"), 412),
        (await client("PUT", path, dana, {"document": 1}, If_Match='"1"'), 422),
        (await client("PUT", path, dana, {"document": {"a": "x" * 1_048_570}}, If_Match='"1"'), 413),
        (await client("DELETE", path, dana), 428),
        (await client("POST", f"{path}/approval", dana, {"approve": True}, If_Match='"1"'), 409),
        (await client("POST", f"{path}/review", dana, b"\xff", If_Match='"1"'), 400),
        (await client("POST", f"{path}/filing", dana, If_Match='"1"'), 400),
        (
            await client("POST", f"{path}/filing", dana, {"now": True}, If_Match='"1"', Idempotency_Key="k"),
            422,
        ),
        (await client("POST", f"{path}/filing", dana, If_Match='"1"', Idempotency_Key="k"), 422),
        (await client("GET", f"{PATH}?state=lost", dana), 400),
        (await client("GET", f"{PATH}?cursor=lost", dana), 400),
        (await client("GET", path, papers.OTHERS), 404),
    ]

    assert [answer.status_code for answer, _ in cases] == [status for _, status in cases]
    assert all(answer.headers["Content-Type"].startswith("application/problem+json") for answer, _ in cases)
    assert [fault["pointer"] for fault in cases[3][0].json()["errors"]] == ["#/production_id"]


async def test_a_discarded_draft_is_answered_with_204(client, dana):
    """And is listed only when it is asked for."""
    path = (await client("POST", PATH, dana, PLAIN)).headers["Location"]
    gone = await client("DELETE", path, dana, If_Match='"1"')

    assert (gone.status_code, gone.content) == (204, b"")
    assert (await client("GET", PATH, dana)).json() == {"items": [], "next": None}
    (only,) = (await client("GET", f"{PATH}?state=discarded", dana)).json()["items"]
    assert path.endswith(only["draft_id"])


async def test_a_document_of_a_mebibyte_passes_the_door(client, dana):
    """The room a request has beside its document does not count against it."""
    path = (await client("POST", PATH, dana, PLAIN)).headers["Location"]
    full = {"note": "x" * (1_048_576 - len(b'{"note":""}'))}

    assert (await client("PUT", path, dana, {"document": full}, If_Match='"1"')).status_code == 200
