"""Problems: every refusal is RFC 9457, every failure is bare, and statuses stand in one place."""

from typing import Annotated

import doors
import msgspec
import pytest
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from registry import errors, problems
from registry.errors import Fault

OPEN = {"public": True}
FAULTS = [
    Fault("/tools/0/vendor", "type", "this must be a text", fix="write the vendor's name", allowed=["text"]),
    Fault("/uses/1/tool", "reference", "there is no tool `t9`", nearest="t1"),
]


class Thing(msgspec.Struct):
    """A thing to send."""

    name: str
    places: list[int] = []


def raising(kind):
    faults = FAULTS if issubclass(kind, errors.Invalid) else []

    @get(f"/raise/{kind.__name__}", opt=OPEN)
    async def door() -> None:
        raise kind(f"in words: {kind.slug}", faults)

    return door


@get("/raise/bug", opt=OPEN)
async def bug() -> None:
    """A bug that knows a secret."""
    secret = "the document"
    raise KeyError(secret)


@get("/raise/gone", opt=OPEN)
async def gone() -> None:
    """A database that went away."""
    raise ConnectionRefusedError("to 10.0.0.1")


@get("/numbers/{number:int}", opt=OPEN)
async def numbers(number: FromPath[int], size: Annotated[int, QueryParameter(ge=1)]) -> int:
    """A number."""
    return number + size


@post("/things", opt=OPEN)
async def things(data: JSONBody[Thing]) -> Thing:
    """A thing."""
    return data


@post("/bytes", opt=OPEN)
async def count(body: RawBody) -> int:
    """How many bytes came."""
    return len(body)


KINDS = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.AlreadyExists: 409,
    errors.IllegalMove: 409,
    errors.StillRunning: 409,
    errors.KeyReused: 422,
    errors.Stale: 412,
    errors.PreconditionMissing: 428,
    errors.TooLarge: 413,
    errors.Malformed: 400,
    errors.Invalid: 422,
    errors.UnknownSchema: 422,
    errors.SchemaViolation: 422,
    errors.Busy: 503,
    errors.Corrupt: 500,
}
DOORS = [*(raising(kind) for kind in KINDS), bug, gone, numbers, things, count]


@pytest.fixture
async def client(dsn, tmp_path):
    async with doors.opened(dsn, tmp_path, DOORS) as (_, opened):
        yield opened


