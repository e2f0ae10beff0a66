"""Which texts reach a production: by agreement, place or territory, by status, and each edition its own days."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.obligations import lint
from registry.obligations.judge import judge, opened, rulings
from registry.obligations.pack import PackSet
from registry.obligations.statement import Binding, Known, Production
from tests.obligations.cases import PACKS

LA = ZoneInfo("America/Los_Angeles")
HEAD = {"pack": "xx-law", "title": "Law XX", "union": "*", "params": "params-2026.1"}
DUTY = {
    "id": "marked",
    "clause": "section 1",
    "says": "A use is consented to.",
    "owed_to": "everybody",
    "about": "use",
    "breach": [{"if": "!use.skills_changed", "words": "it changed no skills"}],
    "source": "M",
    "confidence": "memory",
}
DUE = {"kind": "before", "event": "use.first", "done": "use.notified_on", "absent": "not_done"}
USE = {
    "id": "u1",
    "tool": "t1",
    "purpose": "admin",
    "first": "2026-06-20",
    "skills_changed": False,
}


def text(*duties, **head):
    """A pack of *duties* under a head."""
    body = {
        **HEAD,
        **head,
        "sources": {"M": "From memory"},
        "obligation": [{**DUTY, **duty} for duty in duties],
    }
    return "\n".join(f"{name} = {toml(value)}" for name, value in body.items()).encode()


def toml(value):
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {toml(item)}' for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        value.isoformat()
        if isinstance(value, dt.date)
        else str(value)
        if isinstance(value, int)
        else f'"{value}"'
    )


def packs(*bodies):
    """The packs of *bodies*, with the shipped parameters."""
    made = [lint.pack("xx.toml", body, PACKS.params) for body in bodies]
    return PackSet({pack.name: pack for pack in made}, PACKS.params)


def production(*bindings, locations=("US-CA",)):
    """A production in California."""
    return Production("e", "p", "P", "theatrical", "America/Los_Angeles", list(locations), list(bindings), [])


def filed(at="2026-06-10", use=None, **about):
    """One filing with one use."""
    document = {
        "filing": {"type": "initial"},
        "production": {"id": "p", **about},
        "tools": [{"id": "t1", "name": "T", "category": "other"}],
        "uses": [{**USE, **(use or {})}],
    }
    return [Known("d1", 1, "filing", "initial", instant(at), document)]


def instant(day):
    """Noon of a day in Los Angeles."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), LA)


def found(bodies, known=None, who=None, at="2026-07-31", **instants):
    """The findings of some packs."""
    judgement = judge(packs(*bodies), who or production(), known or filed(), instant(at), **instants)
    return {finding.rule: finding for finding in judgement.findings}


@pytest.mark.parametrize(
    ("places", "registered", "about", "bound"),
    [
        (["US-CA"], ["US-CA"], {}, True),
        (["US"], ["US-CA"], {}, True),
        (["US-CA"], ["US"], {}, False),
        (["US-NY"], ["US-CA"], {}, False),
        (["US-NY"], ["US-CA"], {"locations": [{"country": "US", "subdivision": "US-NY"}]}, True),
        (["CA"], ["US-CA"], {}, False),
        (["CA"], [], {"locations": [{"country": "CA", "subdivision": "CA-BC"}]}, True),
    ],
)
def test_a_law_reaches_what_is_made_in_its_place(places, registered, about, bound):
    """By the register or by a filing; a country takes in its subdivisions, never the other way round."""
    seen = found([text({}, agreements=[], places=places)], filed(**about), production(locations=registered))

    assert bool(seen) is bound


def test_a_law_reaches_what_is_shown_in_its_territory():
    """Distribution binds by the territories filed."""
    law = text({}, agreements=[], territories=["FR", "DE"])

    assert found([law], filed(distribution_territories=["US", "FR"]))
    assert not found([law], filed(distribution_territories=["US"]))
    assert not found([law])


