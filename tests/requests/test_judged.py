"""From a request to what the rules say of it: through the acts, the sweep and the alerts, nothing stood in for."""

import datetime as dt

import papers
import pytest

from registry.agreements import act as agreements
from registry.alerts.inbox import act as inbox
from registry.alerts.inbox.store import Wanted
from registry.judging import act as judging
from registry.judging import ruling
from registry.judging import store as judgements

RULE = "reg/request-answered"
DAY = dt.timedelta(days=1)


@pytest.fixture
async def rules(office):
    """The rules that ship, published, and the registered productions judged once."""
    await agreements.publish_shipped(office, papers.house(), papers.NOW)
    await judging.sweep(office, papers.house(), papers.NOW)


async def found(db, now):
    """What the newest judgement says of the request after a sweep at *now*."""
    swept = await judging.sweep(db, papers.house(), now)
    assert swept.failed == []
    async with db.snapshot() as conn:
        latest = await judgements.find_latest(conn, papers.KEY)
    (finding,) = [each for each in ruling.decode(latest.findings) if each.rule == RULE]
    return finding


async def alerted(db, reader, now):
    listed = await inbox.find(db, reader, now, Wanted(production=papers.KEY[1]))
    return [each.state for each in listed.items if each.rule == RULE and each.kind == "violation"]


async def test_a_request_starts_its_clock(office, rules, ask, now):
    """Judged by the next sweep; it is due on the tenth day where the production is."""
    made = await ask()
    finding = await found(office, now)

    assert (finding.subject_kind, finding.subject) == ("request", str(made.recorded.request.request_id))
    assert (finding.verdict, finding.due_on) == ("not_applicable", dt.date(2025, 10, 26))


async def test_a_request_that_nobody_answers_becomes_an_alert(office, rules, ask, now):
    """On the eleventh day, by the clock alone; both sides see it, a neighbouring local does not."""
    await ask()
    await found(office, now)
    tenth = await found(office, now + 10 * DAY)
    late = await found(office, now + 11 * DAY)

    assert (tenth.verdict, late.verdict) == ("not_applicable", "violation")
    assert await alerted(office, papers.EDITORS, now + 11 * DAY) == ["open"]
    assert await alerted(office, papers.OFFICE, now + 11 * DAY) == ["open"]
    assert await alerted(office, papers.ARTISTS, now + 11 * DAY) == []


async def test_an_answer_in_time_satisfies(office, rules, ask, answer, now):
    """The answer is a fact of the production, and the next sweep judges it; no alert follows."""
    name = (await ask()).recorded.request.request_id
    await found(office, now)
    await answer(name, offered_on=["2025-10-30"], text="We can meet.", at=now + 9 * DAY)

    assert (await found(office, now + 9 * DAY)).verdict == "satisfied"
    assert (await found(office, now + 30 * DAY)).verdict == "satisfied"
    assert await alerted(office, papers.EDITORS, now + 30 * DAY) == []


async def test_an_earlier_day_that_is_only_stated_starts_no_clock(office, rules, ask, now):
    """Nobody is in breach for what the registry was not told."""
    await ask(requested_on="2025-09-01")

    assert (await found(office, now)).due_on == dt.date(2025, 10, 26)
