"""Headers as callers write them."""

import pytest

from registry.errors import Invalid, PreconditionMissing, Stale
from registry.filing import key as keys


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ('  "a b"  ', "a b"),
        (r'"a\"b\\c"', 'a"b\\c'),
        ('"k";note=1', "k"),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_key_is_read_quoted_or_bare(header, key):
    """RFC 8941 strings with their escapes, or a bare word."""
    assert keys.key_of(header) == key


@pytest.mark.parametrize(
    "header", ["", '""', "a b", '"a', 'a"b', "x" * 256, '"é"', '"\\a"', '"a\nb"', "a\x00b"]
)
def test_what_is_no_key_is_refused(header):
    """Empty, too long, torn, or not printable ASCII."""
    with pytest.raises(Invalid):
        keys.key_of(header)


def test_no_header_is_no_key():
    """Whether that is allowed is for the request to say."""
    assert keys.key_of(None) is None


def test_an_etag_names_a_version():
    """Strong, quoted, a number; nothing else names a version."""
    assert keys.version_of(' "12" ') == 12
    with pytest.raises(PreconditionMissing):
        keys.version_of(None)
    for text in ("12", 'W/"12"', '"a"', "*", '"1", "2"', ""):
        with pytest.raises(Stale):
            keys.version_of(text)


def test_a_fingerprint_is_of_method_path_tenant_and_body():
    """Each of the four makes another request."""
    same = keys.fingerprint("POST", "/v1/disclosures", "a", b"{}")

    assert same == keys.fingerprint("POST", "/v1/disclosures", "a", b"{}")
    for other in (
        ("PUT", "/v1/disclosures", "a", b"{}"),
        ("POST", "/v1/disclosures/1", "a", b"{}"),
        ("POST", "/v1/disclosures", "b", b"{}"),
        ("POST", "/v1/disclosures", "a", b"{ }"),
    ):
        assert keys.fingerprint(*other) != same


def test_a_content_digest_is_checked_when_it_can_be():
    """RFC 9530: sha-256 is checked wherever it stands in the list; other algorithms are passed over."""
    good = keys.content_digest(b"{}")

    keys.check_digest(None, b"{}")
    keys.check_digest(good, b"{}")
    keys.check_digest(f"sha-512=:AA==:, {good}", b"{}")
    keys.check_digest("md5=:AA==:", b"{}")
    for wrong in ("sha-256=:AAAA:", "sha-256=:A:", keys.content_digest(b"{ }")):
        with pytest.raises(Invalid):
            keys.check_digest(wrong, b"{}")
