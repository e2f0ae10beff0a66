"""What time asks of an alert: reminders, escalation, un-acknowledgement, the end of a waiver."""

import asyncio
import datetime as dt
from uuid import UUID

import msgspec
import pytest

from registry.alerts import act, waking
from registry.alerts.alert import State
from registry.alerts.course import Change, Cure, Plan, Step, Waiver
from registry.alerts.lifecycle import CLOSED
from registry.alerts.move import Ground, marked, moved, of_time, opened
from registry.db import Database
from registry.obligations.finding import fingerprint

ID = UUID("01900000-0000-7000-8000-000000000001")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
PLAN = Plan(
    remind_hours=72,
    unacknowledge_hours=168,
    distances=[7, 1],
    steps=[Step(120, "local"), Step(240, "union"), Step(300, "employer")],
)
QUIET = Plan(remind_hours=10_000, unacknowledge_hours=10_000, distances=[30, 7, 1, 0], steps=[])


@pytest.fixture
def alert(finding, key, now):
    """An alert that opened now, without clocks unless its finding brings some."""

    def make(plan=PLAN, state="open", zone="America/Los_Angeles", course=None, **fields):
        of = finding(**{"clocks": [], "due_on": None, **fields})
        ground = Ground(employer_id=key[0], production_id=key[1], time_zone=zone, plan_of=lambda *_: plan)
        made = opened(of, fingerprint(of, *key), ground, ID, now)
        told = marked(made, given=waking.passed(made, now), **(course or {}))
        return msgspec.structs.replace(told, state=state, leaf=b"\0" * 32)

    return make


def lived(alert, until, every=HOUR):
    """The moves time makes of *alert* when it is looked at ever again until an instant, and the alert then."""
    told, now = [], alert.changed_at
    while now <= until:
        while (due := waking.due(alert, now)) is not None:
            told.append((now, due))
            alert = of_time(alert, due, now).alert
        now += every
    return told, alert


def test_an_open_alert_is_reminded_of_and_escalated_step_by_step(alert, now):
    """Reminders every 72 hours; the local after 120, the union after 240, the employer after 300; each once."""
    told, after = lived(alert(), now + 310 * HOUR)

    assert [(int((at - now) / HOUR), due.move, due.marks.get("to")) for at, due in told] == [
        (72, "remind", None),
        (120, "escalate", ["IATSE:700"]),
        (144, "remind", None),
        (216, "remind", None),
        (240, "escalate", ["IATSE"]),
        (288, "remind", None),
        (300, "escalate", ["employer"]),
    ]
    assert (after.course.level, after.state) == (3, "open")


def test_after_an_outage_what_is_overdue_is_made_once(alert, now):
    """Nobody looked for twenty days: one escalation that tells everybody missed, one reminder."""
    told, after = lived(alert(), now + 20 * DAY, every=20 * DAY)

    assert [(due.move, due.marks.get("to")) for _, due in told] == [
        ("escalate", ["IATSE", "IATSE:700", "employer"]),
        ("remind", None),
    ]
    assert waking.ahead(after, now + 20 * DAY)[0] == now + 23 * DAY


def test_an_acknowledged_alert_that_nobody_moves_opens_again(alert, now):
    """After 168 hours, reminders before it; opened again it is escalated anew, from then."""
    told, after = lived(alert(state="acknowledged"), now + 290 * HOUR)

    assert [(int((at - now) / HOUR), due.move) for at, due in told] == [
        (72, "remind"),
        (144, "remind"),
        (168, "reopen"),
        (240, "remind"),
        (288, "escalate"),
    ]
    assert (after.state, after.course.reopened) == ("open", 1)
    assert told[2][1].reason == "It was taken up, and nobody has moved it for seven days."


@pytest.mark.parametrize("hours", [167, 168])
def test_a_person_who_moves_an_acknowledged_alert_keeps_it_acknowledged(alert, now, hours):
    """The time counts from the last move of a person; a registry's reminder does not count."""
    taken = alert(state="acknowledged")
    touched = moved(taken, "assign", author="rep-700", now=now + 100 * HOUR).alert
    again = waking.due(touched, now + (100 + hours) * HOUR)

    assert (again is not None and again.move == "reopen") == (hours == 168)


