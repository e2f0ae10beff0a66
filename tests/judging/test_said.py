"""Waivers stand beside the findings whose alerts they let rest, and change none of them."""

import datetime as dt
import json

import papers
import pytest

from registry.alerts.inbox import act as inbox
from registry.alerts.inbox.store import Wanted
from registry.alerts.inbox.waived import Waived
from registry.alerts.moves import act as moves
from registry.auth.scope import Principal, Scope, scope_of
from registry.judging import act as judging
from registry.judging.ruling import decode
from registry.judging.said import published

DAY = dt.timedelta(days=1)
LATER = papers.NOW + 3 * DAY
EDITORS = Principal(subject="rep-700", role="representative", locals=["IATSE:700"])
COLLEAGUE = Principal(subject="rep-700b", role="representative", locals=["IATSE:700"])
ADMIN = Principal(subject="admin", role="administrator")


@pytest.fixture
async def filed(office):
    """A disclosure with alerts that concern local 700."""
    done = await papers.file(office, papers.document(**papers.uses(), **papers.layoffs()))
    return done.receipt.disclosure_id


async def find(office, principal, disclosure_id, as_of=None):
    moment = await papers.moment(office, as_of)
    return await judging.find_findings(office, papers.house(), principal, disclosure_id, LATER, moment)


async def test_a_waiver_is_shown_beside_its_finding_and_changes_none(office, filed):
    """Until when, who asked, who agreed and why; the findings are the same; as of before there was none."""
    before = await find(office, ADMIN, filed)
    (alert, *_) = (await inbox.find(office, EDITORS, LATER, Wanted())).items
    until = (LATER + 20 * DAY).date().isoformat()
    for who, body in ((EDITORS, {"until": until, "reason": "talks"}), (COLLEAGUE, {"approve": True})):
        await moves.make(
            office, who, alert.alert_id, "waive", json.dumps(body).encode(), "*", papers.NOW + 2 * DAY
        )
    after = await find(office, ADMIN, filed)

    assert (before.waivers, after.findings) == ([], before.findings)
    (waiver,) = after.waivers
    assert (waiver.rule, waiver.subject_kind, waiver.subject) == (
        alert.rule,
        alert.subject_kind,
        alert.subject,
    )
    assert (waiver.until.isoformat(), waiver.author, waiver.approver, waiver.reason) == (
        until,
        "rep-700",
        "rep-700b",
        "talks",
    )
    assert (await find(office, ADMIN, filed, papers.NOW + DAY)).waivers == []


async def test_a_waiver_of_what_one_may_not_see_is_not_shown(office, filed):
    """Findings outside a caller's scope bring no waiver along."""
    async with office.snapshot() as conn:
        row = await judging.standing(conn, papers.KEY)
    (each, *_) = decode(row.findings)
    waiver = Waived(
        rule=each.rule,
        subject_kind=each.subject_kind,
        subject=each.subject,
        until=LATER.date(),
        author="rep-700",
        approver="rep-700b",
        reason="talks",
    )

    assert published(scope_of(ADMIN), row, None, [waiver]).waivers == [waiver]
    assert published(Scope(locals=[], unions=[]), row, None, [waiver]).waivers == []


async def test_questions_wait_while_a_disclosure_that_is_due_is_missing(office, filed):
    """Judged for a day on which the quarter's update is overdue, the judgement names the rule that holds."""
    async with office.snapshot() as conn:
        row = await judging.standing(conn, papers.KEY)
        held = {}
        for on in (papers.NOW, dt.datetime(2027, 6, 1, tzinfo=dt.UTC)):
            recalled = await judging.recall(conn, papers.house(), row, LATER, on=on)
            held[on.year] = recalled.judged().holder

    assert held == {papers.NOW.year: None, 2027: "reg/quarterly-update"}
