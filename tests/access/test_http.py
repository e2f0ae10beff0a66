"""Every reading over HTTP says whose data it showed."""

import asyncio

import pytest
import settled
from test_routes import TABLE, call_of
from world import FOREIGN, OWN

from registry.access import act

NOBODYS = {
    "listAgreements", "getAgreement", "listPublications", "getPublication", "getPublicationBody", "listLaws",
    "listSchemas", "getSchema", "listLocals", "getEscalationPlan",
    *("listSubscriptions", "listDeliveries", "listAccesses", "getAccessBatch"),
    *("agreementTimemap", "listExports"),
}  # fmt: skip
"""Readings that show no employer's data: rules, and a reader's own things."""


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
    async with settled.opened(server, template, folder) as found:
        yield found


async def newest(db, most=1):
    async with db.snapshot() as conn:
        return await conn.fetch(
            "SELECT l.*, ARRAY(SELECT employer_id FROM access_subject s WHERE s.access_id = l.access_id"
            " ORDER BY 1) AS employers FROM access_log l ORDER BY access_id DESC LIMIT $1",
            most,
        )


async def reading_of(db, answer):
    """The reading that an answer was, by its request: ids follow a clock, which may be set back in between."""
    return next(row for row in await newest(db, 1000) if row["request_id"] == answer.headers["x-request-id"])


async def test_every_reading_of_an_employers_data_names_the_employer(opened):
    """Each GET of the table of routes that the auditor of one employer is answered, but those of nobody's data."""
    app, world_, tenants = opened
    silent = []
    for row in TABLE:
        call = call_of(row.operation, tenants[OWN], "auditor")
        if call.method != "GET" or not call.path.startswith("/v1") or row.operation in NOBODYS:
            continue
        answer = await world_.ask("auditor", "GET", call.path)
        public = row.cells[0] == "200"
        if answer.status_code != 200 or public:
            continue
        reading = await reading_of(app.state.db, answer)
        empty = '"items":[]' in answer.text[:200]
        if reading["path"] != call.path.partition("?")[0] or (reading["employers"] != [OWN] and not empty):
            silent.append((row.operation, reading["path"], reading["employers"]))

    assert silent == []


async def test_a_reading_is_on_record_with_its_reason_before_it_is_answered(opened):
    """Who, what, as of when, why; a reason that is too long refuses; a refusal shows nobody's data."""
    app, world_, tenants = opened
    path = f"/v1/disclosures/{tenants[OWN].disclosure_id}"
    headers = {"Access-Reason": "a complaint of 3 May", "X-Request-Id": "abcdefgh"}
    await world_.good("auditor", "GET", path, headers=headers)
    (read,) = await newest(app.state.db)
    refused = await world_.ask("auditor", "GET", path, headers={"Access-Reason": "x" * 501})
    foreign = await world_.ask("auditor", "GET", f"/v1/disclosures/{tenants[FOREIGN].disclosure_id}")
    (tried,) = await newest(app.state.db)
    told = await world_.good("employer", "GET", "/v1/access-log?by=auditor&role=auditor")
    other = await world_.good("other employer", "GET", "/v1/access-log?by=auditor")

    assert (read["subject"], read["role"], read["path"], read["why"]) == (
        "auditor",
        "auditor",
        path,
        headers["Access-Reason"],
    )
    assert read["employers"] == [OWN]
    assert refused.status_code == 400
    assert "at most 500 letters" in refused.text
    assert foreign.status_code == 404
    assert (tried["path"], tried["employers"]) == (foreign.request.url.path, [])
    assert [(each["path"], each["why"]) for each in told.json()["items"]] == [
        (path, headers["Access-Reason"])
    ]
    assert other.json()["items"] == []


async def test_secret_addresses_and_files_are_readings_too(opened):
    """A feed names its owner and the employers of its productions; a file names whose case it belongs to."""
    app, world_, tenants = opened
    await world_.good("nobody", "GET", tenants[OWN].feed_path)
    (feed,) = await newest(app.state.db)
    await world_.good("auditor", "GET", f"/v1/evidence/{tenants[OWN].evidence_id}")
    (file,) = await newest(app.state.db)

    assert (feed["subject"], feed["employers"]) == ("steward", [OWN])
    assert (file["subject"], file["employers"]) == ("auditor", [OWN])


async def test_a_reading_costs_one_statement(opened):
    """The same reading does not write more when it is recorded: one row of each, in one way to the database."""
    app, world_, _tenants = opened
    before = [len(await newest(app.state.db, 1000))]
    await world_.good("administrator", "GET", "/v1/disclosures")
    readings = await newest(app.state.db, 1000)

    assert len(readings) == before[0] + 1
    assert readings[0]["employers"] == sorted([OWN, FOREIGN])


async def test_the_batch_can_be_checked_by_whoever_has_the_reading(opened):
    """The item says where its digest stands; the batch's bytes say the same digest."""
    app, world_, tenants = opened
    await world_.good("auditor", "GET", f"/v1/disclosures/{tenants[OWN].disclosure_id}")
    await act.batch(app.state.db, app.state.clock())
    item = (await world_.good("employer", "GET", "/v1/access-log?by=auditor")).json()["items"][0]
    batch = await world_.good("employer", "GET", f"/v1/access-log/batches/{item['batch']['number']}")

    assert batch.json()["readings"][item["batch"]["place"]] == item["sha256"]
    assert batch.headers["ledger-index"] == str(item["batch"]["ledger_index"])
    assert (await world_.ask("employer", "GET", "/v1/access-log/batches/99")).status_code == 404


async def test_ill_formed_questions_are_refused_in_words(opened):
    """NUL, a cursor nobody gave out, numbers beyond any batch: 400 or 404, never 500."""
    _, world_, _ = opened
    for query in ("by=%00", "cursor=xyz", "from=yesterday", "limit=0", "employer_id=A", "role=boss"):
        answer = await world_.ask("auditor", "GET", f"/v1/access-log?{query}")

        assert answer.status_code == 400, query
    for number in ("0", "99999999999999999999", "x"):
        answer = await world_.ask("auditor", "GET", f"/v1/access-log/batches/{number}")

        assert answer.status_code in (400, 404), number
