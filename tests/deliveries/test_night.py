"""What goes wrong at night, when nobody looks: two things at once, an address that fails, a clock that runs down."""

import asyncio
import datetime as dt

import pytest
import told
from told import NOW, OFFICE, OTHER, OTHERS, REP, Recorder, finding, judge, say, subscribe

from registry.deliveries import act
from registry.deliveries.act import Known
from registry.deliveries.log import act as log
from registry.deliveries.stream import act as stream

HOUR = dt.timedelta(hours=1)
DAILY = {"at": "daily", "hour": 8, "time_zone": "America/Los_Angeles"}
PRESSING = {"due_on": dt.date(2026, 3, 3)}


async def test_what_is_made_while_its_subscription_is_resumed_is_sent(house, send, states):
    """Who is disabled when the ledger is read and active when the deliveries are written loses none of them."""
    made = await subscribe(house)
    mine = made.subscription.subscription_id
    boss = told.ADMINISTRATOR
    await log.disable(house, boss, mine, b'{"reason": "Too many."}', NOW)
    await judge(house, finding())

    class Slow(Known):
        async def read(self, conn):
            found = await super().read(conn)
            await log.resume(house, REP, mine, NOW)
            return found

    await act.dispatch(house, Slow(), NOW, lambda _: None)
    way = Recorder()
    await send(way)

    assert (len(way.got), await states()) == (1, {"delivered": 1})


async def test_a_digest_that_has_to_wait_holds_up_nobody_elses(house, dispatch, send):
    """One subscriber's digest waits for an earlier message that fails; the other's goes at its hour."""
    for _ in range(4):
        await subscribe(house)
    (alert,) = await judge(house, finding())
    await dispatch()
    morning = dt.datetime(2026, 3, 3, 16, 0, tzinfo=dt.UTC)
    again = told.sent("again", retry_after=NOW + 48 * HOUR)
    await send(Recorder(*[again] * 4))
    async with house.transaction() as conn:
        await conn.execute("UPDATE subscription SET pace = $1, revision = revision + 1", DAILY)
    await say(house, alert.alert_id)
    await subscribe(house, OTHERS, pace=DAILY)
    await judge(house, finding(), key=OTHER)
    await dispatch()
    async with house.transaction() as conn:
        # However long the address rests, the message itself waits longer.
        await conn.execute("UPDATE subscription SET rests_until = NULL")
    way = Recorder()
    await send(way, morning)

    assert [message.events[0].employer_id for _, message in way.got] == [OTHER[0]]


async def test_one_failure_alone_does_not_make_the_others_wait(house, dispatch, send):
    """After one refusal the next message goes at once; when that fails, too, the address rests."""
    await subscribe(house)
    await judge(house, finding("U-1"), finding("U-2"), finding("U-3"))
    await dispatch()
    way = Recorder("again", "delivered", "again", "again")
    for _ in range(3):
        await send(way, limit=1)

    assert [len(message.events) for _, message in way.got] == [1, 1, 1]
    await judge(house, *(finding(f"U-{number}") for number in range(1, 6)))
    await dispatch()
    await send(way, limit=1)
    await send(way, limit=1)

    assert len(way.got) == 4


async def test_what_begins_to_press_while_it_waits_goes_then(house, dispatch, send):
    """A due date 60 hours off may wait for the digest only until 48 hours are left; order holds there, too."""
    await subscribe(house, pace=DAILY | {"hour": 7, "quiet": {"from": 6, "to": 5}})
    (alert,) = await judge(house, finding())
    await dispatch()
    # It ends, where it ends first, at 10:00 on the 5th at Greenwich: 48 hours before is 10:00 on the 3rd.
    await judge(house, finding(says="Changed.", due_on=dt.date(2026, 3, 5)), at=NOW + HOUR)
    await dispatch(NOW + HOUR)
    early, way = Recorder(), Recorder()
    edge = dt.datetime(2026, 3, 3, 10, 0, tzinfo=dt.UTC)
    await send(early, edge - dt.timedelta(microseconds=1))
    await send(way, edge)
    await send(way, edge)

    assert early.got == []
    assert [message.events[0].type for _, message in way.got] == ["alert.opened", "alert.updated"]
    assert {each.events[0].about for _, each in way.got} == {alert.alert_id}


async def test_an_extension_asked_for_in_the_last_hours_wakes_whom_it_concerns(house, dispatch, send):
    """What is said about an alert whose due date is near is as pressing as the alert."""
    await subscribe(house, pace=DAILY)
    (alert,) = await judge(house, finding(**PRESSING))
    await dispatch()
    await send(Recorder())
    await say(house, alert.alert_id, "extension", by=OFFICE)
    await dispatch()
    way = Recorder()
    await send(way)

    assert [message.events[0].type for _, message in way.got] == ["thread.extension_asked"]


async def test_a_reader_who_comes_as_the_last_one_goes_is_served(house):
    """The watch that ends with the last reader is not taken for one that serves the next."""
    feed = stream.feed_of(house)
    with feed.joined("a"):
        await told.until(lambda: feed.ceiling >= 0)
    with feed.joined("b") as wake:
        await asyncio.sleep(0.3)
        wake.clear()
        await judge(house, finding())
        async with asyncio.timeout(5):
            await wake.wait()

        assert len(feed.recent) == 1


async def test_what_happens_while_the_watch_starts_is_heard_at_once(house):
    """A reader looks again when the watch knows where it begins: nothing falls between the two looks."""
    feed = stream.feed_of(house)
    with feed.joined("a") as wake:
        async with asyncio.timeout(5):
            await wake.wait()

        assert feed.ceiling >= 0


async def test_readers_stay_bounded_when_many_come_at_once(house, monkeypatch):
    """Those who were let in together and are too many are sent away before they are served."""
    monkeypatch.setattr(stream, "READERS_OF_ONE", 2)
    token = f"Bearer {told_token()}"
    streams = [await stream.opened(house, REP, None, None, token) for _ in range(5)]
    begun = [asyncio.create_task(anext(each, None)) for each in streams]
    found = await asyncio.gather(*begun)
    for each in streams:
        await each.aclose()

    assert [each is not None for each in found].count(True) == 2


async def test_a_namesake_elsewhere_takes_nobodys_place(house, monkeypatch):
    """Two who share a name at different employers are two."""
    monkeypatch.setattr(stream, "READERS_OF_ONE", 1)
    token = f"Bearer {told_token()}"
    first = await stream.opened(house, OFFICE, None, None, token)
    second = await stream.opened(house, OTHERS, None, None, token)
    found = [await anext(each, None) for each in (first, second)]
    for each in (first, second):
        await each.aclose()

    assert None not in found


def told_token():
    """A token whose end the stream can read; the guard has checked it elsewhere."""
    import jwt  # noqa: PLC0415

    return jwt.encode({"exp": 4_000_000_000}, "k" * 32, "HS256")


@pytest.mark.parametrize("text", ["-1", " -1 "])
def test_the_id_of_a_sign_of_life_on_an_empty_ledger_is_taken_back(text):
    """Before the first entry a browser is given -1 as the place it has everything up to."""
    assert stream.frame.first_wanted(None, text) == 0
