"""Findings to order, a production to have alerts about, and the way a judgement becomes alerts."""

import datetime as dt
import json

import msgspec
import pytest

from registry.alerts import act
from registry.alerts.inbox import act as inbox
from registry.alerts.inbox.store import Wanted
from registry.alerts.moves import act as moves
from registry.audit import act as audit
from registry.audit.copies import act as copies
from registry.auth.scope import Principal
from registry.ledger import store as ledger
from registry.obligations.finding import Citation, Clock, Finding, Missing
from registry.obligations.judge import Judgement

NOW = dt.datetime(2026, 3, 2, 18, 30, 0, 123456, tzinfo=dt.UTC)
KEY = ("northlight-pictures", "harbor-lights-s1")
BASE = Finding(
    rule="iatse-ba-2024/prompt-displacement",
    pack="iatse-ba-2024",
    pack_digest="ab" * 32,
    params="params-2026.1",
    values={"days": 5},
    subject_kind="use",
    subject="U-1",
    verdict="violation",
    reason="breach",
    says="No employee is required to give prompts that displace a covered employee.",
    because=["use U-1 began on 2026-02-20", "an editor was laid off on 2026-02-27"],
    missing=[],
    review=[],
    severity="critical",
    owed_to="union",
    locals=["IATSE:700"],
    unions=["IATSE"],
    occurred_on=dt.date(2026, 2, 27),
    known_on=dt.date(2026, 3, 1),
    due_on=dt.date(2026, 3, 9),
    due_at=None,
    due_soon=False,
    quiet=False,
    clocks=[
        Clock(
            name="grievance",
            until=dt.date(2026, 4, 1),
            says="A grievance is filed by.",
            confidence="reported",
        ),
        Clock(name="notice", until=dt.date(2026, 2, 28), says="Notice was due by.", confidence="quoted"),
    ],
    citation=Citation(clause="BA Art. XX(a)", source="SEED1", confidence="quoted"),
    remedy="Offer the editor the work again.",
)
VARIANTS = {
    "violation": {},
    "insufficient_information": {
        "verdict": "insufficient_information",
        "missing": [
            Missing(fact="uses.first", pointer="/uses/0/first", question="When was the tool first used?")
        ],
    },
    "accuracy": {"alert": "accuracy"},
    "review": {"verdict": "satisfied", "review": ["Was it good faith?"]},
    "due_soon": {"verdict": "not_applicable", "reason": "not_yet_due", "due_soon": True},
    "satisfied": {"verdict": "satisfied", "reason": "met", "because": ["the editor was offered the work"]},
    "not_applicable": {"verdict": "not_applicable", "reason": "trigger_false"},
}


@pytest.fixture
def finding():
    """A finding of a kind, with any field changed."""

    def make(kind="violation", **fields):
        return msgspec.structs.replace(BASE, **{**VARIANTS[kind], **fields})

    return make


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def key():
    return KEY


@pytest.fixture
async def production(db):
    """A production that alerts can be about."""
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO employer (employer_id, revision, record, changed_at) VALUES ($1, 1, $2, $3)",
            KEY[0],
            {"employer_id": KEY[0], "legal_name": "Northlight Pictures LLC"},
            NOW,
        )
        await conn.execute(
            "INSERT INTO production (employer_id, production_id, revision, record, changed_at) "
            "VALUES ($1, $2, 1, $3, $4)",
            *KEY,
            {"production_id": KEY[1], "title": "Harbor Lights", "time_zone": "America/Los_Angeles"},
            NOW,
        )
    return KEY


@pytest.fixture
async def judge(db, production, recounted):
    """Make what a judgement of the production asks for, the way filing and the sweep do; the moves.

    Whatever a test makes of them, history and alerts say the same at its end.
    """

    async def make(*findings, at=NOW, holder=None):
        async with db.transaction() as conn:
            judgement = Judgement(list(findings), judged_again_at=None, packs={}, holder=holder)
            planned = await act.plan(conn, production, judgement, at)
            positions = await ledger.append(conn, [move.entry(at) for move in planned], at)
            await act.carry_out(conn, planned, positions, at)
        return planned

    yield make
    await recounted()


@pytest.fixture
def listed(db, rep):
    """The alerts somebody is shown, the representative of local 700 unless another is named."""

    async def make(caller=None, at=NOW, **wanted):
        found = await inbox.find(db, caller or rep, at, Wanted(**wanted))
        return found.items

    return make


@pytest.fixture
def only(listed):
    """The one alert there is."""

    async def make(caller=None, at=NOW):
        (line,) = await listed(caller, at, held=True)
        return line

    return make


@pytest.fixture
def make(db, rep):
    """A move somebody makes, at the revision the alert has unless another is named; the page after it."""

    async def move(alert_id, name, *, by=None, at=NOW, if_match="*", body=None, **fields):
        sent = json.dumps(fields).encode() if body is None else body
        return await moves.make(db, by or rep, alert_id, name, sent, if_match, at)

    return move


@pytest.fixture
def recounted(db):
    """Recompute history and alerts, as auditors do; how many entries the ledger has."""

    async def count():
        tally = await audit.verify_history(db)
        async with db.snapshot() as conn:
            await copies.verify_alerts(conn, 0)
        return tally.size

    return count


@pytest.fixture
def second():
    """Another representative of local 700."""
    return Principal(subject="rep-700b", role="representative", locals=["IATSE:700"])


@pytest.fixture
def office():
    """The production office of the employer."""
    return Principal(subject="office", role="employer", employer_id=KEY[0])


@pytest.fixture
def rep():
    """A representative of editors' local 700."""
    return Principal(subject="rep-700", role="representative", locals=["IATSE:700"])


@pytest.fixture
def others():
    """Callers who see other things than the representative of local 700."""
    return {
        "local 800": Principal(subject="rep-800", role="representative", locals=["IATSE:800"]),
        "the International": Principal(subject="intl", role="representative", unions=["IATSE"]),
        "another union": Principal(subject="dga", role="representative", locals=["DGA"]),
        "the employer": Principal(subject="office", role="employer", employer_id=KEY[0]),
        "another employer": Principal(subject="other", role="employer", employer_id="other-films"),
        "an auditor": Principal(subject="auditor", role="auditor"),
        "another's auditor": Principal(subject="aud2", role="auditor", employers=["other-films"]),
        "the administrator": Principal(subject="admin", role="administrator"),
    }
