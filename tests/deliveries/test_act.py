import asyncio
import datetime as dt
import json

import asyncpg
import msgspec
import pytest
import told
from told import ADMINISTRATOR, KEY, NOW, OFFICE, OTHER, REP, Recorder, finding, judge, say, subscribe

from registry.access import act as access
from registry.deliveries import act
from registry.deliveries.act import Known
from registry.outgoing.schedule import DELAYS
from registry.subscriptions import act as subscriptions

HOUR = dt.timedelta(hours=1)
DAILY = {"at": "daily", "hour": 8, "time_zone": "America/Los_Angeles"}
PRESSING = {"due_on": dt.date(2026, 3, 3)}


@pytest.fixture
async def superuser(dsn):
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def deliveries(db, columns="*"):
    return await told.rows(db, f"SELECT {columns} FROM delivery ORDER BY position, subscription_id")


async def test_events_become_deliveries_once_and_in_order(house, dispatch):
    """Each history row is one event for each who hears of it; looking again makes nothing."""
    await subscribe(house)
    await subscribe(house, OFFICE)
    (opened,) = await judge(house, finding())
    await say(house, opened.alert_id)
    await say(house, opened.alert_id, "note", side="union")
    await judge(house, finding(), key=OTHER)
    said = await dispatch()
    again = await dispatch()
    found = await deliveries(house, "type, position")

    assert [(event.type, event.thread) for event in said] == [
        ("alert.opened", "alert"),
        ("thread.comment", "alert"),
        ("thread.note", "alert"),
        ("alert.opened", "alert"),
    ]
    assert [row["type"] for row in found] == [
        "alert.opened",
        "alert.opened",
        "thread.comment",
        "thread.comment",
        "thread.note",
        "alert.opened",
    ]
    assert again == []


async def test_an_event_says_what_happened_and_nothing_anybody_wrote(house, dispatch):
    """Clause, duty, next clock and where to read it; no words of a thread, no facts of a disclosure."""
    (opened,) = await judge(house, finding(due_on=dt.date(2026, 3, 9)))
    await say(house, opened.alert_id)
    first, second = await dispatch()
    whole = msgspec.json.encode([first, second]).decode()

    assert (first.clause, first.due_on, first.kind) == ("BA Art. XX(a)", dt.date(2026, 3, 9), "violation")
    assert (first.path, first.title) == (f"/v1/alerts/{opened.alert_id}", "Harbor Lights")
    assert first.clock_on <= dt.date(2026, 4, 1)
    assert (second.kind, second.rule, second.locals) == ("violation", first.rule, ["IATSE:700"])
    assert "Words." not in whole
    assert "use U-1 began" not in whole


async def test_what_is_not_committed_is_not_told_and_holds_up_what_comes_after(house, dispatch):
    """Positions become visible in order: a reader never steps over one that commits later."""
    await subscribe(house)
    await judge(house, finding("U-1"))
    first = await dispatch()
    began, go = asyncio.Event(), asyncio.Event()

    async def slow():
        async with house.transaction() as conn:
            await conn.execute("SELECT size FROM ledger_head WHERE one FOR UPDATE")
            began.set()
            await go.wait()
            raise ConnectionError

    failing = asyncio.create_task(slow())
    await began.wait()
    waiting = asyncio.create_task(judge(house, finding("U-1"), finding("U-2")))
    await asyncio.sleep(0.1)
    between = await dispatch()
    go.set()
    with pytest.raises(ConnectionError):
        await failing
    await waiting

    assert (len(first), between) == (1, [])
    assert [event.type for event in await dispatch()] == ["alert.opened"]


async def test_a_step_that_breaks_makes_nothing_and_moves_nothing(house):
    """Deliveries and the place told so far commit together; what was said of them is said again."""
    await subscribe(house)
    await judge(house, finding())

    def broken(_):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await act.dispatch(house, Known(), NOW, broken)
    before = await deliveries(house)
    said = []
    await act.dispatch(house, Known(), NOW, said.append)

    assert (before, len(said), len(await deliveries(house))) == ([], 1, 1)


