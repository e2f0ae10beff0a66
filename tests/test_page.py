"""Pages and cursors."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.errors import Invalid
from registry.page import decode, encode, limit_of, page

ID = UUID(int=7)


def test_a_cursor_holds_its_sort_key():
    """What is encoded is decoded, as what it was."""
    assert decode(encode(["a", ID]), tuple[str, UUID]) == ("a", ID)


def test_no_cursor_is_the_first_page():
    """None and the empty text start at the beginning."""
    assert decode(None, tuple[str]) is None
    assert decode("", tuple[str]) is None


@given(some.text(max_size=80))
def test_a_made_up_cursor_is_refused_never_a_failure(text):
    """Any text is a cursor of ours, none at all, or Invalid."""
    try:
        decode(text, tuple[UUID])
    except Invalid:
        return
    assert text == "" or decode(text, tuple[UUID])


@pytest.mark.parametrize(
    "cursor", ["%%%", "abc", encode([7]), encode([]), encode(["a\x00"]), "A" * 5000, encode(["a", "b"])]
)
def test_a_cursor_of_something_else_is_refused(cursor):
    """Another list's cursor, one too long, one with a NUL."""
    with pytest.raises(Invalid):
        decode(cursor, tuple[str])


def test_a_page_knows_whether_another_follows():
    """One row more than asked for: there is a next page, and its cursor stands behind the last item given."""
    first = page([1, 2, 3], 2, lambda row: [row])
    last = page([3], 2, lambda row: [row])

    assert (first.items, decode(first.next, tuple[int])) == ([1, 2], (2,))
    assert (last.items, last.next) == ([3], None)


@pytest.mark.parametrize(("asked", "given_"), [(None, 50), (0, 1), (-5, 1), (7, 7), (200, 200), (9999, 200)])
def test_a_page_has_one_to_two_hundred_items(asked, given_):
    """50 when nothing is asked."""
    assert limit_of(asked) == given_
