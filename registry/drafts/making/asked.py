"""The body that asks for a draft, and every fault in one."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from registry.errors import Fault
from registry.productions import record, shape
from registry.productions.record import Key

Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Purpose = Literal["next_quarter", "amendment"]


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"purpose": "as"}):
    """What a draft is made from: a disclosure of yours, or an answer you gave about an alert.

    With `disclosure_id`: the next quarter's update, or, with `as` amendment, the same disclosure restated;
    from its newest version unless `version` names another. With `alert_id` and `number`: the amendment that
    the entry with this number of the alert's thread proposes.
    """

    disclosure_id: UUID | None = None
    version: Number | None = None
    purpose: Purpose | None = None
    alert_id: UUID | None = None
    number: Number | None = None


class AskedDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"origin": "from"}):
    """A draft about a production of yours: made from something, with a document of yours, or blank."""

    production_id: Key
    origin: Origin | None = None
    document: dict[str, Any] | None = None


def check(document: Any) -> list[Fault]:
    """Every fault of the body, before anything that is stored is looked at."""
    if not isinstance(document, dict):
        return shape.check(AskedDraft, document)
    found = record.check_key(document, "production_id") + shape.check(AskedDraft, document)
    origin = document.get("from")
    if isinstance(origin, dict):
        found += check_origin(origin)
        if document.get("document") is not None:
            detail = "A draft is made from something, or with a document of yours; not both."
            found.append(Fault("/document", "two-beginnings", detail, fix="Leave one of the two out."))
    return record.fresh(found)


def check_origin(origin: dict[str, Any]) -> list[Fault]:
    """The faults of an origin that names two things, half a thing, or none."""
    said = {name for name in ("disclosure_id", "version", "as", "alert_id", "number") if origin.get(name)}
    if "alert_id" in said:
        found = [
            Fault(
                f"/from/{name}",
                "two-origins",
                f"A draft made from an answer takes no `{name}`; the answer names its disclosure.",
                fix="Leave it out.",
            )
            for name in ("disclosure_id", "version", "as")
            if name in said
        ]
        if "number" not in said:
            detail = "It must be said which entry of the alert's thread proposes the amendment."
            found.append(Fault("/from/number", "missing", detail, fix="Add the `number` of your answer."))
        return found
    if "number" in said:
        detail = "An entry is named together with its alert."
        return [Fault("/from/alert_id", "missing", detail, fix="Add `alert_id`, or leave `number` out.")]
    if "disclosure_id" not in said:
        detail = "It must be said what the draft is made from."
        fix = "Add `disclosure_id`, or `alert_id` and `number`; leave `from` out for a blank draft."
        return [Fault("/from", "missing", detail, fix=fix, allowed=["disclosure_id", "alert_id"])]
    return []