async def test_two_workers_at_once_tell_each_event_once(house):
    """The second waits for the first, and goes on where it ended."""
    await subscribe(house)
    await judge(house, *(finding(f"U-{number}") for number in range(5)))
    said = []
    await asyncio.gather(*(act.dispatch(house, Known(), NOW, said.append) for _ in range(3)))

    assert len(said) == len(await deliveries(house)) == 5


async def test_a_long_ledger_is_told_a_piece_at_a_time(house, monkeypatch):
    """Each step is bounded, says that there is more, and nothing is left out or told twice."""
    monkeypatch.setattr(act, "AT_ONCE", 2)
    await subscribe(house)
    await judge(house, *(finding(f"U-{number}") for number in range(5)))
    known, steps = Known(), []
    while not steps or steps[-1].behind:
        steps.append(await act.dispatch(house, known, NOW, lambda _: None))

    assert [step.made for step in steps] == [2, 2, 1]


async def test_a_subscription_hears_of_what_comes_after_it(house, dispatch):
    """And from the next event on; the subscriptions in memory are read anew when one has changed."""
    await judge(house, finding("U-1"))
    await dispatch()
    made = await subscribe(house)
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch()
    body = json.dumps({"address": "http://127.0.0.1:9/", "wish": {"types": ["request"]}}).encode()
    name = made.subscription.subscription_id
    await subscriptions.change(house, REP, name, body, '"1"', told.SETTINGS, NOW)
    await judge(house, finding("U-1"), finding("U-2"), finding("U-3"))
    await dispatch()

    assert [row["event"]["revision"] for row in await deliveries(house)] == [1]


async def test_of_one_alert_a_later_message_waits_for_the_earlier(house, dispatch, send, states):
    """While the first is on its way, or waits to be tried again, the second does not go; another alert's does."""
    await subscribe(house)
    (opened,) = await judge(house, finding("U-1"))
    await say(house, opened.alert_id)
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch()
    claimed = await act.claim(house, NOW, HOUR, 10)
    again = await act.claim(house, NOW, HOUR, 10)
    for each in claimed:
        await act.record(house, each, told.sent(), NOW, 0.0, 1)
    way = Recorder()
    await send(way)

    assert [each.deliveries[0].event.type for each in claimed] == ["alert.opened", "alert.opened"]
    assert again == []
    assert [message.events[0].type for _, message in way.got] == ["thread.comment"]
    assert await states() == {"delivered": 3}


async def test_two_workers_never_send_the_same_message(house, dispatch):
    """Claims are disjoint, however many ask at once."""
    await subscribe(house)
    await judge(house, *(finding(f"U-{number}") for number in range(20)))
    await dispatch()
    found = await asyncio.gather(*(act.claim(house, NOW, HOUR, 8) for _ in range(4)))
    ids = [each.deliveries[0].delivery_id for claimed in found for each in claimed]

    assert len(ids) == len(set(ids))
    assert len(ids) >= 8


