import datetime as dt
import json

import pytest
import told
from told import ADMINISTRATOR, NOW, OFFICE, REP, Recorder, finding, judge, say, subscribe

from registry.deliveries.log import act
from registry.deliveries.log.asked import check_replay
from registry.errors import Forbidden, IllegalMove, Invalid, NotFound

HOUR = dt.timedelta(hours=1)
DAILY = {"at": "daily", "hour": 8, "time_zone": "America/Los_Angeles"}


async def listed(db, who=REP, **wanted):
    return (await act.find(db, who, **wanted)).items


async def span(db, name, at, *, first=NOW - HOUR, end=NOW + HOUR, state="failed", who=REP):
    body = {"subscription_id": str(name), "from": first.isoformat(), "until": end.isoformat(), "state": state}
    return await act.replay_many(db, who, json.dumps(body).encode(), at)


async def test_the_log_shows_every_attempt_and_the_digest_of_what_was_sent(house, dispatch, send):
    """What was answered, when, how long it took; the body itself is not kept."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    way = Recorder(told.sent("again", status=503, error="busy"))
    await send(way)
    await send(way, NOW + HOUR)
    (line,) = await listed(house)
    page = await act.show(house, REP, line.delivery_id)

    assert (line.state, line.attempts, line.message) == ("delivered", 2, way.ids[0])
    assert [(each.number, each.status, each.error) for each in page.tried] == [
        (1, 503, "busy"),
        (2, None, None),
    ]
    assert {each.body_sha256 for each in page.tried} == {line.body_sha256} == {told.sent().body_sha256.hex()}
    assert page.event.type == "alert.opened"


async def test_the_log_is_its_owners(house, dispatch):
    """Others find nothing in it; an administrator reads, and sends nothing again."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    (line,) = await listed(house)
    with pytest.raises(NotFound):
        await act.show(house, OFFICE, line.delivery_id)
    for who in (OFFICE, ADMINISTRATOR):
        with pytest.raises(NotFound):
            await act.replay(house, who, line.delivery_id, NOW)
        with pytest.raises(NotFound):
            await span(house, line.subscription_id, NOW, who=who)
        with pytest.raises(NotFound):
            await act.resume(house, who, line.subscription_id, NOW)

    assert await listed(house, OFFICE) == []
    assert len(await listed(house, ADMINISTRATOR)) == 1
    assert await listed(house, state="failed") == []
    assert len(await listed(house, subscription_id=line.subscription_id)) == 1


async def test_a_replay_carries_the_id_of_the_first_attempt(house, dispatch, send):
    """Whether it had arrived or not; what waits anyway is refused."""
    await subscribe(house)
    await judge(house, finding())
    await dispatch()
    (line,) = await listed(house)
    with pytest.raises(IllegalMove):
        await act.replay(house, REP, line.delivery_id, NOW)
    way = Recorder("refused")
    await send(way)
    await act.replay(house, REP, line.delivery_id, NOW)
    await send(way)
    again = await act.replay(house, REP, line.delivery_id, NOW)
    await send(way)
    page = await act.show(house, REP, line.delivery_id)

    assert again.state == "waiting"
    assert (len(way.ids), len(set(way.ids))) == (3, 1)
    assert [each.number for each in page.tried] == [1, 2, 3]


async def test_a_digest_is_replayed_as_the_whole_it_was(house, dispatch, send):
    """The same id stands for the same events."""
    await subscribe(house, pace=DAILY)
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch()
    way = Recorder()
    await send(way, NOW + 24 * HOUR)
    newest, _ = await listed(house)
    await act.replay(house, REP, newest.delivery_id, NOW + 25 * HOUR)
    await send(way, NOW + 25 * HOUR)
    (_, first), (_, again) = way.got

    assert (again.id, again.events) == (first.id, first.events)
    assert len(first.events) == 2


