"""Public keys a token may be signed with: whose, by which name, and by which algorithm.

A key's algorithm follows from its kind, never from the token or from the key set's own wish.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
import msgspec

from registry.errors import Invalid

ALGORITHMS: Final[Mapping[tuple[str, str], str]] = {
    ("OKP", "Ed25519"): "EdDSA",
    ("EC", "P-256"): "ES256",
    ("RSA", ""): "RS256",
}
PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e", "kid")
SMALLEST_RSA: Final = 2048
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class Key(msgspec.Struct, frozen=True):
    """One public key of one issuer. `jwk` is bound to `algorithm`."""

    issuer: str
    kid: str
    algorithm: str
    jwk: jwt.PyJWK


class KeySet(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517), public members only."""

    keys: list[dict[str, Any]]


def find_key(issuer: str, jwk: Mapping[str, Any]) -> Key | None:
    """The key in *jwk*, or None when it has no name, is not for signatures, or is of a kind not accepted."""
    kty, crv, kid = str(jwk.get("kty", "")), str(jwk.get("crv", "")), jwk.get("kid")
    algorithm = ALGORITHMS.get((kty, crv))
    if algorithm is None or not isinstance(kid, str) or not kid:
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", algorithm) != algorithm:
        return None
    try:
        bound = jwt.PyJWK({name: jwk[name] for name in PUBLIC if name in jwk}, algorithm=algorithm)
    except jwt.PyJWTError:
        return None
    if kty == "RSA" and bound.key.key_size < SMALLEST_RSA:
        return None
    return Key(issuer=issuer, kid=kid, algorithm=algorithm, jwk=bound)


def keys_of(issuer: str, body: bytes) -> dict[str, Key]:
    """The usable keys in a key set, by name; raises Invalid for bytes that are no key set."""
    try:
        found = msgspec.json.decode(body, type=KeySet).keys
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Invalid(f"the key set of {issuer} is not a JSON Web Key Set") from None
    keys = [key for key in (find_key(issuer, jwk) for jwk in found) if key is not None]
    return {key.kid: key for key in keys}


def issuers_of(text: str) -> dict[str, str]:
    """Issuer → key set address, from `issuer=address,issuer=address`; raises Invalid for anything else."""
    issuers: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        issuer, equals, address = pair.partition("=")
        parts = urlsplit(address)
        if not (issuer and equals and parts.hostname):
            raise Invalid(f"REGISTRY_ISSUERS: `{pair[:80]}` is not `issuer=address of its key set`")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Invalid(f"REGISTRY_ISSUERS: the key set of {issuer[:80]} must be fetched by https")
        if issuer in issuers:
            raise Invalid(f"REGISTRY_ISSUERS: {issuer[:80]} is named twice")
        issuers[issuer] = address
    return issuers