async def test_what_a_killed_worker_was_sending_is_sent_again_with_the_same_id(house, dispatch):
    """When its lease has run out; what it then still writes down changes nothing."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    (first,) = await act.claim(house, NOW, dt.timedelta(seconds=60), 10)
    early = await act.claim(house, NOW + dt.timedelta(seconds=59), HOUR, 10)
    (second,) = await act.claim(house, NOW + dt.timedelta(seconds=60), HOUR, 10)
    await act.record(house, first, told.sent("again"), NOW, 0.0, 1)
    (row,) = await deliveries(house, "state, claims, attempts")
    await act.record(house, second, told.sent(), NOW, 0.0, 1)
    (after,) = await deliveries(house, "state, claims, attempts")

    assert early == []
    assert first.deliveries[0].message == second.deliveries[0].message
    assert (row["state"], row["claims"], row["attempts"]) == ("waiting", 2, 0)
    assert (after["state"], after["claims"], after["attempts"]) == ("delivered", 2, 1)


async def test_a_failure_is_tried_again_by_the_schedule_and_then_disables(house, dispatch, send, states):
    """Ten attempts with the same id over three days; then the subscription is disabled, and keeps what comes."""
    await subscribe(house)
    await judge(house, finding("U-1"))
    await dispatch()
    way, at = Recorder(*["again"] * 20), NOW
    for delay in DELAYS:
        at += delay
        await send(way, at)
        await send(way, at)
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch(at)
    (row,) = await told.rows(house, "SELECT state, state_reason FROM subscription")
    tried = await told.rows(house, "SELECT number FROM delivery_attempt ORDER BY number")

    assert (len(way.got), len(set(way.ids))) == (10, 1)
    assert [each["number"] for each in tried] == list(range(1, 11))
    assert row["state"] == "disabled"
    assert row["state_reason"].startswith("nothing arrived in 10 attempts")
    assert await states() == {"failed": 1, "held": 1}


async def test_what_happens_to_a_disabled_subscription_is_kept_for_thirty_days(house, dispatch, send, states):
    """Whoever has not come back by then gets nothing for the time after."""
    await subscribe(house)
    await judge(house, finding("U-1"))
    await dispatch()
    await send(Recorder("gone"))
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch(NOW + act.KEPT - HOUR)
    await judge(house, finding("U-1"), finding("U-2"), finding("U-3"))
    await dispatch(NOW + act.KEPT)

    assert await states() == {"failed": 1, "held": 1}


async def test_one_that_fails_for_good_holds_up_nothing(house, dispatch, send, states):
    """A refused message is given up, and the next about the same alert goes."""
    await subscribe(house)
    (opened,) = await judge(house, finding("U-1"))
    await say(house, opened.alert_id)
    await dispatch()
    way = Recorder("refused")
    await send(way)
    await send(way)

    assert len(way.got) == 2
    assert await states() == {"failed": 1, "delivered": 1}


async def test_an_address_that_fails_is_tried_with_one_message_at_a_time(house, dispatch, send):
    """And rests between; when one arrives, all of it flows."""
    await subscribe(house)
    await judge(house, *(finding(f"U-{number}") for number in range(6)))
    await dispatch()
    way = Recorder(*["again"] * 6)
    await send(way)
    resting = await send(way, NOW + dt.timedelta(seconds=1))
    way.answers = ["again"]
    probing = await send(way, NOW + dt.timedelta(seconds=10))
    well = await send(way, NOW + dt.timedelta(seconds=80))
    rest = await send(way, NOW + dt.timedelta(seconds=80))

    assert (len(resting), len(probing), len(well), len(rest)) == (0, 1, 1, 4)


async def test_a_digest_gathers_what_happened_and_stays_as_it_was_put_together(house, dispatch, send, states):
    """One message for many events, oldest first; repeated with the same id and the same events."""
    await subscribe(house, pace=DAILY)
    (opened, _) = await judge(house, finding("U-1"), finding("U-2"))
    await say(house, opened.alert_id)
    await dispatch()
    morning = dt.datetime(2026, 3, 3, 16, 0, tzinfo=dt.UTC)
    early = await send(Recorder(), morning - HOUR)
    way = Recorder("again")
    await send(way, morning)
    await judge(house, finding("U-1"), finding("U-2"), finding("U-3"))
    await dispatch(morning)
    await send(way, morning + HOUR)
    await send(way, morning + dt.timedelta(days=1))
    first, again, next_day = [message for _, message in way.got]

    assert early == []
    assert [event.type for event in first.events] == ["alert.opened", "alert.opened", "thread.comment"]
    assert (again.id, again.events, again.attempt) == (first.id, first.events, 2)
    assert [event.revision for event in next_day.events] == [1]
    assert next_day.id != first.id
    assert await states() == {"delivered": 4}


async def test_two_workers_put_one_digest_together(house, dispatch):
    """One of them, whole."""
    await subscribe(house, pace=DAILY)
    await judge(house, *(finding(f"U-{number}") for number in range(5)))
    await dispatch()
    found = await asyncio.gather(*(act.claim(house, NOW + 24 * HOUR, HOUR, 8) for _ in range(4)))

    assert [len(each.deliveries) for claimed in found for each in claimed] == [5]


async def test_what_presses_goes_at_once_and_takes_along_what_came_before_it(house, dispatch, send):
    """Neither digest nor quiet holds back a due date within 48 hours; the order within the alert holds."""
    await subscribe(house, pace=DAILY | {"quiet": {"from": 0, "to": 23}})
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch()
    before = await send(Recorder())
    await judge(house, finding("U-1", says="Changed.", **PRESSING), finding("U-2"))
    await dispatch()
    way = Recorder()
    for _ in range(3):
        await send(way)

    assert before == []
    assert [(message.events[0].type, len(message.events)) for _, message in way.got] == [
        ("alert.opened", 1),
        ("alert.updated", 1),
    ]


async def test_who_may_no_longer_read_it_is_not_sent_it(house, dispatch, send, states):
    """The owner's reach is looked at again when a message goes."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    async with house.transaction() as conn:
        narrowed = msgspec.to_builtins(msgspec.structs.replace(REP, locals=["IATSE:800"]))
        await conn.execute("UPDATE subscription SET principal = $1", narrowed)
    way = Recorder()
    await send(way)
    (row,) = await deliveries(house, "error")

    assert (way.got, await states()) == ([], {"failed": 1})
    assert "may no longer read" in row["error"]


