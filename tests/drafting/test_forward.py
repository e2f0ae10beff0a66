"""The next quarter's document from an earlier one: what goes on, what is left out, what is to be confirmed."""

import copy
import datetime as dt
import json
from pathlib import Path

import papers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.drafts import confirm
from registry.drafts.draft import Source
from registry.drafts.making.forward import forward
from registry.drafts.making.quarter import next_period
from registry.errors import IllegalMove

EXAMPLES = Path(__file__).parents[2] / "schemas" / "disclosure" / "examples" / "2.0"
QUARTER = ("2025-10-01", "2025-12-31")
DAY = dt.date(2025, 10, 15)


def root():
    schemas = papers.house().schemas
    return schemas.published[schemas.current].root


def carried_on(document, period=QUARTER):
    return forward(root(), document, period, Source(kind="next_quarter"))


def update(**sections):
    return papers.document("quarterly_update", **sections)


def use(key, **more):
    return {"id": key, "tool": "T1", "purpose": "admin", "first": "2025-07-02"} | more


def tool(key):
    return {"id": key, "name": f"Tool {key}", "category": "other"}


@pytest.mark.parametrize(
    ("filing", "uses", "taken", "expected"),
    [
        (
            {"type": "quarterly_update", "period": {"from": "2025-07-01", "to": "2025-09-30"}},
            [],
            [],
            "2025-10-01",
        ),
        (
            {"type": "quarterly_update", "period": {"from": "2025-10-01", "to": "2025-12-31"}},
            [],
            [],
            "2026-01-01",
        ),
        ({"type": "nil_return", "period": {"from": "2025-01-01", "to": "2025-02-15"}}, [], [], "2025-01-01"),
        ({"type": "initial"}, [{"first": "2025-03-31"}], [], "2025-01-01"),
        ({"type": "initial"}, [{"first": "2025-04-01"}], [], "2025-04-01"),
        ({"type": "initial"}, [{"first": "2025-04-01T00:30:00+02:00"}], [], "2025-04-01"),
        ({"type": "initial"}, [{"planned_first": "2026-02-01"}, {"first": "2026-01-31"}], [], "2026-01-01"),
        ({"type": "initial"}, [{}], [], "2025-10-01"),
        ({"type": "initial"}, None, [], "2025-10-01"),
        (
            {"type": "quarterly_update", "period": {"from": "2025-07-01", "to": "2025-09-30"}},
            [],
            [("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-03-31")],
            "2026-04-01",
        ),
    ],
)
def test_the_next_quarter(filing, uses, taken, expected):
    """The one after an update, or that of an initial disclosure's first use, past those already filed."""
    document = {"filing": filing} | ({} if uses is None else {"uses": uses})

    assert next_period(document, DAY, set(taken))[0] == expected


def test_there_is_a_last_quarter():
    """Beyond the days a disclosure can name it is said so, not failed."""
    with pytest.raises(IllegalMove):
        next_period(
            {"filing": {"type": "quarterly_update", "period": {"from": "2199-10-01", "to": "2199-12-31"}}},
            DAY,
            set(),
        )


def test_what_belongs_to_the_old_filing_is_dropped():
    """Attestation, amendment, note and period; who may read what goes on."""
    kept = {"default": "parties"}
    old = update(filing={"note": "Late, sorry.", "confidentiality": kept} | papers.amendment())
    made = carried_on(old).document

    assert made["filing"] == {
        "type": "quarterly_update",
        "confidentiality": kept,
        "period": {"from": "2025-10-01", "to": "2025-12-31"},
    }
    assert carried_on(papers.document()).document["filing"]["type"] == "quarterly_update"


def test_a_nil_return_goes_on_as_one_that_has_to_be_stated_again():
    """Nobody's statement of one quarter is a statement of the next."""
    made = carried_on(papers.document("nil_return", filing={"nil_statement": "No AI was used."}))

    assert made.document["filing"]["type"] == "nil_return"
    assert [pointer for pointer, _ in confirm.pending(made.carried, made.document)] == [
        "/filing/nil_statement"
    ]


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        (None, True),
        ("2025-09-30", False),
        ("2025-10-01", True),
        ("2025-09-30T23:59:59-07:00", False),
        ("2025-10-01T00:00:00Z", True),
    ],
)
def test_a_use_that_ended_before_the_quarter_is_left_out(last, stays):
    """Up to the day before; the remark says when it ended, and that what was filed stands."""
    one = use("U1") if last is None else use("U1", last=last)
    made = carried_on(update(tools=[tool("T1")], uses=[one, use("U2")]))

    assert [each["id"] for each in made.document["uses"]] == (["U1", "U2"] if stays else ["U2"])
    said = [each for each in made.source.remarks if each.pointer == "/uses/0"]
    assert bool(said) != stays
    assert all("2025-09-30" in each.says and "stands" in each.says for each in said)


