import asyncio
import datetime as dt

import told
from mailing import HOST, box_of, mailing
from receiver import receiving
from standardwebhooks import Webhook

from registry.judging.house import House
from registry.notify import worker
from registry.obligations.pack import PackSet
from registry.settings import Settings

EMPTY = House(schemas=None, packs=PackSet({}, {}), editions={})


def clock():
    return dt.datetime.now(dt.UTC)


async def test_one_finding_arrives_by_every_way(db, dsn, tmp_path):
    """From the commit to a real web server and a real mail server: signed, rendered and in each one's form."""
    await told.productions(db)
    box = box_of()
    async with receiving() as hook, receiving() as slack, receiving() as teams, mailing(box) as port:
        made = await told.subscribe(db, address=hook.url, at=clock())
        for way, address in (("slack", slack.url), ("teams", teams.url), ("email", "rep@union.example")):
            await told.subscribe(db, way=way, address=address, at=clock())
        settings = Settings(
            data_dir=tmp_path,
            outgoing_allow="127.0.0.0/8",
            smtp_url=f"smtp://{HOST}:{port}",
            public_url="https://registry.example",
        )
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(dsn, EMPTY, settings, clock, stop))
        await told.judge(db, told.finding(), at=clock())
        await told.until(lambda: hook.got and slack.got and teams.got and box.got)
        stop.set()
        await working
    request = hook.got[0]
    said = Webhook(made.secret).verify(request.body, request.headers)

    assert said["type"] == "alert.opened"
    assert said["data"]["url"] == f"https://registry.example/v1/alerts/{said['data']['alert_id']}"
    assert said["data"]["rule"] == told.FINDING.rule
    assert b"New alert" in slack.got[0].body
    assert b"AdaptiveCard" in teams.got[0].body
    assert "New alert" in box.got[0].letter.get_body(("plain",)).get_content()
    assert (
        box.got[0].letter["List-Unsubscribe"].startswith("<https://registry.example/v1/subscriptions/unsub")
    )