async def test_what_waits_for_a_subscription_that_ended_is_given_up(house, dispatch, send, states):
    """The link in a mail ends it without looking; the sweep tidies up."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    async with house.transaction() as conn:
        await conn.execute("UPDATE subscription SET state = 'ended', revision = revision + 1")
    way = Recorder()
    await send(way)
    await act.tidy(house, NOW)

    assert (way.got, await states()) == ([], {"failed": 1})


async def test_a_held_alert_is_told_when_it_is_released(house, dispatch):
    """While a missing disclosure holds it back nobody hears of it."""
    await subscribe(house, ADMINISTRATOR)
    missing = finding("U-1", verdict="insufficient_information", alert="")
    await judge(house, missing, holder="reg/initial-filing")
    held = await dispatch()
    await judge(house, missing)
    released = await dispatch()

    assert held == []
    assert [event.held for event in released] == [False]
    assert KEY[1] == released[0].production_id


READINGS = """
SELECT l.subject, l.role, l.method, l.path, l.query, l.request_id, l.read_at, s.employer_id
  FROM access_log l JOIN access_subject s USING (access_id) ORDER BY l.path, l.access_id
"""


async def test_a_message_that_arrived_is_a_reading_of_each_matter_it_told_of(house, dispatch, send):
    """Who, which alert, how and whose data: nothing while it waits or fails, one reading for each matter."""
    await subscribe(house, told.INTERNATIONAL, pace=DAILY)
    (one,) = await judge(house, finding())
    (other,) = await judge(house, finding(), key=OTHER)
    await say(house, one.alert_id)
    await dispatch()
    queued = await told.rows(house, READINGS)
    await send(Recorder("again"), NOW + 24 * HOUR)
    failed = await told.rows(house, READINGS)
    (message,) = await send(Recorder(), NOW + 48 * HOUR)
    found = await told.rows(house, READINGS)
    shown = await access.find(house, OFFICE)

    assert (queued, failed, len(message.events)) == ([], [], 3)
    assert {(row["path"], row["employer_id"]) for row in found} == {
        (f"/v1/alerts/{one.alert_id}", KEY[0]),
        (f"/v1/alerts/{other.alert_id}", OTHER[0]),
    }
    assert {(row["subject"], row["role"], row["method"]) for row in found} == {
        ("intl", "representative", "webhook")
    }
    assert {(row["request_id"], row["read_at"]) for row in found} == {(message.id, NOW + 48 * HOUR)}
    assert [(each.path, each.others) for each in shown.items] == [(f"/v1/alerts/{one.alert_id}", False)]
    assert await access.batch(house, NOW + 49 * HOUR) == 2


async def test_no_delivery_is_known_delivered_without_its_reading(house, dispatch, send, superuser):
    """Where the reading cannot be written the delivery is not said to have arrived: it goes out again."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    await superuser.execute("ALTER TABLE access_waiting RENAME TO gone")
    with pytest.raises(asyncpg.UndefinedTableError):
        await send(Recorder())
    before = await deliveries(house, "state, attempts")
    await superuser.execute("ALTER TABLE gone RENAME TO access_waiting")
    await send(Recorder(), NOW + HOUR)

    assert [tuple(row) for row in before] == [("waiting", 0)]
    assert len(await told.rows(house, READINGS)) == 1
