"""What was said of a production, and what would have been: for a reader, and for whoever makes it again."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec

from registry.alerts.inbox.waived import Waived
from registry.auth.scope import Scope
from registry.judging.knowledge import Knowledge
from registry.judging.ruling import Cause, Ruled, concerning, decode
from registry.obligations.finding import Finding
from registry.obligations.judge import Judgement
from registry.obligations.pack import PackSet


class Published(msgspec.Struct, frozen=True):
    """Findings about a production: as a judgement said them, or, `computed`, as its packs would have.

    They are what was known at `as_of`, judged for the instant `on`. A waiver never changes a finding: those
    that held at `as_of` (now, when nothing else was asked) are shown beside, each with the finding it rests.
    """

    employer_id: str
    production_id: str
    judgement_id: UUID
    judged_at: dt.datetime
    cause: Cause
    ledger_index: int
    packs: dict[str, str]
    as_of: dt.datetime
    on: dt.datetime
    computed: bool
    findings: list[Finding]
    waivers: list[Waived]


class Recalled(msgspec.Struct, frozen=True):
    """Everything a judgement was, or would be, made from: `row` is the one whose packs are taken."""

    row: Ruled
    packs: PackSet
    knowledge: Knowledge
    as_of: dt.datetime
    on: dt.datetime

    def judged(self) -> Judgement:
        """The judgement, made again."""
        return self.knowledge.judged(self.packs, self.as_of, self.on)


def published(scope: Scope, row: Ruled, asked: Recalled | None, waivers: Sequence[Waived] = ()) -> Published:
    """The findings of *row* that lie inside *scope*, or those of what was *asked* instead of it.

    Of *waivers*, those of these findings stand beside them.
    """
    findings = concerning(scope, asked.judged().findings if asked else decode(row.findings))
    told = {(each.rule, each.subject_kind, each.subject) for each in findings}
    values = msgspec.structs.asdict(row) | {
        "findings": findings,
        "waivers": [each for each in waivers if (each.rule, each.subject_kind, each.subject) in told],
        "as_of": asked.as_of if asked else row.judged_at,
        "on": asked.on if asked else row.judged_at,
        "computed": asked is not None,
    }
    return Published(**{name: values[name] for name in Published.__struct_fields__})
