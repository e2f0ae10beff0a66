"""A receipt as PDF, A4: set as packets are, with the code drawn, and the texts to be copied after it."""

import io
from collections.abc import Collection, Iterator
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer

from registry.packets.paper import HEADING, SMALL, Pages, marked, story, typeface
from registry.receipts.square import Square
from registry.receipts.words import Printed

WIDE: Final = 100 * mm


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
    told = [*story(printed.sheet, known), *shown(printed, code, known)]
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
            yield Paragraph(marked(line, known) or "&nbsp;", SMALL)
    yield Spacer(1, 1)
