"""What is refused only in the light of what stands: foreign, stale, withdrawn, another type or period."""

import datetime as dt
from uuid import UUID

import msgspec

from registry.disclosures.version import Head
from registry.errors import AlreadyExists, Fault, IllegalMove, KeyReused, NotFound, SchemaViolation, Stale
from registry.filing.submission import Prepared
from registry.judging.ground import Ground
from registry.judging.weighing import Weighed
from registry.obligations.statement import Known


class Standing(msgspec.Struct, frozen=True):
    """What a submission meets: its production, and the disclosure it changes (None for a new one)."""

    ground: Ground
    head: Head | None
    disclosure_id: UUID
    last: Known | None = None

    @property
    def version(self) -> int:
        """The version the submission will be."""
        return self.head.version + 1 if self.head else 1

    def type_of(self, prepared: Prepared) -> str:
        """The disclosure's type, which never changes."""
        return self.head.type if self.head else str(prepared.filing["type"])


class Seen(msgspec.Struct, frozen=True):
    """A submission that was found in order, as things stood when it was looked at.

    `weighed` is None when a neighbour in the same batch will have moved the production anyway.
    """

    prepared: Prepared
    standing: Standing
    weighed: Weighed | None

    @property
    def production(self) -> tuple[str, str]:
        """The production it is about."""
        return self.standing.ground.key


def key_reused() -> KeyReused:
    """The refusal of a key that another request has used."""
    return KeyReused(
        "this Idempotency-Key was used for another request, with another address or another body; "
        "choose a new key for a new filing, or repeat the first request unchanged"
    )


def check_head(prepared: Prepared, head: Head | None) -> Head:
    """The disclosure *prepared* changes; raises NotFound, Stale, IllegalMove or SchemaViolation."""
    if head is None:
        raise NotFound("there is no such disclosure")
    if head.version != prepared.expected:
        raise Stale(
            f'the newest version is "{head.version}", not "{prepared.expected}"; '
            "read it again and repeat your change on it"
        )
    if head.state == "withdrawn":
        verb = "withdrawn again" if prepared.kind == "withdrawal" else "amended"
        raise IllegalMove(
            f"a withdrawn disclosure cannot be {verb}; file a new one if there is something to disclose"
        )
    if prepared.kind == "amendment":
        check_same(prepared, head)
    return head


def check_same(prepared: Prepared, head: Head) -> None:
    """An amendment restates the same disclosure: its production and its type do not change."""
    said = {
        "/production/id": (str(prepared.production_id), head.production_id),
        "/filing/type": (str(prepared.filing["type"]), head.type),
    }
    faults = [
        Fault(
            pointer,
            "not-this-disclosure",
            f"The disclosure says `{stands}`, the amendment `{given[:80]}`; this never changes.",
            fix=f"Send `{stands}`, or withdraw the disclosure and file another.",
            allowed=[stands],
        )
        for pointer, (given, stands) in said.items()
        if given != stands
    ]
    if faults:
        raise SchemaViolation("the amendment is about another disclosure", faults)


def no_production(employer_id: str, production_id: str) -> NotFound:
    """The refusal of a filing about a production that is not on record for its employer."""
    detail = f"No production `{production_id[:80]}` of `{employer_id}` is on record."
    fix = "Check the spelling, or ask the registry's administrator to put it on record."
    return NotFound(
        "there is no such production among yours",
        [Fault("/production/id", "unknown-production", detail, fix=fix)],
    )


def same_period(prepared: Prepared, other: UUID, period: tuple[dt.date, dt.date]) -> AlreadyExists:
    """The refusal of a second disclosure of one type for one period."""
    words = prepared.filing["type"].replace("_", " ")
    detail = f"There is a {words} for {period[0]} to {period[1]} already."
    fix = f"Amend it: PUT /v1/disclosures/{other}, with `filing.amendment` and If-Match."
    return AlreadyExists(f"{detail} {fix}", [Fault("/filing/period", "already-filed", detail, fix=fix)])


def told(prepared: Prepared, standing: Standing) -> Known:
    """What the judge is told of a submission that is not stored yet."""
    document = prepared.document
    if prepared.kind == "withdrawal":
        document = standing.last.document if standing.last else {}
    return Known(
        disclosure_id=str(standing.disclosure_id),
        version=standing.version,
        kind=prepared.kind,
        type=standing.type_of(prepared),
        filed_at=prepared.now,
        document=document,
        reason=prepared.reason,
        explanation=prepared.explanation,
    )
