"""The tables: what each counts, for whom, and as of when."""

import csv
import datetime as dt
import io
import json

import msgspec
import papers
import pytest

from registry.ledger.past import store as past
from registry.statistics import act, table
from registry.statistics.exposure import PERSONS
from registry.statistics.table import StatisticColumn, Statistics

LATER = papers.NOW + dt.timedelta(days=40)
THIRD = ("other-films", "harbor-lights-s1")
OPEN = {"severance": {}, "retraining": {}}


def losing(count, attribution="substantially_due"):
    return papers.layoffs(count=count, attribution=attribution)


def used(name="CutAssist", **more):
    said = papers.uses(**more)
    said["tools"][0]["name"] = name
    return said


async def test_exposure_counts_uses_and_positions_gone(office, rows):
    """By quarter, local and craft; what an update says of the same event again counts once, as it says it."""
    crafts = {"occupations": ["27-4032.00"], "share_of_task_hours": 25}
    await papers.file(office, papers.document(**used(**crafts), **losing(40)))
    update = papers.document("quarterly_update", **used(**crafts), **losing(30))
    await papers.file(office, update, key="k-2")
    again = papers.document(
        key=THIRD, **used(share_of_task_hours=50, occupations=["27-4032.00"]), **losing(7, "not_due")
    )
    await papers.file(office, again, key="k-3", principal=papers.OTHERS)
    found = {(row["quarter"], row["local"], row["craft"]): row for row in await rows("exposure")}
    third, fourth = found["2025-Q3", "IATSE:700", "27-4032.00"], found["2025-Q4", "IATSE:700", ""]

    assert (third["uses"], third["uses_with_share"], third["share_permille"]) == (2, 2, 375)
    assert [fourth[name] for name in PERSONS] == [30, 0, 7, 0, 37]
    assert [found["2025-Q4", "all", "all"][name] for name in PERSONS] == [30, 0, 7, 0, 37]


async def test_few_persons_are_not_told(office, rows):
    """Two who lost their work are null, and so is the sum that would tell them."""
    await papers.file(office, papers.document(**used(), **losing(2)))
    await papers.file(
        office, papers.document(key=papers.SECOND, **used(), **losing(60, "not_due")), key="k-2"
    )
    made = await act.make(office, papers.AUDITOR, "exposure")
    (lost,) = [row for row in made.rows if row["quarter"] == "2025-Q4" and row["local"] == "IATSE:700"]

    assert lost["gone_substantially_due"] is None
    assert lost["gone_not_due"] is None or lost["gone"] is None
    assert made.kept_back >= 4
    assert all(
        value not in (1, 2, 3, 4) for row in made.rows for name, value in row.items() if name in PERSONS
    )


async def test_withdrawn_disclosures_count_nothing(office, rows):
    """What is withdrawn is in no number any more, and still in those of before."""
    filed = await papers.file(office, papers.document(**used(), **losing(9)))
    before = {about: await rows(about) for about in ("exposure", "tools")}
    size = await papers.count(office, "ledger_entry")
    await papers.withdraw(office, filed.receipt.disclosure_id, now=LATER)
    async with office.snapshot() as conn:
        moment = await past.resolve(conn, None, size)

    assert [await rows(about) for about in before] == [[], []]
    assert {about: await rows(about, moment=moment) for about in before} == before


async def test_tools_by_spread(office, rows):
    """The widest spread first; two ways to write a name are one tool."""
    await papers.file(office, papers.document(**used("VoxClone")))
    await papers.file(office, papers.document(key=papers.SECOND, **used("CutAssist")), key="k-2")
    await papers.file(
        office, papers.document(key=THIRD, **used("CUTASSIST ")), key="k-3", principal=papers.OTHERS
    )
    found = await rows("tools")

    assert [(row["tool"], row["employers"], row["productions"], row["uses"]) for row in found] == [
        ("cutassist", 2, 2, 2),
        ("voxclone", 1, 1, 1),
    ]


