"""The mail server the operator named, taken apart."""

import email.utils
import ipaddress
from urllib.parse import unquote, urlsplit

import msgspec

from registry.errors import Invalid

FORM = "REGISTRY_SMTP_URL is not of the form smtp://[user:password@]host[:port], or smtps://"


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where letters are handed over. `secure`: TLS from the first byte; else STARTTLS where it is offered."""

    host: str
    port: int
    secure: bool
    user: str | None = None
    password: str | None = None

    @property
    def local(self) -> bool:
        """Whether it runs on this machine, with nobody between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def server(url: str) -> Server | None:
    """The server *url* names, None when it is empty; raises Invalid for one of another form."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Invalid(FORM) from None
    if parts.scheme not in {"smtp", "smtps"} or not host or parts.path not in {"", "/"} or parts.query:
        raise Invalid(FORM)
    if bool(parts.username) != bool(parts.password):
        raise Invalid(f"{FORM}; a user has a password, and a password a user")
    secure = parts.scheme == "smtps"
    usual = 465 if secure else 587 if parts.username else 25
    return Server(
        host=host,
        port=port or usual,
        secure=secure,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def sender_of(mail_from: str) -> str:
    """The bare address of the setting `mail_from`; raises Invalid when there is none in it."""
    address = email.utils.parseaddr(mail_from)[1]
    if "@" not in address or not mail_from.isprintable():
        raise Invalid("REGISTRY_MAIL_FROM holds no mail address like Registry <registry@example.org>")
    return address
