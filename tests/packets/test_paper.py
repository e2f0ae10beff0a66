"""A sheet on pages, read back by another library."""

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from registry.packets import paper
from registry.packets.sheet import Section, Sheet, fact, say, small, text

FONT = (Path(paper.__file__).parent / "font" / "DejaVuSans.ttf").read_bytes()
MARKS = "<b>bold</b> & <img src='http://x/y'/> {0} %s \\ <para>"


def sheet(*lines, title="Harbor Lights"):
    return Sheet(
        title, "Alert 1 · as known at 2026", [Section("First", list(lines)), Section("Second", [say("x")])]
    )


def read(told):
    return pypdf.PdfReader(io.BytesIO(paper.paper(told, FONT)), strict=True)


def words_of(told):
    return " ".join(" ".join(page.extract_text() for page in read(told).pages).split())


def test_the_same_words_are_the_same_bytes_in_another_process_too():
    """No time, no chance, no compressor."""
    program = (
        "import sys, hashlib; from pathlib import Path; from registry.packets import paper, sheet;"
        "font = Path(sys.argv[1]).read_bytes();"
        "told = sheet.Sheet('Ł', 'f', [sheet.Section('One', [sheet.say('żółć 新 word ' * 500)])]);"
        "print(hashlib.sha256(paper.paper(told, font)).hexdigest())"
    )
    font = Path(paper.__file__).parent / "font" / "DejaVuSans.ttf"
    told = Sheet("Ł", "f", [Section("One", [say("żółć 新 word " * 500)])])
    done = subprocess.run([sys.executable, "-c", program, font], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == hashlib.sha256(paper.paper(told, FONT)).hexdigest()
    assert b"/FlateDecode" not in paper.paper(told, FONT)


def test_text_is_printed_as_it_was_written_and_never_as_marks():
    """What looks like the typesetter's marks is text; letters beyond Latin-1 come back as they were."""
    said = words_of(sheet(fact("Employer", f"Żółć Ğüneş Ωμέγα Жуков {MARKS}"), say("新幹線 and שלום")))

    assert "Żółć Ğüneş Ωμέγα Жуков" in said
    assert " ".join(MARKS.split()) in said
    assert "⟨U+65B0 U+5E79 U+7DDA⟩ and ⟨U+05E9 U+05DC U+05D5 U+05DD⟩" in said
    assert "7 characters that this print cannot show" in said
    assert "新幹線 and שלום" in text(sheet(say("新幹線 and שלום")))


def test_a_label_that_somebody_wrote_is_printed_as_it_was_written():
    """A file's name stands as a label: its letters are those of the name, or are seen to be missing."""
    told = sheet(fact("Żółć 新幹線 <b>.pdf", "application/pdf"), fact("נספח.pdf", "x"), fact("Clause", "y"))
    said = words_of(told)

    assert "Żółć ⟨U+65B0 U+5E79 U+7DDA⟩ <b>.pdf application/pdf" in said
    assert "⟨U+05E0 U+05E1 U+05E4 U+05D7⟩.pdf x" in said
    assert "7 characters that this print cannot show" in said
    assert "Clause y" in said


@pytest.mark.parametrize("label", ["x" * 2000, "long name " * 300])
def test_a_label_of_any_length_is_broken_over_lines(label):
    """A word without an end is there to its end, whatever it is."""
    pages = read(sheet(fact(label, "told", 6))).pages
    shown = "".join("".join(page.extract_text() for page in pages).split())

    assert "".join(label.split()) in shown


def test_nothing_is_said_of_missing_characters_when_none_is():
    """The notice is there when it is needed."""
    assert "cannot show" not in words_of(sheet(say("Żółć")))


@pytest.mark.parametrize("told", ["word " * 6000, "x" * 20_000, "line\n" * 400, "", "⟨U+65B0⟩"])
def test_a_line_of_any_length_goes_on_over_the_pages(told):
    """Nothing is cut, whatever its words are."""
    pages = read(sheet(say(told, 9), small(told))).pages
    shown = "".join("".join(page.extract_text() for page in pages).split())

    assert shown.count(told.strip()[:1] or "@") >= 2 * told.count(told.strip()[:1] or "@")


def test_every_page_says_the_case_its_number_and_how_many_there_are():
    """And the outline leads to each section."""
    pages = read(sheet(say("word " * 6000))).pages
    outline = [each["/Title"] for each in read(sheet(say("x"))).outline]

    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        said = " ".join(page.extract_text().split())
        assert f"page {number} of {len(pages)}" in said
        assert "Alert 1 · as known at 2026" in said
    assert outline == ["1. First", "2. Second"]


def test_every_font_that_is_used_is_embedded():
    """A page looks the same on a machine that has no fonts."""
    for page in read(sheet(fact("A", "é"), small("b"))).pages:
        used = {
            name for name, font in page["/Resources"]["/Font"].items() if f"{name} ".encode() in raw(page)
        }
        for name in used:
            assert "/FontFile2" in page["/Resources"]["/Font"][name]["/FontDescriptor"]
        assert used


def raw(page):
    return page.get_contents().get_data()
