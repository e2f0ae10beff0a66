import asyncio
import contextlib
import time

import pytest
from receiver import answer, certificate, receiving

from registry.outgoing.act import LARGEST, Inside, Post, Unreachable, check_address, look_up
from registry.outgoing.address import Target, networks, target

LOOPBACK = networks("127.0.0.0/8")


@contextlib.asynccontextmanager
async def posting(allow=LOOPBACK, **kwargs):
    post = Post(allow, **kwargs)
    try:
        yield post
    finally:
        await post.close()


def names(*answers):
    """A resolver that gives one answer after the other, the last for ever; `.asked` are the questions."""
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        return answers[min(len(asked), len(answers)) - 1]

    resolve.asked = asked
    return resolve


async def test_a_body_arrives_as_it_was_given():
    """Bytes, headers, host and path arrive; the answer's status, headers and body come back."""
    said = answer(202, [("Retry-After", "7")], b"taken")
    async with receiving([said]) as receiver, posting() as post:
        got = await post.post(target(receiver.url + "?a=b"), {"webhook-id": "x"}, b'{"a":"\xc3\xa4"}')

    request = receiver.got[0]
    assert (got.status, got.headers["retry-after"], got.body) == (202, "7", b"taken")
    assert (request.method, request.path, request.body) == ("POST", "/hook?a=b", b'{"a":"\xc3\xa4"}')
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["webhook-id"] == "x"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "017700000001", "::1", "0.0.0.0"]
)
@pytest.mark.parametrize("secure", [True, False])
async def test_no_spelling_of_this_machine_is_reached(secure, host):
    """However it is written, an inside address gets no connection, with or without TLS."""
    reached = []
    server = await asyncio.start_server(lambda *_: reached.append(1), ["127.0.0.1", "::1"], 0)
    ports = {sock.getsockname()[1] for sock in server.sockets}
    async with posting(allow=()) as post:
        for port in ports:
            with pytest.raises(Inside):
                await post.post(Target(secure=secure, host=host, port=port, path="/"), {}, b"")
    server.close()

    assert reached == []


async def test_a_name_that_turns_inside_after_the_check_is_refused():
    """Rebinding: public when the subscription is made, this machine when the message is sent."""
    resolve = names(["93.184.215.14"], ["127.0.0.1"])
    async with receiving() as receiver, posting(allow=(), resolve=resolve) as post:
        address = f"https://rebinding.example:{receiver.port}/"
        assert await check_address("webhook", address, "", resolve=resolve) == []
        with pytest.raises(Inside, match=r"rebinding\.example stands for this machine"):
            await post.post(target(address), {}, b"secret")

    assert receiver.got == []


async def test_what_was_checked_is_what_is_connected_to():
    """A name is looked up once for each connection: a second answer cannot come between check and connect."""
    resolve = names(["127.0.0.1"], ["127.0.0.2"])
    async with receiving() as receiver, posting(networks("127.0.0.1/32"), resolve=resolve) as post:
        got = await post.post(target(f"http://once.example:{receiver.port}/"), {}, b"")
        assert resolve.asked == [("once.example", receiver.port)]

    assert got.status == 200
    assert receiver.got[0].headers["host"] == f"once.example:{receiver.port}"


async def test_a_name_for_an_inside_and_an_outside_address_is_refused():
    """One inside address among public ones is enough."""
    async with posting(allow=(), resolve=names(["93.184.215.14", "10.0.0.8"])) as post:
        with pytest.raises(Inside, match="stands for a private network"):
            await post.post(target("https://both.example/"), {}, b"")


async def test_without_tls_only_allowed_networks_are_reached():
    """Plain HTTP to a public address is refused before anything is sent."""
    async with posting(resolve=names(["93.184.215.14"])) as post:
        with pytest.raises(Inside, match="https"):
            await post.post(target("http://public.example/"), {}, b"")


async def test_the_next_address_is_tried_when_one_is_dead():
    """A name with a dead and a living address is told."""
    async with receiving() as receiver, posting(resolve=names(["127.0.0.77", "127.0.0.1"])) as post:
        got = await post.post(target(f"http://two.example:{receiver.port}/"), {}, b"")

    assert got.status == 200


