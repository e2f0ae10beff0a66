"""Conditions in CEL, evaluated in three values.

A fact that is not known is left out of the activation. CEL's `&&` and `||` absorb what they do not need
(`true || missing` is true), so an undecided condition is exactly one that a missing fact could change.
"""

import re
from typing import Any, Final

import msgspec
from cel_expr_python import cel

from registry.obligations.facts import ABOUT, Fact

TYPES: Final = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "strings": cel.Type.List(cel.Type.STRING),
}
LITERAL: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+")
PLACE: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")
UNDECLARED: Final = re.compile(r"undeclared reference to '([^']+)'")


class BadCondition(ValueError):
    """A condition that does not compile: what is wrong, at which column, and the name it trips over."""

    def __init__(self, says: str, column: int, name: str | None) -> None:
        super().__init__(says)
        self.says, self.column, self.name = says, column, name


class Condition(msgspec.Struct, frozen=True):
    """One compiled condition, the facts it reads, and how a person would say it."""

    text: str
    yes: str
    no: str
    unknown: str
    names: tuple[str, ...]
    expression: Any

    def line(self, answer: bool | None) -> str:
        """The condition and its answer as a sentence."""
        return self.unknown if answer is None else self.yes if answer else self.no


class Known(msgspec.Struct):
    """The known facts of one subject, and the conditions already decided on them."""

    activation: Any
    answers: dict[str, bool | None]


def environment(about: str) -> Any:
    """The typed CEL environment for conditions about *about*."""
    facts = ABOUT[about].values()
    return cel.NewEnv(variables={fact.name: TYPES[fact.type] for fact in facts if fact.type != "moment"})


ENVIRONMENTS: Final = {about: environment(about) for about in ABOUT}
MOMENTS: Final = {
    about: frozenset(fact.name for fact in facts.values() if fact.type == "moment")
    for about, facts in ABOUT.items()
}


def compiled(text: str, words: str, about: str) -> Condition:
    """*text* as a Condition that answers yes or no; raises BadCondition."""
    try:
        expression = ENVIRONMENTS[about].compile(text)
    except RuntimeError as fault:
        place = PLACE.search(str(fault))
        says = place.group(3).replace(" (in container '')", "") if place else str(fault)
        unknown = UNDECLARED.search(says)
        raise BadCondition(
            says, int(place.group(2)) if place else 1, unknown.group(1) if unknown else None
        ) from None
    if expression.return_type() != cel.Type.BOOL:
        raise BadCondition(
            f"a condition must be true or false, this one is {expression.return_type().name()}", 1, None
        )
    names = tuple(dict.fromkeys(NAME.findall(LITERAL.sub("''", text))))
    said = words or text
    said = said[0].upper() + said[1:]
    return Condition(
        text,
        f"{said}: yes.",
        f"{said}: no.",
        f"{said}: not known.",
        tuple(name for name in names if name in ABOUT[about]),
        expression,
    )


def activated(about: str, facts: dict[str, Any]) -> Known:
    """The known facts of a subject, ready for every condition about it."""
    moments = MOMENTS[about]
    known = {name: value for name, value in facts.items() if name not in moments}
    return Known(ENVIRONMENTS[about].Activation(known), {})


def holds(condition: Condition, known: Known) -> bool | None:
    """Whether *condition* is true of what is known; None when a missing fact could decide it."""
    answers = known.answers
    if condition.text not in answers:
        # The type checker has promised a bool; anything else is the error of a missing fact.
        answer = condition.expression.eval(known.activation).value()
        answers[condition.text] = answer if answer is True or answer is False else None
    return answers[condition.text]


def fact(about: str, name: str) -> Fact:
    """The catalogue's entry for *name*."""
    return ABOUT[about][name]
