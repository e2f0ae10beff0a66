"""A document to begin with, and what is to be known of it."""

from typing import Any, Final
from uuid import UUID

import msgspec

from registry.drafts.draft import Carried, Remark, Source
from registry.errors import Fault, Invalid

OLD_PAPERS: Final = ("attested_by", "amendment")
"""What a filing says of itself and nobody may take over for another."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a new draft begins with. `amends` is the disclosure and the version that it would amend."""

    document: dict[str, Any]
    source: Source
    carried: list[Carried] = []
    amends: tuple[UUID, int] | None = None


def restated(document: dict[str, Any], disclosure_id: UUID, version: int) -> Made:
    """A version as the beginning of its own amendment: all but who attested it, and why it was amended."""
    filing = {name: value for name, value in document["filing"].items() if name not in OLD_PAPERS}
    remark = Remark(
        "/filing",
        "Say in `filing.amendment` why it is amended, and in `filing.attested_by` who stands behind it.",
    )
    return Made(
        document={**document, "filing": filing},
        source=Source(kind="amendment", disclosure_id=disclosure_id, version=version, remarks=[remark]),
        amends=(disclosure_id, version),
    )


def given(document: dict[str, Any]) -> Made:
    """A document that came with the request."""
    return Made(document=document, source=Source(kind="given"))


def check_production(asked: str, found: str) -> None:
    """Raise Invalid when the draft is asked for another production than its origin is about."""
    if asked != found:
        detail = f"The draft is asked for `{asked}`; what it is made from is about `{found}`."
        fault = Fault("/production_id", "another-production", detail, fix=f"Send `{found}`.", allowed=[found])
        raise Invalid("the draft and what it is made from do not agree", [fault])
