"""Code lists: what a code means, whether it is one, and which one was meant.

The lists are data, `schemas/codes/*.json`, each with its source. A code is never guessed: a misspelt one is
refused with the nearest that exists. Keys of locals are text, so `IATSE:USA829` is not `IATSE:829`.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

SHORT: Final = 25
"""A list of at most this many values is written out in a fault; a longer one is named."""

NOISE: Final = re.compile(r"[^a-z0-9]+|local(?=\W*[a-z]{0,3}\d)")


class CodeList(msgspec.Struct, frozen=True):
    """One list: the meaning of each key, keys easily mistaken for another, and what people write instead."""

    name: str
    title: str
    source: str
    values: dict[str, dict[str, Any]]
    folded: dict[str, str]

    def __contains__(self, key: object) -> bool:
        """Whether *key* is a code of this list."""
        return key in self.values


def load(files: Mapping[str, bytes]) -> dict[str, CodeList]:
    """The lists in *files* (file name or path -> bytes), by name."""
    lists = [listed(body) for name, body in sorted(files.items()) if name.endswith(".json")]
    return {each.name: each for each in lists}


def listed(body: bytes) -> CodeList:
    """One list from the bytes of its file."""
    raw = msgspec.json.decode(body)
    values = {row["key"]: row for row in raw["values"]}
    folded: dict[str, str] = {}
    for key, row in values.items():
        for alias in (key.rpartition(":")[2], row.get("title", ""), *row.get("also", [])):
            if alias:
                folded.setdefault(fold(alias), key)
    # A key is always itself, whatever other key's alias looks like it.
    folded |= {fold(key): key for key in values}
    return CodeList(raw["list"], raw["title"], raw["source"], values, folded)


def fold(text: str) -> str:
    """*text* without case, punctuation and the word Local, for comparing."""
    return NOISE.sub("", text.lower())


def look(text: str) -> str:
    """*text* as a tired eye reads it: the letters o, i and l as the digits they are mistaken for."""
    return text.casefold().translate(str.maketrans("oil", "011"))


def nearest(value: object, known: CodeList | Iterable[str]) -> str | None:
    """The code *value* most likely stands for, or None."""
    if isinstance(known, CodeList):
        keys, folded = list(known.values), known.folded
    else:
        keys = list(known)
        folded = {fold(key): key for key in keys}
    text = str(value)[:80].rstrip("/").rsplit("/", 1)[-1]
    if (short := fold(text)) in folded:
        return folded[short]
    alike = [key for known_as, key in folded.items() if look(known_as) == look(short)]
    if len(alike) == 1:
        return alike[0]
    found = difflib.get_close_matches(short, folded, n=1, cutoff=0.6)
    if not found:
        found = difflib.get_close_matches(short, [fold(key) for key in keys], n=1, cutoff=0.45)
    return folded[found[0]] if found else None


def allowed(known: CodeList | Iterable[str]) -> list[str]:
    """What may stand here: the values themselves, or where the long list of them can be read."""
    if not isinstance(known, CodeList):
        keys = list(known)
        return keys if len(keys) <= SHORT else [*keys[:SHORT], f"and {len(keys) - SHORT} more"]
    if len(known.values) <= SHORT:
        return list(known.values)
    return [f"one of the {len(known.values)} keys in schemas/codes/{known.name}.json"]
