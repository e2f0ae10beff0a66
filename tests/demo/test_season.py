import datetime as dt
from collections import Counter

import pytest

from registry import files, house
from registry.demo import season as seasons
from registry.errors import Invalid, SchemaViolation, UnknownSchema

SEASON = files.HERE / "demo" / "season.toml"


@pytest.fixture(scope="module")
def season():
    return seasons.load(SEASON.read_bytes())


def test_the_season_is_as_large_as_it_promises(season):
    """At least three employers, eight productions, four unions and sixty filings that are taken."""
    unions = {local.partition(":")[0] for record in season.productions for local in record["locals"]}
    filings = Counter(step.expect for step in season.steps if step.does in ("file", "amend", "withdraw"))

    assert len(season.employers) >= 3
    assert len(season.productions) >= 8
    assert len(unions) >= 4
    assert filings["accepted"] >= 60
    assert filings["refused"] >= 3


def test_documents_have_exactly_the_faults_the_season_expects(season):
    """A step is refused by the schema when the season says how many faults it has, and never otherwise."""
    schemas = house.shipped().schemas
    for step in season.steps:
        if step.does not in ("file", "amend", "preflight"):
            continue
        faults = 0
        try:
            schemas.check(seasons.document(season, step))
        except (SchemaViolation, UnknownSchema) as refused:
            faults = max(1, len(refused.faults))
        assert (faults >= step.faults) if step.faults else faults == 0, step


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2025-Q1", "2025-01-01", "2025-03-31"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-Q2", "2024-04-01", "2024-06-30"),
    ],
)
def test_quarters_are_calendar_quarters(name, first, last):
    """A quarter's last day is the day before the next one begins."""
    assert seasons.quarter(name) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_things_with_an_id_are_laid_over_each_other():
    """A fact changes one thing of a list; new things follow, other lists are replaced."""
    below = {"uses": [{"id": "a", "x": 1, "y": {"p": 1}}, {"id": "b"}], "names": ["one"]}
    above = {"uses": [{"id": "c"}, {"id": "a", "y": {"q": 2}}], "names": ["two"]}

    assert seasons.over(below, above) == {
        "uses": [{"id": "a", "x": 1, "y": {"p": 1, "q": 2}}, {"id": "b"}, {"id": "c"}],
        "names": ["two"],
    }


def test_a_season_that_contradicts_itself_is_refused():
    """A step of a story nobody told is found before anything is started."""
    text = SEASON.read_bytes().replace(b'story = "moodboards"', b'story = "moodboard"', 1)

    with pytest.raises(Invalid, match="no story moodboard"):
        seasons.load(text)
