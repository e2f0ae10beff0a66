"""The types of what is told: a family, a full stop, and what happened."""

from collections.abc import Collection
from typing import Final

ALERT_TYPES: Final = {
    "open": "alert.opened",
    "update": "alert.updated",
    "settle": "alert.settled",
    "remind": "alert.reminder",
    "escalate": "alert.escalated",
    "lapse": "alert.waiver_ended",
    "acknowledge": "alert.acknowledged",
    "assign": "alert.assigned",
    "ask": "alert.asked",
    "accept": "alert.accepted",
    "dispute": "alert.disputed",
    "consult": "alert.in_consultation",
    "grieve": "alert.grieved",
    "propose_waiver": "alert.waiver_proposed",
    "waive": "alert.waived",
    "resolve": "alert.resolved",
    "withdraw": "alert.withdrawn",
    "reopen": "alert.reopened",
    "answer": "alert.answered",
    "extend": "alert.extended",
}
"""The type of the event of each move of an alert."""
REQUEST_TYPES: Final = ("request.made", "request.answered", "request.closed")
"""The types of the events of a request's own entries."""
THREAD_TYPES: Final = {
    "comment": "thread.comment",
    "note": "thread.note",
    "evidence": "thread.evidence",
    "extension": "thread.extension_asked",
    "refusal": "thread.extension_refused",
}
"""The types of what is said in a thread and is not told as a move of its alert already."""
TYPES: Final = (*ALERT_TYPES.values(), *REQUEST_TYPES, *THREAD_TYPES.values())
"""Every type there is."""
FAMILIES: Final = ("alert", "request", "thread")
"""What types begin with; a family stands for all of its types."""


def among(type_: str, wanted: Collection[str]) -> bool:
    """Whether *type_* or its family is among those *wanted*; nothing wanted leaves nothing out."""
    return not wanted or type_ in wanted or type_.partition(".")[0] in wanted
