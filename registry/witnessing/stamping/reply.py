"""An authority's reply: granted, about our bytes, to our question, at which time."""

from datetime import UTC, datetime
from typing import Final

from rfc3161_client import decode_timestamp_response

from registry.errors import Invalid

SHA256: Final = "2.16.840.1.101.3.4.2.1"
GRANTED: Final = (0, 1)
"""Granted, and granted with changes."""
LARGEST: Final = 1 << 16


def read(data: bytes, digest: bytes, nonce: int | None) -> datetime:
    """The time that the reply in *data* tells of *digest*; raises Invalid, saying what is wrong.

    *nonce* is that of the question; None when it is no longer known.
    """
    if len(data) > LARGEST:
        raise Invalid(f"the reply has more than {LARGEST} bytes")
    try:
        reply = decode_timestamp_response(data)
        if reply.status not in GRANTED:
            said = "; ".join(reply.status_string)[:200]
            raise Invalid(
                f"the authority granted no stamp (status {reply.status}{': ' + said if said else ''})"
            )
        told = reply.tst_info
        imprint, theirs, at = told.message_imprint, told.nonce, told.gen_time
        algorithm, hashed = imprint.hash_algorithm.dotted_string, imprint.message
    except (ValueError, TypeError) as fault:
        raise Invalid(f"the reply is no time stamp: {str(fault)[:200]}") from None
    if algorithm != SHA256 or hashed != digest:
        raise Invalid("the authority has stamped other bytes than ours")
    if nonce is not None and theirs != nonce:
        raise Invalid("the reply is not to our question: its nonce is another")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
