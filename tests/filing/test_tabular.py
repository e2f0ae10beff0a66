import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.filing import tabular

LONG = "A report describing the system, its outputs and its limits, for the public. "


def test_utf8_is_taken_when_every_byte_fits():
    """Strict UTF-8 is never mistaken for a code page."""
    found = tabular.decode("Nom,Größe\né,ñ\n".encode())

    assert found.encoding == "utf-8"
    assert "é,ñ" in found.text


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    """A spreadsheet's byte order mark is read and dropped, and said."""
    found = tabular.decode("Agency,Bureau\n".encode("utf-8-sig"))

    assert found.encoding == "utf-8-sig"
    assert found.text.startswith("Agency")
    assert "byte order mark" in found.says


def test_windows_1252_is_detected_and_said():
    """Bytes that are not UTF-8 are read in the preferred of the encodings the detector finds."""
    raw = (LONG * 20 + "The agency’s “best” tool – piloted in España.").encode("cp1252")

    found = tabular.decode(raw, ["cp1252"])

    assert found.encoding == "cp1252"
    assert "agency’s “best” tool – piloted in España" in found.text
    assert found.says.startswith("Windows-1252: not UTF-8 (byte 0x92 at ")


def test_utf16_with_its_mark_is_read():
    """A file saved as "Unicode" is UTF-16 with a mark."""
    assert tabular.decode("a,b\n1,2\n".encode("utf-16")).text == "a,b\n1,2\n"


def test_utf16_cut_in_half_is_refused():
    """A mark does not excuse bytes that do not decode."""
    with pytest.raises(Invalid, match="does not decode"):
        tabular.decode(b"\xff\xfea")


def test_an_encoding_that_leaves_bytes_over_is_passed_over():
    """A preferred encoding that does not fit every byte is not taken."""
    raw = (LONG * 20).encode() + b"caf\xe9 \x81"

    assert tabular.decode(raw, ["cp1252"]).encoding != "cp1252"


def test_rows_know_their_number_and_their_line():
    """A cell may hold line ends; blank lines are no rows."""
    header, rows = tabular.table('a,b\n"one\ntwo",2\n\n3,4\n')

    assert header == ["a", "b"]
    assert [(row.number, row.line, row.cells) for row in rows] == [
        (1, 2, ["one\ntwo", "2"]),
        (2, 5, ["3", "4"]),
    ]


def test_rows_of_commas_alone_are_no_rows():
    """A spreadsheet saves the empty rows below its table, too."""
    _, rows = tabular.table("a,b\r\n1,2\r\n,\r\n , \r\n3,\r\n")

    assert [(row.number, row.line, row.cells) for row in rows] == [(1, 2, ["1", "2"]), (2, 5, ["3", ""])]


def test_a_very_long_cell_is_read():
    """What is too long for a disclosure is refused by the registry, with its row alone."""
    _, rows = tabular.table(f"a,b\n1,{'x' * 200_000}\n3,4\n")

    assert [len(row.cells[1]) for row in rows] == [200_000, 1]


def test_a_quote_that_never_ends_is_refused_with_its_line():
    """Half a record is not guessed."""
    _, rows = tabular.table('a,b\n1,2\n"3,4\n')

    with pytest.raises(Invalid, match="line 3 cannot be read"):
        list(rows)


@given(st.text(max_size=200))
def test_utf8_text_comes_back_as_it_was(text):
    """Decoding what was encoded as UTF-8 gives the same text, but for a byte order mark."""
    assert tabular.decode(text.encode()).text == text.removeprefix("\ufeff")


@given(
    st.lists(
        st.lists(st.text(st.characters(blacklist_characters="\x00\r")), min_size=2, max_size=2), max_size=5
    )
)
def test_what_a_spreadsheet_writes_is_what_is_read(cells):
    """Every quoting that the csv format allows is undone."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "b"], *cells])

    _, rows = tabular.table(out.getvalue())

    assert [row.cells for row in rows] == [each for each in cells if any(cell.strip() for cell in each)]
