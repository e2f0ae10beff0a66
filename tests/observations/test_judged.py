"""From an observation to an alert: held against what was filed, seen by both sides, the reporter by one."""

import datetime as dt

import msgspec
import papers
import pytest

from registry.agreements import act as agreements
from registry.alerts import act as alerts
from registry.alerts.inbox import act as inbox
from registry.alerts.inbox.store import Wanted
from registry.judging import act as judging

RULE = "reg/accuracy"


@pytest.fixture
async def rules(office):
    """The rules that ship, published, and a disclosure of one tool."""
    await agreements.publish_shipped(office, papers.house(), papers.NOW)
    await papers.file(office, papers.document(**papers.uses()))


async def raised(db, reader, now):
    """The open accuracy alerts a *reader* sees after a sweep."""
    swept = await judging.sweep(db, papers.house(), now)
    assert swept.failed == []
    wanted = Wanted(production=papers.KEY[1], kind="accuracy", state="open")
    listed = await inbox.find(db, reader, now, wanted)
    return [await alerts.show(db, reader, each.alert_id, now) for each in listed.items]


async def test_an_undisclosed_tool_becomes_an_alert_that_names_both_statements(
    office, rules, report, reporter, now
):
    """What was seen and what was filed; for the local and for the employer, who does not learn the name."""
    done = (await report(reporter=reporter)).recorded
    for reader in (papers.EDITORS, papers.OFFICE):
        (alert,) = await raised(office, reader, now + dt.timedelta(minutes=1))
        said = msgspec.json.encode(alert).decode()

        assert alert.rule == RULE
        assert "VoxClone" in said
        assert str(done.observation.observation_id) in said
        assert "CutAssist" in said or "filed" in said
        assert not [word for word in (*reporter.values(), papers.EDITORS.subject) if word in said]
    assert await raised(office, papers.ARTISTS, now + dt.timedelta(minutes=2)) == []


async def test_a_tool_that_was_disclosed_raises_nothing(office, rules, report, now):
    """What agrees with the filings is no alert."""
    await report(tool="CutAssist", category="generative_video", headcount=None, asked_other_departments=None)

    assert await raised(office, papers.EDITORS, now + dt.timedelta(minutes=1)) == []
