"""Conditions in CEL, evaluated in three values.

A fact that is not known is left out of the activation. CEL's `&&` and `||` absorb what they do not need
(`true || missing` is true), so an undecided condition is exactly one that a missing fact could change.

A condition is short, calls only what `CALLS` names, and walks through a list at most once: whoever writes a
pack cannot make a judgement slow, read anything but its facts, or end the process. CEL itself bounds depth
and steps, and its patterns are matched in linear time.
"""

import datetime as dt
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
LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
NOT_PLAIN: Final = ("\\", "'''", '"""', "//")
"""What would let a text be read as a literal here and as calls by CEL: escapes, long quotes, comments."""
NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+")
PLACE: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")
UNDECLARED: Final = re.compile(r"undeclared reference to '([^']+)'")


CALL: Final = re.compile(r"([A-Za-z_]\w*)\s*\(")
CALLS: Final = frozenset({"size", "startsWith", "endsWith", "contains", "matches", "exists", "all", "in"})
WALKS: Final = frozenset({"exists", "all"})
LONGEST: Final = 600
"""Letters of a condition; the longest that ships has less than half."""
MOST_STEPS: Final = 60
EXACT: Final = frozenset({str, bool, dt.date})
"""Types whose values equal no value of another type."""
UNASKED: Final[Any] = object()
MOST_ANSWERS: Final = 512
"""Answers that one condition remembers; then it begins anew."""
STEP: Final = re.compile(r"&&|\|\||[!=<>]=|[-+*/%<>!?:,(\[.]")
"""Operators, calls and accesses: what an evaluation counts steps by."""


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
    answers: dict[tuple[Any, ...], bool | None] = {}
    """What it has answered so far, by the facts it reads: at most `MOST_ANSWERS`."""

    def line(self, answer: bool | None) -> str:
        """The condition and its answer as a sentence."""
        return self.unknown if answer is None else self.yes if answer else self.no


def fact_name(word: str, about: str) -> str:
    """The fact that *word* reads, whatever is called on it: `use.locals.exists` reads `use.locals`."""
    while word and word not in ABOUT[about]:
        word = word.rpartition(".")[0]
    return word


class Known(msgspec.Struct):
    """The known facts of one subject as conditions see them.

    `keys` are the facts by which answers are remembered. CEL's own form of them, the activation, is made when
    a condition comes up that was never asked of such facts.
    """

    about: str
    facts: dict[str, Any]
    keys: dict[str, Any]
    activation: Any = None


def environment(about: str) -> Any:
    """The typed CEL environment for conditions about *about*."""
    facts = ABOUT[about].values()
    return cel.NewEnv(variables={fact.name: TYPES[fact.type] for fact in facts if fact.type != "moment"})


ENVIRONMENTS: Final = {about: environment(about) for about in ABOUT}
MOMENTS: Final = {
    about: frozenset(fact.name for fact in facts.values() if fact.type == "moment")
    for about, facts in ABOUT.items()
}


def check_limits(text: str) -> None:
    """Raise BadCondition for a condition that is too long, or calls what a condition may not."""
    for sign in NOT_PLAIN:
        if sign in text:
            says = f"a condition has no {sign}: write texts between plain quotes, without escapes or comments"
            raise BadCondition(says, text.index(sign) + 1, None)
    bare = LITERAL.sub(lambda found: "'" * len(found.group()), text)
    if len(text) > LONGEST:
        raise BadCondition(f"a condition has at most {LONGEST} letters, this one {len(text)}", LONGEST, None)
    if len(STEP.findall(bare)) > MOST_STEPS:
        raise BadCondition(f"a condition has at most {MOST_STEPS} operators", 1, None)
    calls = list(CALL.finditer(bare))
    for call in calls:
        if call.group(1) not in CALLS:
            may = ", ".join(sorted(CALLS))
            raise BadCondition(
                f"{call.group(1)}() is not for conditions; there are {may}", call.start() + 1, None
            )
    walks = [call for call in calls if call.group(1) in WALKS]
    if len(walks) > 1:
        raise BadCondition("a condition walks through one list at most", walks[1].start() + 1, None)


def compiled(text: str, words: str, about: str) -> Condition:
    """*text* as a Condition that answers yes or no; raises BadCondition."""
    check_limits(text)
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
    names = dict.fromkeys(fact_name(word, about) for word in NAME.findall(LITERAL.sub("''", text)))
    said = words or text
    said = said[0].upper() + said[1:]
    return Condition(
        text,
        f"{said}: yes.",
        f"{said}: no.",
        f"{said}: not known.",
        tuple(name for name in names if name),
        expression,
    )


def activated(about: str, facts: dict[str, Any]) -> Known:
    """The known facts of a subject, ready for every condition about it."""
    return Known(about, facts, {name: v if type(v) in EXACT else exact(v) for name, v in facts.items()})


def exact(value: Any) -> Any:
    """A fact's value as a key that no other value equals: 1, 1.0 and True are three, as they are to CEL.

    Two spellings of one instant are two as well: people read the one that was filed.
    """
    if isinstance(value, list):
        same = EXACT.issuperset(map(type, value))
        return list, tuple(value if same else map(exact, value))
    if isinstance(value, dt.datetime):
        return value, value.utcoffset()
    return type(value), repr(value)


def holds(condition: Condition, known: Known) -> bool | None:
    """Whether *condition* is true of what is known; None when a missing fact could decide it.

    The answer hangs on nothing but the facts it reads, so CEL is asked once for each of their values.
    """
    key = tuple(map(known.keys.get, condition.names))
    answers = condition.answers
    answer: bool | None = answers.get(key, UNASKED)
    if answer is not UNASKED:
        return answer
    if known.activation is None:
        moments = MOMENTS[known.about]
        read = {name: value for name, value in known.facts.items() if name not in moments}
        known.activation = ENVIRONMENTS[known.about].Activation(read)
    answer = evaluated(condition, known.activation)
    if len(answers) >= MOST_ANSWERS:
        answers.clear()
    answers[key] = answer
    return answer


def evaluated(condition: Condition, activation: Any) -> bool | None:
    """*condition* on an activation; None for what no fact, or no number, lets it decide.

    The type checker has promised a bool: anything else is the error of a missing fact, of a division by zero
    or an overflow; an evaluation that ran out of its steps raises, and decides nothing either.
    """
    try:
        answer = condition.expression.eval(activation).value()
    except RuntimeError:
        return None
    return answer if answer is True or answer is False else None


def fact(about: str, name: str) -> Fact:
    """The catalogue's entry for *name*."""
    return ABOUT[about][name]