async def test_a_span_is_replayed_oldest_first_and_in_order(house, dispatch, send, monkeypatch):
    """So much at once; `next` says where to go on. The order within an alert holds."""
    monkeypatch.setattr(act, "MOST", 2)
    made = await subscribe(house)
    name = made.subscription.subscription_id
    (opened,) = await judge(house, finding("U-1"))
    for number in range(3):
        await say(house, opened.alert_id)
        await dispatch(NOW + number * dt.timedelta(minutes=1))
    way = Recorder(*["refused"] * 4)
    for _ in range(4):
        await send(way, NOW + HOUR)
    none = await span(house, name, NOW + HOUR, state="delivered")
    first = await span(house, name, NOW + HOUR)
    rest = await span(house, name, NOW + HOUR, first=first.next)
    way.got.clear()
    for _ in range(4):
        await send(way, NOW + HOUR)

    assert (none.replayed, first.replayed, rest.replayed) == (0, 2, 2)
    assert [message.events[0].position for _, message in way.got] == sorted(
        message.events[0].position for _, message in way.got
    )
    assert len(way.got) == 4


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/subscription_id", "/from", "/until"}),
        (
            {"subscription_id": "x", "from": "yesterday", "until": "2026-03-02"},
            {"/subscription_id", "/from", "/until"},
        ),
        (
            {
                "subscription_id": str(told.EVENT.about),
                "from": "2026-03-02T09:00:00Z",
                "until": "2026-03-02T09:00:00Z",
            },
            {"/until"},
        ),
        (
            {
                "subscription_id": str(told.EVENT.about),
                "from": "2026-03-02T09:00:00Z",
                "until": "2026-03-02T10:00:00Z",
                "state": "lost",
            },
            {"/state"},
        ),
    ],
)
def test_every_fault_of_a_span_is_told(body, pointers):
    """At once, where it is."""
    assert {fault.pointer for fault in check_replay(body)} == pointers


async def test_a_disabled_subscription_is_resumed_with_what_was_kept(house, dispatch, send, states):
    """In order; what had been given up stays so until it is replayed."""
    made = await subscribe(house)
    name = made.subscription.subscription_id
    (opened,) = await judge(house, finding("U-1"))
    await say(house, opened.alert_id)
    await dispatch()
    way = Recorder(told.sent("gone", status=410, error="Gone"))
    await send(way)
    await say(house, opened.alert_id)
    await dispatch()
    kept = await states()
    (line,) = await listed(house, state="failed")
    with pytest.raises(IllegalMove):
        await act.replay(house, REP, line.delivery_id, NOW)
    nothing = await send(way)
    resumed = await act.resume(house, REP, name, NOW)
    await send(way)
    await send(way)

    assert (kept, nothing) == ({"failed": 1, "held": 2}, [])
    assert (resumed.state, resumed.state_reason) == ("active", None)
    assert await states() == {"failed": 1, "delivered": 2}
    assert [message.events[0].type for _, message in way.got[1:]] == ["thread.comment"] * 2


async def test_an_administrator_disables_with_a_reason(house, dispatch, states):
    """Its owner reads it; nobody else disables anything."""
    made = await subscribe(house)
    name = made.subscription.subscription_id
    reason = json.dumps({"reason": "It posts to a stranger."}).encode()
    await judge(house, finding("U-1"))
    await dispatch()
    with pytest.raises(Forbidden):
        await act.disable(house, REP, name, reason, NOW)
    with pytest.raises(Invalid):
        await act.disable(house, ADMINISTRATOR, name, b'{"reason": "\\u0000"}', NOW)
    disabled = await act.disable(house, ADMINISTRATOR, name, reason, NOW)
    with pytest.raises(IllegalMove):
        await act.disable(house, ADMINISTRATOR, name, reason, NOW)

    assert (disabled.state, disabled.state_reason) == ("disabled", "It posts to a stranger.")
    assert await states() == {"held": 1}


async def test_a_subscription_that_ended_is_gone(house, dispatch, send, states):
    """With all that waited for it; what was sent stays in the log."""
    made = await subscribe(house)
    name = made.subscription.subscription_id
    await judge(house, finding("U-1"))
    await dispatch()
    with pytest.raises(NotFound):
        await act.end(house, OFFICE, name, NOW)
    await act.end(house, REP, name, NOW)
    with pytest.raises(NotFound):
        await act.end(house, REP, name, NOW)
    await judge(house, finding("U-1"), finding("U-2"))
    await dispatch()

    assert await states() == {"failed": 1}
    assert len(await listed(house)) == 1
