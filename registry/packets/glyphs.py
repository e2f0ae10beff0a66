"""Text as a page can show it: what the font lacks, or could only show wrongly, stands there as its code."""

import unicodedata
from collections.abc import Collection
from typing import Final

OPEN: Final = "⟨"
CLOSE: Final = "⟩"
KEPT: Final = "\n"
RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
TABS: Final = "    "
PLANE: Final = 0xFFFF
"""Beyond this plane the typesetter writes no map from glyphs back to text: nobody could copy or search it."""


def printable(text: str, known: Collection[int]) -> str:
    """*text* with each run of characters that cannot be printed shown as `⟨U+65B0 U+5E79⟩`.

    *known* are the characters the font has. Those of scripts written from right to left are shown by their
    codes, too: a page that set them from left to right would show another word. So are those nobody sees.
    """
    shown: list[str] = []
    lacking: list[str] = []
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", TABS)):
        if prints(char, known):
            shown += [*codes(lacking), char]
            lacking = []
        else:
            lacking.append(char)
    return "".join([*shown, *codes(lacking)])


def prints(char: str, known: Collection[int]) -> bool:
    """Whether a page shows *char* as it is meant."""
    if char == KEPT:
        return True
    return (
        ord(char) in known
        and ord(char) <= PLANE
        and unicodedata.category(char) not in UNSEEN
        and unicodedata.bidirectional(char) not in RIGHT_TO_LEFT
    )


def codes(lacking: Collection[str]) -> list[str]:
    """What stands for a run of characters that cannot be printed; nothing for none."""
    if not lacking:
        return []
    return [OPEN + " ".join(f"U+{ord(char):04X}" for char in lacking) + CLOSE]


def lost(text: str, known: Collection[int]) -> int:
    """How many characters of *text* stand as their codes on a page."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", TABS))
    return sum(not prints(char, known) for char in kept)
