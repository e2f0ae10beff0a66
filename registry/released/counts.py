"""Counts without the small ones: below five nothing is told, nor what it could be worked out from."""

from collections.abc import Mapping
from typing import Final

import msgspec

LEAST: Final = 5


class Counted(msgspec.Struct, frozen=True):
    """How many there are in all and of each kind; null where a number is small, or would tell a small one."""

    total: int | None
    of: dict[str, int | None]


def lone(number: int) -> int | None:
    """A number that stands alone; null from one to four."""
    return number if number == 0 or number >= LEAST else None


def counted(numbers: Mapping[str, int]) -> Counted:
    """*numbers* and their total, without the small ones.

    What is left out is at least two of them and at least five together; otherwise the smallest of the others
    are left out as well, and in the end the total. Who subtracts what is shown learns no small number.
    """
    hidden = {name for name, number in numbers.items() if 0 < number < LEAST}
    others = sorted((number, name) for name, number in numbers.items() if number >= LEAST)
    while hidden and others and not safe(numbers, hidden):
        hidden.add(others.pop(0)[1])
    total: int | None = sum(numbers.values())
    if hidden and not safe(numbers, hidden):
        total = None
    return Counted(total, {name: None if name in hidden else numbers[name] for name in sorted(numbers)})


def safe(numbers: Mapping[str, int], hidden: set[str]) -> bool:
    """Whether the sum of the *hidden* numbers, which the total gives away, tells none of them."""
    together = sum(numbers[name] for name in hidden)
    # Each is known to be one or more; were the sum that of as many ones or fours, it would tell them all.
    small = sum(1 for name in hidden if numbers[name] < LEAST)
    tight = small == len(hidden) and together in (len(hidden), (LEAST - 1) * len(hidden))
    return len(hidden) > 1 and together >= LEAST and not tight