@pytest.mark.parametrize(
    ("status", "reason"),
    [("proposed", "proposed-law"), ("vetoed", "not-in-force"), ("negotiated", "not-in-force")],
)
def test_a_text_that_is_no_law_is_shown_and_never_judges(status, reason):
    """The counts and the day are there; the verdict, and any alert, is not."""
    duty = {"due": DUE, "shadow": {"changed": "use.skills_changed", "asked": "use.rights_reduced"}}
    for body in (
        text(duty, agreements=["*"], status=status),
        text({**duty, "status": status}, agreements=["*"]),
    ):
        [shown] = found([body]).values()
        assert (shown.verdict, shown.reason) == ("not_applicable", reason)
        assert shown.shadow == {"changed": False, "asked": None}
        assert shown.due_on == dt.date(2026, 6, 20)
        assert "never judges" in " ".join(shown.because)
        assert shown.alert_kind is None
        assert not shown.due_soon


def test_a_duty_has_its_own_days_in_force():
    """`since` and `until` of a duty stand in for the pack's."""
    body = text(
        {}, {"id": "later", "since": dt.date(2026, 6, 21)}, agreements=["*"], since=dt.date(2026, 6, 20)
    )
    seen = found([body], filed(use={"last": "2026-06-20"}))

    assert seen["xx-law/marked"].verdict == "violation"
    assert (seen["xx-law/later"].verdict, seen["xx-law/later"].reason) == ("not_applicable", "not-in-force")


OLD = {"pack": "old", "agreements": ["old"], "until": dt.date(2026, 6, 30)}
NEW = {"pack": "new", "agreements": ["new"], "since": dt.date(2026, 7, 1), "follows": "old"}
BOTH = (Binding("old", [], dt.date(2020, 1, 1)), Binding("new", [], dt.date(2026, 7, 1)))
SPAN = {"first": "2026-06-20", "last": "2026-07-10"}
DUTIES = ({}, {"id": "told", "breach": [], "due": DUE, "occurred": "use.first"})


def test_a_use_across_two_editions_is_judged_under_each_for_its_own_days():
    """What began under the old edition counts, under the new one, as begun on its first day."""
    seen = found([text(*DUTIES, **OLD), text(*DUTIES, **NEW)], filed(use=SPAN), production(*BOTH))

    for name, day in (("old", dt.date(2026, 6, 20)), ("new", dt.date(2026, 7, 1))):
        assert seen[f"{name}/marked"].verdict == "violation"
        assert seen[f"{name}/told"].verdict == "violation"
        assert seen[f"{name}/told"].occurred_on == day
        assert seen[f"{name}/told"].due_on == day
        assert seen[f"{name}/marked"].occurred_on == day
    assert "from 20 June 2026 to 30 June 2026" in " ".join(seen["old/told"].because)
    assert "from 1 July 2026" in " ".join(seen["new/told"].because)


def test_what_was_done_between_the_editions_is_in_time_for_the_new_one():
    """A notice after the first use, and before the new edition's first day: late for one, in time for the other."""
    use = {**SPAN, "notified": [{"on": "2026-06-25"}]}
    seen = found([text(*DUTIES, **OLD), text(*DUTIES, **NEW)], filed(use=use), production(*BOTH))

    assert (seen["old/told"].verdict, seen["new/told"].verdict) == ("violation", "satisfied")


NEAR = st.dates(dt.date(2026, 6, 10), dt.date(2026, 7, 20))


