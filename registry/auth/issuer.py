"""The local issuer of embedded mode: an Ed25519 key in the data folder, and the tokens it signs.

The key is made at first start, whole or not at all (`registry.keyfile`). It refuses to work beside a
configured issuer.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid_utils.compat import uuid7

from registry import keyfile
from registry.auth.keys import Key, find_key
from registry.auth.scope import Principal
from registry.errors import Forbidden
from registry.settings import Settings

ISSUER: Final = "urn:ai-use-registry:local-issuer"
FILE: Final = "local-issuer.pem"


class LocalIssuer(msgspec.Struct, frozen=True):
    """The local issuer's private key, and its public half as others see it."""

    private: Ed25519PrivateKey
    jwk: dict[str, str]

    @property
    def kid(self) -> str:
        """The key's name: its RFC 7638 thumbprint."""
        return self.jwk["kid"]

    @property
    def keys(self) -> dict[str, Key]:
        """The one key this issuer signs with, by name."""
        key = find_key(ISSUER, self.jwk)
        assert key is not None
        return {self.kid: key}


def local_issuer(settings: Settings) -> LocalIssuer:
    """The local issuer of this installation, made at the first call; Forbidden beside a configured issuer."""
    if settings.issuers:
        raise Forbidden(
            "tokens come from the issuers in REGISTRY_ISSUERS; the local issuer does not work beside them"
        )
    path = settings.data_dir / FILE
    private = keyfile.kept(path, "the local issuer's key")
    return LocalIssuer(private=private, jwk=public_jwk(private))


def public_jwk(private: Ed25519PrivateKey) -> dict[str, str]:
    """The public half as a JSON Web Key, named by its thumbprint."""
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    members = {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}
    kid = b64url(hashlib.sha256(msgspec.json.encode(members, order="sorted")).digest())
    return {**members, "kid": kid, "use": "sig", "alg": "EdDSA"}


def b64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mint(
    local: LocalIssuer,
    principal: Principal,
    audience: str,
    now: datetime,
    lifetime: timedelta = timedelta(hours=12),
) -> str:
    """A token for *principal*, good from *now* for *lifetime*."""
    claims: Mapping[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "sub": principal.subject,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": str(uuid7()),
        "role": principal.role,
        "employer": principal.employer_id,
        "unions": principal.unions,
        "locals": principal.locals,
        "employers": principal.employers,
    }
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(said, local.private, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": local.kid})
