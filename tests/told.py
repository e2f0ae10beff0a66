"""What tests of telling share: findings, two productions, events, subscriptions, and a sender that records."""

import asyncio
import datetime as dt
import hashlib
import json
from uuid import UUID, uuid4

import msgspec

from registry.alerts import act as alerts
from registry.auth.scope import Principal
from registry.db import Database as Database  # noqa: PLC0414  for tests that open another
from registry.deliveries.event import Event
from registry.deliveries.sending import Sent
from registry.errors import Busy as Busy  # noqa: PLC0414  for tests that expect it
from registry.ledger import store as ledger
from registry.obligations.finding import Citation, Clock, Finding
from registry.obligations.judge import Judgement
from registry.settings import Settings
from registry.subscriptions import act as subscriptions
from registry.subscriptions.subscription import Pace, Subscription, Wish
from registry.threads import act as threads
from registry.threads.entry import Said, Thread

NOW = dt.datetime(2026, 3, 2, 18, 30, 0, 123456, tzinfo=dt.UTC)
KEY = ("northlight-pictures", "harbor-lights-s1")
OTHER = ("southpaw-films", "dry-season")
REP = Principal(subject="rep-700", role="representative", locals=["IATSE:700"])
AGENT = Principal(subject="rep-600", role="representative", locals=["IATSE:600"])
INTERNATIONAL = Principal(subject="intl", role="representative", unions=["IATSE"])
OFFICE = Principal(subject="office", role="employer", employer_id=KEY[0])
OTHERS = Principal(subject="office", role="employer", employer_id=OTHER[0])
AUDITOR = Principal(subject="auditor", role="auditor", employers=[KEY[0]])
ADMINISTRATOR = Principal(subject="admin", role="administrator")
SETTINGS = Settings(outgoing_allow="127.0.0.0/8", smtp_url="smtp://localhost")
FINDING = Finding(
    rule="iatse-ba-2024/prompt-displacement",
    pack="iatse-ba-2024",
    pack_digest="ab" * 32,
    params="params-2026.1",
    values={},
    subject_kind="use",
    subject="U-1",
    verdict="violation",
    reason="breach",
    says="No employee is required to give prompts that displace a covered employee.",
    because=["use U-1 began on 2026-02-20"],
    missing=[],
    review=[],
    severity="critical",
    owed_to="union",
    locals=["IATSE:700"],
    unions=["IATSE"],
    occurred_on=dt.date(2026, 2, 27),
    known_on=dt.date(2026, 3, 1),
    due_on=None,
    due_at=None,
    due_soon=False,
    quiet=False,
    clocks=[Clock(name="grievance", until=dt.date(2026, 4, 1), says="Filed by then.", confidence="reported")],
    citation=Citation(clause="BA Art. XX(a)", source="SEED1", confidence="quoted"),
    remedy="Offer the editor the work again.",
)
EVENT = Event(
    position=7,
    type="alert.opened",
    at=NOW,
    about=UUID("01900000-0000-7000-8000-000000000001"),
    thread="alert",
    employer_id=KEY[0],
    production_id=KEY[1],
    title="Harbor Lights",
    locals=["IATSE:700"],
    unions=["IATSE"],
    revision=1,
    author="registry",
    kind="violation",
    severity="critical",
    rule=FINDING.rule,
    state="open",
    clause="BA Art. XX(a)",
    says=FINDING.says,
)


def event(**fields):
    """An event, with any field changed."""
    return msgspec.structs.replace(EVENT, **fields)


def finding(subject="U-1", **fields):
    """A finding that asks for an alert, with any field changed."""
    return msgspec.structs.replace(FINDING, subject=subject, **fields)


async def productions(db):
    """Two productions of two employers that alerts can be about."""
    async with db.transaction() as conn:
        for employer_id, production_id in (KEY, OTHER):
            await conn.execute(
                "INSERT INTO employer (employer_id, revision, record, changed_at) VALUES ($1, 1, $2, $3)",
                employer_id,
                {"employer_id": employer_id, "legal_name": "Pictures LLC"},
                NOW,
            )
            await conn.execute(
                "INSERT INTO production (employer_id, production_id, revision, record, changed_at) "
                "VALUES ($1, $2, 1, $3, $4)",
                employer_id,
                production_id,
                {
                    "production_id": production_id,
                    "employer_id": employer_id,
                    "title": "Harbor Lights",
                    "format": "theatrical",
                    "time_zone": "America/Los_Angeles",
                },
                NOW,
            )


async def judge(db, *findings, key=KEY, at=NOW, holder=None):
    """Make what a judgement of a production asks for, the way filing and the sweep do; the moves."""
    async with db.transaction() as conn:
        judgement = Judgement(list(findings), judged_again_at=None, packs={}, holder=holder)
        planned = await alerts.plan(conn, key, judgement, at)
        positions = await ledger.append(conn, [move.entry(at) for move in planned], at)
        await alerts.carry_out(conn, planned, positions, at)
    return planned


async def say(db, alert_id, kind="comment", *, side="both", by=REP, at=NOW, key=KEY):
    """Say something in the thread of an alert, as the thread's own doors do."""
    said = Said(
        kind=kind,
        side=side,
        party="IATSE:700" if by.role == "representative" else by.employer_id,
        document={"text": "Words."},
        body=None,
        author=by.subject,
        role=by.role,
    )
    async with db.transaction() as conn:
        return await threads.add(conn, Thread(key[0], alert_id, "alert", key[1]), said, at)


async def subscribe(
    db, who=REP, *, way="webhook", address="http://127.0.0.1:9/hook", at=NOW, key=None, **more
):
    """Make a subscription through the act, as the door does; the answer."""
    body = json.dumps({"way": way, "address": address, **more}).encode()
    return (await subscriptions.make(db, who, body, key, SETTINGS, at)).made


def subscription(principal=REP, *, wish=None, pace=None, **fields):
    """A subscription in memory."""
    values = {
        "subscription_id": uuid4(),
        "subject": principal.subject,
        "principal": principal,
        "way": "webhook",
        "address": "https://example.org/hook",
        "form": "standard",
        "wish": wish or Wish(),
        "pace": pace or Pace(),
        "state": "active",
        "state_reason": None,
        "secrets": [],
        "unsubscribe": None,
        "failing_since": None,
        "rests_until": None,
        "revision": 1,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Subscription(**values | fields)


class Recorder:
    """A way of telling that keeps what it was given, and answers what it is told to."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.got = []

    async def send(self, to, message, now):
        """Keep it, and answer."""
        assert now.tzinfo is not None
        self.got.append((to.subscription_id, message))
        answer = self.answers.pop(0) if self.answers else "delivered"
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            return answer
        return sent(answer)

    @property
    def ids(self):
        """The ids of the messages, in the order they came."""
        return [message.id for _, message in self.got]


def sent(result="delivered", **fields):
    """What a sender answers."""
    return Sent(result=result, body_sha256=hashlib.sha256(b"body").digest(), **fields)


async def rows(db, statement, *values):
    """What a statement reads."""
    async with db.snapshot() as conn:
        return await conn.fetch(statement, *values)


async def until(condition, seconds=20.0):
    """Wait for *condition*, which may wait itself."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)
