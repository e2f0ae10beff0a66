"""The short statement that withdraws a disclosure: why, and who says so.

A withdrawn disclosure asserts nothing from then on. It stays in the history; duties that had accrued stay.
"""

from typing import Annotated, Any, Literal

import msgspec

from registry.errors import SchemaViolation
from registry.productions import shape

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Reason = Literal["tool_never_deployed", "filed_in_error", "duplicate", "production_cancelled", "other"]


class Attestor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person who answers for the statement."""

    name: Name
    title: Name


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a disclosure is withdrawn, in a code and in words."""

    reason: Reason
    explanation: Words
    attested_by: Attestor


def read(document: dict[str, Any]) -> Withdrawal:
    """The withdrawal in *document*; raises SchemaViolation with every fault."""
    faults = shape.check(Withdrawal, document)
    if faults:
        raise SchemaViolation(f"the withdrawal has {len(faults)} fault{'s' * (len(faults) > 1)}", faults)
    return msgspec.convert(document, Withdrawal)
