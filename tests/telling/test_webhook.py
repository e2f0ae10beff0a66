import contextlib
import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import EVENT, NOW, REQUEST, SECRET, outgoing, subscription
from receiver import answer, receiving
from standardwebhooks import Webhook, WebhookVerificationError

from registry.notify.webhook.act import WebhookSender
from registry.notify.webhook.answer import result, retry_after, said
from registry.outgoing.act import Post
from registry.outgoing.address import networks
from registry.outgoing.signing import key_pair, shared, verifies
from registry.subscriptions.subscription import Secret

BASE = "https://registry.example"


@contextlib.asynccontextmanager
async def sending(answers=(), allow="127.0.0.0/8", seconds=15.0):
    """A receiver and a sender that may reach it."""
    post = Post(networks(allow), seconds=seconds)
    async with receiving(answers) as receiver:
        try:
            yield receiver, WebhookSender(post, BASE)
        finally:
            await post.close()


async def test_the_public_library_verifies_what_arrives():
    """Id, instant, signature and body as received hold together; another secret's holder sees that they do not."""
    now = dt.datetime.now(dt.UTC)
    async with sending() as (receiver, sender):
        sent = await sender.send(subscription(address=receiver.url), outgoing(EVENT), now)
    request = receiver.got[0]

    assert sent.result == "delivered"
    assert sent.status == 200
    assert sent.body_sha256 == hashlib.sha256(request.body).digest()
    assert request.headers["content-type"] == "application/json"
    assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "alert.opened"
    with pytest.raises(WebhookVerificationError):
        Webhook(shared(bytes(32))).verify(request.body, request.headers)


async def test_both_secrets_sign_while_one_is_exchanged():
    """The old one, a new shared one and a key pair: each of their holders accepts; an ended one signs no more."""
    now = dt.datetime.now(dt.UTC)
    hour = dt.timedelta(hours=1)
    private, public = key_pair(bytes(range(32)))
    secrets = [
        Secret(kind="v1", secret=shared(b"e" * 32), made_at=now - 3 * hour, until=now),
        Secret(kind="v1", secret=SECRET, made_at=now - 2 * hour, until=now + hour),
        Secret(kind="v1a", secret=private, public=public, made_at=now),
    ]
    async with sending() as (receiver, sender):
        await sender.send(subscription(address=receiver.url, secrets=secrets), outgoing(EVENT), now)
    request = receiver.got[0]
    signatures = request.headers["webhook-signature"].split(" ")
    content = (
        f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    )

    assert [one.partition(",")[0] for one in signatures] == ["v1a", "v1"]
    assert verifies(public, signatures[0], content)
    assert Webhook(SECRET).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(shared(b"e" * 32)).verify(request.body, request.headers)


async def test_a_repeat_has_the_same_id_and_bytes_and_a_new_instant():
    """A receiver drops what it has by its id, and still sees that the signature is fresh."""
    async with sending([answer(500)]) as (receiver, sender):
        to = subscription(address=receiver.url)
        first = await sender.send(to, outgoing(EVENT), NOW)
        again = await sender.send(to, outgoing(EVENT, attempt=2), NOW + dt.timedelta(seconds=5))
    one, two = receiver.got

    assert (first.result, again.result) == ("again", "delivered")
    assert first.body_sha256 == again.body_sha256
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert int(two.headers["webhook-timestamp"]) - int(one.headers["webhook-timestamp"]) == 5
    assert one.headers["webhook-signature"] != two.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("way", "form", "kind"),
    [
        ("webhook", "cloudevents", "application/cloudevents+json; charset=utf-8"),
        ("slack", "standard", "application/json"),
        ("teams", "standard", "application/json"),
    ],
)
async def test_each_form_arrives_as_its_kind(way, form, kind):
    """A system's message is signed; a room's is not, since nobody there would look."""
    async with sending() as (receiver, sender):
        to = subscription(address=receiver.url, way=way, form=form)
        sent = await sender.send(to, outgoing(EVENT, REQUEST), NOW)
    request = receiver.got[0]

    assert sent.result == "delivered"
    assert request.headers["content-type"] == kind
    assert ("webhook-signature" in request.headers) == (way == "webhook")
    assert json.loads(request.body)


