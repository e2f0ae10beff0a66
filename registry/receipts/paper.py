"""A receipt as PDF, A4: set as packets are, with the code drawn, and the texts to be copied after it."""

import io
from collections.abc import Collection, Iterator
from typing import Final

from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer

from registry.packets.paper import HEADING, SMALL, Pages, marked, story, typeface
from registry.receipts.square import Square
from registry.receipts.words import Printed

WIDE: Final = 100 * mm
PAGE: Final = "the same receipt as a page (receipt.html) has them"
DASH: Final = "\u2014"
"""What a line of a signature begins with."""
COPIED: Final = ParagraphStyle(
    "copied", parent=SMALL, fontName="Courier", fontSize=6.8, leading=8.6, textColor=black
)
"""A text to be copied letter by letter: no two letters look alike. Every reader of PDF has the font."""


class Code(Flowable):  # type: ignore[misc]
    """A QR code, square by square, so that it is sharp at any size."""

    def __init__(self, code: Square) -> None:
        super().__init__()
        self.code = code
        self.width = self.height = WIDE

    def draw(self) -> None:
        """Draw its dark squares; the first row is the upper one."""
        one = WIDE / self.code.side
        self.canv.setFillGray(0)
        path = self.canv.beginPath()
        for run in self.code.runs:
            path.rect(run.column * one, WIDE - (run.row + 1) * one, run.width * one, one)
        self.canv.drawPath(path, stroke=0, fill=1)


def paper(printed: Printed, code: Square, font: bytes) -> bytes:
    """The receipt as PDF, the same bytes for the same words on every machine."""
    known = typeface(font).known
    into = io.BytesIO()
    told = [*story(printed.sheet, known, PAGE), *shown(printed, code, known)]
    Pages(into, printed.sheet, known).build(told)
    return into.getvalue()


def shown(printed: Printed, code: Square, known: Collection[int]) -> Iterator[Flowable]:
    """The code with what is said of it, and each text under its title."""
    yield Paragraph("To be read by a camera", HEADING)
    yield Code(code)
    yield Paragraph(marked(printed.caption, known), SMALL)
    for title, text in printed.texts:
        yield Paragraph(marked(title, known), HEADING)
        for line in text.split("\n"):
            style = COPIED if line.replace(DASH, "").isascii() else SMALL
            yield Paragraph(marked(line, known) or "&nbsp;", style)
    yield Spacer(1, 1)
