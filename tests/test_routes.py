"""Who may do what: every route × every role × own and foreign tenant, against the table in routes.txt.

A route that is missing from the table fails, and so does a row without a route.
"""

import asyncio
import shutil
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import conftest
import pytest
import world
from world import FOREIGN, OWN

from registry import app as house
from registry import files, openapi
from registry.examples import EXAMPLES
from registry.obligations.pack import digest
from registry.settings import Settings

COLUMNS = [
    ("nobody", OWN),
    *(
        (role, tenant)
        for role in ("employer", "representative", "auditor", "administrator")
        for tenant in (OWN, FOREIGN)
    ),
]


class Row(NamedTuple):
    """One line of the table."""

    operation: str
    cells: list


class Call(NamedTuple):
    """A request, the address its ETag is read from or the ETag itself, and the type of a body that is no JSON."""

    method: str
    path: str
    body: dict | str | None = None
    tag_from: str | None = None
    media: str = "application/toml"
    tag: str | None = None


def rows():
    lines = (Path(__file__).parent / "routes.txt").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            operation, *cells = line.split()
            yield Row(operation, cells)


TABLE = list(rows())


def call_of(operation, tenant, caller):
    """The request that tries *operation* on *tenant*: method, path, body, and where its ETag is read."""
    disclosure = f"/v1/disclosures/{tenant.disclosure_id}"
    alert = f"/v1/alerts/{tenant.alert_id}"
    request = f"/v1/requests/{tenant.request_id}"
    employer = f"/v1/employers/{tenant.employer_id}"
    production = f"/v1/productions/{tenant.employer_id}/{tenant.production_id}"
    draft = f"/v1/drafts/{tenant.draft_id}"
    plan = f"/v1/escalation-plans/{world.LOCALS.get(tenant.employer_id, 'IATSE:700')}"
    subscription = f"/v1/subscriptions/{tenant.subscription_id}"
    filed = world.document(tenant.employer_id, tenant.production_id)
    amended = world.document(tenant.employer_id, tenant.production_id, **EXAMENDMENT)
    made = f"new-{'own' if tenant.employer_id == OWN else 'foreign'}"
    calls = {
        "alive": Call("GET", "/health/live"),
        "ready": Call("GET", "/health/ready"),
        "listProblems": Call("GET", "/problems"),
        "getProblem": Call("GET", "/problems/busy"),
        "keySet": Call("GET", "/.well-known/jwks.json"),
        "ledgerHead": Call("GET", "/ledger/head"),
        "ledgerEntry": Call("GET", "/ledger/entries/0"),
        "ledgerInclusion": Call("GET", "/ledger/entries/0/proof?size=1"),
        "ledgerConsistency": Call("GET", "/ledger/consistency?from=1&to=2"),
        "ledgerCheckpoint": Call("GET", "/ledger/checkpoint"),
        "ledgerCheckpointOfSize": Call("GET", f"/ledger/checkpoint/{2**53 - 1}"),
        "ledgerTile": Call("GET", "/ledger/tile/entries/000.p/1"),
        "ledgerKey": Call("GET", "/ledger/key"),
        "ledgerWitnesses": Call("GET", "/ledger/witnesses"),
        "ledgerStamps": Call("GET", f"/ledger/checkpoint/{2**53 - 1}/stamps"),
        "ledgerStamp": Call("GET", f"/ledger/checkpoint/{2**53 - 1}/stamp"),
        "ledgerProofFile": Call("GET", "/ledger/entries/0/proof.tlog-proof"),
        "listAgreements": Call("GET", "/v1/agreements"),
        "getAgreement": Call("GET", "/v1/agreements/iatse-ba-2024"),
        "listPublications": Call("GET", "/v1/agreements/reg/publications"),
        "getPublication": Call("GET", f"/v1/agreements/reg/publications/{digest(REG.encode())}"),
        "getPublicationBody": Call("GET", f"/v1/agreements/reg/publications/{digest(REG.encode())}/body"),
        "publishAgreement": Call("POST", "/v1/agreements", f"{REG}# for {tenant.employer_id} and {caller}\n"),
        "backtestAgreement": Call("POST", "/v1/agreements/reg/backtest", REG),
        "listLaws": Call("GET", "/v1/laws"),
        "listSchemas": Call("GET", "/v1/schemas"),
        "getSchema": Call("GET", "/v1/schemas/2.0"),
        "listLocals": Call("GET", "/v1/locals"),
        "listEmployers": Call("GET", "/v1/employers"),
        "getEmployer": Call("GET", employer),
        "createEmployer": Call("POST", "/v1/employers", world.employer_record(made)),
        "changeEmployer": Call("PUT", employer, world.employer_record(tenant.employer_id), employer),
        "listProductions": Call("GET", "/v1/productions"),
        "getProduction": Call("GET", production),
        "createProduction": Call(
            "POST", "/v1/productions", world.production_record(tenant.employer_id, made)
        ),
        "changeProduction": Call(
            "PUT", production, world.production_record(tenant.employer_id, tenant.production_id), production
        ),
        "listDisclosures": Call("GET", "/v1/disclosures"),
        "getDisclosure": Call("GET", disclosure),
        "listVersions": Call("GET", f"{disclosure}/versions"),
        "searchDisclosures": Call("GET", "/v1/search"),
        "getStatistics": Call("GET", "/v1/statistics/tools"),
        "getVersion": Call("GET", f"{disclosure}/versions/1"),
        "getReceipt": Call("GET", f"{disclosure}/receipt"),
        "getProofFile": Call("GET", f"{disclosure}/receipt.tlog-proof"),
        "getReceiptPage": Call("GET", f"{disclosure}/receipt.html"),
        "getReceiptPdf": Call("GET", f"{disclosure}/receipt.pdf"),
        "getBundle": Call(
            "GET", f"/v1/bundle?employer_id={tenant.employer_id}&production_id={tenant.production_id}"
        ),
        "disclosureTimemap": Call("GET", f"{disclosure}/timemap"),
        "findingsTimemap": Call("GET", f"{disclosure}/findings/timemap"),
        "alertTimemap": Call("GET", f"{alert}/timemap"),
        "agreementTimemap": Call("GET", "/v1/agreements/reg/timemap"),
        "diffVersions": Call("GET", f"{disclosure}/diff?from=1&to=1"),
        "diffProduction": Call("GET", f"{production}/diff?from=1"),
        "diffEmployer": Call("GET", f"{employer}/diff?from=1"),
        "getFindings": Call("GET", f"{disclosure}/findings"),
        "explainFindings": Call("GET", f"{disclosure}/explanations"),
        "fileDisclosure": Call("POST", "/v1/disclosures", filed),
        "preflightDisclosure": Call("POST", "/v1/disclosures/preflight", filed),
        "amendDisclosure": Call("PUT", disclosure, amended, disclosure),
        "withdrawDisclosure": Call("POST", f"{disclosure}/withdrawal", WITHDRAWAL, disclosure),
        "redactDisclosure": Call(
            "POST", f"{disclosure}/redactions", EXAMPLES["redactDisclosure"]["by-order"], disclosure
        ),
        "listAlerts": Call("GET", "/v1/alerts"),
        "getAlert": Call("GET", alert),
        "explainAlert": Call("GET", f"{alert}/explanation"),
        "getPacket": Call("GET", f"{alert}/packet"),
        "acknowledgeAlert": Call("POST", f"{alert}/acknowledge", {}, alert),
        "resolveAlert": Call("POST", f"{alert}/resolve", EXAMPLES["resolveAlert"]["cured"], alert),
        "listRequests": Call("GET", "/v1/requests"),
        "getRequest": Call("GET", request),
        "makeRequest": Call("POST", "/v1/requests", world.asked(tenant.employer_id, tenant.production_id)),
        "answerRequest": Call("POST", f"{request}/answer", EXAMPLES["answerRequest"]["offered"], request),
        "listObservations": Call("GET", "/v1/observations"),
        "getObservation": Call("GET", f"/v1/observations/{tenant.observation_id}"),
        "reportObservation": Call(
            "POST", "/v1/observations", world.observed(tenant.employer_id, tenant.production_id)
        ),
        "makeDraft": Call("POST", "/v1/drafts", {"production_id": tenant.production_id}),
        "listDrafts": Call("GET", "/v1/drafts"),
        "getDraft": Call("GET", draft),
        "saveDraft": Call("PUT", draft, {"document": filed}, tag='"1"'),
        "discardDraft": Call("DELETE", draft, tag='"1"'),
        "checkDraft": Call("POST", f"{draft}/check", {}),
        "reviewDraft": Call("POST", f"{draft}/review", {}, tag='"1"'),
        "approveDraft": Call("POST", f"/v1/drafts/{tenant.review_id}/approval", {"approve": True}, tag='"2"'),
        "fileDraft": Call("POST", f"{draft}/filing", {}, tag='"1"'),
        "worker": Call("GET", "/health/worker"),
        "exportTable": Call("GET", "/v1/export?entity=uses&format=csv"),
        "makeExport": Call("POST", "/v1/exports", {"entities": ["uses"]}),
        "listExports": Call("GET", "/v1/exports"),
        "getExport": Call("GET", f"/v1/exports/{NOBODYS}"),
        "getExportManifest": Call("GET", f"/v1/exports/{NOBODYS}/manifest.json"),
        "getExportNote": Call("GET", f"/v1/exports/{NOBODYS}/manifest.note"),
        "getExportFile": Call("GET", f"/v1/exports/{NOBODYS}/uses.csv"),
        "subscribe": Call("POST", "/v1/subscriptions", world.SUBSCRIBING),
        "listSubscriptions": Call("GET", "/v1/subscriptions"),
        "getSubscription": Call("GET", subscription),
        "changeSubscription": Call(
            "PUT", subscription, {"address": world.SUBSCRIBING["address"]}, subscription
        ),
        "exchangeSecret": Call("POST", f"{subscription}/secret", {}, subscription),
        "trySubscription": Call("POST", f"{subscription}/test"),
        "resumeSubscription": Call("POST", f"{subscription}/resume"),
        "disableSubscription": Call(
            "POST", f"{subscription}/disable", EXAMPLES["disableSubscription"]["loud"]
        ),
        "endSubscription": Call("DELETE", subscription),
        "listDeliveries": Call("GET", "/v1/deliveries"),
        "getDelivery": Call("GET", f"/v1/deliveries/{NOBODYS}"),
        "replayDelivery": Call("POST", f"/v1/deliveries/{NOBODYS}/replay"),
        "replayDeliveries": Call(
            "POST",
            "/v1/deliveries/replay",
            EXAMPLES["replayDeliveries"]["a-morning"] | {"subscription_id": tenant.subscription_id},
        ),
        "streamAlerts": Call("GET", "/v1/alerts/stream?after=-2"),
        "listExtensions": Call("GET", f"{alert}/extensions"),
        "askForExtension": Call("POST", f"{alert}/extensions", EXTENSION),
        "consentToExtension": Call("POST", f"{alert}/extensions/999/consent", {}, alert),
        "refuseExtension": Call("POST", f"{alert}/extensions/999/refusal", EXAMPLES["refuseExtension"]["no"]),
        "getCalendar": Call("GET", f"{production}/calendar"),
        "makeCalendar": Call(
            "POST", "/v1/calendars", world.calendar_of(tenant.employer_id, tenant.production_id)
        ),
        "listCalendars": Call("GET", "/v1/calendars"),
        "revokeCalendar": Call("DELETE", f"/v1/calendars/{tenant.feed_id}"),
        "showUnsubscribe": Call("GET", f"/v1/subscriptions/unsubscribe/{'A' * 43}"),
        "unsubscribe": Call("POST", f"/v1/subscriptions/unsubscribe/{'A' * 43}"),
        "readCalendar": Call("GET", tenant.feed_path),
        "listAlertThread": Call("GET", f"{alert}/thread"),
        "listRequestThread": Call("GET", f"{request}/thread"),
        "commentOnAlert": Call("POST", f"{alert}/comment", {"text": "We talk on Friday."}),
        "commentOnRequest": Call("POST", f"{request}/comment", {"text": "We talk on Friday."}),
        "showAlertEvidence": Call("POST", f"{alert}/evidence?name=a.txt", "minutes", media="text/plain"),
        "showRequestEvidence": Call("POST", f"{request}/evidence?name=a.txt", "minutes", media="text/plain"),
        "getEvidence": Call("GET", f"/v1/evidence/{tenant.evidence_id}"),
        "getEscalationPlan": Call("GET", plan),
        "changeEscalationPlan": Call("PUT", plan, EXAMPLES["changeEscalationPlan"]["two-steps"], plan),
        "reopenAlert": Call("POST", f"{alert}/reopen", EXAMPLES["reopenAlert"]["again"], alert),
        "listAlertGroups": Call("GET", "/v1/alerts/groups"),
        "moveAlerts": Call(
            "POST",
            "/v1/alerts/moves",
            {"move": "acknowledge", "alerts": [{"alert_id": tenant.alert_id, "revision": 1}]},
        ),
        "assignAlert": Call("POST", f"{alert}/assign", EXAMPLES["assignAlert"]["to-a-steward"], alert),
        "answerAlert": Call("POST", f"{alert}/answer", {"statement": "It was offered."}, alert),
        "acceptAlert": Call("POST", f"{alert}/accept", EXAMPLES["acceptAlert"]["accepted"], alert),
        "disputeAlert": Call("POST", f"{alert}/dispute", EXAMPLES["disputeAlert"]["unpaid"], alert),
        "askAlert": Call("POST", f"{alert}/ask", EXAMPLES["askAlert"]["which-days"], alert),
        "consultAlert": Call("POST", f"{alert}/consult", EXAMPLES["consultAlert"]["call"], alert),
        "grieveAlert": Call("POST", f"{alert}/grieve", EXAMPLES["grieveAlert"]["step-one"], alert),
        "waiveAlert": Call("POST", f"{alert}/waive", EXAMPLES["waiveAlert"]["approve"], alert),
        "withdrawAlert": Call("POST", f"{alert}/withdraw", EXAMPLES["withdrawAlert"]["member-asks"], alert),
        "escalateAlert": Call("POST", f"{alert}/escalate", EXAMPLES["escalateAlert"]["to-the-union"], alert),
        "listAccesses": Call("GET", "/v1/access-log"),
        "getAccessBatch": Call("GET", "/v1/access-log/batches/1"),
        "listPublicProductions": Call("GET", "/v1/public/productions"),
        "getPublicDisclosure": Call("GET", f"/v1/public/disclosures/{tenant.disclosure_id}"),
        "getPublicCounts": Call("GET", "/v1/public/counts"),
        "listRetentionRules": Call("GET", "/v1/retention"),
        "listDueForDisposal": Call("GET", "/v1/retention/due?on=2099-01-01"),
    }
    return calls[operation]


