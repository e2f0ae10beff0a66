"""What would change a finding: found by deciding again with one fact different, never by rule of thumb.

The edition and its parameters stay those that judged. What is worked out from several fields (whether anybody
was displaced) changes as one fact. The work is bounded; an answer that was cut short says so.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import msgspec

from registry.explanations.alternative import Facts, Option, Trial, options, with_fact
from registry.obligations.conditions import activated
from registry.obligations.facts import ABOUT
from registry.obligations.finding import Verdict
from registry.obligations.verdict import Decision, decide

MOST: Final = 600
"""At most so many decisions are made anew for one explanation."""
TOGETHER: Final = 12
"""At most so many of the single changes are tried in pairs."""
BETTER: Final[dict[Verdict, int]] = {
    "satisfied": 0,
    "not_applicable": 1,
    "insufficient_information": 2,
    "violation": 3,
}


class Move(msgspec.Struct, frozen=True):
    """One fact with another value."""

    name: str
    option: Option


class Outcome(msgspec.Struct, frozen=True):
    """Some moves and the verdict they give; `alike` are other values of the same fact that give the same."""

    moves: tuple[Move, ...]
    verdict: Verdict
    reason: str
    asks: tuple[str, ...]
    alike: tuple[Option, ...] = ()


class Search:
    """Decides again, as often as it may."""

    def __init__(self, trial: Trial, most: int = MOST) -> None:
        self.trial, self.most = trial, most
        self.made, self.cut = 0, False

    def decided(self, facts: Facts) -> Decision:
        """The decision on other facts; everything else stays as it was."""
        trial, about = self.trial, self.trial.duty.written.about
        self.made += 1
        return decide(trial.duty, facts, activated(about, facts), trial.values, trial.zone, trial.on)

    def outcome(self, moves: Sequence[Move]) -> Outcome | None:
        """What *moves* give together; None when no more decisions may be made."""
        if self.made >= self.most:
            self.cut = True
            return None
        facts = self.trial.facts
        for move in moves:
            facts = with_fact(self.trial.duty.written.about, facts, move.name, move.option.value)
        decision = self.decided(facts)
        return Outcome(tuple(moves), decision.verdict, decision.reason, tuple(decision.asks))

    def outcomes(self, names: Sequence[str]) -> list[Outcome]:
        """What each other value of each of these facts gives by itself."""
        tried = [Move(name, option) for name in names for option in options(self.trial, name)]
        return [found for move in tried if (found := self.outcome([move]))]


def changes(search: Search, verdict: Verdict) -> list[Outcome]:
    """The facts that would have to differ for another verdict: one if one does, else two, else all it takes.

    The best verdict comes first; of several values that do, the first is named, the others stand beside it.
    """
    names = read_by(search.trial)
    singles = search.outcomes(names)
    singles = [single for single in singles if not single.moves[0].option.late]
    found = [single for single in singles if single.verdict != verdict]
    if not found:
        found = together(search, singles, verdict)
    found.sort(key=lambda each: BETTER[each.verdict])
    return grouped(found)


def together(search: Search, singles: Sequence[Outcome], verdict: Verdict) -> list[Outcome]:
    """Pairs of changes that do what none does alone; when no pair does, as many as it takes."""
    moves = [single.moves[0] for single in singles]
    if len(moves) > TOGETHER:
        search.cut = True
    pairs = [pair for pair in combinations(moves[:TOGETHER], 2) if pair[0].name != pair[1].name]
    found = [each for pair in pairs if (each := search.outcome(pair)) and each.verdict != verdict]
    return found or list(one_by_one(search, moves, verdict))


def one_by_one(search: Search, moves: Sequence[Move], verdict: Verdict) -> Iterator[Outcome]:
    """One more change at a time until the verdict is another; then without those it did not take."""
    chosen: list[Move] = []
    for move in moves:
        if move.name in {each.name for each in chosen}:
            continue
        chosen.append(move)
        reached = search.outcome(chosen)
        if reached is None:
            return
        if reached.verdict == verdict:
            continue
        for each in list(chosen):
            fewer = [other for other in chosen if other is not each]
            without = search.outcome(fewer)
            if without and without.verdict != verdict:
                chosen, reached = fewer, without
        yield reached
        return


def replies(search: Search, name: str, given: Sequence[Move] = ()) -> list[Outcome]:
    """What each answer to the question for the fact *name* would give, after the answers *given* already."""
    if name not in ABOUT[search.trial.duty.written.about] or name in {move.name for move in given}:
        return []
    tried = [(*given, Move(name, option)) for option in options(search.trial, name)]
    return grouped([found for moves in tried if (found := search.outcome(moves))])


def read_by(trial: Trial) -> list[str]:
    """Every fact that decides the duty, in the order a person would look: breach, day, then the trigger."""
    due = trial.duty.written.due
    timed = [due.done, due.event] if due and trial.timing.state != "none" else []
    triggers = [name for condition, _ in trial.duty.when for name in condition.names]
    others = [name for condition in trial.conditions for name in condition.names if name not in triggers]
    return list(dict.fromkeys([*others, *timed, *triggers]))


def grouped(found: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes of single words of one fact that come to the same thing, as one."""
    kept: dict[Any, Outcome] = {}
    for each in found:
        *given, move = each.moves
        key: Any = id(each)
        if isinstance(move.option.value, str | int):
            before = tuple((one.name, str(one.option.value)) for one in given)
            same = isinstance(move.option.value, bool)
            key = (before, move.name, same, each.verdict, each.reason, each.asks)
        held = kept.get(key)
        kept[key] = msgspec.structs.replace(held, alike=(*held.alike, move.option)) if held else each
    return list(kept.values())
