"""Tokens: what is believed, and every way in which one is not."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.auth import token
from registry.auth.issuer import public_jwk
from registry.auth.keys import find_key
from registry.errors import Unauthenticated

ISSUER = "https://login.example"
AUDIENCE = "ai-use-registry"
PRIVATE = Ed25519PrivateKey.generate()
JWK = public_jwk(PRIVATE)
KEY = find_key(ISSUER, JWK)


def claims(**changes):
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "office@northlight",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "role": "employer",
        "employer": "northlight-pictures",
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def signed(said=None, *, private=PRIVATE, algorithm="EdDSA", **header):
    fields = {"typ": "at+jwt", "kid": KEY.kid} | header
    return jwt.encode(claims() if said is None else said, private, algorithm=algorithm, headers=fields)


def read(given, keys=(KEY,), leeway=30):
    return token.principal_of(token.signed(given, keys, AUDIENCE, leeway))


@pytest.mark.parametrize("role", ["employer", "representative", "auditor", "administrator"])
def test_nobody_goes_by_the_registrys_own_name(role):
    """Its moves in the history could not be told from the registry's."""
    with pytest.raises(Unauthenticated, match="nobody's `sub`"):
        read(signed(claims(sub="registry", role=role, locals=["IATSE:700"])))


def test_a_good_token_names_its_bearer():
    """All claims in order: the principal is who the token says."""
    principal = read(signed())

    assert (principal.subject, principal.role, principal.employer_id) == (
        "office@northlight",
        "employer",
        "northlight-pictures",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exp": 1}, "expired"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"iat": 4_000_000_000}, "not valid yet"),
        ({"aud": "another-service"}, "`aud`"),
        ({"iss": "https://elsewhere.example"}, "`iss`"),
        ({"role": "owner"}, "claims"),
        ({"sub": ""}, "claims"),
        ({"sub": "a\x00b"}, "claims"),
        ({"sub": "office\n"}, "claims"),
        ({"sub": "\ud800"}, "claims"),
        ({"role": "\ud800"}, "claims"),
        ({"employer": "northlight-pictures\n"}, "claims"),
        ({"employer": "Northlight Pictures"}, "claims"),
        ({"employer": None}, "`employer`"),
        ({"role": "representative", "employer": None}, "unions or locals"),
        ({"sub": 7}, "cannot be read"),
        ({"jti": 7}, "cannot be read"),
    ],
)
def test_a_wrong_claim_is_refused_in_words(changes, words):
    """Each claim that is wrong is refused, and the words say which."""
    with pytest.raises(Unauthenticated) as refusal:
        read(signed(claims(**changes)))

    assert words in refusal.value.detail


@pytest.mark.parametrize("name", token.REQUIRED)
def test_a_token_without_a_required_claim_is_refused(name):
    """No required claim may be left out."""
    with pytest.raises(Unauthenticated):
        read(signed(claims(**{name: None})))


def test_the_leeway_forgives_a_clock_that_is_a_little_off():
    """Within the leeway a token just expired is still taken; outside it is not."""
    late = signed(claims(exp=int(time.time()) - 5))

    assert read(late, leeway=30).role == "employer"
    with pytest.raises(Unauthenticated):
        read(late, leeway=0)


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", None, 7])
def test_only_access_tokens_are_taken(typ):
    """An identity token is no access token."""
    with pytest.raises(Unauthenticated):
        read(forged({"alg": "EdDSA", "typ": typ, "kid": KEY.kid}, claims()))


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_is_a_media_type(typ):
    """`at+jwt` in any case, with or without `application/` (RFC 9068)."""
    assert read(signed(typ=typ)).role == "employer"


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header, payload, signature=b"x" * 64):
    return f"{part(header)}.{part(payload)}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "RS256"])
def test_a_token_does_not_choose_its_algorithm(algorithm):
    """A token that claims another algorithm than its key's is refused, `none` included."""
    with pytest.raises(Unauthenticated):
        read(forged({"alg": algorithm, "typ": "at+jwt", "kid": KEY.kid}, claims(), b""))


def test_the_public_key_is_no_shared_secret():
    """HS256 signed with the public key's own bytes is refused (the classic confusion of algorithms)."""
    secret = base64.urlsafe_b64decode(JWK["x"] + "=")
    given = jwt.encode(claims(), secret, algorithm="HS256", headers={"typ": "at+jwt", "kid": KEY.kid})
    with pytest.raises(Unauthenticated):
        read(given)


def test_a_strangers_signature_is_refused():
    """The right `kid` and another key: refused."""
    with pytest.raises(Unauthenticated) as refusal:
        read(signed(private=Ed25519PrivateKey.generate()))

    assert "signature" in refusal.value.detail


def test_an_unknown_critical_header_is_refused():
    """A header the registry must understand and does not is a refusal (RFC 7515)."""
    with pytest.raises(Unauthenticated):
        read(signed(crit=["b64"], b64=False))


def test_one_kid_of_two_issuers_is_two_keys():
    """Two issuers may use one name for a key; each key is believed for its own issuer alone."""
    other = Ed25519PrivateKey.generate()
    theirs = find_key("https://other.example", {**public_jwk(other), "kid": KEY.kid})
    good = signed(claims(iss="https://other.example"), private=other)

    assert read(good, [KEY, theirs]).role == "employer"
    with pytest.raises(Unauthenticated):
        read(signed(claims(iss=ISSUER), private=other), [KEY, theirs])


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256"),
    ],
)
def test_the_other_two_algorithms_are_taken(private, algorithm):
    """ES256 and RS256 keys work as Ed25519 ones do."""
    kind = jwt.algorithms.ECAlgorithm if algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
    key = find_key(ISSUER, {**kind.to_jwk(private.public_key(), as_dict=True), "kid": "k2"})
    given = jwt.encode(claims(), private, algorithm=algorithm, headers={"typ": "at+jwt", "kid": "k2"})

    assert read(given, [key]).role == "employer"


@pytest.mark.parametrize(
    "given", ["", "x", "a.b", "a.b.c", "....", "é.é.é", part({"typ": "at+jwt"}) + ".x.y", "a" * 100]
)
def test_what_is_no_token_is_refused(given):
    """Anything at all may come in a header, and nothing but a token is one."""
    with pytest.raises(Unauthenticated):
        read(given)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "token", "Bearer " + "x" * 9000]
)
def test_a_header_without_a_token_is_refused(header):
    """Only `Bearer <token>` is a token."""
    with pytest.raises(Unauthenticated):
        token.bearer(header)


def test_the_scheme_has_no_case():
    """`bearer` and `Bearer` are one scheme (RFC 9110)."""
    assert token.bearer("bearer abc") == "abc"


def test_no_key_no_entry():
    """A key name that no issuer knows is a refusal."""
    with pytest.raises(Unauthenticated):
        read(signed(), [])


def test_claims_of_another_role_are_not_taken_over():
    """An administrator's token that also names an employer does not limit or widen anything by it."""
    principal = read(signed(claims(role="administrator", employers=["a"], unions=["IATSE"])))

    assert (principal.employer_id, principal.unions, principal.employers) == (None, [], None)
