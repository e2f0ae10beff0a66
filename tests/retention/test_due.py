"""How long versions are kept: periods to the day, rules by place, and what holds beyond."""

import datetime as dt
from uuid import UUID

import msgspec
import papers
import pytest

from registry import files
from registry.errors import Corrupt
from registry.productions.record import ProductionRecord
from registry.retention import act, rule
from registry.retention.due import Old, due

RULES = act.rules()
FILED = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def old(filed=FILED, places=({"country": "US", "subdivision": "US-CA"},), phases=(), **said):
    record = papers.production() | {"locations": list(places), "phases": list(phases)}
    told = {
        "employer_id": "northlight-pictures",
        "production_id": "harbor-lights-s1",
        "disclosure_id": UUID(int=1),
        "version": 1,
        "filed_at": filed,
        "period_to": None,
        "newest_at": filed,
        "moved_at": None,
        "asked_at": None,
        "alerts": 0,
        "requests": 0,
        "record": msgspec.convert(record, ProductionRecord),
    }
    return Old(**told | said)


def since(version, on=dt.date(2999, 1, 1)):
    found = due(version, RULES, on)
    return found and (found.due_since.isoformat(), found.longest)


@pytest.mark.parametrize(
    ("day", "years", "months", "ends"),
    [
        ("2026-03-01", 4, 0, "2030-03-01"),
        ("2024-02-29", 4, 0, "2028-02-29"),
        ("2024-02-29", 3, 0, "2027-03-01"),
        ("2026-08-31", 0, 6, "2027-03-01"),
        ("2026-06-30", 0, 6, "2026-12-30"),
        ("2026-12-31", 0, 2, "2027-03-01"),
        ("2026-12-01", 1, 1, "2028-01-01"),
    ],
)
def test_a_period_ends_on_its_anniversary(day, years, months, ends):
    """Where the month has no such day, on the day after its last: what is in doubt is kept longer."""
    one = msgspec.structs.replace(RULES[0], years=years, months=months)

    assert one.ends(dt.date.fromisoformat(day)) == dt.date.fromisoformat(ends)


def test_a_version_is_due_from_the_day_its_longest_rule_ends():
    """Not the day before; since when, by which rule, and every rule it fell under."""
    assert due(old(), RULES, dt.date(2030, 2, 28)) is None
    found = due(old(), RULES, dt.date(2030, 3, 1))

    assert (found.due_since, found.longest) == (dt.date(2030, 3, 1), "ca-crd-ads/records")
    assert [each.rule for each in found.rules] == ["ca-crd-ads/records", "reg/retention"]
    assert found.held == []


@pytest.mark.parametrize(
    ("place", "rules"),
    [
        ({"country": "US", "subdivision": "US-NY"}, {"reg/retention"}),
        ({"country": "US", "subdivision": "US-CO"}, {"reg/retention", "co-sb26-189/records"}),
        ({"country": "FR"}, {"reg/retention", "eu-ai-act/26-6"}),
        ({"country": "GB"}, {"reg/retention"}),
    ],
)
def test_a_law_holds_where_it_is_the_law(place, rules):
    """By the places of the production; the registry's own rule everywhere."""
    found = due(old(places=[place]), RULES, dt.date(2040, 1, 1))

    assert {each.rule for each in found.rules} == rules


def test_a_law_holds_from_its_first_day():
    """Colorado's begins with 2027."""
    colorado = next(each for each in RULES if each.law == "co-sb26-189")

    assert not colorado.holds({"US-CO"}, dt.date(2026, 12, 31))
    assert colorado.holds({"US-CO"}, dt.date(2027, 1, 1))


def test_a_period_counts_from_the_last_that_became_known():
    """A later filing, an alert's move, a request, the last day of a phase or of the period spoken for."""
    later = dt.datetime(2027, 7, 1, 3, tzinfo=dt.UTC)  # the evening before in Los Angeles

    for name in ("newest_at", "moved_at", "asked_at"):
        assert since(old(**{name: later}))[0] == "2031-06-30"
    assert since(old(period_to=dt.date(2028, 1, 1)))[0] == "2032-01-01"
    assert since(old(phases=[{"phase": "post", "ends_on": "2029-02-03"}]))[0] == "2033-02-03"


def test_what_is_open_or_unknown_holds_a_version():
    """It is listed, and says by what: an alert, a request, a phase whose end nobody has said."""
    found = due(old(alerts=2, requests=1, phases=[{"phase": "post"}]), RULES, dt.date(2040, 1, 1))

    assert found.held == ["an alert is open", "a request is open", "a phase has no last day"]


def test_the_rules_are_the_ones_of_the_laws_of_the_house():
    """Each law is on the list of laws, with its places; ids are used once; each says its source."""
    laws = act_laws()
    for each in RULES:
        assert each.source
        assert each.law == "reg" or set(each.places) == set(laws[each.law].places)
    assert {"reg/retention", "ca-crd-ads/records", "co-sb26-189/records", "eu-ai-act/26-6"} == {
        each.id for each in RULES
    }


def act_laws():
    return papers.agreements.laws()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("years = 4", "years = 0"), "not in order"),
        (lambda text: text.replace("ca-crd-ads/records", "reg/retention"), "twice"),
        (lambda text: text.replace("places = []", 'places = ["US"]'), "without any"),
    ],
)
def test_a_file_of_rules_that_is_not_in_order_is_refused(change, says):
    """No period, an id twice, nothing that holds for all."""
    text = (files.HERE / "retention" / "rules.toml").read_text()
    with pytest.raises(Corrupt, match=says):
        rule.read(change(text).encode())
