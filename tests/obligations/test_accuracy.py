"""What is said of the same thing twice, and differently: both statements named, somebody asked, nobody judged."""

import datetime as dt

import pytest

from tests.obligations.told import Q3, TOOL, USE, event, filed, found, row, seen

RULE = "reg/accuracy"
FILED = filed("2025-09-05", tools=[TOOL], uses=[USE])


def verdicts(known, **more):
    """The verdict on each subject."""
    return {name: one.verdict for name, one in found(RULE, known, **more).items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"tool": "firstcut assembly"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "First-Cut"}, {"o1/tool": "insufficient_information"}),
        ({"tool": "FirstCut"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "the FirstCut, Assembly (beta)"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "Dubbly"}, {"o1/tool": "insufficient_information"}),
        ({"tool": "First Cut-Assembly"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "\uff26\uff29\uff32\uff33\uff34cut"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "AI"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "???"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"tool": "some AI tool", "category": "code"}, {"o1/tool": "insufficient_information"}),
        ({"category": "editing_assist"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        ({"category": "code"}, {"o1/tool": "insufficient_information"}),
        ({}, {"o1/use": "satisfied"}),
        ({"tool": "FirstCut", "local": "IATSE:700"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
        (
            {"tool": "FirstCut", "local": "IATSE:800"},
            {"o1/tool": "satisfied", "o1/use": "insufficient_information"},
        ),
        (
            {"tool": "FirstCut", "observed_on": "2025-09-14"},
            {"o1/tool": "satisfied", "o1/use": "insufficient_information"},
        ),
        ({"tool": "FirstCut", "observed_on": "2025-09-15"}, {"o1/tool": "satisfied", "o1/use": "satisfied"}),
    ],
)
def test_a_tool_and_a_use_are_held_against_what_is_filed(body, expected):
    """Names are compared without case and punctuation, either holding the other's words; uses by day and local."""
    assert verdicts([FILED], heard=[seen(**body)]) == expected


@pytest.mark.parametrize(
    ("name", "seen_as", "verdict"),
    [
        ("AI Studio", "Google AI Studio", "satisfied"),
        ("AI Studio", "Dubbly AI", "insufficient_information"),
        ("AI", "Dubbly AI", "insufficient_information"),
        ("AI Tool", "Dubbly, an AI tool", "insufficient_information"),
        ("AI Tool", "ai-tool", "satisfied"),
    ],
)
def test_words_every_tool_shares_name_none(name, seen_as, verdict):
    """A tool filed as "AI" accounts for no other that somebody calls by its name."""
    known = [filed("2025-09-05", tools=[{**TOOL, "name": name}], uses=[USE])]

    assert verdicts(known, heard=[seen(tool=seen_as)])["o1/tool"] == verdict


@pytest.mark.parametrize("body", [{"category": "editing_assist"}, {"tool": "AI"}])
def test_what_was_seen_and_not_named_may_be_the_other_tool(body):
    """One tool was withdrawn as never deployed, another of its kind was in use: nothing contradicts that."""
    planned = {"tools": [TOOL], "uses": [{**USE, "id": "u0", "first": None, "planned_first": "2025-12-01"}]}
    other = filed("2025-09-05", "d2", tools=[{**TOOL, "id": "t2", "name": "B"}], uses=[{**USE, "tool": "t2"}])
    denied = filed("2025-10-11", version=2, kind="withdrawal", reason="tool_never_deployed", **planned)
    known = [filed("2025-09-01", **planned), other, denied]

    assert verdicts(known, heard=[seen(**body)]) == {"o1/tool": "satisfied", "o1/use": "satisfied"}
    alone = [known[0], denied]
    assert verdicts(alone, heard=[seen(**body)]) == {"o1/withdrawal": "insufficient_information"}


def test_a_union_without_locals_counts_its_own_people():
    """The directors' guild names no local: what is filed of it is held against what it saw."""
    known = [filed("2025-09-05", workforce=[row(3, local="DGA")])]

    assert (
        verdicts(known, heard=[seen(union="DGA", headcount=1)])["o1/headcount"] == "insufficient_information"
    )
    assert "o1/headcount" not in verdicts(known, heard=[seen(headcount=1)])


def test_two_departments_are_not_one_for_being_departments():
    """The head count of one department is not held against the other's."""
    known = [filed("2025-09-05", workforce=[row(9, classification="Art department")])]
    body = {"local": "IATSE:700", "headcount": 2}

    assert "o1/headcount" not in verdicts(known, heard=[seen(**body, department="Sound department")])
    assert "o1/headcount" in verdicts(known, heard=[seen(**body, department="the art department")])


@pytest.mark.parametrize(
    ("until", "last", "verdict"),
    [
        ("2025-10-10", "2025-10-10", "satisfied"),
        ("2025-10-11", "2025-10-10", "insufficient_information"),
        ("2025-10-11", None, "satisfied"),
    ],
)
def test_every_day_observed_has_to_be_accounted_for(until, last, verdict):
    """A use that ended before the last day seen does not cover it; two uses together may."""
    use = {**USE, "last": last} if last else USE
    known = [filed("2025-09-05", tools=[TOOL], uses=[use])]
    assert verdicts(known, heard=[seen(tool="FirstCut", until=until)])["o1/use"] == verdict

    more = {**USE, "id": "u2", "first": "2025-10-11"}
    known = [filed("2025-09-05", tools=[TOOL], uses=[use, more])]
    assert verdicts(known, heard=[seen(tool="FirstCut", until=until)])["o1/use"] == "satisfied"


def test_a_contradiction_names_both_statements_and_asks():
    """Who said it, in which version, on which day; the alert is one of accuracy, and nobody is told who reported."""
    [one] = found(RULE, [FILED], heard=[seen(tool="Dubbly", local="IATSE:800", text="Seen by me")]).values()
    said = " ".join(one.because)

    assert (one.verdict, one.alert_kind) == ("insufficient_information", "accuracy")
    assert one.review == ["Which of the two statements is right."]
    assert "Observation of 1 October 2025" in said
    assert "Initial d1, version 1, filed 5 September 2025" in said
    assert "Seen by me" not in said
    assert one.locals == ["IATSE:800"]


def test_what_agrees_raises_nothing():
    """A consistent observation is satisfied and asks for no alert."""
    assert {one.alert_kind for one in found(RULE, [FILED], heard=[seen(tool="FirstCut")]).values()} == {None}


def test_use_on_a_production_nobody_filed_about_is_a_contradiction():
    """Where nothing was filed, there is nothing that discloses the tool."""
    assert verdicts([], heard=[seen(tool="FirstCut")]) == {"o1/tool": "insufficient_information"}


def test_a_tool_disclosed_afterwards_settles_it():
    """The observation is held against what is known now; that it was filed late is judged elsewhere."""
    later = filed("2025-11-01", tools=[TOOL], uses=[USE])
    heard = [seen(tool="FirstCut")]

    assert verdicts([later], heard=heard, at="2025-10-15") == {"o1/tool": "insufficient_information"}
    assert verdicts([later], heard=heard, at="2025-11-02") == {"o1/tool": "satisfied", "o1/use": "satisfied"}


@pytest.mark.parametrize(
    ("count", "verdict"), [(3, "satisfied"), (2, "insufficient_information"), (4, "satisfied")]
)
def test_more_people_filed_than_seen_is_a_contradiction(count, verdict):
    """Of that local, by the newest filing that speaks of the day; a later growth contradicts nothing."""
    known = [
        filed(
            "2025-09-05", workforce=[row(2), row(1, name="assistants"), row(9, name="art", local="IATSE:800")]
        ),
        filed("2025-12-05", "d2", workforce=[row(8), row(4, name="assistants")]),
    ]
    body = {"local": "IATSE:700", "headcount": count}

    assert verdicts(known, heard=[seen(**body)])["o1/headcount"] == verdict
    assert verdicts(known, heard=[seen("2026-01-05", **body)])["o1/headcount"] == "insufficient_information"


@pytest.mark.parametrize(
    ("reason", "on", "subject"),
    [
        ("tool_never_deployed", "2025-10-01", "o1/withdrawal"),
        ("tool_never_deployed", "2025-10-11", "o1/withdrawal"),
        ("tool_never_deployed", "2025-10-12", "o1/tool"),
        ("filed_in_error", "2025-10-01", "o1/tool"),
    ],
)
def test_a_tool_seen_before_it_was_withdrawn_as_never_deployed(reason, on, subject):
    """The withdrawal is contradicted by what was seen up to its day; afterwards the tool is undisclosed."""
    planned = {"id": "u1", "tool": "t1", "purpose": "admin", "planned_first": "2025-12-01"}
    document = {"tools": [TOOL], "uses": [planned]}
    known = [
        filed("2025-09-05", **document),
        filed("2025-10-11", version=2, kind="withdrawal", reason=reason, **document),
    ]

    assert verdicts(known, heard=[seen(on, tool="FirstCut")]) == {subject: "insufficient_information"}


def update(
    at, name="q3", version=1, kind="filing", form="quarterly_update", period=Q3, amendment=None, **document
):
    """An update for the third quarter."""
    filing = {"period": period} | ({"amendment": amendment} if amendment else {})
    return filed(at, name, version, kind, form, filing=filing, **document)


@pytest.mark.parametrize(
    ("earlier", "on", "contradicted"),
    [
        (update("2025-10-28", workforce=[row(3)]), "2025-09-29", True),
        (update("2025-10-28", workforce=[row(3)]), "2025-07-01", True),
        (update("2025-10-28", workforce=[row(3)]), "2025-06-30", False),
        (update("2025-10-28", workforce=[row(3)]), "2025-10-27", True),
        (update("2025-10-28", workforce=[row(3)]), "2025-10-28", False),
        (update("2025-10-28", workforce=[row()]), "2025-10-27", False),
        (update("2025-10-28", workforce=[row()]), "2025-09-29", True),
        (update("2025-10-28", workforce=[row(3, local="IATSE:800", name="art")]), "2025-09-29", False),
        (update("2025-10-28"), "2025-09-29", False),
        (update("2025-10-28", form="nil_return"), "2025-09-29", True),
        (update("2025-10-28", form="nil_return"), "2025-10-05", False),
        (filed("2025-10-28", "q3", workforce=[row(3)]), "2025-09-29", False),
    ],
)
def test_an_event_left_out_of_an_earlier_update_contradicts_it(earlier, on, contradicted):
    """Dated in its period, or before it was filed where it says how many people there were then."""
    later = filed("2025-12-05", "d9", form="supplement", workforce=[row(2, event(on))])
    one = found(RULE, [earlier, later]).get("event/e1")

    assert bool(one) is contradicted
    if one:
        said = " ".join(one.because)
        assert "q3, version 1, filed 28 October 2025" in said
        assert "d9, version 1, filed 5 December 2025" in said
        assert one.verdict == "insufficient_information"


@pytest.mark.parametrize(
    ("kind", "on", "stated", "contradicted"),
    [
        ("laid_off", "2025-09-29", {"headcount_baseline": 4}, False),
        ("laid_off", "2025-09-29", {"headcount_baseline": 3}, True),
        ("laid_off", "2025-09-29", {"headcount_baseline": 4, "told": True}, True),
        ("laid_off", "2025-09-29", {"name": "sound", "classification": "Sound editor"}, False),
        ("laid_off", "2025-09-29", {"name": "more", "classification": "assistant editor"}, True),
        ("hours_cut", "2025-09-29", {}, True),
        ("hours_cut", "2025-10-20", {}, False),
    ],
)
def test_an_event_told_late_contradicts_only_what_said_otherwise(kind, on, stated, contradicted):
    """Not a number that had gone down already, not other people of the local, not a count where hours were cut."""
    fields = dict(stated)
    named = [event("2025-08-01", "e0")] if fields.pop("told", False) else []
    earlier = update("2025-10-28", workforce=[row(3, *named, **fields)])
    happened = event(on, "e9", kind=kind, attribution="undetermined")
    later = row(3, happened, classification="Assistant editor")
    known = [earlier, filed("2025-12-05", "d9", form="supplement", workforce=[later])]

    assert ("event/e9" in found(RULE, known)) is contradicted


@pytest.mark.parametrize(
    ("reason", "count", "on", "subjects"),
    [
        ("late_information", 2, "2025-09-29", {"headcount/q3/2/editors"}),
        ("clerical", 2, "2025-09-29", set()),
        ("fact_changed", 2, "2025-11-03", set()),
        ("late_information", 3, "2025-09-29", set()),
    ],
)
def test_a_headcount_restated_for_the_same_days_contradicts_the_first(reason, count, on, subjects):
    """A slip of the pen contradicts nothing, nor does a change that came afterwards."""
    amendment = {"reason": reason, "change_occurred_on": on}
    known = [
        update("2025-10-28", workforce=[row(3)]),
        update("2025-12-05", version=2, kind="amendment", amendment=amendment, workforce=[row(count)]),
    ]

    assert set(verdicts(known)) == subjects


def test_an_event_told_by_a_clerical_amendment_contradicts_nothing():
    """A slip that is mended is not a second statement."""
    amendment = {"reason": "clerical", "change_occurred_on": "2025-09-29"}
    changed = {"version": 2, "kind": "amendment", "amendment": amendment}
    known = [
        update("2025-10-28", workforce=[row(3)]),
        update("2025-12-05", **changed, workforce=[row(3, event("2025-09-29"))]),
    ]

    assert verdicts(known) == {}


@pytest.mark.parametrize(
    ("first", "last", "contradicted"),
    [("2025-09-30", None, True), ("2025-10-01", None, False), ("2025-05-01", "2025-06-30", False)],
)
def test_a_use_dated_before_an_earlier_nil_return_contradicts_it(first, last, contradicted):
    """Nothing to tell for the quarter, and then a use in it."""
    use = {**USE, "first": first} | ({"last": last} if last else {})
    known = [update("2025-10-28", form="nil_return"), filed("2025-12-05", "d9", tools=[TOOL], uses=[use])]

    assert ("use/u1" in found(RULE, known)) is contradicted


def test_a_use_dated_before_its_tool_was_withdrawn_as_never_deployed_contradicts_it():
    """A later filing says that the tool was in use before the withdrawal."""
    planned = {"tools": [TOOL], "uses": [{"id": "u1", "tool": "t1", "purpose": "admin"}]}
    known = [
        filed("2025-08-01", **planned),
        filed("2025-10-11", version=2, kind="withdrawal", reason="tool_never_deployed", **planned),
        filed("2025-12-05", "d9", tools=[TOOL], uses=[{**USE, "id": "u2"}]),
    ]
    [one] = found(RULE, known).values()

    assert (one.subject, one.verdict) == ("use/u2", "insufficient_information")
    assert (
        "Withdrawal d1, version 2, filed 11 October 2025, states: the tool was never deployed." in one.because
    )
    assert one.due_on is None
    assert one.occurred_on is None


def test_an_update_withdrawn_as_filed_in_error_states_nothing():
    """What was never meant cannot be wrong."""
    known = [
        update("2025-10-28", workforce=[row(3)]),
        update("2025-11-02", version=2, kind="withdrawal", workforce=[row(3)]),
        filed("2025-12-05", "d9", workforce=[row(2, event("2025-09-29"))]),
    ]
    known[1] = type(known[1])(
        *[getattr(known[1], n) for n in ("disclosure_id", "version", "kind", "type", "filed_at", "document")],
        "filed_in_error",
        "twice",
    )

    assert verdicts(known) == {}


def test_what_was_seen_tomorrow_is_not_amiss_today():
    """Judged for a day before the day observed, the contradiction lies ahead."""
    heard = [seen("2025-10-01", tool="Dubbly")]
    on = dt.datetime(2025, 9, 30, 12, tzinfo=FILED.filed_at.tzinfo)
    [one] = found(RULE, [FILED], heard=heard, on=on).values()

    assert (one.verdict, one.reason) == ("not_applicable", "not-yet-due")
