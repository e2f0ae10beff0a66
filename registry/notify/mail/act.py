"""Hands a letter to the mail server; ends a subscription by the link in its letters."""

import asyncio
import base64
import binascii
import contextlib
import datetime as dt
import hashlib
import ssl
from typing import Final

import aiosmtplib
import httpx
import msgspec
import structlog

from registry.db import Database
from registry.deliveries.sending import Outgoing, Result, Sent
from registry.errors import Invalid, NotFound
from registry.notify.mail import answer, page
from registry.notify.mail.letter import letter
from registry.notify.mail.server import Server, sender_of, server
from registry.notify.wording import short
from registry.outgoing.address import mailbox
from registry.settings import Settings
from registry.subscriptions import store
from registry.subscriptions.subscription import Subscription

log = structlog.get_logger()

SECONDS: Final = 25.0
"""How long handing over one letter may take; some servers are slow to strangers on purpose."""
LONGEST: Final = 300
ENDED: Final = "ended by the link in a mail"


class MailSender:
    """Tells by mail, through the server the operator named."""

    def __init__(
        self, settings: Settings, *, tls: ssl.SSLContext | None = None, seconds: float = SECONDS
    ) -> None:
        self.server = server(settings.smtp_url)
        self.sender = settings.mail_from
        self.envelope = sender_of(settings.mail_from)
        self.base = settings.address
        self.tls = tls or (trust(self.server) if self.server else None)
        self.seconds = seconds

    async def send(self, to: Subscription, message: Outgoing, now: dt.datetime) -> Sent:
        """Hand *message* over once; raises for nothing the other side does."""
        try:
            mailbox(to.address)
        except Invalid as fault:
            return Sent(result="gone", error=fault.detail, body_sha256=hashlib.sha256(b"").digest())
        written = letter(
            message.events,
            message.id,
            to.address,
            sender=self.sender,
            base=self.base,
            unsubscribe=to.unsubscribe,
            now=now,
            note=message.note,
        )
        digest = hashlib.sha256(written).digest()
        try:
            async with asyncio.timeout(self.seconds):
                await self.hand_over(to.address, written)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as fault:
            result, status, error = judged(fault)
            return Sent(result=result, status=status, error=short(error, LONGEST), body_sha256=digest)
        return Sent(result="delivered", status=250, body_sha256=digest)

    async def hand_over(self, to: str, written: bytes) -> None:
        """One connection, one letter."""
        if self.server is None:
            raise aiosmtplib.SMTPException(
                "this registry has no mail server; its operator sets REGISTRY_SMTP_URL"
            )
        await aiosmtplib.send(
            written,
            sender=self.envelope,
            recipients=[to],
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.user,
            password=self.server.password,
            local_hostname=self.envelope.rpartition("@")[2],
            use_tls=self.server.secure,
            start_tls=starting(self.server),
            tls_context=self.tls,
            timeout=self.seconds,
        )


def starting(named: Server) -> bool | None:
    """Whether STARTTLS must be, since a password never goes out in the clear; None: where it is offered."""
    if named.secure:
        return False
    return True if named.user and not named.local else None


def trust(named: Server) -> ssl.SSLContext:
    """Certificates are checked, but for a server on this very machine, whose are mostly made up."""
    context = httpx.create_ssl_context()
    if named.local:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def judged(fault: Exception) -> tuple[Result, int | None, str]:
    """What became of a letter, the server's code, and what is said about it."""
    match fault:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[aiosmtplib.SMTPRecipientRefused() as one, *_]):
            return answer.result("recipient", one.code, one.message), one.code, one.message
        case aiosmtplib.SMTPDataError():
            return answer.result("content", fault.code, fault.message), fault.code, fault.message
        case aiosmtplib.SMTPResponseException():
            return answer.result("greeting", fault.code, fault.message), fault.code, fault.message
        case TimeoutError():
            return "again", None, "the mail server did not answer in time"
        case _:
            return "again", None, str(fault) or type(fault).__name__


class Shown(msgspec.Struct, frozen=True):
    """A page and its headers."""

    html: str
    headers: dict[str, str]


def read_token(text: str) -> bytes:
    """The bytes a link carries; NotFound when it is none of ours."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound("this link ends no subscription; it may have been cut short") from None


async def show_link(db: Database, token: str) -> Shown:
    """The page behind the link. Changes nothing."""
    async with db.snapshot() as conn:
        found = await store.find_by_unsubscribe(conn, read_token(token))
    if found is None:
        raise NotFound("this link ends no subscription; it may have been cut short")
    return Shown(page.asking(found.address, ended=found.state == "ended"), page.HEADERS)


async def end_by_link(db: Database, token: str, now: dt.datetime) -> Shown:
    """End the subscription whose letters carry the link; done twice, it is ended."""
    async with db.transaction() as conn:
        found = await store.find_by_unsubscribe(conn, read_token(token))
        if found is None:
            raise NotFound("this link ends no subscription; it may have been cut short")
        # Two clicks at once: whoever comes second finds it ended.
        with contextlib.suppress(NotFound):
            before = await store.get(conn, found.subscription_id, None, lock=True)
            ended = msgspec.structs.replace(before, state="ended", state_reason=ENDED, changed_at=now)
            await store.change(conn, ended)
            log.info("subscription.ended", subscription=str(found.subscription_id), by="link")
    return Shown(page.asking(found.address, ended=True), page.HEADERS)
