"""Why a finding says what it says: what was asked and answered, computed from the evaluation itself.

Nothing is worded here for one rule or another. The conditions and answers are the steps of the decision, the
arithmetic is that of the due day, and what would change the finding is found by deciding again.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal

from registry.explanations.alternative import Trial
from registry.explanations.attested import Attested
from registry.explanations.counterfactual import Move, Outcome, Search, changes, replies
from registry.explanations.explanation import (
    Altered,
    Change,
    Edition,
    Explanation,
    Node,
    Number,
    Parameter,
    Plays,
    Question,
    Reply,
    Time,
)
from registry.obligations.case import Case, Ruling
from registry.obligations.conclude import finding_of
from registry.obligations.conditions import fact
from registry.obligations.due import After, Before, Due, WindowEnd, amount
from registry.obligations.facts import ABOUT
from registry.obligations.finding import Finding
from registry.obligations.judge import rulings
from registry.obligations.moments import day
from registry.obligations.pack import ParamValue
from registry.obligations.verdict import AMISS, Decision, Role

PLAYS: Final[dict[Role, Plays]] = {
    "when": "applies when",
    "breach": "breach if",
    "met": "met if",
    "excused": "excused if",
    "undecided": "nobody knows",
    "review": "a person decides",
}
ANSWERS: Final[dict[bool | None, Literal["true", "false", "unknown"]]] = {
    True: "true",
    False: "false",
    None: "unknown",
}
KINDS: Final[dict[type, Literal["before", "after", "window_end"]]] = {
    Before: "before",
    After: "after",
    WindowEnd: "window_end",
}

DEEPEST: Final = 2
"""A question asks at most so many answers deep."""

Choices = Callable[[str], Sequence[str]]


def no_choices(_pointer: str) -> Sequence[str]:
    """Where no schema is at hand: only the words the conditions name."""
    return ()


class Explainer(Attested):
    """Takes one ruling apart, with the case it was made in."""

    def __init__(self, case: Case, ruling: Ruling, choices: Choices = no_choices) -> None:
        super().__init__(case, ruling)
        self.search = Search(
            Trial(
                self.duty,
                self.facts,
                self.stand.values,
                case.statement.zone,
                case.on,
                ruling.decision.timing,
                lambda name: choices(self.asked(name)[0].pointer),
            )
        )

    def tree(self) -> Iterator[Node]:
        """Each condition that was asked, in order, with its answer and its facts."""
        for step in self.ruling.decision.steps:
            names = step.condition.names if step.condition else ()
            text = step.condition.text if step.condition else ""
            facts = [self.stated(name) for name in names]
            yield Node(PLAYS[step.role], step.words, text, ANSWERS[step.answer], facts)

    def time(self) -> Time | None:
        """How the duty stands in time; None when it has no day, or it was not reached."""
        due, when = self.duty.written.due, self.ruling.decision.timing
        if due is None or when.state == "none":
            return None
        return Time(
            KINDS[type(due)],
            when.state,
            when.says,
            self.stated(due.event),
            self.stated(due.done),
            when.on,
            when.limit,
            list(counted(due, self.stand.values)),
        )

    def parameters(self) -> Iterator[Parameter]:
        """The named numbers that the finding rests on, as they were on its day."""
        params = self.ruling.params
        for name, value in self.finding.values.items():
            param = params.param[name]
            row = row_on(param.values, value, self.day())
            yield Parameter(
                name,
                param.title,
                param.unit,
                value,
                row.since,
                row.reference,
                row.confidence,
                param.proposal,
            )

    def day(self) -> dt.date:
        """The day of the subject, which picks the edition and the parameters."""
        return self.stand.bound_from or day(self.subject.on or self.case.on, self.statement.zone)

    def edition(self) -> Edition:
        """The text that judged."""
        pack, duty = self.ruling.pack, self.duty.written
        written = pack.written
        return Edition(
            pack.name,
            written.title,
            pack.digest,
            self.ruling.params.name,
            duty.status or written.status,
            duty.since or written.since,
            duty.until or written.until,
            self.day(),
        )

    def changes(self) -> list[Change]:
        """What would have had to be otherwise: for whatever is amiss, unless it is only unknown."""
        verdict, reason = self.finding.verdict, self.finding.reason
        if verdict != "violation" and not (verdict == "insufficient_information" and reason in AMISS):
            return []
        return [self.change(outcome) for outcome in changes(self.search, verdict)]

    def change(self, outcome: Outcome) -> Change:
        """Some facts with other values, in words."""
        facts = [self.altered(move) for move in outcome.moves]
        others = [option.says for option in outcome.alike]
        told = [
            f"{matter(self.words(move.name))} been {' or '.join([move.option.says, *others])}"
            for move in outcome.moves
        ]
        return Change(
            f"Had {', and '.join(told)}",
            facts,
            [option.value for option in outcome.alike],
            outcome.verdict,
            outcome.reason,
            self.questions_for(outcome),
        )

    def altered(self, move: Move) -> Altered:
        """One fact that would have to differ."""
        now, said = self.facts.get(move.name), self.said(move.name)
        return Altered(
            name=move.name,
            words=self.words(move.name),
            pointer=self.place(move.name, said),
            asks=fact(self.about, move.name).asks,
            now=now,
            known=now is not None,
            to=move.option.value,
            says=said,
        )

    def questions_for(self, outcome: Outcome) -> list[str]:
        """What would still have to be asked then."""
        return list(dict.fromkeys(self.asked(name)[0].question for name in outcome.asks))

    def questions(self) -> Iterator[Question]:
        """What to ask, and what each answer would give."""
        for missing in self.finding.missing:
            known = missing.fact in ABOUT[self.about]
            given = [self.reply(outcome) for outcome in replies(self.search, missing.fact)] if known else []
            yield Question(missing.fact, missing.question, missing.pointer, missing.asks, given)

    def reply(self, outcome: Outcome) -> Reply:
        """One answer and what it would give; where it does not decide, one question more."""
        move = outcome.moves[-1]
        options = [move.option, *outcome.alike]
        deeper = len(outcome.moves) < DEEPEST and outcome.verdict == "insufficient_information"
        asked = next((name for name in outcome.asks if name != move.name), "") if deeper else ""
        then = [self.reply(each) for each in replies(self.search, asked, outcome.moves)] if asked else []
        return Reply(
            " or ".join(option.says for option in options),
            [option.value for option in options],
            outcome.verdict,
            outcome.reason,
            self.questions_for(outcome),
            self.asked(asked)[0].question if then else "",
            then,
        )


def aside(decision: Decision) -> bool:
    """Whether nothing was asked at all: no law, out of its term, or nobody's here."""
    unasked = decision.verdict == "not_applicable" and not decision.steps
    return unasked and decision.reason != "not-yet-due"


