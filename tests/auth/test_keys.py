"""Key sets: which keys are taken, and which addresses."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.auth.issuer import public_jwk
from registry.auth.keys import find_key, issuers_of, keys_of
from registry.errors import Invalid

GOOD = public_jwk(Ed25519PrivateKey.generate())


def rsa_jwk(size):
    public = rsa.generate_private_key(public_exponent=65537, key_size=size).public_key()
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True), "kid": "r"}


def test_a_key_set_gives_its_usable_keys():
    """Usable keys by name; the others are passed over, and do not spoil the set."""
    body = json.dumps({"keys": [GOOD, {"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, {"kty": "future"}, {}]})

    assert list(keys_of("https://i", body.encode())) == [GOOD["kid"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"kid": ""},
        {"kid": 7},
        {"crv": "Ed448"},
        {"x": "AA"},
        {"x": "not base64!"},
        {"kty": "RSA"},
    ],
)
def test_a_key_of_another_kind_is_passed_over(changes):
    """Not for signatures, another algorithm, no name, broken: not a key."""
    assert find_key("https://i", GOOD | changes) is None


def test_a_short_rsa_key_is_passed_over():
    """RSA keys have at least 2048 bits."""
    assert find_key("https://i", rsa_jwk(1024)) is None
    assert find_key("https://i", rsa_jwk(2048)).algorithm == "RS256"


def test_another_curve_is_passed_over():
    """ES256 means P-256."""
    public = ec.generate_private_key(ec.SECP384R1()).public_key()

    assert (
        find_key("https://i", {**jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True), "kid": "e"}) is None
    )


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": 7}', b"\xff", b"<html>"])
def test_what_is_no_key_set_is_refused(body):
    """Bytes that are no key set raise Invalid."""
    with pytest.raises(Invalid):
        keys_of("https://i", body)


def test_issuers_are_pairs():
    """`issuer=address` pairs, separated by commas, spaces allowed."""
    assert issuers_of("https://a=https://a/jwks, urn:b=https://b/k?x=1") == {
        "https://a": "https://a/jwks",
        "urn:b": "https://b/k?x=1",
    }
    assert issuers_of("") == {}
    assert issuers_of("a=http://127.0.0.1:9/jwks")


@pytest.mark.parametrize(
    "text", ["https://a", "a=", "=https://a", "a=http://a/jwks", "a=ftp://a", "a=https://a,a=https://b"]
)
def test_what_names_no_issuer_is_refused(text):
    """Half a pair, an address without TLS, a name given twice."""
    with pytest.raises(Invalid):
        issuers_of(text)
