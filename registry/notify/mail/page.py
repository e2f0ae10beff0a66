"""The page behind the link that ends a subscription."""

from html import escape

HEADERS = {
    "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
"""Nothing is run or loaded, nothing is kept, and the address is given to nobody."""


def asking(address: str, *, ended: bool) -> str:
    """What the link shows: that it ends the letters to *address*, and the button that does it."""
    if ended:
        return page(f"<p>No more letters are sent to {escape(address)} by this subscription.</p>")
    return page(
        f"<p>The AI-use registry sends letters to {escape(address)}. Nothing has been changed yet.</p>"
        '<form method="post"><button type="submit">Send no more letters</button></form>'
        "<p>Alerts, and the clocks they carry, go on without being told to you.</p>"
    )


def page(body: str) -> str:
    """A page of this registry, without anything that would have to be loaded."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>AI-use registry</title></head>'
        f"<body><h1>AI-use registry</h1>{body}</body></html>"
    )
