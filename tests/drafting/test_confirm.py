"""What is to be confirmed, when it counts as confirmed, and when not."""

import papers
import pytest

from registry.drafts import confirm

OLD = {
    "employer": {"headcount_ft": 412},
    "uses": [
        {"id": "U1", "first": "2025-07-02", "hours_saved": 40},
        {"id": "U2", "first": "2025-07-02"},
    ],
}


def left(now, named=(), before=None):
    facts = confirm.carried(OLD)
    return [pointer for pointer, _ in confirm.pending(confirm.left(facts, before or OLD, now, named), now)]


def test_nothing_is_confirmed_by_saving_it_again():
    """A person has to name it or to change it."""
    assert left(OLD) == ["/employer/headcount_ft", "/uses/0/last", "/uses/1/last", "/uses/0/hours_saved"]


def test_a_pointer_confirms_itself_and_a_part_confirms_what_is_in_it():
    """`/uses` is every use; `/uses/0` one of them; nothing confirms a document as a whole."""
    assert left(OLD, ["/uses/0/hours_saved"]) == ["/employer/headcount_ft", "/uses/0/last", "/uses/1/last"]
    assert left(OLD, ["/uses/0"]) == ["/employer/headcount_ft", "/uses/1/last"]
    assert left(OLD, ["/uses", "/employer"]) == []
    assert [fault.pointer for fault in confirm.check(["", "/", "/use", "/uses/1/hours_saved"], [])] == [
        f"/confirmed/{at}" for at in range(4)
    ]
    assert confirm.check(["/uses/0"], ["/uses/0/last"]) == []
    assert confirm.check(["/uses/0"], ["/uses/01/last"])


def test_a_flood_of_wrong_pointers_is_answered_in_few_words():
    """A request of a mebibyte is not answered with hundreds."""
    known = [f"/uses/{at}/last" for at in range(100)]

    assert len(confirm.check(["a"] * 200_000, known)) == 100


@pytest.mark.parametrize("hours", [41, None, True, "40", 40.5])
def test_a_fact_that_was_changed_is_not_asked_for_again(hours):
    """Whatever it was changed to; true is not 1, and nothing said is a change, too."""
    now = {**OLD, "uses": [{**OLD["uses"][0], "hours_saved": hours}, OLD["uses"][1]]}
    bare = {**OLD, "uses": [{"id": "U1", "first": "2025-07-02"}, OLD["uses"][1]]}

    assert "/uses/0/hours_saved" not in left(now)
    assert "/uses/0/hours_saved" not in left(bare)


def test_a_fact_that_was_changed_and_changed_back_stays_confirmed():
    """A person has looked at it."""
    facts = confirm.carried(OLD)
    changed = {**OLD, "employer": {"headcount_ft": 400}}
    once = confirm.left(facts, OLD, changed, [])

    assert "/employer/headcount_ft" not in dict(confirm.pending(confirm.left(once, changed, OLD, []), OLD))


def test_places_hold_when_the_document_is_rearranged():
    """A record is known by its id; pointers that are confirmed are those of the document that was read."""
    turned = {"uses": OLD["uses"][::-1], "employer": OLD["employer"]}

    assert left(turned) == ["/employer/headcount_ft", "/uses/1/last", "/uses/0/last", "/uses/1/hours_saved"]
    assert left(turned, ["/uses/0"]) == ["/employer/headcount_ft", "/uses/0/last"]


@pytest.mark.parametrize("uses", [None, 7, [], "U1", [7, None], {"id": "U1"}, [{"id": ["U1"]}]])
def test_a_record_that_is_gone_is_not_asked_for(uses):
    """Whatever stands in its place."""
    assert left({**OLD, "uses": uses}) == ["/employer/headcount_ft"]


def test_many_facts_are_looked_up_quickly():
    """Two thousand uses, a fact of each: the lists are read once, not once for each fact."""
    many = {"uses": [{"id": f"U{at}", "first": "2025-07-02", "hours_saved": at} for at in range(2000)]}
    facts = confirm.carried(many)

    assert len(list(confirm.pending(facts, many))) == 4000
    assert confirm.left(facts, many, many, ["/uses"]) == []


def test_what_is_asked_for_is_in_the_schema():
    """Every member named here is one that a document may have, under that title."""
    schemas = papers.house().schemas
    root = schemas.published[schemas.current].root
    for section, names in confirm.STILL.items():
        assert {
            name: root.properties[section].properties[name].title for name in names
        }.keys() == names.keys()
    for section, names in confirm.RUNNING.items():
        for name in names:
            assert root.properties[section].items.properties[name].title
