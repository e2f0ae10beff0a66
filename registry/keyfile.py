"""Ed25519 keys in files: made at need, whole or not at all, readable by their owner alone.

A key is written to a temporary file and linked to its name, so two processes that start at once end with one.
"""

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Corrupt


def kept(path: Path, whose: str) -> Ed25519PrivateKey:
    """The key at *path*, made if there is none; *whose* it is stands in the refusals."""
    if not path.exists():
        put(path, Ed25519PrivateKey.generate())
    return read(path, whose)


def read(path: Path, whose: str) -> Ed25519PrivateKey:
    """The key at *path*; raises Corrupt for a file that holds none."""
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise Corrupt(f"{whose} {path} cannot be read: {fault}") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise Corrupt(f"{whose} {path} is not an Ed25519 key")
    return private


def put(path: Path, key: Ed25519PrivateKey) -> None:
    """Put *key* at *path*, unless another process was first: then that one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the name exists, a rename would take it: the first key made is the one kept.
        path.hardlink_to(name)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
