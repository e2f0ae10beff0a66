"""What differs between two documents, place by place and in words."""

import papers
from hypothesis import given
from hypothesis import strategies as st

from registry.diffs.difference import differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab/~", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "a", "b", "c/d"]), inner, max_size=3)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["uses", "tools", "filing", "x~y"]), VALUES, max_size=3)


def found(was, now):
    schemas = papers.house().schemas
    return list(differences(schemas.published[schemas.current].root, was, now))


def at(document, pointer):
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


def test_records_are_held_against_those_of_their_id():
    """However the list is ordered; what was added, changed and left out is told with its place."""
    was = {"uses": [{"id": "U1", "hours_saved": 40}, {"id": "U2"}]}
    now = {"uses": [{"id": "U3"}, {"id": "U1", "hours_saved": 55, "locals": ["IATSE:700"]}]}
    told = {each.pointer: each for each in found(was, now)}

    assert {pointer: each.change for pointer, each in told.items()} == {
        "/uses/1/hours_saved": "changed",
        "/uses/1/locals": "added",
        "/uses/1": "left_out",
        "/uses/0": "added",
    }
    assert told["/uses/1/hours_saved"].says == "Uses › U1 › Hours saved: 40 before, 55 now."
    assert (told["/uses/1/hours_saved"].was, told["/uses/1/hours_saved"].now) == (40, 55)


def test_a_list_of_plain_values_is_one_place():
    """Named whole, before and after; yes is not one."""
    (one,) = found({"uses": [{"id": "U1", "locals": ["A", "B"]}]}, {"uses": [{"id": "U1", "locals": ["B"]}]})

    assert one.says == "Uses › U1 › Locals concerned: A, B before, B now."
    assert found({"a": True}, {"a": 1})
    assert found({"a": []}, {"a": {}})


def test_equal_documents_do_not_differ():
    """Also when records stand in another order."""
    told = papers.document(**papers.uses())
    more = {**told, "uses": [{"id": "U0"}, *told["uses"]]}

    assert found(told, told) == []
    assert found(more, {**more, "uses": more["uses"][::-1]}) == []


@given(was=DOCUMENTS, now=DOCUMENTS)
def test_every_difference_is_true_of_both_documents(was, now):
    """Whatever the two are: each place holds what is said of it, and only unequal documents differ."""
    told = found(was, now)

    for each in told:
        if each.change == "left_out":
            assert at(was, each.pointer) == each.was
        else:
            assert at(now, each.pointer) == each.now
        assert each.says
    assert bool(told) == (settled(was) != settled(now))


def settled(value):
    """*value* as text, the records of a list in the order of their ids."""
    if isinstance(value, dict):
        return repr({name: settled(value[name]) for name in sorted(value)})
    if isinstance(value, list):
        ids = [each.get("id") if isinstance(each, dict) else None for each in value]
        plain = all(isinstance(key, str) for key in ids) and len(set(ids)) == len(ids)
        return repr(
            [settled(each) for each in (sorted(value, key=lambda each: each["id"]) if plain else value)]
        )
    return repr(value)
