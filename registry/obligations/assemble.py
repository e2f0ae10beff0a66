"""From filings to facts: everything known of one production, put together.

The newest version of each disclosure counts: an amendment restates its disclosure, and what it leaves out is
no longer said. Records with the same id are the same thing; a later filing wins field by field, a field it
does not mention keeps what was said before, and an explicit null says "not known any more". A clerical
amendment mends a slip and keeps its disclosure's place: it never wins over what was filed in between.

A withdrawn disclosure asserts no use, but what had already happened when it was withdrawn stays: accrued
duties are not undone by a withdrawal, and no new ones accrue. It never wins over a disclosure that stands.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from registry.obligations.heard import Request, answered, consultation, requests
from registry.obligations.moments import day, moment
from registry.obligations.statement import Heard, Known, Loss, Production

LISTS: Final = (
    "tools",
    "uses",
    "workforce",
    "consultations",
    "notices",
    "consents",
    "replicas",
    "synthetics",
    "alterations",
    "training",
    "music",
    "vendors",
    "claims",
    "adm",
    "pre_hire_disclosures",
    "footage_control",
    "materials",
)


class Record(msgspec.Struct):
    """One thing somebody filed about, and where: `pointer` leads to it in its newest document."""

    id: str
    fields: dict[str, Any]
    pointer: str
    disclosure_id: str
    first_filed_at: dt.datetime
    first_kind: str
    first_type: str

    def get(self, path: str) -> Any:
        """The value at a dotted *path*, or None when nobody stated it."""
        if "." not in path:
            return self.fields.get(path)
        value: Any = self.fields
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value


class Statement(msgspec.Struct):
    """All that is known of a production, by kind of record and id."""

    production: Production
    zone: ZoneInfo
    known: list[Known]
    live: list[Known]
    records: dict[str, dict[str, Record]]
    employer: dict[str, Any]
    engagements: list[dict[str, Any]] | None
    use_facts: dict[str, tuple[dict[str, Any], Record | None]] = {}
    filed: dict[str, Any] = {}
    """What filings say of the production itself: places, territories, phases."""
    heard: list[Heard] = []
    elsewhere: list[Loss] = []
    patterns: dict[tuple[int, int, dt.date], list[Any]] = {}
    """The patterns of losses found so far, by days, percent and day."""
    shared: dict[str, Any] = {}
    """What subjects have worked out of the statement already, by what it is."""

    def all(self, kind: str) -> list[Record]:
        """Every record of one kind, in the order it became known."""
        return list(self.records.get(kind, {}).values())

    def on(self, when: str | None) -> dt.date | None:
        """A stated moment as the production's calendar day."""
        return day(moment(when), self.zone) if when else None


def assemble(
    production: Production,
    known: Sequence[Known],
    heard: Sequence[Heard] = (),
    elsewhere: Sequence[Loss] = (),
    first: dict[tuple[str, str], Known] | None = None,
) -> Statement:
    """What *known*, in the order it became known, says of *production*, with what was told beside it.

    *first* is what first mentioned each record, where that is known already.
    """
    newest: dict[str, Known] = {}
    told_at: dict[str, dt.datetime] = {}
    for version in known:
        newest[version.disclosure_id] = version
        if says_something_new(version):
            told_at[version.disclosure_id] = version.filed_at
    live = sorted(newest.values(), key=lambda version: place(version, told_at))
    standing = {
        fields["id"]
        for version in live
        if version.kind != "withdrawal"
        for fields in version.document.get("uses") or ()
    }
    zone = ZoneInfo(production.time_zone)
    statement = Statement(
        production, zone, list(known), live, {}, {}, None, {}, {}, list(heard), list(elsewhere)
    )
    first = first_filings(known) if first is None else first
    for version in live:
        said = list(stated(version, zone, standing))
        for kind, pointer, fields in said:
            put(statement, first, version, kind, pointer, fields)
        if version.kind == "withdrawal" and not said:
            continue
        merge(statement.employer, version.document.get("employer", {}))
        merge(statement.filed, version.document.get("production", {}))
        engagements = version.document.get("production", {}).get("engagements")
        statement.engagements = engagements if engagements is not None else statement.engagements
    for request in requests(statement.heard):
        hear(statement, request, told_at)
    return statement


