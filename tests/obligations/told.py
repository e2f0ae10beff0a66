"""Short ways to write what is filed, asked, answered, observed and lost, for the tests of this room."""

import datetime as dt
from zoneinfo import ZoneInfo

from registry.obligations.judge import judge
from registry.obligations.statement import Binding, Heard, Known, Loss, Production
from tests.obligations.cases import PACKS

LA = ZoneInfo("America/Los_Angeles")
WHO = Production(
    "e",
    "p",
    "P",
    "hb_svod",
    "America/Los_Angeles",
    ["US-CA"],
    [Binding("iatse-ba-2024", ["IATSE:700"], dt.date(2024, 8, 1), dt.date(2027, 7, 31))],
    ["IATSE:700"],
)
TOOL = {"id": "t1", "name": "FirstCut Assembly", "category": "editing_assist"}
USE = {"id": "u1", "tool": "t1", "purpose": "admin", "first": "2025-09-15", "locals": ["IATSE:700"]}
Q3 = {"from": "2025-07-01", "to": "2025-09-30"}


def instant(day):
    """Noon of a day in Los Angeles."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), LA)


def filed(at, name="d1", version=1, kind="filing", form="initial", reason=None, filing=None, **document):
    """One version of one disclosure."""
    body = {"filing": {"type": form, **(filing or {})}, **document}
    return Known(name, version, kind, form, instant(at), body, reason, reason)


def row(count=None, *events, name="editors", local="IATSE:700", **fields):
    """One row of the workforce."""
    now = {} if count is None else {"headcount_now": count}
    return {"id": name, "local": local, **now, **fields, "events": list(events)}


def event(on, name="e1", kind="laid_off", count=1, **fields):
    """One workforce event."""
    return {"id": name, "on": on, "kind": kind, "count": count, "covered": True, **fields}


def asked(at, name="r1", union="IATSE", **body):
    """A request of a union's representative."""
    return Heard(name, "request", instant(at), "representative", union, {"kind": "meeting", **body})


def answered(at, by="employer", request="r1", name="a1", **body):
    """An answer to a request."""
    return Heard(name, "answer", instant(at), by, "", {"request": request, **body})


def seen(at="2025-10-01", name="o1", union="IATSE", **body):
    """An observation of a representative."""
    return Heard(name, "observation", instant(at), "representative", union, {"observed_on": at, **body})


def lost(on, filed_at, name="x1", count=1, attribution="not_due", baseline=None, **fields):
    """A loss filed for another production of the same employer."""
    values = {"production_id": "q", "disclosure_id": f"other-{name}", "local": "IATSE:700", "category": ""}
    values |= {"kind": "laid_off", "reasoned": True} | fields
    return Loss(
        event_id=name,
        filed_at=instant(filed_at),
        on=dt.date.fromisoformat(on),
        count=count,
        attribution=attribution,
        baseline=baseline,
        **values,
    )


def found(rule, known=(), at="2026-06-01", who=WHO, **more):
    """The findings of one rule, by subject."""
    judgement = judge(PACKS, who, list(known), instant(at), **more)
    return {finding.subject: finding for finding in judgement.findings if finding.rule == rule}
