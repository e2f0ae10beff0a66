"""The body of a comment, and every fault in one."""

from typing import Annotated, Any, Literal

import msgspec

from registry.errors import Fault
from registry.productions import record, shape

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
SeenBy = Literal["both", "us"]


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something said in a thread. `seen_by`: both parties, or only us, the side of whoever writes it.

    A note for us is read by the employer's own offices, or by the representatives of the unions that the
    matter concerns; not by the other side, and not by auditors or administrators.
    """

    text: Text
    seen_by: SeenBy = "both"


def check(document: Any) -> list[Fault]:
    """Every fault of the body of a comment."""
    return record.fresh(shape.check(Comment, document))