def test_a_reminder_comes_at_each_distance_before_a_clock_and_once(alert, finding, now):
    """Thirty, seven, one and no day before its last day, from midnight where the production is."""
    (clock, _) = finding().clocks
    told, after = lived(alert(QUIET, clocks=[clock]), now + 40 * DAY)

    # 1 April 2026: the distance of thirty days (2 March) had come when it opened, and was told by that.
    assert [at.isoformat() for at, _ in told] == [
        "2026-03-25T07:30:00.123456+00:00",
        "2026-03-31T07:30:00.123456+00:00",
        "2026-04-01T07:30:00.123456+00:00",
    ]
    assert [due.reason.partition(": ")[2] for _, due in told] == [
        "7 days left.",
        "1 day left.",
        "ends today.",
    ]
    assert waking.ahead(after, now + 40 * DAY)[0] == told[-1][0] + 10_000 * HOUR


def test_a_day_begins_where_the_production_is_also_when_the_clocks_change(alert, finding, now):
    """Seven days before 9 November 2026 in Los Angeles is the 2nd, the day after daylight saving ends."""
    clock = msgspec.structs.replace(finding().clocks[0], until=dt.date(2026, 11, 9))
    far = alert(QUIET, clocks=[clock])
    first = waking.due(far, dt.datetime(2026, 11, 2, 7, 59, 59, tzinfo=dt.UTC))
    second = of_time(far, first, dt.datetime(2026, 11, 2, 7, 59, 59, tzinfo=dt.UTC)).alert

    assert first.reason.endswith("8 days left.")
    assert waking.due(second, dt.datetime(2026, 11, 2, 7, 59, 59, tzinfo=dt.UTC)) is None
    assert waking.due(second, dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)).reason.endswith("7 days left.")


def test_a_clock_that_is_extended_is_reminded_of_again(alert, finding, now):
    """The distances before its new last day are new; those that have come are told by the extension itself."""
    clock = finding().clocks[0]
    near = alert(QUIET, clocks=[clock])
    on = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
    told = of_time(near, waking.due(near, on), on).alert
    change = Change(
        number=1,
        clock="grievance",
        kind="extend",
        until=dt.date(2026, 4, 20),
        agreed_at=on,
        proposed_by="rep",
        consented_by="office",
    )
    longer = moved(
        told,
        "extend",
        author="office",
        now=on,
        changed=lambda course: msgspec.structs.replace(course, changes=[change]),
    ).alert

    assert waking.ahead(longer, on)[1] == dt.date(2026, 4, 20)
    assert waking.due(longer, on) is None
    assert waking.ahead(longer, on)[0] == dt.datetime(2026, 4, 13, 7, tzinfo=dt.UTC)


def test_a_waiver_ends_after_its_last_day_where_the_production_is(alert, now):
    """Waived until 1 April in Los Angeles: at 06:59 UTC on the 2nd it holds, at 07:00 the alert is open."""
    waiver = Waiver(until=dt.date(2026, 4, 1), reason="x", author="a", approver="b")
    resting = alert(state="waived", course={"waiver": waiver})
    ends = dt.datetime(2026, 4, 2, 7, tzinfo=dt.UTC)

    assert waking.ahead(resting, now)[0] == ends
    assert waking.due(resting, ends - dt.timedelta(seconds=1)) is None
    again = of_time(resting, waking.due(resting, ends), ends).alert
    assert (again.state, again.course.waiver, again.course.since) == ("open", None, ends)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_time_asks_nothing_of_a_closed_alert(alert, finding, now, state):
    """Resolved or withdrawn, it is left alone, clocks or not."""
    closed = alert(state=state, clocks=finding().clocks, due_on=dt.date(2026, 3, 9))

    assert waking.ahead(closed, now)[0] is None
    assert waking.ahead(closed, now)[1] is None
    assert waking.due(closed, now + 400 * DAY) is None


def test_a_held_alert_is_neither_reminded_of_nor_escalated(alert, now):
    """Nobody is told of it until the disclosure is there."""
    held = alert(course={"held_by": "reg/initial-filing"})

    assert waking.ahead(held, now)[0] is None
    assert waking.due(held, now + 400 * DAY) is None


def test_nothing_is_held_back_while_a_time_limit_runs_out(alert, finding, now):
    """Seven days before 1 April the question comes forward, missing disclosure or not, and is followed up."""
    held = alert(course={"held_by": "reg/initial-filing"}, clocks=finding().clocks[:1])
    at = dt.datetime(2026, 3, 25, 7, tzinfo=dt.UTC)
    assert waking.ahead(held, now)[0] == at
    assert waking.due(held, at - dt.timedelta(seconds=1)) is None
    due = waking.due(held, at)
    released = of_time(held, due, at).alert

    assert (due.move, released.state, released.course.held_by) == ("update", "open", None)
    assert due.reason.endswith("7 days left.")
    assert waking.due(released, at).move == "escalate"