def matter(words: str) -> str:
    """A fact in the middle of a sentence: the answer to its question, or its name."""
    return f"the answer to “{words}”" if words.endswith("?") else f"“{words[0].lower()}{words[1:]}”"


def counted(due: Due, values: dict[str, int]) -> Iterator[Number]:
    """The numbers a due counts with: as they stand, or from a dated parameter."""
    units = {"days": "days", "hours": "hours", "at_least": "days, at least", "months": "months"}
    for field, unit in units.items():
        number = getattr(due, field, 0)
        if number:
            yield Number(unit, amount(number, values), number if isinstance(number, str) else None)


def row_on(rows: Sequence[ParamValue], value: int, on: dt.date) -> ParamValue:
    """The row of a parameter that gives *value* on a day."""
    since = sorted((row for row in rows if row.value == value), key=lambda row: row.since)
    return next((row for row in reversed(since) if row.since <= on), since[0])


def explain(case: Case, ruling: Ruling, choices: Choices = no_choices) -> Explanation:
    """*ruling*, made in *case*, taken apart; *choices* are the words a field of the disclosure allows."""
    explainer = Explainer(case, ruling, choices)
    finding, production, time = explainer.finding, case.statement.production, explainer.time()
    sources = ruling.pack.written.sources
    changed, questions = explainer.changes(), list(explainer.questions())
    return Explanation(
        rule=finding.rule,
        duty=finding.says,
        citation=finding.citation,
        source=[sources[key.strip()] for key in finding.citation.source.split(",") if key.strip() in sources],
        employer_id=production.employer_id,
        production_id=production.production_id,
        production_title=production.title,
        time_zone=production.time_zone,
        subject_kind=finding.subject_kind,
        subject=finding.subject,
        about=[*explainer.subject.notes, *explainer.stand.notes],
        as_of=case.as_of,
        on=case.on,
        verdict=finding.verdict,
        reason=finding.reason,
        severity=finding.severity,
        owed_to=finding.owed_to,
        locals=finding.locals,
        edition=explainer.edition(),
        tree=list(explainer.tree()),
        outside=ruling.decision.because if aside(ruling.decision) else [],
        time=time,
        parameters=list(explainer.parameters()),
        occurred_on=finding.occurred_on,
        known_on=finding.known_on,
        clocks=finding.clocks,
        review=finding.review,
        shadow=finding.shadow,
        changes=changed,
        questions=questions,
        searched=explainer.search.made,
        cut=explainer.search.cut,
        remedy=finding.remedy,
    )


def explained(
    case: Case, wanted: Callable[[Finding], bool], choices: Choices = no_choices, most: int = 1_000
) -> tuple[list[Explanation], int]:
    """Every finding that is *wanted*, taken apart, in the order of findings; and how many beyond *most*."""
    found = [(finding_of(case, ruling), ruling) for ruling in rulings(case)]
    chosen = [(finding, ruling) for finding, ruling in found if wanted(finding)]
    chosen.sort(key=lambda each: (each[0].rule, each[0].subject_kind, each[0].subject))
    return [explain(case, ruling, choices) for _, ruling in chosen[:most]], max(0, len(chosen) - most)
