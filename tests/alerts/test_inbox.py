"""The alerts somebody has before them: filters, orders, groups, waivers beside findings."""

import datetime as dt

import papers
import pytest

from registry.alerts.inbox import act as inbox
from registry.alerts.inbox import store
from registry.auth.scope import Principal
from registry.errors import Invalid

DAY = dt.timedelta(days=1)


@pytest.fixture
def clocks(finding):
    """The finding's own clock, ending on a day."""
    (first, _) = finding().clocks

    def ending(*days):
        return [
            type(first)(name=f"c{at}", until=day, says="", confidence="quoted") for at, day in enumerate(days)
        ]

    return ending


async def test_the_list_is_filtered_by_everything_an_alert_is(judge, finding, listed, make):
    """Severity, rule, union, assignee: each alone and together; a filter that fits nothing gives nothing."""
    await judge(
        finding(subject="U-1", severity="minor"),
        finding(subject="U-2", rule="reg/amendment"),
        finding(subject="U-3", locals=["IATSE:700", "WGAW"], unions=[]),
    )
    first = {line.subject: line.alert_id for line in await listed()}
    await make(first["U-1"], "assign", assignee="rep-9")

    async def subjects(**wanted):
        return sorted(line.subject for line in await listed(**wanted))

    assert await subjects(severity="minor") == ["U-1"]
    assert await subjects(rule="reg/amendment") == ["U-2"]
    assert await subjects(union="WGAW") == ["U-3"]
    assert await subjects(assignee="rep-9") == ["U-1"]
    assert await subjects(assignee="rep-9", severity="critical") == []
    assert await subjects() == ["U-1", "U-2", "U-3"]


async def test_the_soonest_clock_comes_first_and_pages_follow_on(
    db, judge, finding, clocks, rep, others, now
):
    """Alerts without a clock come last; a page begins behind the last alert of the one before."""
    days = [now.date() + at * DAY for at in (9, 3, 3, 40)]
    await judge(
        *(finding(subject=f"U-{at}", clocks=clocks(day), due_on=None) for at, day in enumerate(days)),
        finding(subject="U-none", clocks=[], due_on=None),
    )
    for caller in (rep, others["an auditor"]):
        found, cursor = [], None
        for _ in range(3):
            page = await inbox.find(db, caller, now, order="soonest", cursor=cursor, limit=2)
            found += page.items
            cursor = page.next

        assert cursor is None
        assert [line.subject for line in found] == ["U-2", "U-1", "U-0", "U-3", "U-none"]


async def test_what_ends_within_some_days_is_found(db, judge, finding, clocks, rep, now):
    """Today counts as within no days; what has no clock is never found."""
    for subject, at in (("U-0", 0), ("U-7", 7), ("U-8", 8)):
        await judge(
            *(
                finding(subject=name, clocks=clocks(now.date() + days * DAY), due_on=None)
                for name, days in (("U-0", 0), ("U-7", 7), ("U-8", 8))
                if days <= at or name <= subject
            )
        )

    async def within(days):
        page = await inbox.find(db, rep, now, due_within=days)
        return sorted(line.subject for line in page.items)

    assert await within(0) == ["U-0"]
    assert await within(7) == ["U-0", "U-7"]
    assert await within(8) == ["U-0", "U-7", "U-8"]


async def test_what_ends_today_is_found_by_the_day_where_the_production_is(
    db, judge, finding, clocks, rep, others, key
):
    """Late in the evening at Greenwich it is tomorrow in Tokyo, and what ends there ends within no days."""
    async with db.transaction() as conn:
        await conn.execute(
            "UPDATE production SET record = record || $2 WHERE employer_id = $1",
            key[0],
            {"time_zone": "Asia/Tokyo"},
        )
    await judge(finding(clocks=clocks(dt.date(2026, 3, 20)), due_on=None))
    evening = dt.datetime(2026, 3, 19, 15, tzinfo=dt.UTC)
    for caller in (rep, others["an auditor"]):
        for order in ("newest", "soonest"):
            found = [
                (await inbox.find(db, caller, at, due_within=0, order=order)).items
                for at in (evening - dt.timedelta(seconds=1), evening)
            ]
            assert [len(items) for items in found] == [0, 1]


