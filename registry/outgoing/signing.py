"""Secrets and signatures by Standard Webhooks: v1 with a shared secret, v1a with a key pair.

What is signed is `id.instant.body`, the body as the very bytes that are sent. While a secret is exchanged
both the old and the new one sign, and the receiver takes either.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.errors import Invalid

SHARED, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
SHORTEST, LONGEST = 24, 64
"""Bytes a shared secret has, at least and at most."""
KEY: Final = 32
"""Bytes of an Ed25519 seed, and of its public key."""


def shared(chance: bytes) -> str:
    """A shared secret made of *chance*, 24 to 64 bytes nobody can guess."""
    if not SHORTEST <= len(chance) <= LONGEST:
        raise Invalid(f"a shared secret has {SHORTEST} to {LONGEST} bytes")
    return SHARED + base64.b64encode(chance).decode()


def key_pair(chance: bytes) -> tuple[str, str]:
    """The private and the public key made of *chance*, 32 bytes nobody can guess.

    A private key is written as its seed; one written as seed and public key, as others do, is read, too.
    """
    if len(chance) != KEY:
        raise Invalid(f"a key is made of {KEY} bytes")
    public = Ed25519PrivateKey.from_private_bytes(chance).public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PRIVATE + base64.b64encode(chance).decode(), PUBLIC + base64.b64encode(raw).decode()


def public_of(secret: str) -> str | None:
    """The public key that belongs to *secret*, or None for a shared one."""
    return key_pair(plain(secret)[:KEY])[1] if secret.startswith(PRIVATE) else None


def sign(secrets: Sequence[str], message_id: str, instant: int, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed with every secret that lives, the newest first."""
    if "." in message_id or not message_id:
        raise Invalid("a message's id holds no full stop, which the signature is joined with")
    if not secrets:
        raise Invalid("no secret lives that the message could be signed with")
    content = b".".join([message_id.encode(), str(instant).encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(instant),
        "webhook-signature": " ".join(signature(secret, content) for secret in secrets),
    }


def signature(secret: str, content: bytes) -> str:
    """One signature, with its version before the comma."""
    if secret.startswith(PRIVATE):
        made = Ed25519PrivateKey.from_private_bytes(plain(secret)[:KEY]).sign(content)
        return "v1a," + base64.b64encode(made).decode()
    return "v1," + base64.b64encode(hmac.digest(plain(secret), content, hashlib.sha256)).decode()


def verifies(public: str, given: str, content: bytes) -> bool:
    """Whether the v1a signature *given* is one of *content*, by the public key: what a receiver does."""
    version, _, made = given.partition(",")
    try:
        key = Ed25519PublicKey.from_public_bytes(plain(public))
        key.verify(base64.b64decode(made, validate=True), content)
    except Exception:  # noqa: BLE001
        return False
    return version == "v1a"


def plain(secret: str) -> bytes:
    """The bytes of a secret or key; raises Invalid for one of no known form."""
    for prefix, lengths in (
        (SHARED, range(SHORTEST, LONGEST + 1)),
        (PRIVATE, (KEY, 2 * KEY)),
        (PUBLIC, (KEY,)),
    ):
        if secret.startswith(prefix):
            try:
                found = base64.b64decode(secret.removeprefix(prefix), validate=True)
            except binascii.Error:
                break
            if len(found) in lengths:
                return found
    raise Invalid("a secret starts with whsec_, whsk_ or whpk_ and goes on in base64, of the right length")
