"""An office with a production on record, and colleagues; drafts leave the ledger as it was until they are filed."""

import json

import msgspec
import papers
import pytest

from registry.audit import act as audit
from registry.auth.scope import Principal
from registry.drafts import act as drafts
from registry.drafts.handing_in import act as handing_in
from registry.productions import act as productions

DANA = Principal(subject="dana", role="employer", employer_id="northlight-pictures")
RAVI = Principal(subject="ravi", role="employer", employer_id="northlight-pictures")
MAYA = Principal(subject="maya", role="employer", employer_id="northlight-pictures")


@pytest.fixture
def dana():
    """The coordinator who writes drafts."""
    return DANA


@pytest.fixture
def ravi():
    """A colleague of hers."""
    return RAVI


@pytest.fixture
def maya():
    """Another colleague."""
    return MAYA


@pytest.fixture
async def office(db):
    """A database with employers and productions on record; what the test leaves in it is verified."""
    await papers.register(db)
    yield db
    tally = await audit.verify(db)

    assert tally.size == await papers.count(db, "ledger_entry")


@pytest.fixture
async def careful(office):
    """The same, of an employer that asks for four eyes."""
    record = {**papers.employer(), "four_eyes": True}
    await productions.change_employer(
        office, papers.ADMINISTRATOR, record["employer_id"], msgspec.json.encode(record), '"1"', papers.NOW
    )
    return office


@pytest.fixture
def at(office):
    """What a person does with drafts, with the words spared."""
    return Desk(office)


class Desk:
    """Calls of the room, each with a body as JSON and the ETag of the newest revision unless another is given."""

    def __init__(self, db):
        self.db = db

    async def make(self, who, *, key=None, now=papers.NOW, **body):
        """The page of a new draft."""
        told = {"production_id": "harbor-lights-s1"} | body
        return (await self.begin(who, key=key, now=now, **told)).page

    async def begin(self, who, *, key=None, now=papers.NOW, **body):
        """A new draft, by the body as it is sent."""
        return await drafts.begin(self.db, papers.house(), who, json.dumps(body).encode(), key, now)

    async def show(self, who, draft_id):
        """The draft as it is."""
        return await drafts.show(self.db, papers.house(), who, draft_id)

    async def tag(self, who, draft_id):
        """The ETag of the newest revision."""
        return f'"{(await self.show(who, draft_id)).revision}"'

    async def call(self, what, who, draft_id, body, if_match, now):
        """A change by *what*, at the newest revision unless another is named."""
        tag = await self.tag(who, draft_id) if if_match is None else if_match
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await what(self.db, papers.house(), who, draft_id, told, tag, now)

    async def save(self, who, draft_id, document, *, if_match=None, now=papers.NOW, **more):
        """Save a document."""
        return await self.call(drafts.save, who, draft_id, {"document": document} | more, if_match, now)

    async def hand_over(self, who, draft_id, *, if_match=None, now=papers.NOW, **body):
        """Ask for a second person."""
        return await self.call(drafts.hand_over, who, draft_id, body, if_match, now)

    async def decide(self, who, draft_id, *, if_match=None, now=papers.NOW, **body):
        """Decide as the second person."""
        return await self.call(drafts.decide, who, draft_id, body, if_match, now)

    async def discard(self, who, draft_id, *, if_match=None, now=papers.NOW):
        """Give it up."""
        tag = await self.tag(who, draft_id) if if_match is None else if_match
        await drafts.discard(self.db, who, draft_id, tag, now)

    async def check(self, who, draft_id, *, body=b"", now=papers.NOW):
        """Try it out."""
        return await handing_in.check(self.db, papers.house(), who, draft_id, body, now)

    async def file(self, who, draft_id, *, key="f-1", if_match=None, now=papers.NOW):
        """File it."""
        tag = await self.tag(who, draft_id) if if_match is None else if_match
        return await handing_in.file(self.db, papers.house(), who, draft_id, b"", key, tag, now)
