"""A receipt as a page of its own: nothing runs in it, nothing is loaded, everything is escaped."""

import unicodedata
from html import escape
from typing import Final

from registry.packets.glyphs import KEPT, UNSEEN, codes
from registry.packets.sheet import Line, Section
from registry.receipts.square import Square
from registry.receipts.words import Printed

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STYLE: Final = (
    "@page{size:A4;margin:18mm}@media print{body{margin:0!important;max-width:none!important}}"
    "body{font:11pt/1.4 system-ui,sans-serif;max-width:175mm;margin:10mm auto;color:#111}"
    "h1{font-size:17pt}h2{font-size:12.5pt;margin:1.2em 0 .3em;break-after:avoid}"
    "h1,h2,p{overflow-wrap:anywhere}p{margin:.15em 0}"
    ".small,pre{font:8pt/1.35 ui-monospace,monospace;word-break:break-all;white-space:pre-wrap}"
    ".code{break-inside:avoid}.code svg{width:90mm;height:90mm}"
)


def page(printed: Printed, code: Square) -> str:
    """The whole page."""
    sheet = printed.sheet
    texts = "".join(
        f"<h2>{escape(title)}</h2><pre>{escape(text, quote=False)}</pre>" for title, text in printed.texts
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(sheet.title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(sheet.title)}</h1><p>{escape(sheet.foot)}</p>"
        f"{''.join(section(each) for each in sheet.sections)}"
        f'<div class="code"><h2>To be read by a camera</h2>{drawn(code)}'
        f"<p>{escape(printed.caption)}</p></div>"
        f"{texts}</body></html>\n"
    )


def section(told: Section) -> str:
    """One section."""
    return f"<h2>{escape(told.title)}</h2>{''.join(line(each) for each in told.lines)}"


def line(told: Line) -> str:
    """One line."""
    label = f"<b>{escape(told.label)}</b> " if told.label else ""
    text = escape("".join(visible(char) for char in told.text))
    return f'<p class="{"small" if told.small else "said"}">{label}<bdi>{text}</bdi></p>'


def visible(char: str) -> str:
    """*char*; its code for one that nobody sees, or that turns what stands around it."""
    return char if char == KEPT or unicodedata.category(char) not in UNSEEN else codes([char])[0]


def drawn(code: Square) -> str:
    """The code, drawn."""
    path = "".join(f"M{run.column} {run.row}h{run.width}v1h-{run.width}z" for run in code.runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.side} {code.side}" role="img" '
        f'aria-label="QR code" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{code.side}v{code.side}'
        f'H0z"/><path d="{path}"/></svg>'
    )
