import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.outgoing.address import Target, closed, mailbox, networks, read_ip, target

INSIDE = """
127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.100.100.200 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 192.88.99.1
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:a9fe:a9fe ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::808:808 64:ff9b:1::1 2002:7f00:1:: 2002:808:808::1 2001::1 2001:0:53aa::1 2001:db8::1 3fff::1
fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 100::1 5f00::1 4000::1 8000::1
"""
OUTSIDE = """
8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0 100.63.255.255
100.128.0.0 169.253.255.255 169.255.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2606:4700::1111 2001:200::1 2a00:1450::1 2003::1 3ffe::1
"""


@pytest.mark.parametrize("text", INSIDE.split())
def test_what_is_not_public_is_closed(text):
    """Private, local, reserved, group, example and dressed-up addresses are refused, each with what it is."""
    assert closed(read_ip(text))


@pytest.mark.parametrize("text", OUTSIDE.split())
def test_what_is_public_is_open(text):
    """The last public address before a closed network, and the first after it, may be reached."""
    assert closed(read_ip(text)) is None


@given(
    st.one_of(st.ip_addresses(), st.ip_addresses(network="2000::/3"), st.ip_addresses(network="2001::/16"))
)
@example(ipaddress.ip_address("192.0.0.9"))
@example(ipaddress.ip_address("2001:4:112::1"))
def test_the_standard_library_has_nothing_to_object_to(ip):
    """Whatever is open is global, and no group, to Python's own table, too."""
    if closed(ip) is None:
        assert ip.is_global
        assert not ip.is_multicast
        assert not ip.is_reserved


@given(st.ip_addresses(v=4))
def test_no_clothes_make_an_ipv4_address_pass(ip):
    """Mapped, translated, compatible and 6to4 forms of any IPv4 address are closed."""
    number = int(ip)
    for whole in (
        0xFFFF << 32 | number,
        number,
        0xFFFF << 48 | number,
        0x64FF9B << 96 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | number ^ 0xFFFFFFFF,
    ):
        assert closed(ipaddress.IPv6Address(whole)), ipaddress.IPv6Address(whole)


def test_the_operator_opens_networks_by_name():
    """An allowed network is open, its neighbour is not, and an IPv4 network opens no IPv6 clothes."""
    allow = networks(" 10.1.0.0/16 , fd00::/8,")

    assert closed(read_ip("10.1.255.255"), allow) is None
    assert closed(read_ip("fd00::1"), allow) is None
    assert closed(read_ip("10.2.0.0"), allow)
    assert closed(read_ip("::ffff:10.1.0.1"), allow)


@pytest.mark.parametrize("text", ["10.1.0.1/16", "localhost", "10.0.0.0/8;11.0.0.0/8", "10.1/16/3"])
def test_a_network_that_is_none_is_refused(text):
    """A misspelt network is said, not silently nothing."""
    with pytest.raises(Invalid, match="REGISTRY_OUTGOING_ALLOW"):
        networks(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://Example.org", Target(secure=True, host="example.org", port=443, path="/")),
        ("https://example.org:8443/a?b=c", Target(secure=True, host="example.org", port=8443, path="/a?b=c")),
        ("http://[fd00::1]:80/x", Target(secure=False, host="fd00::1", port=80, path="/x")),
        ("https://example.org?x", Target(secure=True, host="example.org", port=443, path="/?x")),
    ],
)
def test_an_address_is_taken_apart_once(text, parts):
    """Host, port and path are what is connected to and what is sent."""
    assert target(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "example.org",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "//example.org",
        ),
        *("https://user:secret@example.org/", "https://example.org@10.0.0.1/", "https://example.org/#x"),
        *("https://example.org:0/", "https://example.org:99999/", "https://example.org:x/"),
        *(
            "https://exa mple.org/",
            "https://example.org/\r\nX: y",
            "https://example.org/\0",
            "https://exämple.org/",
        ),
        *("https://example.org\\@10.0.0.1/", "https://[::1", "https://[fe80::1%25eth0]/", "https://a,b/"),
        *(
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://017700000001/",
            "https://a.0x7f/",
        ),
        *("https://./", "https://a..b/", "https://.a/", f"https://{'a' * 64}.org/", "https://[::1].a/"),
        *("https://[v1.a]/", "https://[2606:4700::1111]a/", f"https://{'a.' * 127}b/"),
        *("https://127.0.0.1./", "https://0177.0.0.1/", "https://1.2.3/", "https://0x/"),
        "https://example.org/" + "x" * 1000,
    ],
)
def test_an_address_that_cannot_be_posted_to_is_refused(text):
    """Other schemes, passwords, line ends, backslashes and zones are refused in words."""
    with pytest.raises(Invalid):
        target(text)


@given(st.text(max_size=60))
def test_an_address_is_taken_apart_or_refused(text):
    """No text breaks the door, and none carries a line end into a request."""
    try:
        parts = target(f"https://{text}")
    except Invalid:
        return
    assert (parts.host + parts.path).isascii()
    assert (parts.host + parts.path).isprintable()


@pytest.mark.parametrize("text", ["rep@example.org", "first.last+ai@sub.example.org", "registry@localhost"])
def test_a_mailbox_is_kept(text):
    """Ordinary addresses pass as they are."""
    assert mailbox(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "rep",
            "@example.org",
            "rep@",
            "a@b@c",
            "a b@example.org",
            "a@example.org\r\nBcc: b@c.org",
            "a@-b.org",
        ),
        *(
            "a@example.org,b@example.org",
            "<a@example.org>",
            "Rep <a@example.org>",
            ".a@b.org",
            "ä@b.org",
            "a@b\0.org",
        ),
        "a" * 250 + "@b.org",
        "a" * 65 + "@b.org",
        f"a@{'b' * 64}.org",
        *("a@127.0.0.1", "a@2130706433", "a@0x7f.1"),
    ],
)
def test_what_is_no_mailbox_is_refused(text):
    """Lists, names, line ends and NUL never come near a letter's head."""
    with pytest.raises(Invalid):
        mailbox(text)
