import asyncio
from uuid import UUID

import pytest
from doors import opened
from letters import EVENT, NOW, outgoing, subscription
from mailing import HOST, box_of, mailing

from registry.errors import Invalid
from registry.notify.mail import http
from registry.notify.mail.act import MailSender
from registry.notify.mail.letter import token_of
from registry.settings import Settings
from registry.subscriptions import store

TOKEN = bytes(range(32))
OTHER = bytes(range(1, 33))
PATH = f"/v1/subscriptions/unsubscribe/{token_of(TOKEN)}"


@pytest.fixture
async def doors(dsn, tmp_path):
    """The two doors, and two mail subscriptions of one person."""
    async with opened(dsn, tmp_path, http.routes) as (app, client):
        async with app.state.db.transaction() as conn:
            for number, token in ((1, TOKEN), (2, OTHER)):
                row = subscription(
                    subscription_id=UUID(int=number),
                    way="email",
                    address="<b>rep</b>@union.example",
                    unsubscribe=token,
                    secrets=[],
                )
                await store.insert(conn, row, None, None)
        yield app.state.db, client


async def states(db):
    async with db.snapshot() as conn:
        found = [await store.find_by_unsubscribe(conn, token) for token in (TOKEN, OTHER)]
    return [(row.state, row.state_reason, row.revision) for row in found]


ACTIVE = ("active", None, 1)
ENDED = ("ended", "ended by the link in a mail", 2)


async def test_looking_at_the_link_changes_nothing(doors):
    """A mail program that opens every link ends nobody's subscription; the page can do nothing by itself."""
    db, client = doors
    page = await client.get(PATH)
    head = await client.head(PATH)

    assert page.status_code == 200
    assert head.status_code in {200, 405}
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "&lt;b&gt;rep" in page.text
    assert '<form method="post">' in page.text
    assert await states(db) == [ACTIVE, ACTIVE]


async def test_one_click_ends_that_subscription_and_no_other(doors):
    """RFC 8058's form as mail programs send it, without any sign-in; done again, it stays ended."""
    db, client = doors
    done = await client.post(PATH, data={"List-Unsubscribe": "One-Click"})

    assert done.status_code == 200
    assert "No more letters" in done.text
    assert await states(db) == [ENDED, ACTIVE]
    for sent in (
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b"\0\xff" * 100, "headers": {"content-type": "application/json"}},
    ):
        assert (await client.post(PATH, **sent)).status_code == 200
    assert "No more letters" in (await client.get(PATH)).text
    assert await states(db) == [ENDED, ACTIVE]


async def test_the_form_in_parts_is_one_click_too(doors):
    """RFC 8058 allows multipart; a body is not read at all."""
    db, client = doors
    other = f"/v1/subscriptions/unsubscribe/{token_of(OTHER)}"

    assert (await client.post(PATH, files={"List-Unsubscribe": (None, "One-Click")})).status_code == 200
    assert (await client.post(other)).status_code == 200
    assert await states(db) == [ENDED, ENDED]


async def test_many_clicks_at_once_end_it_once(doors):
    """Whoever comes second finds it ended, and is told so."""
    db, client = doors
    done = await asyncio.gather(*(client.post(PATH) for _ in range(8)))

    assert {answer.status_code for answer in done} == {200}
    assert await states(db) == [ENDED, ACTIVE]


async def test_a_link_that_is_none_is_said_to_be_none(doors):
    """Cut short, guessed or made up: 404, never 500."""
    db, client = doors
    made_up = ["A" * 43, "short", "%00", "not base64!", "%F0%9F%98%80", token_of(TOKEN)[:-1], "A" * 90]
    for token in made_up:
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/v1/subscriptions/unsubscribe/{token}")
            assert answer.status_code == 404, token

    assert await states(db) == [ACTIVE, ACTIVE]


async def test_the_link_in_a_letter_is_the_door(doors):
    """What a real mail server was given leads, by POST, to the end of that subscription."""
    db, client = doors
    box = box_of()
    async with mailing(box) as port:
        settings = Settings(smtp_url=f"smtp://{HOST}:{port}", public_url="http://registry")
        to = subscription(way="email", address="rep@union.example", unsubscribe=TOKEN, secrets=[])
        await MailSender(settings).send(to, outgoing(EVENT), NOW)
    link = box.got[0].letter["List-Unsubscribe"].strip("<>")
    done = await client.post(link, data={"List-Unsubscribe": "One-Click"})

    assert done.status_code == 200
    assert await states(db) == [ENDED, ACTIVE]


async def test_a_misspelt_network_is_said_at_the_start(still, tmp_path):
    """An operator's setting that means nothing stops the application, in words."""
    with pytest.raises(Invalid, match="REGISTRY_OUTGOING_ALLOW"):
        async with opened(still, tmp_path, http.routes, outgoing_allow="10.0.0.1/8"):
            pass
