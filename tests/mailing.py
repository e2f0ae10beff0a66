"""A real SMTP server that keeps what it is given, or says no where it is told to."""

import asyncio
import contextlib
import email
import email.policy
from types import SimpleNamespace

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


def box_of(**says):
    """A box: `.got` are letters; *says* answers the command `mail`, `rcpt` or `data`, `wait` before the last."""
    got = []

    async def sender(server, session, envelope, address, options):
        envelope.mail_from = address
        return says.get("mail", "250 OK")

    async def recipient(server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return says.get("rcpt", "250 OK")

    async def content(server, session, envelope):
        await asyncio.sleep(says.get("wait", 0))
        if "data" not in says:
            got.append(
                SimpleNamespace(
                    sender=envelope.mail_from,
                    to=envelope.rcpt_tos,
                    raw=envelope.content,
                    tls=session.ssl is not None,
                    letter=email.message_from_bytes(envelope.content, policy=email.policy.default),
                )
            )
        return says.get("data", "250 OK")

    return SimpleNamespace(handle_MAIL=sender, handle_RCPT=recipient, handle_DATA=content, got=got)


@contextlib.asynccontextmanager
async def mailing(box, secure=None, **options):
    """A mail server for *box*; what it yields is the port it listens on."""
    loop = asyncio.get_running_loop()
    protocols = []

    def made():
        protocols.append(SMTP(box, hostname="mail.example", loop=loop, **options))
        return protocols[-1]

    listening = await loop.create_server(made, HOST, 0, ssl=secure)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for protocol in protocols:
            if protocol.transport:
                protocol.transport.abort()
        await asyncio.sleep(0)
