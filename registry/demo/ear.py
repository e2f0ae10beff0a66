"""A webhook's receiver: a guild's own program, as small as one can be, on the loopback address.

It takes what is posted, answers 204, and checks each message as Standard Webhooks asks a receiver to: the
signature over id, instant and the very bytes; and that it is not an old message sent again.
"""

import asyncio
import contextlib
import hmac
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, Self

import msgspec

from registry.outgoing import signing

PATH: Final = "/registry"
LARGEST: Final = 20_480
TOLERANCE: Final = 300
"""Seconds by which a message's instant may differ from the receiver's clock."""
TAKEN: Final = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
BROKEN: Final = (
    ValueError,
    LookupError,
    msgspec.DecodeError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
)
"""What reading something else than a message ends in."""
REFUSED: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it came in. `holds`: its signature is of these bytes, and its instant is now."""

    id: str
    instant: int
    type: str
    data: dict[str, Any]
    bytes: int
    holds: bool


class Body(msgspec.Struct, frozen=True):
    """What a message says; more may stand in it."""

    type: str
    data: dict[str, Any]


class Ear:
    """Listens for as long as its block runs; keeps each message once, by its id, in the order they came."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.secret = ""
        self.words: dict[str, Word] = {}
        self.again = 0
        """How many messages came that were there already."""
        self.port = 0
        self.came = asyncio.Event()
        self.ends = contextlib.AsyncExitStack()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ends.callback(server.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ends.aclose()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one message from one connection."""
        try:
            word = await self.taken(reader)
            self.again += word.id in self.words
            self.words.setdefault(word.id, word)
            self.came.set()
            writer.write(TAKEN)
        except BROKEN:
            writer.write(REFUSED)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def taken(self, reader: asyncio.StreamReader) -> Word:
        """The message that *reader* brings; raises for what is none."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        if not head[0].startswith(f"POST {PATH} "):
            raise ValueError(head[0])
        lines = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in lines}
        size = int(headers["content-length"])
        if size > LARGEST:
            raise ValueError(size)
        body = await reader.readexactly(size)
        told = msgspec.json.decode(body, type=Body)
        instant = int(headers["webhook-timestamp"])
        near = abs(self.now().timestamp() - instant) <= TOLERANCE
        return Word(
            id=headers["webhook-id"],
            instant=instant,
            type=told.type,
            data=told.data,
            bytes=size,
            holds=near and bool(self.secret) and signed(self.secret, headers, body),
        )

    async def hears(self, types: Collection[str], before: Collection[str], seconds: float) -> list[Word]:
        """One new message of each of *types*, none of those *before*; when time is up, what has come."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            self.came.clear()
            new = {word.type: word for word in self.words.values() if word.id not in before}
            left = end - asyncio.get_running_loop().time()
            if set(types) <= new.keys() or left <= 0:
                return [new[each] for each in types if each in new]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.came.wait(), left)


def signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures in *headers* is of *body*, and would not be of one letter less."""
    return fits(secret, headers, body) and not fits(secret, headers, body[:-1])


def fits(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures in *headers* is of *body*, by the secret both sides share."""
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = signing.signature(secret, content)
    return any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split())
