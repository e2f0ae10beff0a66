"""Findings to order, a production to have alerts about, and the way a judgement becomes alerts."""

import datetime as dt

import msgspec
import pytest

from registry.alerts import act
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
def judge(db, production):
    """Make what a judgement of the production asks for, the way filing and the sweep do; the moves."""

    async def make(*findings, at=NOW):
        async with db.transaction() as conn:
            judgement = Judgement(findings=list(findings), judged_again_at=None, packs={})
            moves = await act.plan(conn, production, judgement, at)
            positions = await ledger.append(conn, [move.entry(at) for move in moves], at)
            await act.carry_out(conn, moves, positions, at)
        return moves

    return make


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