async def test_a_connection_is_kept_for_the_next_message():
    """Messages one after the other share a connection; those at once have their own."""
    async with receiving() as receiver, posting() as post:
        for _ in range(3):
            await post.post(target(receiver.url), {}, b"")
        assert len(receiver.connections) == 1
        await asyncio.gather(*(post.post(target(receiver.url), {}, b"") for _ in range(5)))
        assert len(receiver.connections) == 5

    assert len(receiver.got) == 8


@pytest.mark.parametrize("pause", [0, 0.05])
async def test_a_connection_the_other_side_has_closed_loses_no_message(pause):
    """Closed between two messages, or just as the second comes: it goes over a new one at once."""

    async def once(writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with receiving([once, once, once]) as receiver, posting() as post:
        for _ in range(3):
            assert (await post.post(target(receiver.url), {}, b"")).status == 200
            await asyncio.sleep(pause)

    assert len(receiver.got) == 3


async def test_a_kept_connection_is_no_way_in():
    """It leads to the address that was checked; a new one is checked anew."""
    resolve = names(["127.0.0.1"], ["10.0.0.1"])
    async with receiving() as receiver, posting(networks("127.0.0.1/32"), resolve=resolve) as post:
        to = target(f"http://turning.example:{receiver.port}/")
        assert (await post.post(to, {}, b"")).status == 200
        assert (await post.post(to, {}, b"")).status == 200
        with pytest.raises(Inside):
            await asyncio.gather(post.post(to, {}, b""), post.post(to, {}, b""))

    assert len(receiver.connections) == 1


async def test_a_handshake_that_is_broken_off_leaves_nothing_open():
    """A server that takes the connection and says nothing of TLS sees it closed when time is up."""
    closed = asyncio.Event()

    async def mute(reader, writer):
        while await reader.read(4096):
            pass
        closed.set()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with posting(seconds=0.3) as post:
        with pytest.raises(Unreachable):
            await post.post(target(f"https://127.0.0.1:{port}/"), {}, b"")
        async with asyncio.timeout(2):
            await closed.wait()
    server.close()


async def test_a_redirect_is_an_answer_and_is_not_followed():
    """302 to the metadata service is handed back; nothing more is sent anywhere."""
    said = answer(302, [("Location", "http://169.254.169.254/latest/")])
    async with receiving([said]) as receiver, posting() as post:
        got = await post.post(target(receiver.url), {}, b"")

    assert got.status == 302
    assert len(receiver.got) == 1


async def test_proxies_of_the_surroundings_are_not_used(monkeypatch):
    """A proxy would look the name up itself, and undo every check."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiving() as receiver, posting() as post:
        assert (await post.post(target(receiver.url), {}, b"")).status == 200


async def test_tls_is_checked_against_the_name_not_the_address(tmp_path):
    """A certificate for the name is accepted; one for another name, or of nobody's making, is not."""
    serving, trusting = certificate(tmp_path, "told.example")
    async with receiving(tls=serving) as receiver:
        for host, tls in (("told.example", trusting), ("other.example", trusting), ("told.example", None)):
            async with posting(resolve=names(["127.0.0.1"]), tls=tls) as post:
                to = target(f"https://{host}:{receiver.port}/")
                if (host, tls) == ("told.example", trusting):
                    assert (await post.post(to, {}, b"kept")).status == 200
                else:
                    with pytest.raises(Unreachable, match="could not be reached"):
                        await post.post(to, {}, b"secret")

    assert [request.body for request in receiver.got] == [b"kept"]


async def endless(writer):
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        await writer.drain()


async def trickle(writer):
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def slow_head(writer):
    for _ in range(1000):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def half(writer):
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
    writer.close()


async def silent(_):
    await asyncio.sleep(30)


async def hang_up(writer):
    writer.close()


async def huge_head(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 500_000)


async def nonsense(writer):
    writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")


async def test_an_endless_answer_is_read_so_far_and_no_further():
    """64 KiB of it, then the connection is closed; the status counts."""
    async with receiving([endless]) as receiver, posting() as post:
        got = await post.post(target(receiver.url), {}, b"")
        again = await post.post(target(receiver.url), {}, b"")

    assert (got.status, len(got.body)) == (200, LARGEST)
    assert again.body == b"ok"


@pytest.mark.parametrize("said", [trickle, half], ids=lambda said: said.__name__)
async def test_who_has_said_yes_is_told_no_second_time_for_a_slow_or_broken_body(said):
    """The status is the answer: a body that never ends, or breaks off, is read for a moment and no longer."""
    async with receiving([said]) as receiver, posting(seconds=0.4) as post:
        begun = time.monotonic()
        got = await post.post(target(receiver.url), {}, b"")
        again = await post.post(target(receiver.url), {}, b"")

    assert (got.status, again.body) == (200, b"ok")
    assert len(receiver.got) == 2
    assert time.monotonic() - begun < 2


async def test_a_name_of_the_inside_is_refused_without_its_address():
    """Who gives us a name does not learn from us where it leads inside."""
    async with posting(allow="", resolve=names(["10.20.30.40"])) as post:
        with pytest.raises(Inside, match=r"wiki\.corp stands for a private network") as told:
            await post.post(target("https://wiki.corp/"), {}, b"")
    [fault] = await check_address("webhook", "https://wiki.corp/", "", resolve=names(["10.20.30.40"]))

    assert "10.20" not in str(told.value) + fault.detail


@pytest.mark.parametrize(
    "said", [slow_head, silent, hang_up, huge_head, nonsense], ids=lambda said: said.__name__
)
async def test_every_sending_ends_in_its_time(said):
    """Silence, a head in drops, a closed door, an endless head and another protocol end in words, and in time."""
    async with receiving([said]) as receiver, posting(seconds=0.4) as post:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            await post.post(target(receiver.url), {}, b"")

    assert time.monotonic() - begun < 2


async def test_many_silent_receivers_leave_room_for_the_next():
    """Sendings that are broken off give their places back."""
    async with receiving([silent] * 150) as receiver, posting(seconds=0.5) as post:
        broken = await asyncio.gather(
            *(post.post(target(receiver.url), {}, b"") for _ in range(150)), return_exceptions=True
        )
        receiver.answers.clear()
        assert (await post.post(target(receiver.url), {}, b"")).status == 200

    assert {type(each) for each in broken} == {Unreachable}


async def test_a_name_server_that_sleeps_is_not_waited_for():
    """The whole time includes the looking up."""

    async def resolve(_host, _port):
        await asyncio.sleep(30)

    async with posting(resolve=resolve, seconds=0.2) as post:
        with pytest.raises(Unreachable, match="did not answer"):
            await post.post(target("https://slow.example/"), {}, b"")


async def test_a_name_nobody_knows_is_said():
    """What cannot be looked up is unreachable, and is no fault of an address: it may be known tomorrow."""

    async def resolve(host, port):
        raise OSError("no such name")

    async with posting(resolve=resolve) as post:
        with pytest.raises(Unreachable, match="no such name"):
            await post.post(target("https://unknown.example/"), {}, b"")
    assert await check_address("slack", "https://unknown.example/", "", resolve=resolve) == []


async def test_the_machines_own_resolver_is_asked():
    """Numbers need no name server, and come back as they are."""
    assert await look_up("127.1", 80) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("way", "address", "allow", "code"),
    [
        ("webhook", "https://169.254.169.254/latest", "", "address_inside"),
        ("slack", "https://[::ffff:10.0.0.1]/", "10.0.0.0/8", "address_inside"),
        ("teams", "https://10.0.0.1/", "10.0.0.0/8", None),
        ("webhook", "http://10.0.0.1/", "10.0.0.0/8", None),
        ("webhook", "http://8.8.8.8/", "10.0.0.0/8", "address_inside"),
        ("webhook", "https://8.8.8.8/", "", None),
        ("webhook", "not an address", "", "address"),
        ("email", "rep@example.org", "", None),
        ("email", "rep", "", "address"),
        ("email", "https://example.org/", "", "address"),
    ],
)
async def test_an_address_that_can_never_be_told_is_refused_when_it_is_given(way, address, allow, code):
    """The fault names the member, and says what to write instead; nothing is connected to."""
    faults = await check_address(way, address, allow)

    assert [(fault.pointer, fault.code, bool(fault.fix)) for fault in faults] == (
        [("/address", code, True)] if code else []
    )