def says_something_new(version: Known) -> bool:
    """Whether a version tells facts: a withdrawal does not, nor an amendment that mends a slip."""
    if version.kind == "amendment":
        return bool((version.document.get("filing", {}).get("amendment") or {}).get("reason") != "clerical")
    return version.kind == "filing"


def place(version: Known, told_at: dict[str, dt.datetime]) -> tuple[bool, dt.datetime, str]:
    """A disclosure's place in the order of telling: the withdrawn first, then by when it last told facts."""
    at = told_at.get(version.disclosure_id, version.filed_at)
    return version.kind != "withdrawal", at, version.disclosure_id


def first_filings(known: Sequence[Known]) -> dict[tuple[str, str], Known]:
    """For each record, the version that first mentioned it."""
    found: dict[tuple[str, str], Known] = {}
    for version in known:
        for kind, _, fields in mentioned(version.document):
            found.setdefault((kind, fields["id"]), version)
    return found


def mentioned(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every record of a document: its kind, its pointer and its fields; workforce events among them."""
    for kind in LISTS:
        for index, fields in enumerate(document.get(kind) or ()):
            yield kind, f"/{kind}/{index}", fields
            if kind == "workforce":
                for number, event in enumerate(fields.get("events") or ()):
                    yield "events", f"/workforce/{index}/events/{number}", {**event, "row": fields["id"]}


def stated(version: Known, zone: ZoneInfo, standing: set[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What a version still asserts: all of it, or, once withdrawn, what had happened by then.

    A use that another, *standing* disclosure states goes on; any other ends with the withdrawal.
    """
    if version.kind != "withdrawal":
        yield from mentioned(version.document)
        return
    end = day(version.filed_at, zone)
    rows = list(mentioned(version.document))
    used = [
        f for kind, _, f in rows if kind == "uses" and f.get("first") and day(moment(f["first"]), zone) <= end
    ]
    if not used:
        return
    for kind, pointer, fields in rows:
        if kind == "uses":
            if fields in used:
                yield (
                    kind,
                    pointer,
                    fields if fields["id"] in standing else {**fields, "last": ended(fields, end, zone)},
                )
        elif kind != "events" or day(moment(fields["on"]), zone) <= end:
            yield kind, pointer, fields


def hear(statement: Statement, request: Request, told_at: dict[str, dt.datetime]) -> None:
    """Put a request and its answers with what filings say of the consultation; the later telling wins."""
    held = statement.records.setdefault("consultations", {})
    asked = request.asked
    record = held.get(asked.id)
    if record is None:
        record = Record(asked.id, {}, f"/requests/{asked.id}", "", asked.at, "filing", "request")
        held[asked.id] = record
    filed_at = told_at.get(record.disclosure_id)
    for at, fields in answered(request):
        news = filed_at is None or at >= filed_at
        merge(record.fields, {n: v for n, v in fields.items() if news or record.fields.get(n) is None})
    said = consultation(request, statement.zone)
    days = [one for one in (record.get("answered_on"), said.get("answered_on")) if one]
    record.fields.update(said | ({"answered_on": min(days)} if days else {}))


def ended(use: dict[str, Any], end: dt.date, zone: ZoneInfo) -> str:
    """The last day of a use that was withdrawn on *end*: as stated, but never later."""
    last = use.get("last")
    return str(last) if last and day(moment(last), zone) <= end else end.isoformat()


def put(
    statement: Statement,
    first: dict[tuple[str, str], Known],
    version: Known,
    kind: str,
    pointer: str,
    fields: dict[str, Any],
) -> None:
    """Add a record, or let it win field by field over what was said before."""
    held = statement.records.setdefault(kind, {})
    record = held.get(fields["id"])
    if record is None:
        origin = first[kind, fields["id"]]
        held[fields["id"]] = Record(
            fields["id"],
            {**fields},
            pointer,
            version.disclosure_id,
            origin.filed_at,
            origin.kind,
            origin.type,
        )
        return
    merge(record.fields, fields)
    record.pointer, record.disclosure_id = pointer, version.disclosure_id


def merge(into: dict[str, Any], fields: dict[str, Any]) -> None:
    """Let *fields* win over *into*; inside nested objects too, but a list is said as a whole."""
    for name, value in fields.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            into[name] = {**into[name]}
            merge(into[name], value)
        else:
            into[name] = value
