"""By which keys a row that is wanted has to be found in the index.

A group of keys is one text, because a statement puts the number of a stretch in front of each of them there.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

MOST_GROUPS: Final = 6
"""So many groups are looked up together; the row is held against all that is asked for in any case."""
BEGIN, BETWEEN = "\x1e", "\x1f"
TOKEN: Final = re.compile(r"'((?:[^'\\]|''|\\.)*)'(?::[*A-D]*)?|(<->|<\d+>|[&|!()])")
SPELT: Final = re.compile(r"''|\\(.)")


def groups(parameters: Sequence[Any]) -> list[str | None]:
    """Of each text one key has to be there, as *parameters* of a search ask; the rarest first, None behind.

    Empty when none has to, or none but that of one employer, whose rows are walked along as fast.
    """
    _, only, employers, scope, productions, types, states, _, _, _, _, words, *_ = parameters
    *kinds, judged = parameters[16:]
    narrow = [judged, productions, *kinds, *necessary(words or ""), scope]
    broad = [prefixed("s", states), prefixed("y", types), prefixed("e", employers)]
    asked = [group for group in (*narrow, *broad) if group is not None]
    if not asked:
        return []
    if only:
        asked.insert(0, [f"e:{only}"])
    texts = [BETWEEN.join(f"{BEGIN}{key}" for key in group) for group in asked[:MOST_GROUPS]]
    return [*texts, *[None] * (MOST_GROUPS - len(texts))]


def prefixed(kind: str, values: Iterable[str] | None) -> list[str] | None:
    """*values* as keys of one kind; None when any will do."""
    return None if values is None else [f"{kind}:{value}" for value in values]


def necessary(query: str) -> list[list[str]]:
    """Groups of words, one of each of which is in whatever *query* finds; it is as PostgreSQL writes it."""
    tokens = [(found[2] or "", found[1]) for found in TOKEN.finditer(query)]
    return either(tokens) if tokens else []


def either(tokens: list[tuple[str, str]]) -> list[list[str]]:
    """What is necessary of one or the other: where both sides need something, one of both."""
    found = both(tokens)
    while tokens and tokens[0][0] == "|":
        tokens.pop(0)
        other = both(tokens)
        found = [min(found, key=len) + min(other, key=len)] if found and other else []
    return found


def both(tokens: list[tuple[str, str]]) -> list[list[str]]:
    """What is necessary of several together, or one behind the other."""
    found = single(tokens)
    while tokens and tokens[0][0] not in ("|", ")"):
        tokens.pop(0)
        found = found + single(tokens)
    return found


def single(tokens: list[tuple[str, str]]) -> list[list[str]]:
    """What is necessary of a word, of what stands in brackets, or of its absence: of that, nothing."""
    sign, word = tokens.pop(0)
    if sign == "!":
        single(tokens)
        return []
    if sign == "(":
        found = either(tokens)
        if tokens:
            tokens.pop(0)
        return found
    return [[SPELT.sub(lambda each: each[1] or "'", word)]]