@given(NEAR, NEAR, st.none() | NEAR, NEAR)
@settings(max_examples=150, deadline=None)
def test_a_use_split_at_the_boundary_is_judged_as_the_whole(first, last, told, on):
    """Under each edition the whole use gives what its own days would give alone."""
    first, last = min(first, last), max(first, last)
    bodies = packs(text(*DUTIES, **OLD), text(*DUTIES, **NEW))
    use = {"notified": [{"on": str(told)}]} if told else {}

    def given_by(edition, first, last):
        known = filed("2026-06-09", use={**use, "first": str(first), "last": str(last)})
        judged = judge(bodies, production(*BOTH), known, instant("2026-09-01"), on=instant(str(on)))
        return {f.rule: (f.verdict, f.reason, f.occurred_on) for f in judged.findings if f.pack == edition}

    ends, begins = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
    if first <= ends:
        assert given_by("old", first, last) == given_by("old", first, min(last, ends))
    if last >= begins and on >= begins:
        assert given_by("new", first, last) == given_by("new", max(first, begins), last)


@pytest.mark.parametrize(
    ("bindings", "head", "why"),
    [
        ((BOTH[1],), {}, "no earlier edition bound the employer"),
        ((Binding("old", [], dt.date(2020, 1, 1), dt.date(2026, 6, 29)), BOTH[1]), {}, "a day lies between"),
        (BOTH, {"follows": "other"}, "it follows another edition"),
        (BOTH, {"follows": ""}, "it follows none"),
    ],
)
def test_an_employer_that_signs_midway_owes_only_what_lasts(bindings, head, why):
    """A duty due before a first use outside the term is not owed; one without a day holds from the first day."""
    bodies = [text(*DUTIES, **OLD), text(*DUTIES, **{**NEW, **head})]
    seen = found(bodies, filed(use=SPAN), production(*bindings))

    assert seen["new/told"].reason == "not-in-force", why
    assert seen["new/marked"].verdict == "violation"
    assert seen["new/marked"].occurred_on == dt.date(2026, 7, 1)


def test_a_use_that_ends_with_the_old_edition_is_not_carried_over():
    """The last day of the old edition is its own; the first of the new one needs a use on it."""
    for last, reason in (("2026-06-30", "not-in-force"), ("2026-07-01", "overdue")):
        known = filed(use={**SPAN, "last": last})
        seen = found([text(*DUTIES, **OLD), text(*DUTIES, **NEW)], known, production(*BOTH))
        assert seen["new/told"].reason == reason


def test_a_condition_can_ask_whether_a_use_was_carried_over():
    """True under the edition that follows, and false under the one it began in."""
    duty = {"breach": [{"if": "use.carried_over", "words": "it was carried over"}]}
    seen = found([text(duty, **OLD), text(duty, **NEW)], filed(use=SPAN), production(*BOTH))

    assert (seen["old/marked"].verdict, seen["new/marked"].verdict) == ("satisfied", "violation")


def test_it_is_judged_again_when_the_next_edition_begins():
    """While a use goes on, the first instant of the next edition is one at which time alone changes a verdict."""
    bodies, who = packs(text(*DUTIES, **OLD), text(*DUTIES, **NEW)), production(*BOTH)
    before = judge(bodies, who, filed(), dt.datetime(2026, 6, 30, 23, 59, tzinfo=LA))

    assert before.judged_again_at == dt.datetime(2026, 7, 1, tzinfo=LA)
    after = judge(bodies, who, filed(), before.judged_again_at)
    assert {f.rule: f.verdict for f in after.findings}["new/told"] == "violation"


def test_a_judgement_for_a_day_uses_what_is_known_and_no_deed_after_it():
    """Judged for 25 June, a notice of 28 June lies ahead, whenever it became known; the use of 20 June is late."""
    known = filed(use={**SPAN, "notified": [{"on": "2026-06-28"}]})
    body = text(DUTIES[1] | {"due": {**DUE, "kind": "after", "days": 6}}, agreements=["*"])
    days = {
        day: found([body], known, on=instant(day))["xx-law/told"]
        for day in ("2026-06-25", "2026-06-27", "2026-06-29")
    }

    assert {day: (one.verdict, one.reason) for day, one in days.items()} == {
        "2026-06-25": ("not_applicable", "not-yet-due"),
        "2026-06-27": ("violation", "overdue"),
        "2026-06-29": ("violation", "late"),
    }
    assert not found([body], known, at="2026-06-01", on=instant("2026-06-29"))


