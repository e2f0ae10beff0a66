"""Every step in every state, and who takes those that need two persons."""

import datetime as dt
from uuid import UUID

import pytest

from registry.drafts import steps
from registry.drafts.draft import Draft, FiledAs, Review, Source
from registry.errors import Forbidden, IllegalMove

NOW = dt.datetime(2025, 10, 15, tzinfo=dt.UTC)
KEY = UUID("01900000-0000-7000-8000-000000000001")
STATES = ("open", "in_review", "approved", "filed", "discarded")
EXPECTED = """
            open       in_review  approved   filed  discarded
save        open       open       open       -      -
discard     discarded  discarded  discarded  -      -
hand_over   in_review  in_review  in_review  -      -
approve     -          approved   -          -      -
send_back   -          open       -          -      -
file        filed      -          filed      -      -
"""
ROWS = [line.split() for line in EXPECTED.strip().splitlines()[1:]]


def draft(state="open", reviewer=None, **more):
    fields = {
        "employer_id": "northlight-pictures",
        "draft_id": KEY,
        "production_id": "harbor-lights-s1",
        "disclosure_id": None,
        "base_version": None,
        "source": Source(kind="blank"),
        "to_confirm": [],
        "document": {},
        "state": state,
        "revision": 3,
        "author": "dana",
        "editor": "ravi",
        "review": Review(asked_by="dana", asked_at=NOW, reviewer=reviewer),
        "filed": None,
        "key_digest": None,
        "request_digest": b"",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Draft(**fields | more)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_step_leads_where_the_table_says(row):
    """Or is refused, with what to do instead."""
    step, *cells = row
    for state, cell in zip(STATES, cells, strict=True):
        if cell == "-":
            with pytest.raises(IllegalMove, match="draft cannot be"):
                steps.after(draft(state), step)
        else:
            assert steps.after(draft(state), step) == cell


def test_the_table_names_every_step():
    """A step that is added has to be written down here."""
    assert {row[0] for row in ROWS} == set(steps.TABLE)
    assert EXPECTED.split("\n")[1].split() == list(STATES)


def test_a_filed_draft_says_what_it_became():
    """Whoever tries again learns where to look."""
    filed = FiledAs(disclosure_id=KEY, version=2, filed_by="dana", filed_at=NOW, key="k")
    with pytest.raises(IllegalMove, match=f"version 2 of disclosure {KEY}"):
        steps.after(draft("filed", filed=filed), "file")


@pytest.mark.parametrize(
    ("who", "reviewer", "may"),
    [
        ("dana", None, False),
        ("ravi", None, False),
        ("maya", None, True),
        ("maya", "maya", True),
        ("maya", "lee", False),
    ],
)
def test_who_decides(who, reviewer, may):
    """Neither the author nor the last editor; when a colleague was asked by name, nobody else."""
    if may:
        steps.check_second(draft("in_review", reviewer), who)
    else:
        with pytest.raises(Forbidden):
            steps.check_second(draft("in_review", reviewer), who)


@pytest.mark.parametrize("who", ["dana", "ravi"])
def test_a_draft_is_not_handed_to_who_wrote_it(who):
    """Neither the author nor the last editor can be asked."""
    with pytest.raises(Forbidden):
        steps.check_reviewer(draft(), who)
    steps.check_reviewer(draft(), "maya")


def test_what_a_draft_waits_for_is_said_in_words():
    """In the order in which it is done; nothing when it can be filed."""
    assert steps.waits_for(draft(), 0, four_eyes=False) == []
    assert steps.waits_for(draft("approved"), 0, four_eyes=True) == []
    assert steps.waits_for(draft(), 2, four_eyes=True) == [
        "2 carried-over facts are still to be confirmed.",
        "A second person must approve it before it is filed.",
    ]
    assert steps.waits_for(draft("in_review", "maya"), 0, four_eyes=True) == [
        "maya has still to decide on it."
    ]
    assert steps.waits_for(draft("discarded"), 1, four_eyes=True) == [
        "It has been discarded; make another draft."
    ]
