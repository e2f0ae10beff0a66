"""What became of a sending, by the status, the headers and the first words of its answer."""

import datetime as dt
import email.utils
from collections.abc import Mapping
from typing import Final

from registry.deliveries.sending import Result
from registry.notify.wording import short

LONGEST: Final = 160
"""Letters of a failing answer that are kept for the delivery's log."""
SLACK_GONE: Final = {"no_service", "no_active_hooks", "no_team", "team_disabled", "invalid_token"}
"""What Slack says, with 403 or 404, of a webhook somebody has taken away."""
TEAMS_FAILED: Final = b"Webhook message delivery failed"
"""What Teams says, with 200, when nothing was shown."""


def result(way: str, status: int, body: bytes) -> Result:
    """Whether it was delivered, is tried again, or is never told again."""
    if status == 410 or (way == "slack" and body.decode("latin-1").strip() in SLACK_GONE):
        return "gone"
    if 200 <= status <= 299 and not (way == "teams" and TEAMS_FAILED in body):
        return "delivered"
    return "again"


def said(status: int, body: bytes) -> str:
    """A failing answer in one line, for whoever reads the delivery's log."""
    words = short(body.decode("utf-8", "replace"), LONGEST)
    moved = "; redirects are not followed" if 300 <= status <= 399 else ""
    return f"answered {status}{moved}{': ' + words if words else ''}"


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> dt.datetime | None:
    """The instant a receiver asks to be left alone until: seconds or a date; None when it says neither."""
    given = headers.get("retry-after", "").strip()
    try:
        if given.isdecimal() and given.isascii():
            return now + dt.timedelta(seconds=min(int(given[:12]), 366 * 86400))
        told = email.utils.parsedate_to_datetime(given)
        return told if told.tzinfo else told.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None
