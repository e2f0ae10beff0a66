"""Productions as a backtest carries them between processes, as JSON, and judges them with a draft.

The draft and the edition in force are judged side by side, on one reading of what was told.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.agreements import compiling
from registry.agreements.terms import Edition
from registry.disclosures.version import Told
from registry.judging import knowledge
from registry.judging.knowledge import Other
from registry.judging.weighing import instant_of
from registry.obligations.case import Case, Held, subjects_of
from registry.obligations.conclude import finding_of
from registry.obligations.finding import Finding
from registry.obligations.judge import decision_on, force_of, opened
from registry.obligations.pack import Pack, PackSet, Params, Written
from registry.obligations.standing import Stand, bound, stand
from registry.obligations.statement import Loss
from registry.productions.record import EmployerRecord, ProductionRecord, statement_production
from registry.publishing.flips import Tally, bounded, empty, flip, note
from registry.requests.entry import HeardAt

DRAFT: Final = "the draft"
STANDING: Final = "the edition in force"
FRAME: Final = ("params", "agreements", "places", "territories", "since", "until", "status", "follows")
"""What a pack says of whom it binds, and when."""
Place = tuple[str, str, str]
"""Rule, kind of subject, subject."""


class Setup(msgspec.Struct, frozen=True):
    """What a trial is made of, as bytes: the draft, the edition in force, what they follow, parameters.

    With `fixed` everything is judged for *as_of*; else for *as_of* or the newest filing, as the server does.
    """

    draft: bytes
    standing: bytes | None
    followed: dict[str, bytes]
    params: dict[str, bytes]
    editions: dict[str, Edition]
    as_of: dt.datetime
    fixed: bool


class Trial(msgspec.Struct, frozen=True):
    """A draft beside the edition in force, compiled."""

    packs: PackSet
    editions: Mapping[str, Edition]
    as_of: dt.datetime
    fixed: bool


class Carried(msgspec.Struct, frozen=True):
    """One production with everything told about it."""

    employer: EmployerRecord
    record: ProductionRecord
    told: list[Told]
    heard: list[HeardAt]


class Chunk(msgspec.Struct, frozen=True):
    """Some productions, and the losses of their employers' productions."""

    productions: list[Carried]
    losses: dict[str, list[Loss]]


def trial(setup: Setup) -> Trial:
    """*setup* compiled. Packs that are only followed judge nothing here, nor do duties that are the same."""
    packs = {DRAFT: pack_of(DRAFT, setup.draft)}
    if setup.standing is not None:
        packs[STANDING] = pack_of(STANDING, setup.standing)
        packs[DRAFT], packs[STANDING] = differing(packs[DRAFT], packs[STANDING])
    for name, body in setup.followed.items():
        packs[name] = msgspec.structs.replace(pack_of(name, body), obligations=[])
    params = {name: params_of(name, body) for name, body in setup.params.items()}
    return Trial(PackSet(packs, params), setup.editions, setup.as_of, setup.fixed)


def differing(draft: Pack, standing: Pack) -> tuple[Pack, Pack]:
    """Both with those duties alone whose verdicts can differ: the same words decide the same, wherever found.

    Sources, clauses, clocks and examples decide nothing. Where the packs differ in anything that says whom or
    when they bind, every duty stays.
    """
    frames = [[getattr(each.written, name) for name in FRAME] for each in (draft, standing)]
    if frames[0] != frames[1]:
        return draft, standing
    before = {each.written.id: deciding(each.written) for each in standing.obligations}
    after = {each.written.id: deciding(each.written) for each in draft.obligations}
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    kept = [[one for one in each.obligations if one.written.id not in same] for each in (draft, standing)]
    return (
        msgspec.structs.replace(draft, obligations=kept[0]),
        msgspec.structs.replace(standing, obligations=kept[1]),
    )


def deciding(written: Written) -> Written:
    """A duty without what decides nothing."""
    return msgspec.structs.replace(
        written,
        clause="",
        says="",
        source="",
        confidence="memory",
        clocks=[],
        tests=[],
        remedy="",
        owed_to="",
    )


def pack_of(name: str, body: bytes) -> Pack:
    """The pack in *body*."""
    found = compiling.item("pack", name, body)
    assert isinstance(found, Pack)
    return found


def params_of(name: str, body: bytes) -> Params:
    """The parameter set in *body*."""
    found = compiling.item("params", name, body)
    assert isinstance(found, Params)
    return found


def judged(trial: Trial, chunk: Chunk) -> Tally:
    """What the draft would change of each production of *chunk*."""
    tally = empty()
    for carried in chunk.productions:
        judge_one(trial, carried, chunk.losses.get(carried.record.employer_id, []), tally)
    tally.examples = bounded(tally.examples)
    return tally