REG = (files.PACKS / "reg.toml").read_text()
EXAMENDMENT = EXAMPLES["amendDisclosure"]["late-information"]["filing"]
EXTENSION = {"clock": "due", "kind": "toll", "days": 30, "reason": "The vendor is late."}
NOBODYS = "00000000-0000-7000-8000-000000000000"
WITHDRAWAL = EXAMPLES["withdrawDisclosure"]["never-deployed"]
LISTED = {
    "listSubscriptions": "subscription_id",
    "listEmployers": "employer_id",
    "listProductions": "production_id",
    "listDisclosures": "disclosure_id",
    "searchDisclosures": "disclosure_id",
    "listAlerts": "alert_id",
    "listAlertGroups": "production_id",
    "listRequests": "request_id",
    "listObservations": "observation_id",
    "listCalendars": "feed_id",
    "listDrafts": "draft_id",
    "listDueForDisposal": "disclosure_id",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def tried(server, template, folder, request, tmp_path):
    """A World of its own database, with both tenants on record: settled once, then copied."""
    settled = f"{template}_routes"
    cached = getattr(request.module, "SETTLED", None)
    if cached is None:
        await conftest.execute(server, f"DROP DATABASE IF EXISTS {settled} WITH (FORCE)")
        await conftest.execute(server, f"CREATE DATABASE {settled} TEMPLATE {template} STRATEGY FILE_COPY")
        async with world.opened(conftest.at(server, settled), folder) as (_, first):
            cached = {tenant: await first.settle(tenant) for tenant in (OWN, FOREIGN)}
        request.module.SETTLED = cached
    name = f"{template}_route_{next(conftest.NUMBERS)}"
    await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {settled} STRATEGY FILE_COPY")
    # Its own data folder, too: two databases that sign with one would contradict each other.
    data = shutil.copytree(folder, tmp_path / "data")
    async with world.opened(conftest.at(server, name), data) as (_, opened):
        yield opened, cached
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="module", autouse=True)
def cleared(server, template):
    yield
    asyncio.run(conftest.execute(server, f"DROP DATABASE IF EXISTS {template}_routes WITH (FORCE)"))


