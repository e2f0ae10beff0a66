"""Visits: what is refused unread, and what is a reading."""

import contextlib

import msgspec
import pytest

from registry.auth.visit import Visit, as_of, is_open, readable, recorded, why
from registry.errors import Invalid, NotFound


def visit(path="/v1/x", query="", method="GET"):
    return Visit(method=method, path=path, query=query, authorization=None, request_id="r")


@pytest.mark.parametrize("path", ["/v1/a\x00b", "/v1/\ud800"])
def test_an_address_no_text_can_hold_leads_nowhere(path):
    """NUL and lone surrogates: not found."""
    with pytest.raises(NotFound):
        readable(visit(path))


@pytest.mark.parametrize("query", ["a=%00", "a=%FF", "%C3=1", "a=\x00"])
def test_a_query_no_text_can_hold_is_refused(query):
    """NUL and broken UTF-8: invalid."""
    with pytest.raises(Invalid):
        readable(visit(query=query))


@pytest.mark.parametrize("query", ["", "a=%C3%A9&b=+", "a=%EF%BF%BD"])
def test_any_text_is_readable(query):
    """Letters of any script, in any escaping, are fine."""
    readable(visit("/v1/é", query))


@pytest.mark.parametrize(
    ("encoding", "taken"), [("", True), ("identity", True), ("gzip", False), ("br, gzip", False)]
)
def test_a_compressed_body_is_refused_in_words(encoding, taken):
    """Nobody is told that byte 3 of a gzip file is NUL."""
    seen = msgspec.structs.replace(visit(method="POST"), encoding=encoding)
    with contextlib.nullcontext() if taken else pytest.raises(Invalid, match="without Content-Encoding"):
        readable(seen)


def test_a_get_and_a_preflight_are_readings():
    """Changes are in the ledger, the rest is public; a preflight changes nothing and answers from the filings."""
    assert recorded(visit())
    assert recorded(visit("/v1/disclosures/preflight", method="POST"))
    assert recorded(visit("/v1/agreements/iatse-ba-2024/backtest", method="POST"))
    assert not recorded(visit("/v1/agreements/iatse-ba-2024", method="POST"))
    assert not recorded(visit(method="POST"))
    assert not recorded(visit(path="/ledger/head"))


def test_a_route_is_open_when_it_says_so():
    """Public by declaration; OPTIONS by nature."""
    assert is_open(visit(), {"public": True})
    assert is_open(visit(method="OPTIONS"), {})
    assert not is_open(visit(), {"roles": {"auditor"}})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", None),
        ("  ", None),
        (" a complaint ", "a complaint"),
        ("Beschwerde für März".encode().decode("latin-1"), "Beschwerde für März"),
        ("f\xfcr", "für"),
        ("x" * 500, "x" * 500),
    ],
)
def test_a_reason_is_kept_as_it_was_said(said, kept):
    """Up to 500 letters of any script; nothing said is no reason."""
    assert why(msgspec.structs.replace(visit(), reason=said)) == kept


@pytest.mark.parametrize("said", ["x" * 501, "a\x00b", "a\x1bb", "a\tb", "a\x85b"])
def test_a_reason_no_log_can_keep_is_refused(said):
    """Too long, NUL, or what cannot be printed."""
    with pytest.raises(Invalid, match="at most 500 letters"):
        why(msgspec.structs.replace(visit(), reason=said))


@pytest.mark.parametrize(
    ("query", "header", "kept"),
    [
        ("", "", None),
        ("as_of=2026-01-01T00:00:00Z&x=1", "", "as_of=2026-01-01T00:00:00Z"),
        ("tree_size=7", "", "tree_size=7"),
        ("", "Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("as_of=%1B%0Ax", "", "as_of=x"),
        ("as_of=" + "9" * 500, "", "as_of=" + "9" * 94),
    ],
)
def test_as_of_when_somebody_asked_is_kept_in_their_words(query, header, kept):
    """The query or the header; whether it can be answered is for others to say."""
    assert as_of(msgspec.structs.replace(visit(query=query), instant=header)) == kept
