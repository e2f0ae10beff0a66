"""A waiver as it is shown beside the finding whose alert it lets rest."""

import datetime as dt

import msgspec


class Waived(msgspec.Struct, frozen=True, kw_only=True):
    """The alert about a finding rests: until when (its last day), who asked for it, who agreed, and why."""

    rule: str
    subject_kind: str
    subject: str
    until: dt.date
    author: str
    approver: str | None
    reason: str