async def answer_of(opened, operation, caller, tenant):
    call = call_of(operation, tenant, caller)
    headers = {}
    if call.tag_from:
        headers["If-Match"] = (await opened.good("administrator", "GET", call.tag_from)).headers["ETag"]
    if call.tag:
        headers["If-Match"] = call.tag
    request = {"json": call.body} if call.body is not None else {}
    if isinstance(call.body, str):
        request = {"content": call.body}
        headers["Content-Type"] = call.media
    return await opened.ask(caller, call.method, call.path, headers=headers, **request)


def cell_of(operation, answer, tenant):
    """An answer as the table writes it."""
    if operation == "preflightDisclosure" and answer.status_code == 200:
        return "200+" if answer.json()["accepted"] else "200-"
    if operation == "moveAlerts" and answer.status_code == 200:
        return f"*{answer.json()['results'][0]['status']}"
    if operation not in LISTED or answer.status_code != 200:
        return str(answer.status_code)
    field = LISTED[operation]
    seen = {(item.get("record") or item)[field] for item in answer.json()["items"]}
    return "200+" if getattr(tenant, field) in seen else "200-"


def reads(row):
    """Whether the row's route changes nothing, so that all of them may be asked of one registry."""
    return call_of(row.operation, world.Tenant(OWN, "p", "d", "a"), "nobody").method == "GET"