async def test_a_cursor_of_one_order_is_none_of_the_other(db, judge, finding, rep, now):
    """It is refused rather than taken for a place it does not name."""
    await judge(finding(subject="U-1"), finding(subject="U-2"))
    page = await inbox.find(db, rep, now, limit=1)
    with pytest.raises(Invalid):
        await inbox.find(db, rep, now, order="soonest", cursor=page.next)


async def test_groups_count_what_is_live_by_production_and_local(
    db, judge, finding, rep, others, make, listed, now
):
    """Kinds, states, what is held, the gravest severity and the soonest clock of each group."""
    await judge(
        finding(subject="U-1", severity="minor", due_on=None),
        finding("review", subject="U-2", severity="major", locals=["IATSE:700", "IATSE:800"]),
        finding("insufficient_information", subject="U-3", severity="info"),
        finding(subject="U-4", severity="critical"),
        finding(subject="U-5", locals=[], unions=["DGA"], clocks=[], due_on=None),
        holder="reg/quarterly-update",
    )
    gone = next(line for line in await listed() if line.subject == "U-4")
    await make(gone.alert_id, "withdraw", reason="not ours")
    groups = (await inbox.find_groups(db, others["the administrator"], now)).items

    assert [(group.local, group.alerts, group.held) for group in groups] == [
        ("DGA", 1, 0),
        ("IATSE:700", 3, 1),
        ("IATSE:800", 1, 0),
    ]
    mine = groups[1]
    assert mine.kinds == {"insufficient_information": 1, "review": 1, "violation": 1}
    assert (mine.states, mine.severity) == ({"open": 3}, "major")
    assert (mine.clock_on, mine.days_left) == (dt.date(2026, 3, 9), 7)
    assert (groups[0].clock_on, groups[0].days_left) == (None, None)


async def test_groups_are_of_the_callers_own_locals_and_come_in_pages(db, judge, finding, rep, others, now):
    """A representative sees no group of another local, even where an alert concerns both."""
    await judge(finding(locals=["IATSE:700", "IATSE:800"]), finding(subject="U-2", locals=["IATSE:600"]))

    async def seen(caller):
        locals_, cursor = [], None
        while True:
            page = await inbox.find_groups(db, caller, now, cursor=cursor, limit=1)
            locals_ += [group.local for group in page.items]
            cursor = page.next
            if cursor is None:
                return locals_

    assert await seen(rep) == ["IATSE:700"]
    assert await seen(others["the International"]) == ["IATSE:600", "IATSE:700", "IATSE:800"]
    assert await seen(others["another employer"]) == []
    assert await seen(Principal(subject="x", role="representative")) == []


async def test_a_waiver_is_known_for_the_time_it_held(db, judge, finding, make, second, only, key, now):
    """Beside the finding now and as of any instant between its approval and its end; not before, not after."""
    await judge(finding())
    alert_id = (await only()).alert_id
    await make(alert_id, "waive", at=now + DAY, until="2026-04-01", reason="a while")
    await make(alert_id, "waive", by=second, at=now + 2 * DAY, approve=True)
    await make(alert_id, "reopen", at=now + 5 * DAY, reason="The contract ended early.")

    async def known(as_of):
        size = await papers.size(db, as_of)
        async with db.snapshot() as conn:
            return await store.waivers(conn, key, size)

    (held,) = await known(now + 3 * DAY)
    assert (held.rule, held.subject, held.author, held.approver) == (
        finding().rule,
        "U-1",
        "rep-700",
        "rep-700b",
    )
    assert (held.until, held.reason) == (dt.date(2026, 4, 1), "a while")
    for at in (now + DAY, now + 6 * DAY, None):
        assert await known(at) == []
