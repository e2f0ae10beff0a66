"""What a draft would change, counted and grouped: findings that flip, appear or disappear."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import msgspec

from registry.obligations.finding import Finding

EXAMPLES: Final = 3
"""Kept of each kind of flip of each rule."""
MOST_EXAMPLES: Final = 60
MOST_GROUPS: Final = 100
NOTE: Final = (
    "Nothing was stored. A finding is prima facie, for a person to pursue; never a legal conclusion."
)


class Flip(msgspec.Struct, frozen=True):
    """One finding that the draft would change; None: there is no such finding on that side."""

    rule: str
    employer_id: str
    production_id: str
    subject_kind: str
    subject: str
    locals: list[str]
    before: str | None
    after: str | None
    sentence: str

    @property
    def kind(self) -> str:
        """From which verdict to which."""
        return f"{self.before or 'nothing'} → {self.after or 'nothing'}"

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands among others."""
        return self.rule, self.kind, self.employer_id, self.production_id, self.subject_kind, self.subject


Counts = dict[str, dict[str, int]]
"""By name of a group: how many flips of each kind."""


class Tally(msgspec.Struct):
    """What was judged, and what would flip, so far."""

    productions: int = 0
    disclosures: int = 0
    versions: int = 0
    findings: int = 0
    flips: int = 0
    rules: Counts = {}
    employers: Counts = {}
    of_productions: Counts = {}
    locals: Counts = {}
    examples: list[Flip] = []


class Group(msgspec.Struct, frozen=True):
    """The flips of one rule, employer, production or local."""

    name: str
    flips: int
    kinds: dict[str, int]


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft would change of what was judged; groups are the largest, `left_out` says how many more.

    `findings` counts those of duties that decide differently in the two: what decides the same cannot flip,
    and is not judged.
    """

    pack: str
    draft: str
    in_force: str | None
    as_of: dt.datetime
    productions: int
    disclosures: int
    versions: int
    findings: int
    flips: int
    by_rule: list[Group]
    by_employer: list[Group]
    by_production: list[Group]
    by_local: list[Group]
    left_out: dict[str, int]
    examples: list[Flip]
    seconds: float
    per_second: float
    note: str = NOTE


def empty() -> Tally:
    """Nothing counted yet."""
    return Tally(rules={}, employers={}, of_productions={}, locals={}, examples=[])


def flip(key: tuple[str, str], old: Finding | None, new: Finding | None) -> Flip:
    """A finding on the production *key* as it stands, and as the draft would have it; one may be None."""
    told = new or old
    assert told is not None, "one side has it"
    return Flip(
        rule=told.rule,
        employer_id=key[0],
        production_id=key[1],
        subject_kind=told.subject_kind,
        subject=told.subject,
        locals=told.locals,
        before=old.verdict if old else None,
        after=new.verdict if new else None,
        sentence=sentence(key, told, old, new),
    )


def sentence(key: tuple[str, str], told: Finding, old: Finding | None, new: Finding | None) -> str:
    """A flip in words: what was found, what would be, and why."""
    about = f"{told.rule} on {told.subject_kind} {told.subject} of {'/'.join(key)}"
    was = f"was {words(old)}" if old else "was not judged"
    would = f"would be {words(new)}" if new else "would not be judged"
    return f"{about} {was} and {would}."


def words(finding: Finding) -> str:
    """A verdict with the sentence that decided it."""
    why = finding.because[-1].rstrip(".") if finding.because else finding.reason
    return f"{finding.verdict.replace('_', ' ')} ({why})"


def note(tally: Tally, flip: Flip) -> None:
    """Count *flip*."""
    tally.flips += 1
    groups = [(tally.rules, flip.rule), (tally.employers, flip.employer_id)]
    groups.append((tally.of_productions, f"{flip.employer_id}/{flip.production_id}"))
    groups += [(tally.locals, each) for each in flip.locals]
    for counts, name in groups:
        kinds = counts.setdefault(name, {})
        kinds[flip.kind] = kinds.get(flip.kind, 0) + 1
    tally.examples.append(flip)


def bounded(examples: Iterable[Flip]) -> list[Flip]:
    """The first few of *examples* of each rule and kind, in their one order."""
    kept: list[Flip] = []
    seen: dict[tuple[str, str], int] = {}
    for each in sorted(examples, key=lambda flip: flip.place):
        key = each.rule, each.kind
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= EXAMPLES:
            kept.append(each)
    return kept


def merged(one: Tally, other: Tally) -> Tally:
    """Both counted together."""
    for name in ("productions", "disclosures", "versions", "findings", "flips"):
        setattr(one, name, getattr(one, name) + getattr(other, name))
    for name in ("rules", "employers", "of_productions", "locals"):
        counts: Counts = getattr(one, name)
        for group, kinds in getattr(other, name).items():
            into = counts.setdefault(group, {})
            for kind, number in kinds.items():
                into[kind] = into.get(kind, 0) + number
    one.examples = bounded([*one.examples, *other.examples])
    return one


def groups(counts: Counts) -> list[Group]:
    """The largest groups, largest first."""
    every = [Group(name, sum(kinds.values()), dict(sorted(kinds.items()))) for name, kinds in counts.items()]
    return sorted(every, key=lambda group: (-group.flips, group.name))[:MOST_GROUPS]


def report(
    tally: Tally, *, pack: str, draft: str, in_force: str | None, as_of: dt.datetime, seconds: float
) -> Backtest:
    """*tally* as it is answered."""
    every = {
        "rules": tally.rules,
        "employers": tally.employers,
        "productions": tally.of_productions,
        "locals": tally.locals,
    }
    return Backtest(
        pack=pack,
        draft=draft,
        in_force=in_force,
        as_of=as_of,
        productions=tally.productions,
        disclosures=tally.disclosures,
        versions=tally.versions,
        findings=tally.findings,
        flips=tally.flips,
        by_rule=groups(tally.rules),
        by_employer=groups(tally.employers),
        by_production=groups(tally.of_productions),
        by_local=groups(tally.locals),
        left_out={name: max(0, len(counts) - MOST_GROUPS) for name, counts in every.items()},
        examples=bounded(tally.examples)[:MOST_EXAMPLES],
        seconds=round(seconds, 3),
        per_second=round(tally.disclosures / seconds, 1) if seconds else 0.0,
    )
