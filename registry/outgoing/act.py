"""Looks names up, connects to the very address that was checked, posts, and reads a little of the answer."""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpcore
import httpx
import msgspec

from registry.errors import Fault, Invalid
from registry.outgoing.address import Network, Target, allowed, closed, mailbox, networks, read_ip, target

SECONDS: Final = 15.0
"""How long one sending may take, from looking the name up to the status of the answer."""
REST_SECONDS: Final = 2.0
"""How long its body is waited for: who has said yes is told, however slowly the rest comes."""
LOOK_UP_SECONDS: Final = 5.0
CONNECT_SECONDS: Final = 3.0
"""How long one of a name's addresses may take to connect, so that there is time for the next."""
LARGEST: Final = 1 << 16
"""Bytes of an answer that are read; what comes after them is left unread, and the connection closed."""
AT_ONCE: Final = 100
KEPT: Final = 64
"""Connections that are kept at once."""
TRIED: Final = 2
"""How many of a name's addresses are tried, one after the other."""
IDLE_SECONDS: Final = 4.0
"""Shorter than the patience of common servers, so that a kept connection is seldom closed under a message."""
NAMES_AT_ONCE: Final = 16
HEADERS: Final = {"user-agent": "ai-use-registry", "accept": "*/*", "accept-encoding": "identity"}

EXAMPLES: Final = {
    True: "Write a mail address, like name@example.org.",
    False: "Write an address that the internet reaches by https, like https://example.org/hook.",
}
"""How to mend an address: a mailbox (True) or a webhook's."""

BROKEN: Final = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""What the library raises when an answer does not come, or not to its end."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses a name stands for now."""


class Unreachable(Exception):
    """Nothing could be posted; says why in words its owner can act on."""


class Inside(Unreachable):
    """The address is not public, and its network is not allowed."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the status, the headers, and no more of the body than is read."""

    status: int
    headers: dict[str, str]
    body: bytes


NAMES: Final = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
"""Threads of their own: a name server that takes its time holds up no other work."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """Every address *host* stands for now, by the machine's own resolver."""
    ask = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(NAMES, ask)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))


async def checked(
    resolve: Resolve, host: str, port: int, allow: Sequence[Network], *, secure: bool
) -> list[str]:
    """The addresses *host* stands for; raises Inside when one of them may not be reached.

    A name that stands for a public and a private address is refused: which of them is meant is anybody's
    guess. Without TLS only what the operator allows is reached.
    """
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await resolve(host, port)
    except TimeoutError:
        raise Unreachable(f"the name {host} was not looked up in {LOOK_UP_SECONDS:.0f} seconds") from None
    except (OSError, UnicodeError) as fault:
        raise Unreachable(f"the name {host} cannot be looked up: {fault}") from None
    for text in found:
        ip = read_ip(text)
        why = "no address" if ip is None else closed(ip, allow)
        if why:
            # A name's address is not said: nobody is to learn from us how names are resolved inside.
            leads = "is" if read_ip(host) else "stands for"
            raise Inside(f"{host} {leads} {why}; only public addresses are told")
        if not secure and ip is not None and not allowed(ip, allow):
            raise Inside(f"{host} is public, and what is told in public is told by https")
    if not found:
        raise Unreachable(f"the name {host} stands for no address")
    return list(found)


class Outside(httpcore.AsyncNetworkBackend):
    """Connections to checked addresses only: what is looked up is what is connected to."""

    def __init__(self, allow: Sequence[Network], resolve: Resolve, *, secure: bool) -> None:
        self.allow = allow
        self.resolve = resolve
        self.secure = secure
        self.inner = httpcore.AnyIOBackend()
        self.streams: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to *host* at the first of its checked addresses that answers."""
        found = await checked(self.resolve, host, port, self.allow, secure=self.secure)
        for address in found[:TRIED]:
            try:
                stream = await self.inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                failed = fault
            else:
                self.streams.append(stream)
                return stream
        raise failed

    async def close(self) -> None:
        """Close every connection that was made through it."""
        for stream in self.streams:
            await stream.aclose()


class Link:
    """One connection to one place. The library's own pool looks at every connection for every request."""

    def __init__(self, to: Target, outside: Outside, tls: ssl.SSLContext) -> None:
        self.place = place_of(to)
        self.outside = outside
        origin = httpcore.Origin(b"https" if to.secure else b"http", to.host.encode("ascii"), to.port)
        self.connection = httpcore.AsyncHTTPConnection(
            origin, ssl_context=tls, keepalive_expiry=IDLE_SECONDS, network_backend=outside
        )

    async def ask(self, request: httpcore.Request, seconds: float) -> Answer:
        """One request and its answer: its head within *seconds*, and of its body what soon comes."""
        async with asyncio.timeout(seconds):
            response = await self.connection.handle_async_request(request)
        read = bytearray()
        with contextlib.suppress(TimeoutError, *BROKEN):
            async with asyncio.timeout(min(REST_SECONDS, seconds)):
                async for piece in response.aiter_stream():
                    read += piece
                    if len(read) >= LARGEST:
                        break
        await response.aclose()
        names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(status=response.status, headers=names, body=bytes(read[:LARGEST]))

    async def close(self) -> None:
        """Close it, whatever it was doing: a handshake that is broken off leaves nothing open."""
        await self.outside.close()


