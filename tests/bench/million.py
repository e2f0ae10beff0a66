"""Whether a search page, an as-of read and the alert inbox take as long among 1,000,000 versions as among 10,000.

Each question is asked of both histories by turns, so that whatever else the machine does strikes both, through
the acts that the doors call, as those who ask it. Every page is held against the page that ought to come.
"""

import sys
import time

import growing
from questions import (
    AMENDED,
    AUDITOR,
    HASH,
    MOVED,
    Groups,
    Inbox,
    Search,
    Side,
    Then,
    alert_then,
    disclosure_then,
    findings_then,
    listed_by,
    steward,
)

from registry.alerts.inbox.store import Wanted
from registry.auth.scope import Principal
from registry.db import Database

BAR, CALLS = 1.5, 100
STUDIO = Principal(subject="studio", role="employer", employer_id="e0")
SMALL = Principal(subject="small", role="employer", employer_id="e6")
RARE = Principal(subject="rare", role="representative", locals=["IATSE:998"])
OWN, RARELY = f"{HASH} % 40 = {{i}} % 40", f"{HASH} % 100 = 7"
GRIEVED = "production_id IN (SELECT production_id FROM raised WHERE state = 'grieved')"
CLOCK = "CASE WHEN state = 'resolved' THEN '9999-12-31' ELSE filed_at::date + 10 + (n % 7)::int END, n DESC"
THIRD, FORTIETH, THOUSANDTH = {"tool": ["third"]}, {"tool": ["tool-{of40}"]}, {"model": ["model-{of1000}"]}

SEARCHES = [
    Search("everything", AUDITOR, {}, "true"),
    Search("everything, oldest first", AUDITOR, {}, "true", order="oldest"),
    Search("a tool of every third", AUDITOR, THIRD, "m % 3 = 0"),
    Search("a tool of one in 40", AUDITOR, FORTIETH, "m % 40 = {i} % 40"),
    Search("the same, a page in the middle", AUDITOR, FORTIETH, "m % 40 = {i} % 40", behind=True),
    Search("the same, as of half", AUDITOR, FORTIETH, "m % 40 = {i} % 40", half=True),
    Search("a model of one in 1,000", AUDITOR, THOUSANDTH, "m % 1000 = {i} % 1000"),
    Search("the same, oldest first", AUDITOR, THOUSANDTH, "m % 1000 = {i} % 1000", order="oldest"),
    Search(
        "a model that 20 have",
        AUDITOR,
        {"model": ["twenty-{twentieth}"]},
        "m % ({N} / 20) = {i} % ({N} / 20)",
    ),
    Search("a tool that nobody has", AUDITOR, {"tool": ["nothing {of40}"]}, "false"),
    Search(
        "a vendor and a craft, one in 300",
        AUDITOR,
        {"vendor": ["vendor-{of300}"], "craft": ["craft-{of20}"]},
        "m % 300 = {i} % 300 AND m % 20 = {i} % 20",
    ),
    Search("withdrawn ones, one in 400", AUDITOR, {"state": ["withdrawn"]}, "n <> m AND m % 100 = 0"),
    Search("nil returns, one in 200", AUDITOR, {"type": ["nil_return"]}, "m % 200 = 5"),
    Search("a word that all have", AUDITOR, {"text": "frequent"}, "true"),
    Search("a word of one in 997", AUDITOR, {"text": "rare{of997}"}, "m % 997 = {i} % 997"),
    Search(
        "a word that 20 have", AUDITOR, {"text": "twenty{twentieth}"}, "m % ({N} / 20) = {i} % ({N} / 20)"
    ),
    Search("a phrase of one in 997", AUDITOR, {"text": '"frequent rare{of997}"'}, "m % 997 = {i} % 997"),
    Search(
        "two words of one in 89, not another",
        AUDITOR,
        {"text": "some{of89} frequent -rare{of997}"},
        "m % 89 = {i} % 89 AND m % 997 <> {i} % 997",
    ),
    Search("a verdict that all have", AUDITOR, {"verdict": ["satisfied"]}, "true"),
    Search("a verdict of one production in ten", AUDITOR, {"verdict": ["violation"]}, f"{HASH} % 10 = 3"),
    Search(
        "a rule that ten productions breach", AUDITOR, {"rule": ["rare/rule"]}, f"{HASH} % ({{N}} / 500) = 1"
    ),
    Search(
        "open alerts",
        AUDITOR,
        {"alert": ["open"]},
        "production_id IN (SELECT production_id FROM raised WHERE state = 'open')",
    ),
    Search("grieved alerts, one in 1,000", AUDITOR, {"alert": ["grieved"]}, GRIEVED),
    Search("a local of one production in 40", steward, {}, OWN),
    Search("the same and a craft", steward, {"craft": ["craft-{of20}"]}, OWN + " AND m % 20 = {i} % 20"),
    Search("a local of one production in 100", RARE, {}, RARELY),
    Search("a studio's own", STUDIO, {}, "employer_id = 'e0'"),
    Search(
        "a studio's own with a model of one in 1,000",
        STUDIO,
        THOUSANDTH,
        "employer_id = 'e0' AND m % 1000 = {i} % 1000",
    ),
    Search("a small office's own", SMALL, {}, "employer_id = 'e6'"),
    Search("a small office's own with a tool", SMALL, FORTIETH, "employer_id = 'e6' AND m % 40 = {i} % 40"),
    Search(
        "facets of a tool of one in 40", AUDITOR, FORTIETH, "m % 40 = {i} % 40", facets=("craft", "verdict")
    ),
    Search("facets of everything", AUDITOR, {}, "true", facets=("craft", "verdict")),
]
READS = [
    Then(
        "a disclosure", disclosure_then, "SELECT count(*) FROM grown WHERE m = " + AMENDED + " AND n < {half}"
    ),
    Then(
        "its findings",
        findings_then,
        "SELECT max(position) + 1 FROM grown WHERE n % 3 = 0 AND n < {half} AND "
        "production_id = (SELECT production_id FROM grown WHERE n = " + AMENDED + ")",
    ),
    Then("an alert", alert_then, "SELECT state FROM raised WHERE n = " + MOVED),
    Then(
        "the list of disclosures",
        listed_by(AUDITOR),
        "SELECT disclosure_id FROM grown WHERE n = m AND n < {half} ORDER BY n DESC",
    ),
    Then(
        "the list, a local of one production in 40",
        listed_by(steward),
        "SELECT disclosure_id FROM grown WHERE n = m AND n < {half} AND " + OWN + " ORDER BY n DESC",
    ),
    Then(
        "the list, a small office's",
        listed_by(SMALL),
        "SELECT disclosure_id FROM grown WHERE n = m AND n < {half} AND employer_id = 'e6' ORDER BY n DESC",
    ),
]
MINE = "local = 'IATSE:' || 600 + {i} % 40"
INBOXES = [
    Inbox("all", AUDITOR, "true"),
    Inbox("soonest clock first", AUDITOR, "true", turn=CLOCK, order="soonest"),
    Inbox("grieved ones, one in 1,000", AUDITOR, "state = 'grieved'", Wanted(state="grieved")),
    Inbox("a local of one in 40", steward, MINE),
    Inbox("the same, soonest clock first", steward, MINE, turn=CLOCK, order="soonest"),
    Inbox(
        "the same, due within 7 days, soonest first",
        steward,
        MINE + " AND state <> 'resolved' AND filed_at::date + 10 + (n % 7)::int <= '2026-03-12'",
        turn=CLOCK,
        order="soonest",
        due_within=7,
    ),
    Inbox(
        "the same, open violations",
        steward,
        MINE + " AND state = 'open' AND n % 3 = 0",
        Wanted(state="open", kind="violation"),
    ),
    Inbox("the same, as of half", steward, MINE, half=True),
    Inbox("a local of one in 1,000", RARE, "local = 'IATSE:998'"),
    Inbox("a studio's own", STUDIO, "employer_id = 'e0'"),
    Inbox("a studio's own, soonest clock first", STUDIO, "employer_id = 'e0'", turn=CLOCK, order="soonest"),
    Inbox("a small office's own", SMALL, "employer_id = 'e6'"),
    Inbox(
        "a small office's own, soonest clock first", SMALL, "employer_id = 'e6'", turn=CLOCK, order="soonest"
    ),
    Groups("groups of a local of one in 40", steward, MINE),
    Groups("groups of a small office", SMALL, "employer_id = 'e6'"),
    Groups("groups of all", AUDITOR, "true"),
]
KINDS = {"search": SEARCHES, "as of": READS, "inbox": INBOXES}


