"""What a pack must be before it judges anybody: well formed, compiled, cited, and proven on its own examples.

Every fault is found at once, with its line and, for a misspelt name, the nearest one.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations import clocks
from registry.obligations.conditions import BadCondition, Condition, compiled
from registry.obligations.due import After, Due, Number
from registry.obligations.exemplified import exemplified
from registry.obligations.facts import ABOUT
from registry.obligations.finding import Citation
from registry.obligations.moments import moment
from registry.obligations.pack import (
    Ask,
    Obligation,
    Pack,
    PackSet,
    Params,
    Term,
    Written,
    WrittenPack,
    digest,
    parsed,
    sources,
    written_params,
)

PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
TERRITORY: Final = re.compile(r"[A-Z]{2}")
KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def numbers(due: Due | None) -> list[Number]:
    """The numbers of a due: as they stand, or the names of parameters."""
    return [getattr(due, name, 0) for name in ("days", "hours", "business_days", "at_least")]


class Linter:
    """Collects the faults of one pack, with the lines they stand on."""

    def __init__(self, name: str, body: bytes, params: Params | None) -> None:
        self.name = name
        self.lines = body.decode(errors="replace").splitlines()
        self.params = params
        self.faults: list[Fault] = []

    def line(self, obligation: str, text: str) -> int:
        """The line *text* stands on, from the obligation's own line on."""
        begin = next((n for n, row in enumerate(self.lines) if f'id = "{obligation}"' in row), 0)
        return next((n for n in range(begin, len(self.lines)) if text and text in self.lines[n]), begin) + 1

    def fault(
        self, obligation: str, text: str, says: str, nearest: str | None = None, code: str = "pack"
    ) -> None:
        """Note one fault."""
        number = self.line(obligation, text)
        hint = f"; did you mean {nearest}?" if nearest else ""
        self.faults.append(
            Fault(
                f"/obligation/{obligation}",
                code,
                f"{self.name}:{number}: {obligation}: {says}{hint}",
                nearest=nearest,
            )
        )

    def condition(self, written: Written, text: str, words: str) -> Condition | None:
        """*text* compiled, or None with the fault noted."""
        try:
            return compiled(text, words, written.about)
        except BadCondition as bad:
            near = difflib.get_close_matches(bad.name or "", ABOUT[written.about], n=1, cutoff=0.5)
            code = "unknown-name" if bad.name else "condition"
            self.fault(written.id, text, f"column {bad.column}: {bad.says}", near[0] if near else None, code)
            return None

    def terms(self, written: Written, terms: list[Term]) -> list[Condition]:
        """The compiled conditions of *terms*."""
        found = [self.condition(written, term.condition, term.words) for term in terms]
        return [condition for condition in found if condition]

    def asks(self, written: Written, asks: list[Ask]) -> list[tuple[Condition | None, str]]:
        """The compiled conditions of *asks*, each with its question."""
        return [(self.condition(written, a.condition, "") if a.condition else None, a.ask) for a in asks]

    def due(self, written: Written, due: Due) -> None:
        """Check the names and numbers of a due."""
        facts = ABOUT[written.about]
        for name in (due.event, due.done):
            if name not in facts or facts[name].type != "moment":
                days = [known for known, fact in facts.items() if fact.type == "moment"]
                near = difflib.get_close_matches(name, days, n=1, cutoff=0.4)
                self.fault(
                    written.id, name, f"{name} is not a day or instant known here", near[0] if near else None
                )
        for number in numbers(due):
            if isinstance(number, str) and (self.params is None or number not in self.params.param):
                known = list(self.params.param) if self.params else []
                near = difflib.get_close_matches(number, known, n=1, cutoff=0.4)
                self.fault(written.id, number, f"{number} is not a parameter", near[0] if near else None)
        self.counted(written, due)

    def counted(self, written: Written, due: Due) -> None:
        """Check by what a due counts: one of days, hours and business days, and a calendar for these."""
        by = {name: getattr(due, name, 0) for name in ("days", "hours", "business_days")}
        if sum(number != 0 for number in by.values()) > 1:
            self.fault(written.id, "due", "a duty is counted in days, hours or business days: in one of them")
        if isinstance(due, After) and by["days"] == by["business_days"] == 0:
            self.fault(written.id, "due", "a duty after an event says in how many days or business days")
        found = clocks.calendar_faults("due", getattr(due, "calendar", ""), by["business_days"])
        for text, says, near in found:
            self.fault(written.id, text, says, near)

    def obligation(self, pack: WrittenPack, written: Written) -> Obligation | None:
        """One obligation compiled, or None with its faults noted."""
        before = len(self.faults)
        if written.about not in ABOUT:
            near = difflib.get_close_matches(written.about, ABOUT, n=1, cutoff=0.4)
            self.fault(
                written.id,
                written.about,
                f"nothing is judged about {written.about!r}",
                near[0] if near else None,
            )
            return None
        self.cited(pack, written)
        self.named(written)
        if written.due:
            self.due(written, written.due)
        if not (written.breach or written.met or written.due or written.undecided):
            self.fault(
                written.id, written.id, "nothing decides this obligation: no breach, met, due or undecided"
            )
        when = [(self.condition(written, term.condition, term.words), term.reason) for term in written.when]
        not_done = written.due.not_done if written.due else ""
        made = Obligation(
            written,
            [(condition, reason) for condition, reason in when if condition],
            self.terms(written, written.breach),
            self.terms(written, written.met),
            self.terms(written, written.excused),
            [(condition, ask) for condition, ask in self.asks(written, written.undecided) if condition],
            self.asks(written, written.review),
            self.condition(written, not_done, "") if not_done else None,
            f"{pack.pack}/{written.id}",
            Citation(written.clause, written.source, written.confidence),
            [number for number in numbers(written.due) if isinstance(number, str)],
            tuple(clocks.named(pack.clock, written.clocks)),
        )
        if len(self.faults) == before:
            self.examples(pack, made)
        return made

    def cited(self, pack: WrittenPack, written: Written) -> None:
        """Check that sources and clocks are listed in the pack, and that the days in force are days."""
        for key in written.source.split(","):
            if key.strip() not in pack.sources:
                near = difflib.get_close_matches(key.strip(), pack.sources, n=1, cutoff=0.4)
                says = f"source {key.strip()} is not listed"
                self.fault(written.id, key.strip(), says, near[0] if near else None, "citation")
        known = {name for clock in pack.clock for name in (clock.name, clock.matter)} - {""}
        for clock in written.clocks:
            if clock not in known:
                self.fault(written.id, clock, f"clock {clock} is not defined", clocks.nearest(clock, known))
        since, until = written.since or pack.since, written.until or pack.until
        if since and until and until < since:
            self.fault(written.id, "until", f"it ends on {until}, before it begins on {since}")

    def named(self, written: Written) -> None:
        """Check the facts named outside conditions: the day of a breach, what is shown beside a verdict."""
        facts = ABOUT[written.about]
        if written.occurred and (written.occurred not in facts or facts[written.occurred].type != "moment"):
            days = [known for known, fact in facts.items() if fact.type == "moment"]
            near = difflib.get_close_matches(written.occurred, days, n=1, cutoff=0.4)
            says = f"{written.occurred} is not a day or instant known here"
            self.fault(written.id, written.occurred, says, near[0] if near else None, "unknown-name")
        for name in written.shadow.values():
            if name not in facts:
                near = difflib.get_close_matches(name, facts, n=1, cutoff=0.4)
                says = f"shadow names unknown fact {name}"
                self.fault(written.id, name, says, near[0] if near else None, "unknown-name")

    def head(self, pack: WrittenPack) -> None:
        """Check whom the pack binds, and the editions it names."""
        if not (pack.agreements or pack.places or pack.territories):
            self.fault(
                "", "agreements", "it binds nobody: no agreements, places or territories", code="binding"
            )
        for codes, form, what in (
            (pack.places, PLACE, "an ISO 3166 country or subdivision such as US or US-CA"),
            (pack.territories, TERRITORY, "an ISO 3166 country such as FR"),
        ):
            for code in codes:
                if not form.fullmatch(code):
                    self.fault("", code, f"{code} is not {what}", code="binding")
        for name in (pack.follows, pack.successor):
            if name and (not KEY.fullmatch(name) or name == pack.pack):
                self.fault("", name, f"{name} is not the key of another edition", code="edition")

    def clocks(self, pack: WrittenPack) -> None:
        """Check the clocks of the pack: their names, lengths, parameters and calendars."""
        names = [clock.name for clock in pack.clock]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            self.fault("", twice, f"there are two clocks named {twice}", code="clock")
        for clock in pack.clock:
            known = self.params.param if self.params else {}
            for text, says, near in clocks.faults(clock, known):
                self.fault("", text, f"clock {clock.name}: {says}", near, "clock")

    def examples(self, pack: WrittenPack, made: Obligation) -> None:
        """Run the obligation's own examples."""
        facts = ABOUT[made.written.about]
        for example in made.written.tests:
            stated = {}
            for name, value in example.facts.items():
                if name not in facts:
                    near = difflib.get_close_matches(name, facts, n=1, cutoff=0.4)
                    self.fault(
                        made.written.id,
                        example.name,
                        f"example uses unknown fact {name}",
                        near[0] if near else None,
                    )
                    break
                stated[name] = moment(str(value)) if facts[name].type == "moment" else value
            else:
                decision = exemplified(pack, made, stated, example.as_of, self.params)
                if decision.verdict != example.expect:
                    gives = f"{decision.verdict} ({decision.reason})"
                    says = f"example '{example.name}' gives {gives}, not {example.expect}"
                    self.fault(made.written.id, example.name, says, code="example")