def checked(answer, status, slug):
    problem = answer.json()

    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"http://127.0.0.1:8321/problems/{slug}"
    assert problem["title"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


def test_every_error_has_a_status():
    """No error of the tree is forgotten here, so none is answered by accident."""
    leaves = {kind.slug for kind in KINDS}

    assert {kind.slug for kind in problems.kinds()} >= leaves
    for kind, status in KINDS.items():
        assert problems.status_of_kind(kind) == status


async def test_every_error_is_a_problem(client):
    """Each error answers with its status, type, title and detail."""
    for kind, status in KINDS.items():
        problem = checked(await client.get(f"/raise/{kind.__name__}"), status, kind.slug)

        assert problem.get("detail", "") == ("" if status == 500 else f"in words: {kind.slug}")


async def test_every_fault_is_listed_with_its_pointer(client):
    """All faults at once, each pointer a URI fragment."""
    problem = checked(await client.get("/raise/SchemaViolation"), 422, "schema-violation")

    assert problem["errors"] == [
        {
            "detail": "this must be a text",
            "pointer": "#/tools/0/vendor",
            "code": "type",
            "severity": "error",
            "fix": "write the vendor's name",
            "allowed": ["text"],
        },
        {
            "detail": "there is no tool `t9`",
            "pointer": "#/uses/1/tool",
            "code": "reference",
            "severity": "error",
            "nearest": "t1",
        },
    ]


def test_a_request_that_points_into_no_document_is_400():
    """A plain Invalid about a header or cursor is 400; one about the content is 422."""
    assert problems.status_of(errors.Invalid("the cursor cannot be read")) == 400
    assert problems.status_of(errors.Invalid("x", [Fault("", "cursor", "x")])) == 400
    assert problems.status_of(errors.Invalid("x", FAULTS)) == 422


async def test_a_bug_says_nothing(client):
    """What is not in the tree is a bug: 500, with no word of what happened."""
    answer = await client.get("/raise/bug")
    problem = checked(answer, 500, "internal")

    assert "document" not in answer.text
    assert set(problem) == {"type", "title", "status", "instance", "request_id"}


async def test_a_database_that_is_away_is_busy(client):
    """Nothing is wrong with the request: 503, and when to come again."""
    answer = await client.get("/raise/gone")

    assert "10.0.0.1" not in str(checked(answer, 503, "busy"))
    assert int(answer.headers["retry-after"]) > 0


async def test_what_may_be_repeated_says_when(client):
    """Busy and StillRunning carry Retry-After; a 401 says how to say who you are."""
    assert "retry-after" in (await client.get("/raise/StillRunning")).headers
    assert "retry-after" not in (await client.get("/raise/IllegalMove")).headers
    assert (await client.get("/raise/Unauthenticated")).headers["www-authenticate"].startswith("Bearer")


async def test_the_frameworks_own_refusals_are_problems_too(client):
    """No route, wrong method, wrong parameter, wrong body: all `application/problem+json`."""
    checked(await client.get("/nowhere"), 404, "not-found")
    checked(await client.get("/numbers/seven?size=1"), 404, "not-found")
    wrong = await client.delete("/things")
    checked(wrong, 405, "method-not-allowed")
    low = checked(await client.get("/numbers/7?size=0"), 400, "invalid-request")
    absent = checked(await client.get("/numbers/7"), 400, "invalid-request")
    broken = checked(await client.post("/things", content=b"{"), 400, "invalid-request")
    typed = checked(
        await client.post("/things", json={"name": "a", "places": [1, "x"]}), 422, "invalid-request"
    )

    assert "POST" in wrong.headers["allow"]
    assert [fault["parameter"] for fault in low["errors"]] == ["size"]
    assert absent["detail"]
    assert broken["detail"]
    assert typed["errors"][0]["pointer"] == "#/places/1"


async def test_a_request_may_have_one_mebibyte(client):
    """1 MiB is taken; a byte more is refused, by its stated length or by counting; the limit is said."""

    async def dripped():
        for _ in range(1100):
            yield b"x" * 1024

    taken = await client.post("/bytes", content=b"x" * 1_048_576)
    stated = checked(await client.post("/bytes", content=b"x" * 1_048_577), 413, "too-large")
    counted = checked(await client.post("/bytes", content=dripped()), 413, "too-large")

    assert taken.json() == 1_048_576
    assert "1 MiB" in stated["detail"]
    assert "1 MiB" in counted["detail"]


async def test_nothing_follows_a_body_that_was_not_read(client):
    """The connection of a request that was too large ends with its answer, and says so."""
    answer = await client.post("/bytes", content=b"x" * 1_048_577)

    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/numbers/7?size=%00", "/numbers/7?size=1&x=%ff", "/numbers/7?%00=1"])
async def test_what_no_database_can_hold_is_refused_at_the_door(client, path):
    """NUL and broken UTF-8 in a query are 400, never a failure further in."""
    checked(await client.get(path), 400, "invalid-request")


async def test_a_path_with_a_nul_leads_nowhere(client):
    """There is no such address."""
    checked(await client.get("/problems/%00"), 404, "not-found")


async def test_a_problems_type_leads_to_its_meaning(client):
    """The address in `type` is served, and every kind is listed."""
    kinds = (await client.get("/problems")).json()
    one = (await client.get("/problems/busy")).json()

    assert one in kinds
    assert one["status"] == 503
    checked(await client.get("/problems/none"), 404, "not-found")


async def test_a_request_id_goes_in_and_out(client):
    """A decent id comes back as it was sent; anything else is replaced, on every answer."""
    for path in ("/numbers/7?size=1", "/nowhere", "/raise/bug"):
        kept = await client.get(path, headers={"X-Request-ID": "mine-42"})
        made = await client.get(path, headers={"X-Request-ID": "not decent \x7f"})

        assert kept.headers["x-request-id"] == "mine-42"
        assert len(made.headers["x-request-id"]) == 32