async def measured(dsns, few, many, rounds):
    """Every question among so many versions and so many: milliseconds, ratios, and whether all pages were right."""
    began = time.perf_counter()
    bases = [await growing.grow(dsn, size) for dsn, size in zip(dsns, (few, many), strict=True)]
    loaded = time.perf_counter() - began
    rows = []
    async with Database.open(dsns[0]) as small, Database.open(dsns[1]) as large:
        sides = [Side(small, bases[0], few), Side(large, bases[1], many)]
        for kind, questions in KINDS.items():
            for question in questions:
                rows.append(await asked(kind, question, sides, rounds))
                report(rows[-1])
    right = all(row["right"] for row in rows)
    missed = [f"{row['kind']}: {row['question']}" for row in rows if row["p99_ratio"] > BAR]
    return {
        "versions": [few, many],
        "loaded_seconds": round(loaded, 1),
        "bar": BAR,
        "missed": missed,
        "questions": rows,
        "check": {"questions": len(rows), "right": right},
    }


def report(row):
    """A line for whoever waits."""
    of = "{median_ms[0]:8.2f} {median_ms[1]:8.2f} {p99_ms[0]:8.2f} {p99_ms[1]:8.2f}  {p99_ratio:6.2f}".format(
        **row
    )
    wrong = "" if row["right"] else "  WRONG"
    sys.stderr.write(f"{row['kind']:7} {row['question']:48} {of}  {row['items']}{wrong}\n")


async def asked(kind, question, sides, turns):
    """One question, of both histories by turns: the best of the rounds of each."""
    right, items = True, []
    for number in (1, 45, 117):
        for side in sides:
            found, expected = await question.ask(side, number), await question.expected(side, number)
            right = right and found == expected
            items.append(len(found))
    rounds = [[], []]
    for _ in range(turns):
        times = [[], []]
        for number in range(1, 4 * CALLS, 4):
            for side, taken in zip(sides, times, strict=True):
                begun = time.perf_counter()
                await question.ask(side, number)
                taken.append(1000 * (time.perf_counter() - begun))
        for taken, of_side in zip(times, rounds, strict=True):
            taken.sort()
            of_side.append((taken[CALLS // 2], taken[CALLS * 99 // 100 - 1]))
    best = [[round(min(each[at] for each in of_side), 2) for of_side in rounds] for at in (0, 1)]
    return {
        "kind": kind,
        "question": question.name,
        "items": items[:2],
        "median_ms": best[0],
        "p99_ms": best[1],
        "median_ratio": round(best[0][1] / best[0][0], 2),
        "p99_ratio": round(best[1][1] / best[1][0], 2),
        "right": right,
    }
