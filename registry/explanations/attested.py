"""The facts behind one ruling: what each is called, where it stands, what it is, and who says so."""

from collections.abc import Sequence
from typing import Final

from registry.explanations.alternative import beside
from registry.explanations.explanation import Said, Stated
from registry.explanations.provenance import says
from registry.obligations.case import Case, Ruling
from registry.obligations.conclude import finding_of, pointer_in
from registry.obligations.conditions import fact
from registry.obligations.facts import ABOUT
from registry.obligations.finding import Missing
from registry.obligations.standing import since_then

OPEN: Final = frozenset({"Who", "Which", "What", "When", "Where", "How", "Whose", "For", "Of"})
"""A question that begins so is not answered by yes or no."""


class Attested:
    """The facts of one ruling, each with its words, its place, and who asserts it."""

    def __init__(self, case: Case, ruling: Ruling) -> None:
        self.case, self.ruling, self.finding = case, ruling, finding_of(case, ruling)
        self.statement, self.subject = case.statement, ruling.subject
        self.duty, self.stand, self.about = ruling.duty, ruling.stand, ruling.duty.written.about
        facts, zone = self.subject.facts, case.statement.zone
        if self.stand.carried and self.stand.bound_from:
            facts = since_then(self.duty, facts, self.stand.bound_from, zone)
        self.facts = facts

    def asked(self, name: str) -> list[Missing]:
        """Where a fact is answered, what to ask for it and whom."""
        if name in self.subject.gaps:
            return self.subject.gaps[name]
        entry = fact(self.about, name)
        return [Missing(name, pointer_in(self.subject, entry), entry.question, entry.asks)]

    def stated(self, name: str) -> Stated:
        """One fact with who asserted it."""
        value = self.facts.get(name)
        said = self.said(name)
        return Stated(
            name=name,
            words=self.words(name),
            pointer=self.place(name, said),
            known=value is not None,
            value=value,
            says=said,
        )

    def said(self, name: str) -> list[Said]:
        """Who asserts a fact."""
        value = self.facts.get(name)
        dated = (
            each for each in self.facts if each in ABOUT[self.about] and beside(self.about, each) == name
        )
        told = says(self.statement, self.subject, fact(self.about, name).pointer, name, value)
        if value is True and all(each.by == "nobody" for each in told):
            return [one for each in dated for one in self.said(each)] or told
        return told

    def place(self, name: str, said: Sequence[Said]) -> str:
        """Where a fact stands in a filing: where it is stated, else where it would be."""
        return next((each.pointer for each in said if each.by == "filing"), self.asked(name)[0].pointer)

    def words(self, name: str) -> str:
        """The question a fact answers, or its name where a plain yes or no does not answer the question."""
        entry = fact(self.about, name)
        question = entry.question if name in self.facts else self.asked(name)[0].question
        if entry.type == "bool" and question.partition(" ")[0] in OPEN:
            return f"{name.replace('.', ' ').replace('_', ' ').capitalize()}"
        return question
