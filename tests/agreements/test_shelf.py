import pytest

from registry.agreements import shelf
from registry.agreements.shelf import Rules
from registry.errors import NotFound


def test_the_house_is_what_the_doors_ask_for(house):
    """Anything with schemas, packs and editions will do."""
    assert isinstance(house, Rules)
    assert not isinstance(object(), Rules)


def test_everything_judged_by_is_listed_with_its_digest(house):
    """Editions, packs and parameter sets."""
    found = shelf.shelf(house)

    assert [edition.key for edition in found.editions] == sorted(house.editions)
    assert [(pack.name, pack.digest) for pack in found.packs] == [
        ("iatse-tech", house.packs.packs["iatse-tech"].digest)
    ]
    assert [params.name for params in found.params] == ["params-2026.1"]


@pytest.mark.parametrize("key", ["iatse-tech", "iatse-ba-2024"])
def test_an_agreement_is_found_by_its_key_and_a_pack_by_its_name(house, key):
    """Both lead to the pack as JSON, with the parameters it uses."""
    found = shelf.agreement(house, key)

    assert (found.edition is None) == (key == "iatse-tech")
    assert [pack.pack["title"] for pack in found.packs] == ["Technological change"]
    assert [params.pack["param"]["CONSULT_DAYS"]["unit"] for params in found.params] == ["calendar days"]


def test_an_edition_without_a_pack_is_shown_alone(house):
    """An agreement may be known and not judged."""
    found = shelf.agreement(house, "bccfu")

    assert found.edition.locals == ["IATSE:891", "IATSE:669", "IBT:155"]
    assert found.packs == []


def test_a_misspelt_key_gets_the_nearest_one(house):
    """NotFound says what may have been meant."""
    with pytest.raises(NotFound, match="iatse-ba-2024"):
        shelf.agreement(house, "iatse-ba-2042")


def test_schema_versions_say_how_long_they_are_taken(house):
    """One is current; the older has its deprecation and its sunset."""
    lines = {line.version: line for line in shelf.schema_lines(house.schemas)}

    assert [version for version, line in lines.items() if line.current] == [house.schemas.current]
    assert lines["1.0"].deprecated_at < lines["1.0"].sunset_at


def test_a_schema_is_shown_byte_for_byte(house):
    """And a version that there is not is not found."""
    assert shelf.schema_body(house.schemas, "2.0") == house.schemas.body("2.0")

    with pytest.raises(NotFound, match="1\\.0"):
        shelf.schema_body(house.schemas, "9.9")
