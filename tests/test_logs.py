"""Logs: one line for one fact, as JSON or for people, and never a document."""

import io
import json
import logging

import pytest
import structlog

from registry import logs


@pytest.fixture
def lines():
    """What was said, as text; the way of saying is put back afterwards."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    out = io.StringIO()
    yield lambda style: (logs.configure(style, out), out)[1]
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_a_line_is_json_in_production(lines):
    """Off a terminal each line is one JSON object."""
    out = lines("")
    structlog.get_logger().info("disclosure.filed", index=7)
    said = json.loads(out.getvalue())

    assert (said["event"], said["index"], said["level"]) == ("disclosure.filed", 7, "info")
    assert said["timestamp"].endswith("Z")


def test_a_line_is_for_people_when_asked(lines):
    """Pretty lines are not JSON."""
    out = lines("pretty")
    structlog.get_logger().info("disclosure.filed", index=7)

    assert "disclosure.filed" in out.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(out.getvalue())


def fail(document):
    raise KeyError(len(document))


@pytest.mark.parametrize("style", ["json", "pretty"])
def test_a_document_is_never_said(lines, style):
    """Not as a value, not in a traceback's local variables, not at any length."""
    out = lines(style)
    title = "THE SECRET TITLE"
    try:
        fail({"production": title})
    except KeyError:
        structlog.get_logger().error("request.failed", document={"title": title}, body=title, exc_info=True)
    structlog.get_logger().info("x", words="y" * 10_000)

    assert title not in out.getvalue()
    assert "KeyError" in out.getvalue()
    assert "y" * 1000 not in out.getvalue()


def test_the_libraries_speak_the_same_way(lines):
    """A library's warning is a JSON line, too; its chatter is not heard."""
    out = lines("json")
    logging.getLogger("some.library").warning("careful")
    logging.getLogger("some.library").info("chatter")
    said = json.loads(out.getvalue())

    assert (said["event"], said["level"], said["logger"]) == ("careful", "warning", "some.library")


def test_what_is_bound_is_said_with_every_line(lines):
    """Request id, caller and employer go with each line said while a request is answered."""
    out = lines("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1", caller="c", employer="e"):
        structlog.get_logger().info("x")
    said = json.loads(out.getvalue())

    assert (said["request_id"], said["caller"], said["employer"]) == ("r-1", "c", "e")
