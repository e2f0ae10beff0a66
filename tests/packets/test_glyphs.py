"""Characters on a page: shown as they are, or seen to be missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.packets.glyphs import lost, printable

KNOWN = {*map(ord, "abcżółćł 0-9:⟨⟩U+é"), ord("e"), ord("ש"), 0x200B, 0x202E, 0x1F600}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("żółć", "żółć"),
        ("e\u0301", "é"),
        ("a新b", "a⟨U+65B0⟩b"),
        ("新幹線", "⟨U+65B0 U+5E79 U+7DDA⟩"),
        ("aש", "a⟨U+05E9⟩"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("\u202eabc", "⟨U+202E⟩abc"),
        ("a\x07b", "a⟨U+0007⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("😀", "⟨U+1F600⟩"),
        ("a\r\nb\tc", "a\nb    c"),
    ],
)
def test_what_cannot_be_printed_stands_as_its_number(text, shown):
    """The font's own characters stay; runs of others are shown by code, whatever writing direction they have."""
    assert printable(text, KNOWN) == shown


@given(st.text())
def test_nothing_is_lost(text):
    """Every character of a text is on the page: itself, or its number."""
    page = printable(text, KNOWN)

    assert all(ord(each) in KNOWN or each in "\nABCDEF0123456789 U+" for each in page)
    assert page.count("U+") >= lost(text, KNOWN)
    assert (lost(text, KNOWN) == 0) == ("⟨" not in page or "⟨" in text)
