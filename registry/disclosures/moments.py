"""Days and moments as a disclosure writes them: `2025-05-12`, or `2025-05-12T09:00:00-07:00`.

A moment without its offset from UTC is refused, because nobody can say which came first of two of them.
"""

import datetime as dt
import re
from typing import Final

MOMENT: Final = re.compile(
    r"(?:19|20|21)\d\d-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))?", re.ASCII
)
NO_SECONDS: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)
NO_OFFSET: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?", re.ASCII)
LOOSE_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)

QUARTERS: Final = {(1, 1): (3, 31), (4, 1): (6, 30), (7, 1): (9, 30), (10, 1): (12, 31)}


def parsed(text: str) -> dt.date | dt.datetime | None:
    """The day or moment *text* says, or None when it says none."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def precedes(first: str, second: str) -> bool:
    """Whether *first* lies before *second* for certain; a day beside a moment is compared by days."""
    if len(first) == 10 == len(second) and first >= second:
        return False
    one, two = parsed(first), parsed(second)
    if one is None or two is None:
        return False
    if isinstance(one, dt.datetime) and isinstance(two, dt.datetime):
        return one < two
    return first[:10] < second[:10]


def wrong(text: str) -> str | None:
    """What is wrong with a day or moment, or None."""
    if parsed(text) is not None:
        return None
    if NO_OFFSET.fullmatch(text):
        return "This moment does not say its offset from UTC."
    if MOMENT.fullmatch(text):
        return "There is no such day or time."
    return "This is neither a day nor a moment with its offset."


def mended(text: str) -> str | None:
    """The day or moment *text* most likely means, or None."""
    if found := NO_SECONDS.fullmatch(text):
        text = f"{found[1]}T{found[2]}:00{found[3]}"
    elif found := LOOSE_DAY.fullmatch(text):
        text = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    return text if parsed(text) is not None else None


def is_quarter(first: str, last: str) -> bool:
    """Whether the two days are the first and the last day of one calendar quarter."""
    one, two = parsed(first), parsed(last)
    if one is None or two is None:
        return False
    return one.year == two.year and QUARTERS.get((one.month, one.day)) == (two.month, two.day)


def quarter_of(day: str) -> tuple[str, str] | None:
    """The first and last day of the calendar quarter *day* falls in."""
    found = parsed(day)
    if found is None:
        return None
    start = (found.month - 1) // 3 * 3 + 1
    month, end = QUARTERS[start, 1]
    return f"{found.year}-{start:02}-01", f"{found.year}-{month:02}-{end:02}"