async def test_numbers_are_of_what_the_caller_reads(office, rows):
    """Foreign employers, other locals' productions and withheld sections are in no number."""
    kept = {"confidentiality": {"sections": {"tools": "employer", "uses": "auditor"}}}
    await papers.file(office, papers.document(filing=kept, **used()))
    await papers.file(
        office, papers.document(key=THIRD, **used("VoxClone")), key="k-2", principal=papers.OTHERS
    )

    async def tools(caller):
        return {(row["tool"], row["uses"]) for row in await rows("tools", caller)}

    assert await tools(papers.OFFICE) == {("cutassist", 1)}
    assert await tools(papers.OTHERS) == {("voxclone", 1)}
    assert await tools(papers.EDITORS) == await tools(papers.AUDITOR) == {("voxclone", 1)}
    assert sum(row["uses"] or 0 for row in await rows("exposure", papers.EDITORS)) == 1
    for about in ("exposure", "tools", "punctuality", "answers", "alerts"):
        assert await rows(about, papers.ARTISTS) == [], about


async def test_punctuality_counts_findings_and_days(office, rows):
    """An update filed 15 days after its quarter is on time; an initial filing after first use is late."""
    said = papers.document("quarterly_update", **used())
    await papers.file(office, said)
    found = {row["rule"]: row for row in await rows("punctuality") if row["employer_id"] == papers.KEY[0]}
    update = found["reg/quarterly-update"]

    assert (update["quarter"], update["due"], update["on_time"], update["median_days"]) == (
        "2025-Q4",
        1,
        1,
        15,
    )
    assert update["on_time_permille"] == 1000
    assert found["reg/initial-filing"]["late_or_missing"] == 1
    assert found["reg/initial-filing"]["on_time_permille"] == 0


async def test_answers_and_alerts_are_counted(office, rows):
    """Every alert is in one row by clause and one by employer; none has been answered yet."""
    await papers.file(office, papers.document(**used(), **losing(2)))
    opened = await papers.count(office, "alert")
    by_clause = await rows("alerts")

    assert opened == sum(row["alerts"] for row in by_clause) == sum(row["open"] for row in by_clause) > 0
    assert all(row["clause"] for row in by_clause)
    (line,) = await rows("answers")
    assert line == {
        "employer_id": papers.KEY[0],
        "kind": "alert",
        "quarter": "2025-Q4",
        "opened": opened,
        "answered": 0,
        "unanswered": opened,
        "ended_unanswered": 0,
        "median_days": None,
        "longest_days": None,
    }


EVIL = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", 'a"b', "a,b", "line\nbreak", "plain"]


def test_a_csv_table_is_read_back_and_reckons_nothing():
    """RFC 4180 both ways; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    columns = [StatisticColumn("tool", "x"), StatisticColumn("uses", "x")]
    made = Statistics(
        about="tools",
        says="x",
        tree_size=7,
        columns=columns,
        rows=[{"tool": cell, "uses": 3} for cell in EVIL],
    )
    text = table.told(made, "csv", None).body.decode()
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))

    assert read[0] == ["tool", "uses"]
    assert [row[0].removeprefix("'") for row in read[1:]] == EVIL
    assert [row[0] for row in read[1:] if not row[0].startswith("'")] == EVIL[8:]


@pytest.mark.parametrize(
    ("form", "accept", "media"),
    [
        (None, None, "application/json"),
        (None, "*/*", "application/json"),
        (None, "text/csv", "text/csv"),
        (None, "text/html, text/csv;q=0.9, */*;q=0.1", "text/csv"),
        (None, "application/json, text/csv", "application/json"),
        (None, "text/csv;q=0, application/json", "application/json"),
        (None, "text/csv;q=0.1, application/json", "application/json"),
        (None, "application/json;q=0.5, text/csv", "text/csv"),
        (None, "text/csv;q=x", "application/json"),
        ("json", "text/csv", "application/json"),
        ("csv", "application/json", "text/csv"),
    ],
)
def test_the_form_is_what_is_asked_for(form, accept, media):
    """The query decides, else the header, else it is JSON; every answer says that Accept mattered."""
    told = table.told(Statistics(about="tools", says="x", tree_size=7, columns=[], rows=[]), form, accept)

    assert told.media.split(";")[0] == media
    assert told.headers["Vary"] == "Accept"


async def test_every_column_of_every_table_is_explained(office):
    """Rows have the columns that are explained, in their order; no number is a fraction."""
    await papers.file(office, papers.document("quarterly_update", **used(), **losing(7)))
    for about in ("exposure", "tools", "punctuality", "answers", "alerts"):
        made = await act.make(office, papers.AUDITOR, about)
        assert made.rows, about
        for row in made.rows:
            assert list(row) == [column.name for column in made.columns]
            assert not any(isinstance(value, float) for value in row.values())
        assert all(len(column.says) > 10 or column.name == "kind" for column in made.columns)
        assert json.loads(msgspec.json.encode(made))["about"] == about