@pytest.mark.parametrize(
    ("way", "status", "body", "expected"),
    [
        *(("webhook", status, b"", "delivered") for status in (200, 201, 202, 204, 299)),
        *(("webhook", status, b"", "again") for status in (300, 301, 302, 304, 307, 308, 400, 401, 403, 404)),
        *(("webhook", status, b"", "again") for status in (408, 409, 413, 422, 429, 500, 502, 503, 504, 599)),
        *((way, 410, b"", "gone") for way in ("webhook", "slack", "teams")),
        ("slack", 404, b"no_service", "gone"),
        ("slack", 403, b"invalid_token\n", "gone"),
        ("slack", 404, b"channel_not_found", "again"),
        ("webhook", 404, b"no_service", "again"),
        ("teams", 200, b"1", "delivered"),
        ("teams", 200, b"Webhook message delivery failed with error: ... HTTP error 429 ...", "again"),
    ],
)
def test_only_success_is_delivered_and_only_gone_is_gone(way, status, body, expected):
    """2xx arrived, 410 ends it, everything else is tried again; rooms have words of their own for it."""
    assert result(way, status, body) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("120", NOW + dt.timedelta(seconds=120)),
        (" 0 ", NOW),
        ("Mon, 02 Mar 2026 19:00:00 GMT", dt.datetime(2026, 3, 2, 19, tzinfo=dt.UTC)),
        ("Monday, 02-Mar-26 19:00:00 GMT", dt.datetime(2026, 3, 2, 19, tzinfo=dt.UTC)),
        *((wrong, None) for wrong in ("", "-1", "1.5", "soon", "٣", "Mon, 32 Mar 2026 19:00:00 GMT")),
    ],
)
def test_a_receiver_says_when_to_come_back(given, expected):
    """In seconds or as a date; what is neither is not heard."""
    assert retry_after({"retry-after": given}, NOW) == expected


@given(st.text(max_size=40) | st.integers().map(str))
def test_no_wish_breaks_the_sender(given):
    """Whatever stands in the header is an instant or nothing."""
    found = retry_after({"retry-after": given}, NOW)

    assert found is None or found.tzinfo


@given(st.binary(max_size=400))
def test_what_a_receiver_says_is_kept_as_one_clean_line(body):
    """No NUL, line end or escape of a stranger's answer reaches the log of deliveries."""
    told = said(500, body)

    assert told.isprintable()
    assert len(told) < 200


async def test_a_receiver_that_is_busy_names_its_instant():
    """429 with Retry-After is tried again, then."""
    async with sending([answer(429, [("Retry-After", "90")], b"slow\0 down\r\n")]) as (receiver, sender):
        sent = await sender.send(subscription(address=receiver.url), outgoing(EVENT), NOW)

    assert (sent.result, sent.status) == ("again", 429)
    assert sent.retry_after == NOW + dt.timedelta(seconds=90)
    assert sent.error == "answered 429: slow down"


async def test_gone_ends_it_and_a_redirect_does_not():
    """410 is the receiver's word; 302 is an answer nobody follows."""
    async with sending([answer(410), answer(302, [("Location", "/x")])]) as (receiver, sender):
        to = subscription(address=receiver.url)
        gone = await sender.send(to, outgoing(EVENT), NOW)
        moved = await sender.send(to, outgoing(EVENT), NOW)

    assert gone.result == "gone"
    assert (moved.result, moved.error) == ("again", "answered 302; redirects are not followed")
    assert len(receiver.got) == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_is_inside_gets_nothing(scheme):
    """Not allowed, not connected to; tried again, as a name may be mended."""
    async with sending(allow="") as (receiver, sender):
        to = subscription(address=f"{scheme}://localhost:{receiver.port}/")
        sent = await sender.send(to, outgoing(EVENT), NOW)

    assert (sent.result, sent.status) == ("again", None)
    assert "only public addresses are told" in sent.error
    assert receiver.got == []


async def test_what_can_never_be_told_is_given_up():
    """An address that rules of today refuse, and a subscription without a secret: nothing is sent unsigned."""
    async with sending() as (receiver, sender):
        strange = await sender.send(subscription(address="ftp://example.org"), outgoing(EVENT), NOW)
        unsigned = await sender.send(subscription(address=receiver.url, secrets=[]), outgoing(EVENT), NOW)

    assert (strange.result, unsigned.result) == ("gone", "gone")
    assert receiver.got == []


async def test_silence_is_tried_again():
    """A receiver that takes the message and says nothing has not taken it."""

    async def silent(writer):
        writer.close()

    async with sending([silent]) as (receiver, sender):
        sent = await sender.send(subscription(address=receiver.url), outgoing(EVENT), NOW)

    assert (sent.result, sent.status) == ("again", None)
    assert sent.error
