import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import files
from registry.errors import Invalid
from registry.filing import mapping, tabular
from registry.filing.tabular import Row

KEPT = files.HERE / "filing" / "mappings"
SMALL = """
name = "small"
title = "A small mapping"
source = "a test"
blank = ["", "n/a", "n/a *"]
[employer]
employer_id = { column = "agency", slug = "us-" }
[production]
production_id = { columns = ["agency", "bureau"], slug = "us-" }
[document]
schema_version = { value = "2.0" }
"tools/0/id" = { columns = ["agency", "name"], hash = "tool-" }
"tools/0/name" = { column = ["name", "use_name"] }
"uses/0/first" = { column = "started", dates = ["%m/%d/%Y", "%Y-%m-%d"] }
"uses/0/required_by_employer" = { column = "required", codes = { "yes*" = true, "no" = false }, otherwise = "omit" }
"""
HEADER = ["agency", "bureau", "name", "started", "required"]


def small(**changes):
    cells = {"agency": "DOE", "bureau": "Lab 1", "name": "Chat", "started": "", "required": ""} | changes
    return mapping.mapped(mapping.load(SMALL.encode()), HEADER, Row(1, 2, [cells[name] for name in HEADER]))


def test_columns_and_constants_become_a_document():
    """Each place takes its value from where the mapping says."""
    made = small(started="3/4/2024", required="Yes, always")

    assert made.employer == {"employer_id": "us-doe"}
    assert made.production == {"production_id": "us-doe-lab-1"}
    assert made.document["schema_version"] == "2.0"
    assert made.document["tools"][0]["name"] == "Chat"
    assert made.document["uses"] == [{"first": "2024-03-04", "required_by_employer": True}]


def test_a_row_that_names_no_employer_is_refused_with_the_columns_to_fill():
    """A disclosure is somebody's; the row says what is missing, and its neighbours go on."""
    with pytest.raises(Invalid, match="does not say whose it is") as caught:
        small(agency="n/a")

    fault = caught.value.faults[0]
    assert (fault.code, fault.fix) == ("row-unnamed", "fill `agency` in this row")


@pytest.mark.parametrize(
    ("cell", "value"), [("12", 12), ("1,250", 1250), ("-3", -3), ("a few", "a few"), ("1.5", "1.5")]
)
def test_a_number_is_a_whole_number_or_kept_for_the_registry_to_refuse(cell, value):
    """Headcounts and hours are numbers in a disclosure and text in a table."""
    rule = mapping.Rule(column="hours", whole=True)

    assert mapping.value(mapping.load(SMALL.encode()), rule, {"hours": cell}) == value


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        (["Agency", "Use name"], "did you mean `Use name`?"),
        (["q"], "name a column the table has"),
        (["Agency;use_name"], 'say `delimiter = ";"` in the mapping: that parts the columns'),
    ],
)
def test_a_missing_column_comes_with_what_to_do(header, hint):
    """A renamed column is found, and a table parted by semicolons is recognised."""
    assert mapping.column_hint("use_name", header, ",") == hint


def test_cells_that_say_nothing_are_left_out():
    """Unknown is a value: a blank cell makes no member, and no empty list."""
    made = small(started="N/A", required="n/a - not reported")

    assert "uses" not in made.document


def test_a_date_in_no_known_form_is_kept_for_the_registry_to_refuse():
    """The mapping does not guess what `24-Nov` means."""
    assert small(started="24-Nov").document["uses"][0]["first"] == "24-Nov"


def test_a_code_nobody_translates_is_left_out_when_the_mapping_says_so():
    """`otherwise = "omit"` makes an untranslated cell unknown."""
    assert "uses" not in small(required="perhaps").document


def test_the_same_row_has_the_same_bytes_and_key():
    """Sending a row again is the same request."""
    first, again = small(), small()

    assert (first.body, first.key) == (again.body, again.key)
    assert first.key != small(name="Other").key
    assert len(first.key) <= 255


def test_identifiers_from_hashes_fit_the_schema():
    """An id made from a hash is an id the schema takes."""
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", small().document["tools"][0]["id"])


def test_a_column_may_have_another_name_in_another_edition():
    """The first of a column's names that the table has is used."""
    recipe = mapping.load(SMALL.encode())
    header = ["agency", "bureau", "use_name", "name2", "started", "required"]

    assert mapping.missing(recipe, header) == ["name"]
    assert mapping.missing(recipe, [*header, "name"]) == []


def test_a_row_of_another_width_is_refused():
    """Cells that slipped a column are not filed."""
    recipe = mapping.load(SMALL.encode())

    with pytest.raises(Invalid, match="has 2 cells and the header 5"):
        mapping.mapped(recipe, HEADER, Row(7, 9, ["DOE", "Lab"]))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("name = ", "cannot be read"),
        (SMALL.replace('{ value = "2.0" }', '{ value = "2.0", column = "agency" }'), "faults"),
        (SMALL.replace("slug", "slag"), "slag"),
        (SMALL.replace("employer_id", "other_id"), "faults"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(broken, says):
    """A misspelt rule is refused before anything is filed."""
    with pytest.raises(Invalid) as refused:
        mapping.load(broken.encode())

    assert says in refused.value.detail


@given(st.text(max_size=200), st.text(max_size=200))
def test_slugs_are_keys_and_cut_ones_stay_apart(one, other):
    """Every slug is a key of a record; two names that share a long beginning get two keys."""
    slugs = [mapping.slug("us-", [text]) for text in (one, other)]

    for slug in slugs:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug)
    assert mapping.slug("us-", ["a" * 80 + one]) != mapping.slug("us-", ["a" * 80 + other]) or one == other


@given(st.lists(st.text(max_size=60), min_size=4, max_size=4))
def test_any_row_becomes_json(cells):
    """No cell breaks the mapping, whatever stands in it."""
    made = mapping.mapped(mapping.load(SMALL.encode()), HEADER, Row(1, 2, ["DOE", *cells]))

    assert msgspec.json.decode(made.body) == made.document
    assert set(made.document) <= {"schema_version", "tools", "uses"}


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.toml")), ids=lambda path: path.stem)
def test_kept_mappings_load(path):
    """Every mapping in the project can be read and is named as its file."""
    assert mapping.load(path.read_bytes()).name == path.stem


@pytest.mark.parametrize(
    ("name", "encoding", "rows"),
    [("2024-v2.csv", "cp1252", 2133), ("2024-v1-not-utf8.csv", "utf-8-sig", 1757)],
)
def test_the_inventory_is_mapped_whole(shared, name, encoding, rows):
    """Both editions of the real table are read in their own encoding and every row becomes a document."""
    recipe = mapping.load((KEPT / "us-inventory-2024.toml").read_bytes())
    decoded = tabular.decode(Path(shared, "data", "inventory", name).read_bytes(), recipe.encodings)
    header, records = tabular.table(decoded.text)

    made = [mapping.mapped(recipe, header, row) for row in records]

    assert decoded.encoding == encoding
    assert mapping.missing(recipe, header) == []
    assert len(made) == rows
    assert len({each.key for each in made}) == rows - 3  # three rows stand in the table twice
    titles = {}
    for each in made:
        titles.setdefault(each.production["production_id"], set()).add(each.employer["employer_id"])
    assert all(len(employers) == 1 for employers in titles.values())
