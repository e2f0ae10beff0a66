"""Two tenants and everybody who may call: the world in which routes are tried."""

import contextlib
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import doors
import msgspec
import papers

from registry import app as house
from registry.auth.issuer import local_issuer, mint
from registry.auth.scope import Principal
from registry.examples import EXAMPLES, INITIAL, OBSERVED, SEASON, SIGNATORY
from registry.settings import Settings

OWN, FOREIGN = "northlight-pictures", "southpaw-films"
LOCALS = {OWN: "IATSE:700", FOREIGN: "IATSE:600"}
PRODUCTIONS = {OWN: "harbor-lights-s1", FOREIGN: "dry-season"}
CALLERS = {
    "nobody": None,
    "employer": Principal(subject="office", role="employer", employer_id=OWN),
    "representative": Principal(subject="steward", role="representative", locals=["IATSE:700"]),
    "colleague": Principal(subject="colleague", role="employer", employer_id=OWN),
    "auditor": Principal(subject="auditor", role="auditor", employers=[OWN]),
    "administrator": Principal(subject="admin", role="administrator"),
    "other employer": Principal(subject="office", role="employer", employer_id=FOREIGN),
    "other representative": Principal(subject="agent", role="representative", locals=["IATSE:600"]),
}


SUBSCRIBING = {"way": "webhook", "address": "https://hooks.example.invalid/registry"}


class Tenant(msgspec.Struct):
    """One employer and what is on record for it."""

    employer_id: str
    production_id: str
    disclosure_id: str = ""
    alert_id: str = ""
    request_id: str = ""
    observation_id: str = ""
    evidence_id: str = ""
    feed_id: str = ""
    subscription_id: str = "00000000-0000-7000-8000-000000000000"
    feed_path: str = "/calendar/nowhere.ics"
    draft_id: str = ""
    review_id: str = ""


def employer_record(employer_id):
    return {**SIGNATORY, "employer_id": employer_id, "legal_name": f"{employer_id} LLC"}


def production_record(employer_id, production_id):
    return {
        **SEASON,
        "production_id": production_id,
        "employer_id": employer_id,
        "title": f"About {production_id}",
        "locals": [LOCALS.get(employer_id, "IATSE:700")],
    }


def document(employer_id, production_id, **filing):
    """A disclosure with too few facts to be judged, so that an alert asks for them."""
    return {
        **INITIAL,
        "filing": INITIAL["filing"] | filing,
        "production": {"id": production_id, "title": "a title"},
        "employer": {"id": employer_id, "legal_name": f"{employer_id} LLC"},
        "uses": [{**INITIAL["uses"][0], "locals": [LOCALS.get(employer_id, "IATSE:700")]}],
    }


def asked(employer_id, production_id):
    """A request of the local that works on a tenant's production."""
    key = {"employer_id": employer_id, "production_id": production_id}
    return {
        **EXAMPLES["makeRequest"]["for-an-employee"],
        **key,
        "local": LOCALS.get(employer_id, "IATSE:700"),
    }


def observed(employer_id, production_id):
    """An observation of the local that works on a tenant's production."""
    key = {"employer_id": employer_id, "production_id": production_id}
    return {**OBSERVED, **key, "local": LOCALS.get(employer_id, "IATSE:700")}


def calendar_of(employer_id, production_id):
    """The body that asks for a calendar of a tenant's production."""
    return {"title": "AI", "production": {"employer_id": employer_id, "production_id": production_id}}


class World:
    """A client that can be anybody."""

    def __init__(self, client, folder):
        self.client = client
        local, now = local_issuer(Settings(data_dir=folder)), datetime.now(UTC)
        self.tokens = {
            name: mint(local, who, "ai-use-registry", now) for name, who in CALLERS.items() if who is not None
        }

    async def ask(self, caller, method, path, **request):
        """Send a request as *caller*, with a fresh Idempotency-Key when it changes something."""
        headers = dict(request.pop("headers", {}))
        if caller in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[caller]}"
        if method in ("POST", "PUT"):
            headers.setdefault("Idempotency-Key", f'"{uuid4()}"')
        return await self.client.request(method, path, headers=headers, **request)

    async def good(self, caller, method, path, **request):
        """The same, for a request that must succeed."""
        answer = await self.ask(caller, method, path, **request)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def settle(self, employer_id):
        """Put one tenant on record: employer, production, a filing with its alert, a request, an observation."""
        tenant = Tenant(employer_id, PRODUCTIONS[employer_id])
        office = "employer" if employer_id == OWN else "other employer"
        await self.good("administrator", "POST", "/v1/employers", json=employer_record(employer_id))
        record = production_record(employer_id, tenant.production_id)
        await self.good("administrator", "POST", "/v1/productions", json=record)
        filed = await self.good(
            office, "POST", "/v1/disclosures", json=document(employer_id, tenant.production_id)
        )
        tenant.disclosure_id = filed.json()["receipt"]["disclosure_id"]
        alerts = await self.good(office, "GET", "/v1/alerts")
        wanted = [each for each in alerts.json()["items"] if LOCALS[employer_id] in each["locals"]]
        assert wanted, alerts.text
        tenant.alert_id = wanted[0]["alert_id"]
        union = "representative" if employer_id == OWN else "other representative"
        told = {"json": asked(employer_id, tenant.production_id)}
        made = await self.good(union, "POST", "/v1/requests", **told)
        tenant.request_id = made.json()["request"]["request_id"]
        told = {"json": observed(employer_id, tenant.production_id)}
        made = await self.good(union, "POST", "/v1/observations", **told)
        tenant.observation_id = made.json()["observation"]["observation_id"]
        told = {"content": b"minutes", "headers": {"Content-Type": "text/plain"}}
        made = await self.good(union, "POST", f"/v1/alerts/{tenant.alert_id}/evidence?name=a.txt", **told)
        tenant.evidence_id = made.json()["files"][0]["evidence_id"]
        told = {"json": calendar_of(employer_id, tenant.production_id)}
        made = (await self.good(union, "POST", "/v1/calendars", **told)).json()
        tenant.feed_id, tenant.feed_path = made["feed"]["feed_id"], urlsplit(made["address"]).path
        made = (await self.good(union, "POST", "/v1/subscriptions", json=SUBSCRIBING)).json()
        tenant.subscription_id = made["subscription"]["subscription_id"]
        writer = "colleague" if employer_id == OWN else office
        told = {
            "production_id": tenant.production_id,
            "document": document(employer_id, tenant.production_id),
        }
        made = [(await self.good(writer, "POST", "/v1/drafts", json=told)).json() for _ in range(2)]
        tenant.draft_id, tenant.review_id = (each["draft_id"] for each in made)
        handed = {"headers": {"If-Match": '"1"'}, "json": {}}
        await self.good(writer, "POST", f"/v1/drafts/{tenant.review_id}/review", **handed)
        return tenant


@contextlib.asynccontextmanager
async def opened(dsn, folder, **settings):
    """The complete application, and a World of it."""
    app = house.create(Settings(**{"database_url": dsn, "data_dir": folder} | settings), papers.house())
    async with doors.client_of(app) as client:
        yield app, World(client, folder)
