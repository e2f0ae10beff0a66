"""A published pack or parameter set compiled from its bytes, to be judged by.

What was published was linted and its examples were run then. A linter of today has no say in it: the same
bytes mean the same for ever, and what no longer compiles is a fault of the program, not of the pack.
"""

import msgspec

from registry.agreements.publication import Kind
from registry.errors import Corrupt
from registry.obligations.conditions import BadCondition, Condition, compiled
from registry.obligations.lint import Linter
from registry.obligations.pack import (
    Obligation,
    Pack,
    Params,
    Written,
    WrittenPack,
    digest,
    parsed,
    written_params,
)


class Reader(Linter):
    """Compiles what a linter has passed before."""

    def fault(
        self, obligation: str, text: str, says: str, nearest: str | None = None, code: str = "pack"
    ) -> None:
        """Nothing: faults of form were for the day of publication."""

    def condition(self, written: Written, text: str, words: str) -> Condition | None:
        """*text* compiled; raises Corrupt when it cannot be."""
        try:
            return compiled(text, words, written.about)
        except BadCondition as bad:
            raise Corrupt(f"{self.name}: {written.id} does not compile any more: {bad.says}") from None

    def examples(self, pack: WrittenPack, made: Obligation) -> None:
        """Nothing: they were run on the day of publication."""


def item(kind: Kind, name: str, body: bytes) -> Pack | Params:
    """The pack or parameter set that *body* is; raises Corrupt when this program cannot read it."""
    if kind == "params":
        return written_params(name, body)
    written = msgspec.convert(parsed(name, body), WrittenPack)
    reader = Reader(name, body, None)
    made = [reader.obligation(written, each) for each in written.obligation]
    if None in made:
        raise Corrupt(f"{name} ({digest(body)[:12]}) judges what this program does not know")
    return Pack(written.pack, digest(body), body, written, [each for each in made if each])
