"""Whose data an answer shows."""

import datetime as dt
from uuid import UUID

import msgspec
import pytest

from registry.auth import reading
from registry.auth.reading import PENDING, Pending, Reading
from registry.page import Page


class Item(msgspec.Struct):
    """What names its employer."""

    employer_id: str
    document: dict = {}


class Around(msgspec.Struct):
    """What has others inside."""

    found: list
    other: Item | None = None
    employer_id: str | None = None


def pending(**told):
    made = Reading(
        access_id=UUID(int=1),
        read_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        subject="s",
        role="auditor",
        method="GET",
        path="/v1/x",
        query="",
        request_id="r",
    )
    return Pending(reading=made, db=None, **told)


@pytest.mark.parametrize(
    ("content", "employers"),
    [
        (None, []),
        (b"bytes", []),
        ("employer_id", []),
        (Item("a", {"employer_id": "inside"}), ["a"]),
        ([Item("b"), Item("a"), Item("b")], ["a", "b"]),
        (Page([Item("a")], "next"), ["a"]),
        (Around([{"deep": [{"employer_id": "c"}]}], Item("d")), ["c", "d"]),
        (Around([], None, None), []),
        ({"employer_id": 7, "x": ({"employer_id": "e"},)}, ["e"]),
    ],
)
def test_an_answer_names_whose_data_it_shows(content, employers):
    """By a member `employer_id`, however deep; what stands beside it is that employer's, too."""
    assert reading.shown(pending(), content) == employers


def test_an_office_is_shown_its_own():
    """Whatever the answer is; and an address names the employer it leads to."""
    assert reading.shown(pending(own="mine", addressed="x"), [Item("other")]) == ["mine"]
    assert reading.shown(pending(addressed="x"), None) == ["x"]


def test_what_names_nobody_can_say_whose_it_is():
    """A file or a stream says so while it is made; outside a request nobody listens."""
    reading.showing("nobody-asks")
    waiting = pending()
    token = PENDING.set(waiting)
    reading.showing("a", "b")
    PENDING.reset(token)

    assert reading.shown(waiting, b"file") == ["a", "b"]