def test_an_answer_to_what_nobody_took_up_puts_nothing_off(alert, now):
    """However often the employer answers, the union is reminded and the steps are taken from the opening."""
    one, told = alert(), []
    for hour in range(1, 310):
        at = now + hour * HOUR
        if hour % 60 == 1:
            one = moved(one, "answer", author="office", now=at).alert
        while due := waking.due(one, at):
            told.append((hour, due.move))
            one = of_time(one, due, at).alert

    assert [(hour, move) for hour, move in told if move == "escalate"] == [
        (120, "escalate"),
        (240, "escalate"),
        (300, "escalate"),
    ]
    assert [hour for hour, move in told if move == "remind"] == [73, 145, 217, 289]


def test_an_answer_that_nobody_hears_is_escalated(alert, now):
    """What the union has taken up waits for its word on the answer, and not for ever."""
    taken = moved(alert(), "acknowledge", author="rep-700", now=now + 100 * HOUR).alert
    answered = moved(taken, "answer", author="office", now=now + 150 * HOUR).alert
    told, _ = lived(answered, now + (150 + 170) * HOUR)

    assert [(int((at - now) / HOUR) - 150, due.move) for at, due in told] == [
        (120, "escalate"),
        (168, "remind"),
    ]


@pytest.mark.parametrize("state", ["answered", "in_consultation", "grieved"])
def test_what_is_under_way_is_reminded_of_now_and_then(alert, now, state: State):
    """Without any time limit it is still nobody's to forget: after 168 hours without a word."""
    told, _ = lived(alert(state=state, course={"accepted": True}), now + 340 * HOUR)

    assert [(int((at - now) / HOUR), due.move) for at, due in told] == [(168, "remind"), (336, "remind")]


def test_an_accepted_cure_is_asked_after_when_its_day_is_over(alert, now):
    """Nobody is reminded of what is promised for 1 May before that; a week later they are."""
    cures = [Cure(what="Pay.", by=dt.date(2026, 5, 1)), Cure(what="Tell.", by=dt.date(2026, 4, 1))]
    waiting = alert(state="answered", course={"accepted": True, "cures": cures})

    assert waking.ahead(waiting, now)[0] == dt.datetime(2026, 5, 9, 7, tzinfo=dt.UTC)


def test_what_the_union_left_lying_starts_no_clock_anew(alert, now):
    """Un-acknowledgement is no new opening: the employer's days to answer and to cure run on."""
    taken = alert(state="acknowledged", course={"answered_at": now})
    at = now + 168 * HOUR
    (due,) = [each for each in waking.asked(taken, [], at) if each.move == "reopen"]
    again = of_time(taken, due, at).alert

    assert (again.state, again.course.reopened) == ("open", 1)
    assert (again.course.reopened_at, again.course.answered_at) == (None, now)


@pytest.mark.parametrize("state", ["answered", "in_consultation", "grieved", "waived"])
def test_a_clock_is_reminded_of_whatever_is_being_done(alert, finding, now, state: State):
    """Talks do not stop a clock: the distances are told, the every-72-hours reminders are not."""
    waiver = Waiver(until=dt.date(2026, 12, 1), reason="x", author="a", approver="b")
    busy = alert(QUIET, state=state, clocks=finding().clocks, course={"waiver": waiver})
    told, _ = lived(busy, now + 28 * DAY, every=6 * HOUR)

    assert [(due.move, due.reason.partition(": ")[2]) for _, due in told] == [("remind", "7 days left.")]


def test_a_step_for_a_local_tells_the_union_where_no_local_is_named(alert, now):
    """An alert of a whole union has nobody between."""
    told, _ = lived(alert(locals=[], unions=["DGA"]), now + 121 * HOUR)

    assert [due.marks["to"] for _, due in told if due.move == "escalate"] == [["DGA"]]


async def test_the_sweep_makes_the_moves_of_time_and_writes_them(db, judge, finding, only, rep, now):
    """Each is a history row by the registry with its reason; made once, however often one looks."""
    await judge(finding())
    assert (await act.wake(db, now)).moves == 0
    later = now + 121 * HOUR
    first = await act.wake(db, later)
    assert (first.moves, first.failed) == (2, [])
    assert (await act.wake(db, later)).moves == 0
    shown = await act.show(db, rep, (await only()).alert_id, later)

    assert [(told.move, told.author, told.to) for told in shown.history[1:]] == [
        ("escalate", "registry", ["IATSE:700"]),
        ("remind", "registry", []),
    ]
    assert all(told.reason for told in shown.history[1:])


