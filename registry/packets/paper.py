"""A sheet set on pages: PDF, the same bytes for the same words on every machine.

Nothing is compressed, because compressors differ; no time and no chance goes in (`invariant`). The font is
carried along and embedded, so that nothing depends on what a machine has installed.
"""

import functools
import io
from collections.abc import Collection
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from registry.packets.glyphs import lost, printable
from registry.packets.sheet import Line, Sheet, every

FONT: Final = "DejaVuSans"
BOLD: Final = "VeraBd"
"""Of the same design, for labels; one with letters beyond Latin-1 is set in the other."""
LATIN: Final = 0xFF
MARGIN: Final = 20 * mm
FOOT: Final = 12 * mm
GREY: Final = HexColor(0x555555)
FOLDER: Final = "packet.txt in the folder has them"
TOTAL: Final = "total"
DEEPEST: Final = 6

PLAIN: Final = ParagraphStyle("plain", fontName=FONT, fontSize=9, leading=12.5, spaceAfter=2.5)
SMALL: Final = ParagraphStyle("small", parent=PLAIN, fontSize=6.6, leading=9, textColor=GREY, spaceAfter=1)
HEADING: Final = ParagraphStyle(
    "heading", parent=PLAIN, fontSize=12.5, leading=16, spaceBefore=14, spaceAfter=5, keepWithNext=1
)
TITLE: Final = ParagraphStyle("title", parent=PLAIN, fontSize=17, leading=22, spaceAfter=4)


class Typeface:
    """The font, registered with the typesetter, and the characters it has."""

    def __init__(self, font: bytes) -> None:
        face = TTFont(FONT, io.BytesIO(font))
        pdfmetrics.registerFont(face)
        pdfmetrics.registerFont(TTFont(BOLD, "VeraBd.ttf"))
        self.known: Collection[int] = face.face.charToGlyph.keys()


@functools.lru_cache(maxsize=2)
def typeface(font: bytes) -> Typeface:
    """The typeface in *font*, read once."""
    return Typeface(font)


class Heading(Paragraph):  # type: ignore[misc]
    """A section's heading; the outline leads to it."""

    def __init__(self, number: int, title: str) -> None:
        super().__init__(f'{number}. <font name="{BOLD}">{escape(title)}</font>', HEADING)
        self.key, self.named = f"section-{number}", f"{number}. {title}"

    def draw(self) -> None:
        """Draw it, and mark the place."""
        self.canv.bookmarkHorizontal(self.key, 0, self.height)
        self.canv.addOutlineEntry(self.named, self.key, 0)
        super().draw()


class Pages(BaseDocTemplate):  # type: ignore[misc]
    """Pages with the case, the page's number and how many there are at their foot."""

    def __init__(self, into: io.BytesIO, sheet: Sheet, known: Collection[int]) -> None:
        super().__init__(
            into,
            pagesize=A4,
            invariant=1,
            initialFontName=FONT,
            pageCompression=0,
            title=sheet.title,
            author="AI use registry",
            creator="AI use registry",
            subject=sheet.foot,
            lang="en",
        )
        width, height = A4
        frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0, id="body")
        self.foot = printable(sheet.foot, known)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self.mark, onPageEnd=nothing))

    def mark(self, canvas: Canvas, doc: Any) -> None:
        """The foot of a page; the number of pages is filled in when it is known."""
        width = A4[0]
        canvas.setFont(FONT, 7)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, FOOT, self.foot)
        canvas.drawRightString(width - MARGIN - 9 * mm, FOOT, f"page {doc.page} of")
        canvas.doForm(TOTAL)

    def _endBuild(self) -> None:  # noqa: N802
        """Fill in how many pages there are, before the document is closed."""
        canvas = self.canv
        canvas.beginForm(TOTAL)
        canvas.setFont(FONT, 7)
        canvas.setFillColor(GREY)
        canvas.drawString(A4[0] - MARGIN - 8 * mm, FOOT, str(self.page))
        canvas.endForm()
        canvas.showOutline()
        super()._endBuild()


def nothing(_canvas: Canvas, _doc: Any) -> None:
    """Nothing is drawn at the end of a page."""


def paper(sheet: Sheet, font: bytes) -> bytes:
    """*sheet* as PDF."""
    known = typeface(font).known
    into = io.BytesIO()
    Pages(into, sheet, known).build(story(sheet, known))
    return into.getvalue()


def story(sheet: Sheet, known: Collection[int], elsewhere: str = FOLDER) -> list[Flowable]:
    """Everything that is set, in order; *elsewhere* says who has what cannot be printed."""
    told: list[Flowable] = [Paragraph(marked(sheet.title, known), TITLE)]
    told += said(notice(sheet, known, elsewhere), known)
    for number, section in enumerate(sheet.sections, 1):
        told.append(Heading(number, section.title))
        told += [each for line in section.lines for each in said(line, known)]
    return [*told, Spacer(1, 1)]


def notice(sheet: Sheet, known: Collection[int], elsewhere: str) -> Line:
    """That some characters could not be printed, if so."""
    count = lost(sheet.title + every(sheet.sections), known)
    if not count:
        return Line(sheet.foot)
    return Line(
        f"{sheet.foot}\n{count} characters that this print cannot show stand in it as their Unicode numbers, "
        f"⟨U+…⟩; {elsewhere} as they were written."
    )


def said(line: Line, known: Collection[int]) -> list[Flowable]:
    """One line as paragraphs, so that a long one goes on over the page."""
    style = styled(line.small, min(line.level, DEEPEST))
    first, *rest = line.text.split("\n")
    label = printable(line.label.replace("\n", " "), known)
    name = BOLD if all(ord(each) <= LATIN for each in label) else FONT
    bold = f'<font name="{name}" size="{style.fontSize - 1}">{escape(label)}</font>&nbsp; '
    told = [Paragraph((bold if line.label else "") + marked(first, known), style)]
    return told + [Paragraph(marked(each, known), style) for each in rest]


@functools.lru_cache(maxsize=64)
def styled(small: bool, level: int) -> ParagraphStyle:
    """How a line of a level is set."""
    base = SMALL if small else PLAIN
    return ParagraphStyle(f"{base.name}-{level}", parent=base, leftIndent=level * 5 * mm)


def marked(text: str, known: Collection[int]) -> str:
    """*text* for the typesetter, whose marks are not ours."""
    return escape(printable(text, known))