def judge_one(trial: Trial, carried: Carried, losses: list[Loss], tally: Tally) -> None:
    """Judge one production with both, and count what differs; one that neither binds is not counted."""
    key = carried.record.employer_id, carried.record.production_id
    known = knowledge.known(carried.told)
    as_of = trial.as_of if trial.fixed else instant_of(known, trial.as_of)
    case = opened(
        trial.packs,
        statement_production(carried.employer, carried.record, trial.editions),
        known,
        as_of,
        heard=knowledge.heard(carried.heard),
        elsewhere=[each for each in losses if each.production_id != key[1]],
    )
    before, after = (ruled(case, trial.packs.packs.get(name)) for name in (STANDING, DRAFT))
    if before is None and after is None:
        return
    tally.productions += 1
    tally.versions += len(known)
    tally.disclosures += len({each.disclosure_id for each in known})
    tally.findings += len(before or ()) + len(after or ())
    for place in flipped(before or {}, after or {}):
        old, new = (said(case, side, place) for side in (before or {}, after or {}))
        note(tally, flip(key, old, new))


def ruled(case: Case, pack: Pack | None) -> dict[Place, Held] | None:
    """Each duty of *pack* decided on each of its subjects, as the judge does; None when it does not bind."""
    bindings = bound(pack, case.statement) if pack else None
    if not pack or not bindings:
        return None
    params = case.packs.params[pack.written.params]
    stands: dict[tuple[str, Any], list[Stand]] = {}
    found: dict[Place, Held] = {}
    for duty in pack.obligations:
        about, force = duty.written.about, force_of(pack, duty)
        if (about, force) not in stands:
            stands[about, force] = [
                stand(case.packs, case.statement, case.on, pack, params, bindings, subject, about, force)
                for subject in subjects_of(case, params, about)
            ]
        for each in stands[about, force]:
            held = Held(pack, params, duty, each, decision_on(case, pack, duty, each))
            found[duty.rule, each.subject.kind, each.subject.id] = held
    return found


def flipped(before: Mapping[Place, Held], after: Mapping[Place, Held]) -> list[Place]:
    """Where the verdict is another, or stands on one side only."""
    return [
        place
        for place in sorted(before.keys() | after.keys())
        if place not in before
        or place not in after
        or before[place].decision.verdict != after[place].decision.verdict
    ]


def said(case: Case, side: Mapping[Place, Held], place: Place) -> Finding | None:
    """The whole finding at *place*: made only where something flips."""
    return finding_of(case, side[place]) if place in side else None


def setup(
    draft: Pack,
    standing: Pack | None,
    newest: PackSet,
    then: PackSet,
    editions: Mapping[str, Edition],
    at: dt.datetime,
    fixed: dt.datetime | None,
) -> Setup:
    """What a trial of *draft* needs: packs and parameters as they were *then*, else the newest."""
    sides = [each for each in (draft, standing) if each]
    packs, params = newest.packs | then.packs, newest.params | then.params
    followed = {each.written.follows for each in sides} & packs.keys()
    used = {each.written.params for each in (*sides, *(packs[name] for name in followed))}
    return Setup(
        draft=draft.body,
        standing=standing.body if standing else None,
        followed={name: packs[name].body for name in followed},
        params={name: params[name].body for name in used},
        editions=dict(editions),
        as_of=at,
        fixed=fixed is not None,
    )


def losses(employer_id: str, others: Sequence[Other], as_of: dt.datetime) -> list[Loss]:
    """The losses of an employer's productions, as they were told until *as_of*."""
    return knowledge.losses_of(employer_id, [each for each in others if each.filed_at <= as_of])


def chunk(
    page: Sequence[Any],
    told: Mapping[tuple[str, str], Sequence[Any]],
    heard: Mapping[tuple[str, str], Sequence[HeardAt]],
    losses: Mapping[str, Sequence[Loss]],
) -> bytes:
    """Some productions as a Chunk in JSON; records and documents are carried on without being read."""
    productions = [
        {
            "employer": raw(row["employer"]),
            "record": raw(row["record"]),
            "told": [
                {name: raw(value) if name == "document" else value for name, value in each.items()}
                for each in told[row["employer_id"], row["production_id"]]
            ],
            "heard": heard.get((row["employer_id"], row["production_id"]), ()),
        }
        for row in page
    ]
    return msgspec.json.encode({"productions": productions, "losses": losses})


def raw(text: str) -> msgspec.Raw:
    """JSON as it came from the database."""
    return msgspec.Raw(text.encode())