class Post:
    """Posts bytes to addresses outside. One for each process; connections are kept for a moment."""

    def __init__(
        self,
        allow: Sequence[Network] = (),
        *,
        resolve: Resolve = look_up,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.allow = allow
        self.resolve = resolve
        self.tls = tls or httpx.create_ssl_context()
        self.seconds = seconds
        self.room = asyncio.Semaphore(AT_ONCE)
        self.kept: list[Link] = []

    async def post(self, to: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post *body* and read the answer; raises Unreachable when there is none to be had in time."""
        try:
            async with asyncio.timeout(self.seconds + REST_SECONDS), self.room:
                return await self.exchange(to, request_of(to, headers, body, self.seconds))
        except (TimeoutError, httpcore.TimeoutException):
            raise Unreachable(f"{to.host} did not answer within {self.seconds:.0f} seconds") from None
        except BROKEN as fault:
            raise Unreachable(f"{to.host} could not be reached: {fault or type(fault).__name__}") from None
        except (OSError, ValueError) as fault:
            # What a certificate or an answer can be wrong in is not all wrapped by the library.
            raise Unreachable(f"{to.host} could not be reached: {fault!r}") from None

    async def exchange(self, to: Target, request: httpcore.Request) -> Answer:
        """Ask over a connection that was kept, and over a new one when the other side had just closed it."""
        link = await self.take(to)
        if link is not None:
            with contextlib.suppress(httpcore.NetworkError, httpcore.RemoteProtocolError):
                return await self.over(link, request)
        outside = Outside(self.allow, self.resolve, secure=to.secure)
        return await self.over(Link(to, outside, self.tls), request)

    async def over(self, link: Link, request: httpcore.Request) -> Answer:
        """Ask over *link*, and keep it if it can be used again."""
        try:
            answer = await link.ask(request, self.seconds)
        except BaseException:
            await link.close()
            raise
        if link.connection.is_available():
            self.kept.append(link)
        else:
            await link.close()
        if len(self.kept) > KEPT:
            await self.kept.pop(0).close()
        return answer

    async def take(self, to: Target) -> Link | None:
        """The connection to *to* that was used last and still stands."""
        for link in [each for each in reversed(self.kept) if each.place == place_of(to)]:
            if link in self.kept:
                self.kept.remove(link)
                if not link.connection.has_expired():
                    return link
                await link.close()
        return None

    async def close(self) -> None:
        """Close what is kept open."""
        for link in self.kept:
            await link.close()


def place_of(to: Target) -> tuple[bool, str, int]:
    """What a connection is to: TLS or not, host and port."""
    return to.secure, to.host, to.port


def request_of(to: Target, headers: Mapping[str, str], body: bytes, seconds: float) -> httpcore.Request:
    """The request, to the very parts that are connected to."""
    url = httpcore.URL(
        scheme=b"https" if to.secure else b"http",
        host=to.host.encode("ascii"),
        port=to.port,
        target=to.path.encode("ascii"),
    )
    every = {**HEADERS, **headers, "host": host_of(to), "content-length": str(len(body))}
    patience = {"connect": CONNECT_SECONDS, "read": seconds, "write": seconds}
    return httpcore.Request(
        "POST", url, headers=list(every.items()), content=body, extensions={"timeout": patience}
    )


def host_of(to: Target) -> str:
    """The Host header: the port only where it is not the scheme's own, an IPv6 address in brackets."""
    host = f"[{to.host}]" if ":" in to.host else to.host
    return host if to.port == (443 if to.secure else 80) else f"{host}:{to.port}"


@contextlib.asynccontextmanager
async def opened(allow: str) -> AsyncIterator[Post]:
    """A Post that reaches what is public and what the setting `outgoing_allow` names."""
    post = Post(networks(allow))
    try:
        yield post
    finally:
        await post.close()


async def check_address(way: str, address: str, allow: str, *, resolve: Resolve = look_up) -> list[Fault]:
    """Every fault of an address that can never be told anything, at `/address`; nothing is connected to.

    A name nobody knows today may be known tomorrow, and is no fault: a trial of the subscription shows it.
    """
    reachable = networks(allow)
    try:
        if way == "email":
            mailbox(address)
        else:
            to = target(address)
            await checked(resolve, to.host, to.port, reachable, secure=to.secure)
    except Invalid as fault:
        return [Fault(pointer="/address", code="address", detail=fault.detail, fix=EXAMPLES[way == "email"])]
    except Inside as fault:
        return [Fault(pointer="/address", code="address_inside", detail=str(fault), fix=EXAMPLES[False])]
    except Unreachable:
        return []
    return []
