import asyncio
import contextlib
import datetime as dt
import json

import httpx
import pytest

from registry.demo.ear import LARGEST, Ear
from registry.outgoing import signing

NOW = dt.datetime(2025, 10, 2, 16, tzinfo=dt.UTC)
SECRET = signing.shared(bytes(range(32)))
BODY = json.dumps({"type": "alert.opened", "timestamp": NOW.isoformat(), "data": {"position": 7}}).encode()


@contextlib.asynccontextmanager
async def listening(secret=SECRET):
    """A receiver, and a caller of it."""
    async with Ear(lambda: NOW) as ear, httpx.AsyncClient() as http:
        ear.secret = secret

        async def post(body=BODY, *, name="msg_1", secret=SECRET, at=NOW, path="", headers=None):
            signed = signing.sign([secret], name, int(at.timestamp()), body)
            return await http.post(ear.address + path, content=body, headers=signed | (headers or {}))

        yield ear, post


async def test_a_signed_message_is_taken_and_holds():
    """A message signed with the shared secret is answered 204 and kept as it came."""
    async with listening() as (ear, post):
        answer = await post()

        assert answer.status_code == 204
        word = ear.words["msg_1"]
        assert (word.type, word.data, word.bytes, word.holds) == (
            "alert.opened",
            {"position": 7},
            len(BODY),
            True,
        )


@pytest.mark.parametrize(
    "said",
    [
        {"secret": signing.shared(bytes(32))},
        {"at": NOW - dt.timedelta(seconds=301)},
        {"at": NOW + dt.timedelta(seconds=301)},
        {"headers": {"webhook-id": "msg_2"}},
        {"headers": {"webhook-signature": "v1,AAAA"}},
    ],
)
async def test_what_another_signed_or_an_old_message_does_not_hold(said):
    """Another secret, another id, another signature, or an instant that is not now: it is shown not to hold."""
    async with listening() as (ear, post):
        await post(**said)

        [word] = ear.words.values()
        assert not word.holds


async def test_nothing_holds_before_there_is_a_secret():
    """A message that comes before the subscription is made proves nothing."""
    async with listening(secret="") as (ear, post):
        await post()

        assert not ear.words["msg_1"].holds


async def test_a_message_that_comes_twice_is_kept_once():
    """A repeat has the id of the first, and counts as heard again."""
    async with listening() as (ear, post):
        await post()
        await post()

        assert (len(ear.words), ear.again) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [{"body": b"{}"}, {"body": b"[1]"}, {"body": b"\xff"}, {"body": b" " * (LARGEST + 1)}, {"path": "/else"}],
)
async def test_what_is_no_message_is_refused(said):
    """Another form, another address or too many bytes are answered 400, and nothing is kept."""
    async with listening() as (ear, post):
        with contextlib.suppress(httpx.TransportError):
            assert (await post(**said)).status_code == 400

        assert not ear.words


async def test_it_waits_for_every_type_and_no_longer_than_asked():
    """What is waited for is found when it comes; what an earlier scene heard is not heard again."""
    async with listening() as (ear, post):
        waiting = asyncio.create_task(ear.hears(["alert.opened"], set(), 5))
        await asyncio.sleep(0)
        await post()

        assert [word.id for word in await waiting] == ["msg_1"]
        assert await ear.hears(["alert.opened"], {"msg_1"}, 0.05) == []
