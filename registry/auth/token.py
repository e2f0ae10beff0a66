"""Bearer token → SignedClaims → Principal.

Every PyJWT option is spelled out, to say which checks are meant. Pure but for PyJWT's own look at the clock
for `exp`, `nbf` and `iat`: a token lives in the machine's time, whatever time the registry is told.
RFC 6750 (bearer), RFC 8725 (best practice), RFC 9068 (`at+jwt`).
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, NewType

import jwt
import msgspec

from registry.auth.keys import Key
from registry.auth.scope import Principal as Principal  # noqa: PLC0414  part of what this module is for
from registry.auth.scope import Role
from registry.errors import Unauthenticated

SignedClaims = NewType("SignedClaims", dict[str, Any])
"""Claims whose signature, issuer, audience, type and times were checked; made only by `signed`."""

TYPES: Final = ("at+jwt", "application/at+jwt")
REQUIRED: Final = ("iss", "aud", "exp", "nbf", "iat", "sub", "role")
LONGEST: Final = 8192
OURSELVES: Final = "registry"
"""Under this name the history tells what nobody made by hand."""

REASONS: Final[Sequence[tuple[type[jwt.PyJWTError], str]]] = (
    (jwt.ExpiredSignatureError, "the token has expired; ask its issuer for a new one"),
    (jwt.ImmatureSignatureError, "the token is not valid yet; compare your issuer's clock"),
    (jwt.InvalidAudienceError, "the token is meant for another service (`aud`)"),
    (jwt.InvalidIssuerError, "the token's issuer (`iss`) is not the owner of the key that signed it"),
    (jwt.InvalidAlgorithmError, "the token's algorithm is not the one of its key"),
    (jwt.InvalidSignatureError, "the token's signature does not hold"),
)

# `\Z`, because `$` lets a line end stand behind; lone surrogates, because no text can be stored with one.
Name = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\ud800-\udfff]+\Z")
]
Code = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9:.-]*\Z")]
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]


class Claims(msgspec.Struct, frozen=True):
    """What a token says about its bearer; other claims are not ours to read."""

    sub: Name
    role: Role
    employer: Slug | None = None
    unions: Annotated[list[Code], msgspec.Meta(max_length=100)] = []
    locals: Annotated[list[Code], msgspec.Meta(max_length=500)] = []
    employers: Annotated[list[Slug], msgspec.Meta(max_length=1000)] | None = None


def bearer(authorization: str | None) -> str:
    """The token in an Authorization header; raises Unauthenticated when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("this needs a token: send `Authorization: Bearer <token>`")
    if len(token) > LONGEST:
        raise Unauthenticated(f"the token is longer than {LONGEST} bytes")
    return token.strip()


def expires_at(authorization: str | None) -> float:
    """When the token of a request ends that the guard has admitted, in the machine's seconds."""
    claims = jwt.decode(bearer(authorization), options={"verify_signature": False})
    return float(claims["exp"])


def kid_of(token: str) -> str:
    """The name of the key *token* says it is signed with; nothing else of it is believed yet."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, UnicodeError):
        raise Unauthenticated("the token is not a JSON Web Token") from None
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise Unauthenticated("the token does not name its key (`kid`)")
    if str(header.get("typ", "")).lower() not in TYPES:
        raise Unauthenticated("the token is not an access token: its `typ` must be `at+jwt`")
    return kid


def signed(token: str, keys: Sequence[Key], audience: str, leeway: int) -> SignedClaims:
    """The claims of *token*, checked against *keys*, all named by its `kid`; raises Unauthenticated.

    Two issuers may use one name for a key, so each key is tried, with its own issuer alone.
    """
    kid_of(token)
    if not keys:
        raise Unauthenticated("no accepted issuer knows the key that signed this token (`kid`)")
    refusal: Exception | None = None
    for key in keys:
        try:
            return SignedClaims(checked(token, key, audience, leeway))
        except (jwt.PyJWTError, UnicodeError) as fault:
            refusal = fault
    raise Unauthenticated(why(refusal))


def why(refusal: Exception | None) -> str:
    """What is wrong with a token, in words its bearer can act on."""
    if isinstance(refusal, jwt.MissingRequiredClaimError):
        return f"the token lacks the claim `{refusal.claim}`"
    known = (words for kind, words in REASONS if isinstance(refusal, kind))
    return next(known, "the token cannot be read")


def checked(token: str, key: Key, audience: str, leeway: int) -> dict[str, Any]:
    """PyJWT's answer, with no option left to a default."""
    claims: dict[str, Any] = jwt.decode(
        token,
        key=key.jwk,
        algorithms=[key.algorithm],
        issuer=key.issuer,
        audience=audience,
        leeway=leeway,
        options={
            "verify_signature": True,
            "verify_exp": True,
            "verify_nbf": True,
            "verify_iat": True,
            "verify_aud": True,
            "verify_iss": True,
            "verify_sub": True,
            "verify_jti": True,
            "strict_aud": False,
            "require": list(REQUIRED),
            "enforce_minimum_key_length": True,
        },
    )
    return claims


def principal_of(claims: SignedClaims) -> Principal:
    """Who the signed claims speak of; raises Unauthenticated when a role lacks what it is limited by."""
    try:
        said = msgspec.convert(claims, Claims)
    except (msgspec.ValidationError, UnicodeError) as fault:
        # What names a lone surrogate must not carry it into the answer.
        words = ascii(str(fault)) if isinstance(fault, UnicodeError) else str(fault)
        raise Unauthenticated(f"the token's claims are not the registry's: {words[:160]}") from None
    if said.sub == OURSELVES:
        raise Unauthenticated(f"`{OURSELVES}` is what the registry signs its own moves with, nobody's `sub`")
    if said.role == "employer" and said.employer is None:
        raise Unauthenticated("an employer's token must name its employer (`employer`)")
    if said.role == "representative" and not (said.unions or said.locals):
        raise Unauthenticated("a representative's token must name its unions or locals")
    return Principal(
        subject=said.sub,
        role=said.role,
        employer_id=said.employer if said.role == "employer" else None,
        unions=said.unions if said.role == "representative" else [],
        locals=said.locals if said.role == "representative" else [],
        employers=said.employers if said.role == "auditor" else None,
    )