async def test_several_sweeps_share_the_alerts(dsn, db, judge, finding, listed, now):
    """Two at once: each alert is moved once, none is missed."""
    await judge(*(finding(subject=f"U-{n}") for n in range(6)))
    later = now + 73 * HOUR
    async with Database.open(dsn) as elsewhere:
        done = await asyncio.gather(act.wake(db, later), act.wake(elsewhere, later))

    assert sum(each.moves for each in done) == 6
    assert {line.revision for line in await listed()} == {2}


async def test_a_sweep_takes_no_more_than_it_is_told(db, judge, finding, now):
    """The rest is for the next one."""
    await judge(*(finding(subject=f"U-{n}") for n in range(5)))
    later = now + 73 * HOUR

    assert [(await act.wake(db, later, limit=2)).moves for _ in range(4)] == [2, 2, 1, 0]


async def test_an_alert_that_breaks_holds_up_no_other(db, judge, finding, listed, now):
    """It is said which one; the others are moved."""
    await judge(finding(subject="U-1"), finding(subject="U-2"))
    (broken, _) = sorted(await listed(), key=lambda line: line.subject)
    async with db.transaction() as conn:
        before = await conn.fetchval("SELECT finding FROM alert WHERE alert_id = $1", broken.alert_id)
        damaged = {**before, "clocks": "none"}
        await conn.execute("UPDATE alert SET finding = $2 WHERE alert_id = $1", broken.alert_id, damaged)
    done = await act.wake(db, now + 73 * HOUR)
    async with db.transaction() as conn:
        await conn.execute("UPDATE alert SET finding = $2 WHERE alert_id = $1", broken.alert_id, before)

    assert (done.moves, done.failed) == (1, [str(broken.alert_id)])
    assert (await act.wake(db, now + 74 * HOUR)).moves == 1


@pytest.mark.parametrize("damage", [{"course": {"level": "none"}}, {"finding": {}}])
async def test_alerts_that_cannot_be_read_hold_up_no_other(db, judge, finding, listed, now, damage):
    """More of them than one look takes: they are put off, the next look comes to the others."""
    await judge(*(finding(subject=f"U-{n}") for n in range(3)))
    later, ids = now + 73 * HOUR, sorted(line.alert_id for line in await listed())
    ((column, value),) = damage.items()
    async with db.transaction() as conn:
        kept = await conn.fetch("SELECT alert_id, course, finding FROM alert")
        for broken in ids[:2]:
            await conn.execute(f"UPDATE alert SET {column} = $2 WHERE alert_id = $1", broken, value)
            await conn.execute("UPDATE alert SET wakes_at = $2 WHERE alert_id = $1", broken, now)
    done = [await act.wake(db, later, limit=2) for _ in range(2)]
    async with db.transaction() as conn:
        for row in [each for each in kept if each["alert_id"] in ids[:2]]:
            sent = row["alert_id"], row["course"], row["finding"]
            await conn.execute("UPDATE alert SET course = $2, finding = $3 WHERE alert_id = $1", *sent)

    assert [sorted(each.failed) for each in done] == [[str(each) for each in ids[:2]], []]
    assert [each.moves for each in done] == [0, 1]
    assert (await act.wake(db, later + HOUR)).moves == 2


async def test_a_resting_alert_wakes_by_itself(db, judge, finding, make, second, only, now):
    """Approved until 1 April, open on the 2nd, with the waiver gone from the alert and kept in its history."""
    await judge(finding())
    alert_id = (await only()).alert_id
    await make(alert_id, "waive", until="2026-04-01", reason="a while")
    await make(alert_id, "waive", by=second, approve=True)
    await act.wake(db, dt.datetime(2026, 4, 2, 6, 59, tzinfo=dt.UTC))
    assert (await only()).state == "waived"
    await act.wake(db, dt.datetime(2026, 4, 2, 7, 0, tzinfo=dt.UTC))
    line = await only()

    assert (line.state, line.waiver) == ("open", None)
    async with db.snapshot() as conn:
        kept = await conn.fetchval(
            "SELECT course -> 'waiver' ->> 'approver' FROM alert_move WHERE move = 'waive' AND alert_id = $1",
            alert_id,
        )
    assert kept == "rep-700b"


async def test_the_soonest_clock_is_another_one_when_the_first_has_passed(db, judge, finding, only, now):
    """No move is made for it; the table follows."""
    await judge(finding())
    assert (await only()).clock_on == dt.date(2026, 3, 9)
    await act.wake(db, now + 10 * DAY)

    assert (await only()).clock_on == dt.date(2026, 4, 1)