def test_every_ruling_shows_the_steps_it_was_made_in():
    """The conditions asked, in order, each with its part and answer: the evaluation itself."""
    duty = {
        "when": [{"if": "use.purpose == 'admin'", "words": "for administration"}],
        "met": [{"if": "use.rights_reduced", "words": "rights were reduced"}],
        "review": [{"ask": "Whether it was right."}],
    }
    body = packs(
        text({**duty, "breach": [{"if": "use.skills_changed", "words": "skills changed"}]}, agreements=["*"])
    )
    case = opened(body, production(), filed(), instant("2026-07-31"))
    [ruling] = rulings(case, "xx-law/marked")

    assert [(step.role, step.answer) for step in ruling.decision.steps] == [
        ("when", True),
        ("breach", False),
        ("met", None),
        ("review", True),
    ]
    assert ruling.decision.steps[0].words == "For administration: yes."
    assert ruling.finding.verdict == "insufficient_information"
    assert list(rulings(case, "xx-law/other")) == []


@pytest.mark.parametrize(
    ("duty", "head", "says"),
    [
        ({}, {"agreements": []}, "it binds nobody"),
        ({}, {"agreements": [], "places": ["California"]}, "California is not an ISO 3166"),
        ({}, {"agreements": [], "places": ["us-ca"]}, "us-ca is not an ISO 3166"),
        ({}, {"agreements": [], "territories": ["US-CA"]}, "US-CA is not an ISO 3166 country"),
        ({}, {"agreements": ["*"], "follows": "../old"}, "not the key of another edition"),
        ({}, {"agreements": ["*"], "successor": "xx-law"}, "not the key of another edition"),
        ({"shadow": {"A": "use.skils_changed"}}, {"agreements": ["*"]}, "did you mean use.skills_changed"),
        ({"occurred": "use.skills_changed"}, {"agreements": ["*"]}, "is not a day or instant"),
        (
            {"since": dt.date(2026, 7, 2), "until": dt.date(2026, 7, 1)},
            {"agreements": ["*"]},
            "before it begins",
        ),
        (
            {"tests": [{"name": "x", "facts": {"use.skills_changed": False}, "expect": "violation"}]},
            {"agreements": ["*"], "status": "proposed"},
            "gives not_applicable (proposed-law)",
        ),
        (
            {
                "since": dt.date(2026, 7, 1),
                "tests": [
                    {
                        "name": "x",
                        "facts": {"use.skills_changed": False},
                        "expect": "violation",
                        "as_of": dt.date(2026, 6, 30),
                    }
                ],
            },
            {"agreements": ["*"]},
            "gives not_applicable (not-in-force)",
        ),
    ],
)
def test_the_lint_refuses_what_binds_nobody_or_names_nothing(duty, head, says):
    """Places, territories, editions, shadows, days in force, and examples held against them."""
    with pytest.raises(Invalid) as refused:
        lint.pack("xx.toml", text(duty, **head), PACKS.params)

    assert any(says in fault.detail for fault in refused.value.faults), refused.value.faults


def test_an_example_is_in_force_on_the_first_day():
    """The boundary of a duty with its own first day can be written down, both sides of it."""
    example = {"name": "x", "facts": {"use.skills_changed": False}, "as_of": dt.date(2026, 7, 1)}
    body = text(
        {"since": dt.date(2026, 7, 1), "tests": [{**example, "expect": "violation"}]}, agreements=["*"]
    )

    assert lint.pack("xx.toml", body, PACKS.params)


def test_a_production_of_nowhere_hears_only_what_binds_everybody():
    """A production of no place, agreement or territory hears nothing but what binds everybody."""
    who = msgspec.structs.replace(production(), locations=[])

    assert not found([text({}, agreements=[], places=["US"])], who=who)
    assert found([text({}, agreements=["*"])], who=who)
