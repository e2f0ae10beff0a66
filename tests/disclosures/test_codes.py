import json

import pytest

from registry import files
from registry.disclosures import codes, identifiers

LISTS = {path.stem: json.loads(path.read_bytes()) for path in (files.SCHEMAS / "codes").glob("*.json")}
STUDIO = {"44", "80", "600", "695", "700", "705", "706", "728", "729", "800", "871", "884", "892"}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_says_its_source_and_repeats_no_key(name):
    """A list is data with a source; its keys are text, each once."""
    found = LISTS[name]
    keys = [row["key"] for row in found["values"]]
    assert found["list"] == name
    assert found["source"]
    assert found["about"]
    assert all(isinstance(key, str) and key for key in keys)
    assert len(keys) == len(set(keys))


def test_locals_are_text_keys_with_their_union():
    """Each local has union, craft, region, relation to the Basic Agreement, confidence and source."""
    unions = {row["key"] for row in LISTS["unions"]["values"]}
    found = {row["key"]: row for row in LISTS["locals"]["values"]}
    for key, row in found.items():
        assert key.partition(":")[0] == row["union"]
        assert row["union"] in unions
        assert row["craft"]
        assert row["region"]
        assert row["source"]
        assert row["basic_agreement"] in {"yes", "no", "own", "asa", "asa?"}
        assert row["confidence"] in {"quoted", "reported", "memory"}
        assert row.get("confused_with", key) in found
    assert {key for key, row in found.items() if row["basic_agreement"] == "yes"} == {
        f"IATSE:{n}" for n in STUDIO
    }
    assert found["IATSE:USA829"]["craft"] != found["IATSE:829"]["craft"]
    assert {
        "IATSE:B751",
        "IATSE:R&T",
        "IATSE:AE938",
        "IATSE:938",
        "IATSE:891",
        "IBT:399",
        "DGA",
        "WGAE",
    } <= set(found)


def test_agreements_name_locals_and_unions_that_exist():
    """An edition has a title, its unions, its days as far as known, and how sure that is."""
    keys = {row["key"] for row in LISTS["locals"]["values"]}
    unions = {row["key"] for row in LISTS["unions"]["values"]}
    for row in LISTS["agreements"]["values"]:
        assert set(row["locals"]) <= keys
        assert row["union"] in row["unions"]
        assert set(row["unions"]) <= unions
        assert row["title"]
        assert row["confidence"] in {"quoted", "reported", "memory", "inferred"}
        assert not (row["from"] and row["to"]) or row["from"] < row["to"]
    by_key = {row["key"]: row for row in LISTS["agreements"]["values"]}
    assert (by_key["iatse-ba-2024"]["from"], by_key["iatse-ba-2024"]["to"]) == ("2024-08-01", "2027-07-31")


def test_lists_and_schemas_agree(schemas):
    """What the schema enumerates is what the list explains."""
    schema = json.loads(schemas.body(schemas.current))["$defs"]
    for name, where in {
        "tool-categories": schema["tool"]["properties"]["category"],
        "purposes": schema["use"]["properties"]["purpose"],
        "digital-source-types": schema["use"]["properties"]["digital_source_type"],
    }.items():
        assert where["enum"] == [row["key"] for row in LISTS[name]["values"]]


def test_countries_and_subdivisions_agree_with_the_lists():
    """The codes the program checks by are those of the published lists."""
    assert {row["key"] for row in LISTS["countries"]["values"]} == identifiers.COUNTRIES
    assert len(identifiers.COUNTRIES) == 249
    assert {row["key"] for row in LISTS["subdivisions"]["values"]} == {
        f"{land}-{part}" for land, parts in identifiers.SUBDIVISIONS.items() for part in parts
    }


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("locals", "700", "IATSE:700"),
        ("locals", "iatse 700", "IATSE:700"),
        ("locals", "IATSE Local 700", "IATSE:700"),
        ("locals", "USA829", "IATSE:USA829"),
        ("locals", "United Scenic Artists 829", "IATSE:USA829"),
        ("locals", "Teamsters 399", "IBT:399"),
        ("locals", "SAGAFTRA", "SAG-AFTRA"),
        ("locals", "DGA ", "DGA"),
        ("agreements", "IATSE-BA-2024", "iatse-ba-2024"),
        ("agreements", "DGA Basic Agreement 2023", "dga-ba-2023"),
        ("countries", "Canada", "CA"),
        ("countries", "UK", "GB"),
        ("currencies", "usd", "USD"),
        ("crafts", "Film and Video Editors", "27-4032.00"),
        ("crafts", "27-4032", "27-4032.00"),
        ("locals", "%%%%%%%%", None),
        ("locals", "", None),
    ],
)
def test_the_nearest_code_is_the_one_meant(schemas, name, given, expected):
    """What people write leads to the key they mean, or to none."""
    assert codes.nearest(given, schemas.codes[name]) == expected


def test_a_long_list_is_named_and_a_short_one_written_out(schemas):
    """Nobody is sent 283 locals in a message."""
    assert codes.allowed(schemas.codes["locals"]) == [
        f"one of the {len(LISTS['locals']['values'])} keys in schemas/codes/locals.json"
    ]
    assert codes.allowed(["a", "b"]) == ["a", "b"]


def test_letters_typed_for_digits_are_seen_through():
    """`IATSE:7OO` with the letter O is IATSE:700, not the local whose key is shortest."""
    known = ["IATSE:7", "IATSE:700", "IATSE:70"]

    assert codes.nearest("IATSE:7OO", known) == "IATSE:700"
