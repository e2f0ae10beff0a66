import json
import time

import pytest
from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.disclosures import document
from registry.errors import Malformed, Refused, TooLarge


def refusal(body):
    with pytest.raises(Malformed) as caught:
        document.decode(body)
    for fault in caught.value.faults:
        assert fault.detail
        assert fault.fix
        assert len(fault.detail) <= 300
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_an_ordinary_document_is_what_it_says():
    """Nothing is changed by decoding."""
    body = '{"a": [1, -2, true, null], "b": {"c": "é – 🎬"}, "e": "\\u00e9\\ud83c\\udfac"}'.encode()
    assert document.decode(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ("", "empty")),
        (b"  \n", ("", "empty")),
        (b"[]", ("", "not-an-object")),
        (b'"x"', ("", "not-an-object")),
        (b"null", ("", "not-an-object")),
        (b'{"a": 1', ("", "not-json")),
        (b"{'a': 1}", ("", "not-json")),
        (b'{"a": 1}{}', ("", "not-json")),
        (b'{"a": 1,}', ("", "not-json")),
        (b'{"a": "\n"}', ("", "not-json")),
        (b'{"a": "\\x"}', ("", "not-json")),
        (b'{"a": "\xe9"}', ("", "not-utf-8")),
        (b'{"a": "\xed\xa0\x80"}', ("", "not-utf-8")),
        (b'\xef\xbb\xbf{"a": 1}', ("", "byte-order-mark")),
        ('{"a": 1}'.encode("utf-16"), ("", "not-utf-8")),
        (b"\x1f\x8b\x08\x00", ("", "compressed")),
        (b'{"a": 1}\x00', ("", "nul")),
        (b'{"a": {"b/c": "x\\u0000"}}', ("/a/b~1c", "nul")),
        (b'{"a\\u0000": 1}', ("/a\x00", "nul")),
        (b'{"a": ["\\ud800"]}', ("/a/0", "lone-surrogate")),
        (b'{"a": 1.5}', ("/a", "fraction")),
        (b'{"a": 1e3}', ("/a", "fraction")),
        (b'{"a": NaN}', ("/a", "not-a-number")),
        (b'{"a": -Infinity}', ("/a", "not-a-number")),
        (b'{"a": 9007199254740992}', ("/a", "number-too-large")),
        (b'{"a": -9007199254740992}', ("/a", "number-too-large")),
        (b'{"a": ' + b"9" * 5000 + b"}", ("/a", "number-too-large")),
        (b'{"a": {"b": 1, "b": 1}}', ("/a/b", "twice")),
        (b'{"a": 1, "\\u0061": 2}', ("/a", "twice")),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_place(body, expected):
    """Each refusal names the place and the reason."""
    assert refusal(body) == [expected]


def test_the_largest_exact_integers_are_taken():
    """2^53 - 1 either way is the limit."""
    assert document.decode(b'{"a": [9007199254740991, -9007199254740991]}')


def test_an_escaped_backslash_is_no_escape():
    r"""A text that contains the six characters `\u0000` is an ordinary text."""
    assert document.decode(rb'{"a": "\\u0000"}') == {"a": "\\u0000"}


def test_all_faults_are_told_at_once():
    """Names twice, fractions and NUL in one document make one refusal."""
    body = b'{"a": 1, "a": 2.5, "b": ["\\u0000", 99999999999999999999]}'
    assert refusal(body) == [
        ("/a", "twice"),
        ("/a", "fraction"),
        ("/b/0", "nul"),
        ("/b/1", "number-too-large"),
    ]


def test_many_faults_are_capped():
    """A megabyte of fractions is answered with a hundred faults and a number."""
    told = refusal(b'{"a": [' + b"1.5," * 200_000 + b"1]}")
    assert len(told) == 101
    assert told[-1] == ("", "more")


def test_the_byte_that_is_not_utf_8_is_named():
    """The position is that of the byte."""
    with pytest.raises(Malformed, match="Byte 7 "):
        document.decode(b'{"a": "\xff"}')


def test_the_place_of_a_syntax_error_is_named():
    """Line and column as an editor shows them."""
    with pytest.raises(Malformed, match="line 3, column 1"):
        document.decode(b'{"a": 1\n\n"b": 2}')


def nested(depth, opening=b"[", closing=b"]"):
    return b'{"a": ' + opening * depth + closing * depth + b"}"


def test_32_levels_are_taken_and_33_are_not():
    """The object itself counts as one."""
    assert document.decode(nested(31))
    assert refusal(nested(32)) == [("", "too-deep")]


@pytest.mark.parametrize("escape", [b"", b'"\\u00e9",'])
@pytest.mark.parametrize("depth", [33, 400, 600, 100_000])
def test_deep_nesting_is_refused_without_falling_in(depth, escape):
    """Neither the parser nor the search for faults can be sent too deep."""
    assert refusal(b'{"a": [' + escape + b"[" * depth + b"]" * depth + b"]}") == [("", "too-deep")]
    assert refusal(b"[" * depth) in ([("", "too-deep")], [("", "not-json")])
    assert refusal(b'{"a":' * depth) in ([("", "too-deep")], [("", "not-json")])


def test_brackets_in_texts_do_not_count():
    """A text full of brackets is a text."""
    assert document.decode(b'{"a": "' + b"[" * 5000 + b'", "b": "\\"' + b"{" * 5000 + b'"}')


def test_a_document_of_ten_megabytes_is_too_large():
    """It is refused unread, saying how large it may be."""
    began = time.perf_counter()
    with pytest.raises(TooLarge, match="1,048,576"):
        document.decode(b'{"a": "' + b"x" * 10_000_000 + b'"}')
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(
    "body", [b'"' * 1_000_000, b'"\\' * 500_000, b'{"a":"' + b'\\"' * 500_000, b"[" * 1_000_000]
)
def test_no_bytes_take_long(body):
    """The scan for depth is linear, also over texts that never end."""
    began = time.process_time()
    refusal(body)
    assert time.process_time() - began < 1


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@case(b'{"a":"\\ud83d"}')
@case(b"-")
def test_any_bytes_are_a_document_or_refused(body):
    """Decoding arbitrary bytes gives a document or a refusal, never anything else."""
    try:
        answer = document.decode(body)
    except Refused as fault:
        answer = fault.faults
    assert isinstance(answer, dict) or answer


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53) + 1, 2**53 - 1)
            | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
            lambda inner: (
                st.lists(inner, max_size=4) | st.dictionaries(st.text("ab~/", max_size=3), inner, max_size=4)
            ),
            max_leaves=12,
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_what_can_be_kept_comes_back_as_it_was(value, ascii_only):
    """Any JSON without the oddities is decoded to itself, escaped or not."""
    assert document.decode(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def test_sections_are_the_top_level_members():
    """They are what a ledger entry commits to, one by one."""
    assert document.sections({"a": 1, "b": [2]}) == {"a": 1, "b": [2]}
