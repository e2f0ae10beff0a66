"""What a pack must be before it judges anybody: well formed, compiled, cited, and proven on its own examples.

Every fault is found at once, with its line and, for a misspelt name, the nearest one.
"""

import datetime as dt
import difflib
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from registry.errors import Fault, Invalid
from registry.obligations.conditions import BadCondition, Condition, activated, compiled
from registry.obligations.due import Before, Due, Number
from registry.obligations.facts import ABOUT
from registry.obligations.finding import Citation
from registry.obligations.moments import moment, start
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
from registry.obligations.verdict import decide

EXAMPLE_DAY = dt.date(2025, 12, 31)


def numbers(due: Due | None) -> list[Number]:
    """The numbers of a due: as they stand, or the names of parameters."""
    return [getattr(due, name, 0) for name in ("days", "hours", "at_least")]


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
        if isinstance(due, Before) and due.days and due.hours:
            self.fault(written.id, "due", "a duty is counted in days or in hours, not both")

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
        for key in written.source.split(","):
            if key.strip() not in pack.sources:
                near = difflib.get_close_matches(key.strip(), pack.sources, n=1, cutoff=0.4)
                self.fault(
                    written.id,
                    key.strip(),
                    f"source {key.strip()} is not listed",
                    near[0] if near else None,
                    "citation",
                )
        for clock in written.clocks:
            if clock not in {known.name for known in pack.clock}:
                self.fault(written.id, clock, f"clock {clock} is not defined")
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
        )
        if len(self.faults) == before:
            self.examples(made)
        return made

    def examples(self, made: Obligation) -> None:
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
                values = self.params.on(EXAMPLE_DAY) if self.params else {}
                at = start(example.as_of or EXAMPLE_DAY, ZoneInfo("UTC")) + dt.timedelta(hours=12)
                decision = decide(
                    made, stated, activated(made.written.about, stated), values, ZoneInfo("UTC"), at
                )
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
