"""What a representative sends to move an alert: a note, an outcome with its reason, or a reason."""

import difflib
import re
from typing import Annotated, Any, Final, TypeVar

import msgspec

from registry.alerts.alert import Outcome
from registry.alerts.lifecycle import OUTCOMES
from registry.errors import Fault, Invalid, Malformed

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Note = Annotated[str, msgspec.Meta(max_length=4000, pattern=r"^[^\x00]*$")]

LARGEST: Final = 65_536
SHOWN: Final = 80
PLACE: Final = re.compile(r" - at `\$?\.?([^`]*)`$")
FIXES: Final = {
    "outcome": "name the outcome that was reached",
    "reason": "say in your own words, in 1 to 4000 characters, why; both parties will read it",
    "note": "say what you mean to do, in at most 4000 characters, or leave it out",
}


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has seen the alert and takes it up."""

    note: Note | None = None


class Resolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the matter ended, and why it is thought so."""

    outcome: Outcome
    reason: Reason


class Reopening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the matter is not over."""

    reason: Reason


T = TypeVar("T", Acknowledgement, Resolution, Reopening)


def read(body: bytes, kind: type[T]) -> T:
    """*body* as *kind*; an empty body is an empty object. Raises Malformed or Invalid, naming the member."""
    if len(body) > LARGEST:
        raise Malformed(f"a move of an alert takes at most {LARGEST} bytes")
    try:
        said = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed("the body is not JSON; send an object such as {} as application/json") from None
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as fault:
        raise Invalid("the move cannot be made as it is asked", [explain(str(fault), said)]) from None


def explain(text: str, said: Any) -> Fault:
    """What msgspec found wrong, for the person who sent it."""
    place = PLACE.search(text)
    named = re.search(r"field `([^`]*)`", text)
    member = (place[1] if place else "") or (named[1] if named else "")
    detail = PLACE.sub("", text)
    if member != "outcome":
        code = "missing" if "missing" in text else "unknown" if "unknown" in text else "invalid"
        return Fault(
            pointer=f"/{member[:SHOWN]}" if member else "",
            code=code,
            detail=detail[: 2 * SHOWN],
            fix=FIXES.get(member, "see the operation's body in the API description"),
        )
    given = str(said.get("outcome", ""))[:SHOWN]
    near = difflib.get_close_matches(given, OUTCOMES, n=1)
    return Fault(
        pointer="/outcome",
        code="code" if given else "missing",
        detail=f"`{given}` is not an outcome" if given else "a resolution needs an outcome",
        fix=FIXES["outcome"],
        allowed=list(OUTCOMES),
        nearest=near[0] if near else None,
    )
