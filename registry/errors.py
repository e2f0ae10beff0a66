"""Everything the registry refuses, as one tree, sorted by who has to act next.

RegistryError
  Refused                the caller must change the request
    Unauthenticated        no token, or not a valid one
    Forbidden              a valid token whose role may not do this
    NotFound               no such thing, or not yours to see
    Conflict               true once, not now
      AlreadyExists          a thing with this key is there already
      IllegalMove            the alert's or disclosure's state does not allow it
      KeyReused              the same Idempotency-Key for another request
      StillRunning           the first request with this key has not finished
    Stale                  If-Match names an older version
    PreconditionMissing    a change without If-Match
    TooLarge               more bytes than a disclosure may have
    Invalid                the request is understood and wrong; carries every fault
      Malformed              not JSON that can be kept
      UnknownSchema          no such schema version
      SchemaViolation        a document that does not follow its schema
      OutOfRange             a range of bytes that the file does not have
  Busy                   retry unchanged, later
  Corrupt                an operator must look

Statuses are known only to `problems.py`. A broken obligation is never an error: it is a finding.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

import msgspec


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong with a request, in words a production coordinator can act on.

    `pointer` is a JSON Pointer (RFC 6901) into the document, without the leading `#`.
    """

    pointer: str
    code: str
    detail: str
    fix: str = ""
    allowed: list[str] = []
    nearest: str | None = None
    severity: Literal["error", "warning"] = "error"
    ref: str | None = None


class RegistryError(Exception):
    """Anything the registry says no to, or cannot do."""

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "The registry could not do this"

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = list(faults)


class Refused(RegistryError):
    """The caller must change the request."""

    slug = "refused"
    title = "The request was refused"


class Unauthenticated(Refused):
    """No bearer token, or not a valid one."""

    slug = "unauthenticated"
    title = "Say who you are"


class Forbidden(Refused):
    """The token is valid, but its role may not do this."""

    slug = "forbidden"
    title = "Your role may not do this"


class NotFound(Refused):
    """No such thing, or not yours to see: the two look the same on purpose."""

    slug = "not-found"
    title = "There is no such thing here"


class Conflict(Refused):
    """It was possible once and is not now."""

    slug = "conflict"
    title = "This does not fit the present state"


class AlreadyExists(Conflict):
    """A thing with this key is there already."""

    slug = "already-exists"
    title = "This key is taken"


class IllegalMove(Conflict):
    """The state does not allow this move."""

    slug = "illegal-move"
    title = "The present state does not allow this"


class KeyReused(Conflict):
    """The same Idempotency-Key came with another request (RFC draft: 422)."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key belongs to another request"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not finished."""

    slug = "request-still-running"
    title = "The first request with this Idempotency-Key is still running"


class Stale(Refused):
    """If-Match names a version that is no longer the newest."""

    slug = "stale-version"
    title = "Somebody changed this before you"


class PreconditionMissing(Refused):
    """A change must say which version it changes."""

    slug = "precondition-missing"
    title = "Say which version you are changing"


class TooLarge(Refused):
    """More bytes than are taken in one request."""

    slug = "too-large"
    title = "The document is too large"


class Invalid(Refused):
    """The request is understood and wrong; every fault is listed."""

    slug = "invalid-request"
    title = "The request has faults"


class Malformed(Invalid):
    """Not JSON that can be kept: broken syntax, bad UTF-8, NUL bytes, duplicate keys, too deep."""

    slug = "malformed"
    title = "This is not a JSON document the registry can keep"


class UnknownSchema(Invalid):
    """The document names a schema version that does not exist."""

    slug = "unknown-schema"
    title = "No such schema version"


class SchemaViolation(Invalid):
    """The document does not follow its schema."""

    slug = "schema-violation"
    title = "The disclosure has faults"


class OutOfRange(Invalid):
    """The file does not have the bytes asked for; who has all of it already has nothing to fetch."""

    slug = "out-of-range"
    title = "The file does not have these bytes"


class Busy(RegistryError):
    """Nothing is wrong with the request; the same request will do later."""

    slug = "busy"
    title = "Try again in a moment"


class Corrupt(RegistryError):
    """What is stored contradicts itself; an operator must look."""

    slug = "corrupt"
    title = "The history does not add up"
