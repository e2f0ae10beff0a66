"""The three forms, read back by programs nobody here wrote."""

import csv
import datetime as dt
import io
import json

import duckdb
import pandas as pd
import papers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.alerts.inbox import act as inbox
from registry.disclosures import act as disclosures
from registry.exports.column import Column, of_schema
from registry.exports.form import RISKY, Columnar, Lines, Sheet, cell
from registry.exports.tables import TABLES

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
COLUMNS = [
    Column("a", "text", ""),
    Column("b", "integer", ""),
    Column("c", "boolean", ""),
    Column("d", "date", ""),
    Column("e", "instant", ""),
    Column("f", "list", ""),
    Column("g", "json", ""),
]
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS,
        st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
        st.none() | st.booleans(),
        st.none() | st.dates().map(dt.date.isoformat),
        st.none()
        | st.datetimes(dt.datetime(1900, 1, 1)).map(lambda at: at.isoformat(timespec="microseconds") + "Z"),
        st.none() | st.lists(TEXTS, max_size=3),
        st.none() | st.dictionaries(TEXTS, TEXTS | st.integers(-9, 9), max_size=3),
    ).map(list),
    max_size=6,
)


def whole(writer, rows):
    return writer.begin() + b"".join(writer.add([row]) for row in rows) + writer.end()


@given(ROWS)
def test_a_line_of_ndjson_is_the_row(rows):
    """Every value comes back, and what is not there is null."""
    data = whole(Lines(COLUMNS), rows)
    assert [list(json.loads(line).values()) for line in data.decode().split("\n")[:-1]] == rows


@given(ROWS)
def test_a_row_of_csv_comes_back_and_is_no_formula(rows):
    """RFC 4180 gives the cells back; no text begins as a formula does; one apostrophe less is the text."""
    data = whole(Sheet(COLUMNS), rows)
    head, *found = csv.reader(io.StringIO(data.decode(), newline=""))
    assert head == [column.name for column in COLUMNS]
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        assert not cells[0].startswith(tuple(mark for mark in RISKY if mark != "'"))
        assert cells[0].removeprefix("'") == (row[0] or "")
        assert cells[1] == ("" if row[1] is None else str(row[1]))
        assert (
            cells[5]
            == ("" if row[5] is None else json.dumps(row[5], ensure_ascii=False, separators=(",", ":")))
            or row[5]
        )
        assert (json.loads(cells[6]) if cells[6] else None) == row[6]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "\uff1d1", "\uff201"]
)
def test_a_text_that_a_spreadsheet_would_run_stands_behind_an_apostrophe(text):
    """Only texts: a number below zero stays a number."""
    assert cell(COLUMNS[0], text) == f"'{text}"
    assert cell(COLUMNS[1], -1) == "-1"


def test_parquet_is_the_same_bytes_however_the_rows_come():
    """Pieces depend on the number of rows alone, and what a reader finds are the rows."""
    rows = [
        [
            f"text {n}",
            n,
            n % 2 == 0,
            "2025-10-15",
            "2025-10-15T17:30:00.123456Z",
            ["a", "b"],
            {"n": n},
        ]
        for n in range(25)
    ]
    at_once, one_by_one = Columnar(COLUMNS, 10), Columnar(COLUMNS, 10)
    data = at_once.begin() + at_once.add(rows) + at_once.end()
    assert whole(one_by_one, rows) == data
    frame = pd.read_parquet(io.BytesIO(data))
    assert frame["b"].tolist() == list(range(25))
    assert frame["e"][0] == pd.Timestamp("2025-10-15T17:30:00.123456Z")
    assert json.loads(frame["g"][24]) == {"n": 24}
    assert str(frame["d"][3]) == "2025-10-15"


def test_columns_of_uses_are_the_schemas_under_its_titles():
    """Every member of a use is a column, typed, with its title and description."""
    schema = json.loads(papers.house().schemas.body("2.0"))
    columns = {each.name: each for each in of_schema(schema, TABLES["uses"].part)}
    assert set(columns) == set(schema["$defs"]["use"]["properties"])
    assert columns["purpose"].means.startswith("Purpose. ")
    kinds = {
        "share_of_task_hours": "integer",
        "locals": "list",
        "final_deliverable": "boolean",
        "operators": "json",
        "first": "text",
    }
    assert {name: columns[name].kind for name in kinds} == kinds
    assert all(
        len({each.name for each in table.columns(schema)}) == len(table.columns(schema))
        for table in TABLES.values()
    )


@pytest.mark.slow
async def test_duckdb_and_pandas_read_the_same_totals_as_the_lists(office, make, fetch, tmp_path):
    """All tables in all three forms: as many rows as the manifest says, and the sums of the API's own lists."""
    alerts = await inbox.find(office, papers.AUDITOR, limit=200, now=papers.NOW)
    listed = await disclosures.find(office, papers.AUDITOR, None, None, 200)
    readers = {
        "ndjson": "read_json('{}')",
        "csv": "read_csv('{}', all_varchar=true)",
        "parquet": "read_parquet('{}')",
    }
    totals = {}
    for kind, reader in readers.items():
        made = await make(by=papers.AUDITOR, format=kind)
        for file in made.manifest.files:
            data, _ = await fetch(made, file.name, by=papers.AUDITOR)
            path = tmp_path / file.name
            path.write_bytes(data)
            if not file.rows:
                continue
            named = "read_csv('{}')" if file.entity is None else reader
            assert duckdb.sql(f"SELECT count(*) FROM {named.format(path)}").fetchall() == [(file.rows,)], (
                file.name
            )
        count = f"SELECT count(DISTINCT disclosure_id), sum(version::int) FROM {reader}".format(
            tmp_path / f"disclosures.{kind}"
        )
        (totals[kind],) = duckdb.sql(count).fetchall()
        open_ = f"SELECT count(*) FROM {reader} WHERE held_by IS NULL".format(tmp_path / f"alerts.{kind}")
        assert duckdb.sql(open_).fetchall() == [(len(alerts.items),)]
    assert set(totals.values()) == {(len(listed.items), 4 + 3)}
    frames = [
        pd.read_json(tmp_path / "uses.ndjson", lines=True),
        pd.read_csv(tmp_path / "uses.csv"),
        pd.read_parquet(tmp_path / "uses.parquet"),
    ]
    assert [len(frame) for frame in frames] == [2, 2, 2]
    assert {frame["purpose_description"].dropna().iloc[0] for frame in frames} == {
        "=1+1, said the vendor",
        "'=1+1, said the vendor",
    }
    words = pd.read_csv(tmp_path / "dictionary.csv")
    for name in TABLES:
        told = words[words["file"] == f"{name}.parquet"]["column"].tolist()
        assert told == pd.read_parquet(tmp_path / f"{name}.parquet").columns.tolist()


def test_any_json_stays_json_in_a_row_of_csv():
    """A text is told from the number it looks like, and no text of JSON begins as a formula does."""
    (column,) = (each for each in COLUMNS if each.kind == "json")
    for value in ("5", "=1+1", "", 5, True, None, ["a"]):
        said = cell(column, value)
        assert (json.loads(said) if said else None) == value
        assert not said.startswith(RISKY)