def test_records_about_ended_uses_alone_go_with_them_and_tools_with_no_use():
    """No reference dangles, and none is cut from a list that goes on."""
    over = {"last": "2025-08-01"}
    old = update(
        tools=[tool("T1"), tool("T2"), tool("T3"), tool("T4")],
        uses=[
            use("U1", **over),
            use("U2", tool="T2", **over),
            use("U3", tool="T3"),
            use("U4", tool="T2", **over),
        ],
        workforce=[
            {"id": "W1", "uses": ["U1"], "headcount_now": 2},
            {"id": "W2", "uses": ["U2", "U3"]},
            {"id": "W3"},
        ],
        replicas=[{"id": "R1", "type": "background", "use": "U4"}],
        adm=[{"id": "A1", "tool": "T4"}],
    )
    made = carried_on(old)

    assert [each["id"] for each in made.document["uses"]] == ["U2", "U3"]
    assert [each["id"] for each in made.document["tools"]] == ["T2", "T3", "T4"]
    assert [each["id"] for each in made.document["workforce"]] == ["W2", "W3"]
    assert made.document["workforce"][0]["uses"] == ["U2", "U3"]
    assert "replicas" not in made.document
    assert {each.pointer for each in made.source.remarks} == {
        "/uses/0",
        "/uses/1",
        "/uses/3",
        "/workforce/0",
        "/replicas/0",
        "/tools/0",
    }


def test_a_use_that_is_kept_keeps_what_it_is_bound_to():
    """A row that speaks of a kept use stays, and so does every other use it speaks of."""
    over = {"last": "2025-08-01"}
    old = update(
        tools=[tool("T1")],
        uses=[use("U1", **over), use("U2", **over), use("U3")],
        workforce=[{"id": "W1", "uses": ["U2", "U3"]}, {"id": "W2", "uses": ["U1", "U2"]}],
    )
    made = carried_on(old)

    assert [each["id"] for each in made.document["uses"]] == ["U1", "U2", "U3"]
    assert [each["id"] for each in made.document["workforce"]] == ["W1", "W2"]


def test_what_time_can_have_changed_is_to_be_confirmed():
    """Open uses, hours, headcounts, open consultations, the phase; not what cannot have changed."""
    old = update(
        tools=[tool("T1")],
        uses=[
            use("U1", hours_saved=40, share_of_task_hours=10, operators=[{"count": 2}]),
            {"id": "U2", "tool": "T1", "purpose": "admin", "planned_first": "2025-11-03"},
            use("U3", last="2025-12-01"),
        ],
        workforce=[{"id": "W1", "headcount_baseline": 4, "headcount_now": 2, "hours_delta": -120}],
        consultations=[
            {"id": "C1", "type": "information", "outcome": "ongoing"},
            {"id": "C2", "type": "information"},
            {"id": "C3", "type": "information", "outcome": "agreed"},
        ],
        music=[{"id": "M1", "ai_minutes": 3}],
    )
    old["employer"]["headcount_ft"] = 412
    old["production"]["phase"] = "post"
    made = carried_on(old)
    asked = dict(confirm.pending(made.carried, made.document))

    assert list(asked) == [
        "/employer/headcount_ft",
        "/production/phase",
        "/uses/0/last",
        "/uses/1/first",
        "/uses/0/share_of_task_hours",
        "/uses/0/hours_saved",
        "/uses/0/operators",
        "/workforce/0/headcount_now",
        "/workforce/0/hours_delta",
        "/music/0/ai_minutes",
        "/consultations/0/outcome",
        "/consultations/1/outcome",
    ]
    assert "2025-11-03" in asked["/uses/1/first"].says
    assert "40" in asked["/uses/0/hours_saved"].says


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.json")))
def test_every_example_goes_on_as_a_document_with_only_its_attestation_to_add(name):
    """What is carried forward from a right document is right again, and the old one is left as it was."""
    old = json.loads((EXAMPLES / f"{name}.json").read_text())
    before = copy.deepcopy(old)
    made = carried_on(old, ("2026-01-01", "2026-03-31")).document
    made["filing"]["attested_by"] = old["filing"]["attested_by"]
    papers.house().schemas.check(made)

    assert old == before


@given(
    ended=st.lists(st.booleans(), min_size=1, max_size=6),
    rows=st.lists(st.sets(st.integers(0, 5), max_size=3), max_size=6),
)
def test_whatever_is_left_out_no_reference_dangles(ended, rows):
    """Any web of uses and rows: a row that stays says what it said, and one that goes spoke of ended uses alone."""
    uses = [use(f"U{at}", **({"last": "2025-08-01"} if over else {})) for at, over in enumerate(ended)]
    known = {each["id"] for each in uses}
    told = [
        {"id": f"W{at}", "uses": sorted(f"U{number}" for number in row if f"U{number}" in known)}
        for at, row in enumerate(rows)
    ]
    made = carried_on(update(tools=[tool("T1")], uses=uses, workforce=told)).document
    stay = {each["id"] for each in made.get("uses", [])}

    for row in told:
        if row in made.get("workforce", []):
            assert set(row["uses"]) <= stay
        else:
            assert row["uses"]
            assert all("last" in each for each in uses if each["id"] in row["uses"])
    assert {each["id"] for each in uses if "last" not in each} <= stay
