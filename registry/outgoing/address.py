"""An address a person gave, taken apart; which networks may be reached, and why not.

A name is judged by what it stands for at the moment of connecting, never by how it is spelt: 127.1, 0x7f.1
and 2130706433 are all the same machine, and a name may change what it stands for between two questions.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import msgspec

from registry.errors import Invalid

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST: Final = 1000
"""Letters an address of a webhook may have."""
LONGEST_MAILBOX, LONGEST_NAME = 254, 64
"""Letters of a mail address, and of what stands before its @."""
VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
HOST: Final = re.compile(r"(?=.{1,254}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
BRACKETS: Final = re.compile(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?")
"""What stands between `//` and the path for an IPv6 address: nothing after the bracket but a port."""
NUMBER: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
"""A host whose last part is a number: an IPv4 address, in whatever spelling, and never a name."""
MAILBOX: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)

CLOSED: Final = {
    ipaddress.ip_network(network): what
    for network, what in (
        ("0.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud's own service"),
        ("169.254.0.0/16", "a link-local network, where clouds keep their metadata"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved network"),
        ("192.0.2.0/24", "a network for examples"),
        ("192.88.99.0/24", "a retired relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network for measurements"),
        ("198.51.100.0/24", "a network for examples"),
        ("203.0.113.0/24", "a network for examples"),
        ("224.0.0.0/4", "a group of machines"),
        ("240.0.0.0/4", "a reserved network"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 clothes"),
        ("64:ff9b::/96", "an IPv4 address in IPv6 clothes"),
        ("64:ff9b:1::/48", "an IPv4 address in IPv6 clothes"),
        ("::1/128", "this machine"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local network"),
        ("ff00::/8", "a group of machines"),
        ("2001::/23", "a network for protocols and tunnels"),
        ("2001:db8::/32", "a network for examples"),
        ("2002::/16", "an IPv4 address in IPv6 clothes"),
        ("3fff::/20", "a network for examples"),
    )
}
"""Networks that are not the public internet (IANA's special-purpose registries), and what each is."""
PUBLIC_V6: Final = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to the public; the rest is reserved."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request goes: the very parts that are connected to and sent, so that nothing parses twice."""

    secure: bool
    host: str
    port: int
    path: str


def networks(text: str) -> list[Network]:
    """The networks an operator allows; raises Invalid for one that is not written as a network."""
    found: list[Network] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(word))
        except ValueError as fault:
            raise Invalid(
                f"REGISTRY_OUTGOING_ALLOW: {word!r} is not a network like 10.1.0.0/16: {fault}"
            ) from None
    return found


def allowed(ip: Ip, allow: Iterable[Network]) -> bool:
    """Whether the operator allows *ip*, public or not."""
    return any(ip in network for network in allow)


def closed(ip: Ip, allow: Iterable[Network] = ()) -> str | None:
    """What *ip* is, when it may not be reached; None when it may."""
    if allowed(ip, allow):
        return None
    for network, what in CLOSED.items():
        if ip in network:
            return what
    return None if ip.version == 4 or ip in PUBLIC_V6 else "a reserved network"


def read_ip(text: str) -> Ip | None:
    """The address *text* is, or None for a name. A zone (`%eth0`) is left out: it does not make it public."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def target(text: str) -> Target:
    """The parts of a webhook's address; raises Invalid for one that cannot be posted to."""
    if len(text) > LONGEST:
        raise Invalid(f"the address has {len(text)} letters; {LONGEST} are allowed")
    if not VISIBLE.fullmatch(text) or "\\" in text:
        raise Invalid("the address has a space, or a letter that does not belong into an address")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("the address is not one like https://example.org/hook") from None
    if parts.scheme not in {"https", "http"} or not (HOST.fullmatch(host) or read_ip(host)) or "%" in host:
        raise Invalid("the address is not one like https://example.org/hook")
    if "[" in parts.netloc and not BRACKETS.fullmatch(parts.netloc.rpartition("@")[2]):
        raise Invalid(
            "an IPv6 address stands in brackets, and only a port may follow: https://[2606:4700::1]:443/"
        )
    if NUMBER.fullmatch(host) and read_ip(host) is None:
        raise Invalid(f"{host} is a number for an address in an unusual spelling; write it as 192.0.2.1 is")
    if "@" in parts.netloc:
        raise Invalid("the address holds a user name or password; leave it out, requests are signed instead")
    if parts.fragment:
        raise Invalid("the address ends in #…, which is never sent; leave it out")
    if port == 0:
        raise Invalid("port 0 cannot be reached")
    secure = parts.scheme == "https"
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        secure=secure, host=host, port=port or (443 if secure else 80), path=(parts.path or "/") + query
    )


def mailbox(text: str) -> str:
    """The mail address *text* is; raises Invalid for one that no letter can be sent to."""
    name, _, domain = text.rpartition("@")
    fits = len(text) <= LONGEST_MAILBOX and len(name) <= LONGEST_NAME and HOST.fullmatch(domain)
    if not fits or NUMBER.fullmatch(domain) or not MAILBOX.fullmatch(text):
        raise Invalid(
            "the address is not a mail address like name@example.org"
            " (write a domain with other letters in its xn-- form)"
        )
    return text
