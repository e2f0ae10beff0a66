"""A request and an alert to speak about, and the callers who do; what a test appends is verified."""

import datetime as dt
import json
from uuid import UUID

import exhibits
import papers
import pytest

from registry.audit import act as audit
from registry.auth.scope import Principal, Scope
from registry.filing import act as filing
from registry.filing.submission import Submission
from registry.requests import act as requests
from registry.threads import act, store
from registry.threads.act import Sent

ASKED = {
    "employer_id": papers.KEY[0],
    "production_id": papers.KEY[1],
    "kind": "consultation",
    "union": "IATSE",
    "local": "IATSE:700",
    "on_behalf_of": "employee",
    "uses": ["U1"],
    "text": "An assistant editor asks to talk about CutAssist.",
}
CALLERS = {
    "the employer": papers.OFFICE,
    "another employer": papers.OTHERS,
    "the representative": papers.EDITORS,
    "a colleague": Principal(subject="rep-700b", role="representative", locals=["IATSE:700"]),
    "the International": Principal(subject="intl", role="representative", unions=["IATSE"]),
    "another local": papers.ARTISTS,
    "an auditor": papers.AUDITOR,
    "another's auditor": Principal(subject="aud2", role="auditor", employers=["other-films"]),
    "the administrator": papers.ADMINISTRATOR,
}


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
def now():
    """When things are said in these tests."""
    return papers.NOW + dt.timedelta(days=1)


@pytest.fixture
async def request_(office, now):
    """A request of local 700, as what is spoken about."""
    made = await requests.ask(office, papers.EDITORS, json.dumps(ASKED).encode(), "k-0", now)
    return "request", made.recorded.request.request_id


@pytest.fixture
async def alert(office, now):
    """An alert that concerns local 700, as what is spoken about."""
    body = json.dumps(papers.document(**papers.uses())).encode()
    sent = Submission(principal=papers.OFFICE, body=body, now=papers.NOW, key="f-0", digest=None)
    await filing.file_one(office, papers.house(), sent)
    async with office.snapshot() as conn:
        found = await conn.fetchval("SELECT alert_id FROM alert WHERE 'IATSE:700' = ANY (locals) LIMIT 1")
    assert isinstance(found, UUID)
    return "alert", found


@pytest.fixture(params=["alert", "request"])
def about(request):
    """An alert and then a request, to be spoken about."""
    return request.getfixturevalue({"alert": "alert", "request": "request_"}[request.param])


@pytest.fixture
def callers():
    """Everybody who tries, by who they are."""
    return CALLERS


@pytest.fixture
def say(office, now):
    """Say something about an alert or a request, as the employer's office unless somebody else is named."""

    async def make(about, text="We stopped on Monday.", *, key="k-1", by="the employer", at=now, **more):
        body = json.dumps({"text": text, **more}).encode()
        return await act.comment(office, CALLERS[by], about, body, key, at)

    return make


@pytest.fixture
def show(office, now):
    """Show one of the files of `exhibits`, or another, as the employer's office unless another is named."""

    async def make(about, name="minutes.pdf", data=None, media_type=None, *, key="f-1", digest=None, **more):
        declared, body = exhibits.FILES.get(name, ("text/plain", b"x"))
        sent = Sent(body if data is None else data, name, media_type or declared, digest)
        by, at = more.pop("by", "the employer"), more.pop("at", now)
        return await act.show_file(office, CALLERS[by], about, sent, key, at)

    return make


@pytest.fixture
def read(office):
    """The whole thread about an alert or a request as somebody reads it."""

    async def make(about, by="the employer", **paging):
        return (await act.read(office, CALLERS[by], about, **paging)).items

    return make


@pytest.fixture
def thread_of(office):
    """The thread about an alert or a request, without anybody's limits."""

    async def make(about):
        async with office.snapshot() as conn:
            return (await store.find_matter(conn, Scope(), *about)).spoken

    return make
