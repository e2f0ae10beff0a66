"""An alert against its moves, and against what its finding makes of it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from registry.audit.check import named, require
from registry.auth.scope import union_of
from registry.errors import Corrupt
from registry.obligations.finding import Finding, fingerprint

FINDING: Final = msgspec.json.Decoder(Finding)


def check_alert(row: Mapping[str, Any]) -> None:
    """An alert is what its newest move made it, and what its finding makes of it."""
    name = named("alert", row["employer_id"], row["alert_id"])
    require(row["revision"] is not None, name, "the alert is missing; its moves are there")
    require(row["moved_revision"] is not None, name, "it has no moves")
    require(not row["says_json_null"], name, "the alert says null where it said nothing")
    for column, moved in [
        ("revision", "moved_revision"),
        ("state", "to_state"),
        ("outcome", "moved_outcome"),
        ("finding", "moved_finding"),
        ("course", "moved_course"),
        ("changed_at", "moved_at"),
        ("opened_at", "first_moved_at"),
    ]:
        require(row[column] == row[moved], name, f"{column} is not what its moves say")
    try:
        finding = FINDING.decode(row["finding"] or b"null")
        told = msgspec.convert(row["concerned"], list[tuple[list[str], list[str]]])
    except msgspec.MsgspecError as fault:
        raise Corrupt(f"{name}: the finding cannot be read: {fault}") from None
    # Whom any of its findings concerned it goes on concerning.
    locals_ = {*finding.locals, *(local for each, _ in told for local in each)}
    unions = {*finding.unions, *(union for _, each in told for union in each)}
    unions |= {union_of(local) for local in locals_}
    mark = fingerprint(finding, row["employer_id"], row["production_id"])
    require(row["fingerprint"] == mark, name, "the fingerprint is not its finding's and production's")
    require(row["rule"] == finding.rule, name, "rule is not its finding's")
    require(row["severity"] == finding.severity, name, "severity is not its finding's")
    require(row["kind"] == (finding.alert_kind or row["kind"]), name, "kind is not its finding's")
    require(row["locals"] == sorted(locals_), name, "locals are not its findings'")
    require(row["unions"] == sorted(unions), name, "unions are not its findings'")