async def answers_of(opened, tenants, row):
    """What each column of the table is answered; a refusal is a problem that names nothing."""
    found = []
    for caller, tenant in COLUMNS:
        answer = await answer_of(opened, row.operation, caller, tenants[tenant])
        found.append(cell_of(row.operation, answer, tenants[tenant]))
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", row.operation
        if answer.status_code in (403, 404):
            assert "LLC" not in answer.text, row.operation
    return found


@pytest.mark.parametrize("row", [row for row in TABLE if not reads(row)], ids=lambda row: row.operation)
async def test_each_route_answers_each_caller_as_the_table_says(row, tried):
    """The status, for a list also whether the thing is in it; a registry of its own for each route that writes."""
    opened, tenants = tried

    assert await answers_of(opened, tenants, row) == row.cells


async def test_each_reading_route_answers_each_caller_as_the_table_says(tried):
    """The same for every route that only reads, one after the other."""
    opened, tenants = tried
    rows = [row for row in TABLE if reads(row)]
    found = {row.operation: await answers_of(opened, tenants, row) for row in rows}

    assert len(rows) > 60
    assert found == {row.operation: row.cells for row in rows}


def test_the_table_knows_every_route(tmp_path):
    """A route missing from the table fails here, and so does a row whose route is gone."""
    app = house.create(Settings(database_url="postgres://nowhere", data_dir=tmp_path))
    routes = {name for name, _, _ in openapi.described(app)}

    assert routes == {row.operation for row in TABLE}
    assert all(len(row.cells) == len(COLUMNS) for row in TABLE)


def test_the_table_tries_the_route_it_names(tmp_path):
    """Each call of the table leads to the operation of its row."""
    app = house.create(Settings(database_url="postgres://nowhere", data_dir=tmp_path))
    addresses = {name: address for name, address, _ in openapi.described(app)}
    tenant = world.Tenant(OWN, "p", "d", "a")
    for row in TABLE:
        call = call_of(row.operation, tenant, "nobody")
        method, path = addresses[row.operation]
        given = urlsplit(call.path).path.split("/")
        if path.endswith("/{tile_path}"):  # the one address whose last part has steps of its own
            given = [*given[:3], "/".join(given[3:])]

        assert call.method == method
        assert len(given) == len(path.split("/"))
        assert all(a == b or b.startswith("{") for a, b in zip(given, path.split("/"), strict=True))


def test_foreign_and_absent_look_the_same():
    """Every foreign cell of a reader is 404, never 403: nobody learns what others have on record."""
    for row in TABLE:
        for cell, (caller, tenant) in zip(row.cells, COLUMNS, strict=True):
            if tenant == FOREIGN and caller in ("employer", "representative", "auditor") and cell == "403":
                own = row.cells[COLUMNS.index((caller, OWN))]

                assert own == "403"