def pack(name: str, body: bytes, params: Mapping[str, Params]) -> Pack:
    """A compiled pack; raises Invalid with every fault, each with file, line and nearest name."""
    try:
        written = msgspec.convert(parsed(name, body), WrittenPack)
    except msgspec.ValidationError as fault:
        raise Invalid(f"{name}: {fault}", [Fault("", "pack", f"{name}: {fault}")]) from None
    linter = Linter(name, body, params.get(written.params))
    if written.params not in params:
        near = difflib.get_close_matches(written.params, params, n=1, cutoff=0.4)
        linter.fault(
            "", written.params, f"there is no parameter set {written.params}", near[0] if near else None
        )
    linter.head(written)
    linter.clocks(written)
    ids = [item.id for item in written.obligation]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        linter.fault(twice, twice, "the id is used twice")
    made = [linter.obligation(written, item) for item in written.obligation]
    if linter.faults:
        raise Invalid(f"{name} has {len(linter.faults)} fault(s): {linter.faults[0].detail}", linter.faults)
    return Pack(written.pack, digest(body), body, written, [item for item in made if item])


def load(files: Mapping[str, bytes]) -> PackSet:
    """Every pack and parameter set of *files*; raises Invalid with the faults of all of them."""
    pack_files, param_files = sources(files)
    params = {made.name: made for made in (written_params(n, b) for n, b in sorted(param_files.items()))}
    packs, faults = {}, []
    for name, body in sorted(pack_files.items()):
        try:
            made = pack(name, body, params)
        except Invalid as fault:
            faults += fault.faults
        else:
            packs[made.name] = made
    if faults:
        raise Invalid(f"{len(faults)} fault(s) in the packs: {faults[0].detail}", faults)
    return PackSet(packs, params)
