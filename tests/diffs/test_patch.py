"""JSON Patch: applied to the one document, it gives exactly the other."""

import copy
import json

import jsonpatch
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.diffs.difference import same
from registry.diffs.patch import in_order, patch

LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.text("ab/~0 ", max_size=3)
NAMES = st.sampled_from(["", "a", "b", "a/b", "m~n", "~1", "0"])
RECORDS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("stuvwx")}, optional={"n": LEAVES}),
    max_size=6,
    unique_by=lambda each: each["id"],
)
VALUES = st.recursive(
    LEAVES | RECORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=14,
)


def operations(was, now):
    return json.loads(msgspec.json.encode(list(patch(was, now))))


def applied(was, steps):
    """What an implementation that is not ours makes of it."""
    return jsonpatch.apply_patch(copy.deepcopy(was), steps)


@given(VALUES, VALUES)
@example({"a": 1}, {"a": True})
@example({"a": 0}, {"a": -0.0})
@example([1, 2, 3], [1, 1, 2, 3])
@example({"a": None}, {})
def test_applied_to_the_one_it_gives_the_other(was, now):
    """Any two documents, whatever stands in them; true is not 1, and null is not nothing."""
    steps = operations(was, now)

    assert same(applied(was, steps), now)
    assert (steps == []) == same(was, now)
    assert {each["op"] for each in steps} <= {"add", "remove", "replace"}


@given(RECORDS, RECORDS)
def test_records_are_held_against_their_own_id(was, now):
    """A record that stays in its place among the others is never taken out and put in again."""
    steps = operations(was, now)

    assert same(applied(was, steps), now)
    old = [each["id"] for each in was]
    kept = [old.index(each["id"]) for each in now if each["id"] in old]
    whole = [each for each in steps if each["path"].count("/") == 1]
    assert len(whole) == len(was) + len(now) - 2 * len(in_order(kept)) or not (was and now)


def test_one_put_in_between_is_one_change():
    """However many stand behind it."""
    was = [{"id": f"U{number}", "n": number} for number in range(10)]
    now = [*was[:1], {"id": "new"}, *was[1:]]

    assert operations({"uses": was}, {"uses": now}) == [
        {"op": "add", "path": "/uses/1", "value": {"id": "new"}}
    ]
    assert operations({"uses": now}, {"uses": was}) == [{"op": "remove", "path": "/uses/1"}]


def test_a_null_is_said():
    """What becomes null has a value; what is removed has none."""
    assert operations({"a": 1, "b": 1}, {"a": None}) == [
        {"op": "replace", "path": "/a", "value": None},
        {"op": "remove", "path": "/b"},
    ]


@pytest.mark.parametrize("name", ["spec_tests.json", "tests.json"])
def test_the_published_vectors_documents(shared, name):
    """Every pair of documents of the public JSON Patch test suite: our patch leads from one to the other."""
    cases = json.loads((shared / "data" / "json-patch" / name).read_text())
    pairs = [(each["doc"], each["expected"]) for each in cases if "doc" in each and "expected" in each]

    assert len(pairs) >= 10
    for was, now in pairs:
        assert same(applied(was, operations(was, now)), now)
        assert same(applied(now, operations(now, was)), was)
