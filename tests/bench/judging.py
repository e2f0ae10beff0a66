"""CPU time of one judgement of one disclosure against every pack that binds a fully union feature.

Each document that is timed is one the process has never judged: days, answers and crafts differ from those
before it. What it remembers of others it may use, as a server does. The same document judged again, and the
first judgement of a process, are timed beside it. Where the time goes is measured stage by stage, by itself.
"""

import datetime as dt
import gc
import itertools
import statistics
import time

import msgspec
import season

from registry import house
from registry.obligations import conditions, recalled, verdict
from registry.obligations.case import subjects_of
from registry.obligations.judge import decision_on, force_of, judge, opened, rulings
from registry.obligations.standing import stand
from registry.obligations.statement import Known

WARM = 200
"""Documents judged before any is timed: what a server has seen in its first minutes."""


def documents(count):
    """So many documents, no two alike: each use on other days, under other answers, after other losses."""
    made = []
    for number in range(count):
        told = season.document("bench-pictures", "feature-0000")
        for place, use in enumerate(told["uses"]):
            turn = number * 7 + place * 11
            use["first"] = str(dt.date(2025, 9, 1) + dt.timedelta(days=turn % 61))
            use["required_by_employer"] = bool(number >> place & 1)
            use["final_deliverable"] = bool(turn % 3)
            use["hours_saved"] = number
        event = told["workforce"][0]["events"][0]
        event["on"] = str(dt.date(2025, 10, 1) + dt.timedelta(days=number * 5 % 89))
        event["count"] = number % 3 + 1
        made.append(told)
    return made


def known_of(document):
    """The document as one filing."""
    return [Known("0", 1, "filing", "initial", season.JUDGED - dt.timedelta(hours=1), document)]


def measured(production, count):
    """The figures, and whether a judgement from what is remembered is the one made anew, byte for byte."""
    packs, now = house.shipped().packs, season.JUDGED
    told = [known_of(document) for document in documents(WARM + count)]
    began = time.process_time()
    first = judge(packs, production, told[0], now)
    cold = time.process_time() - began
    for known in told[1:WARM]:
        judge(packs, production, known, now)
    # As the server does after start-up: what lives on is not looked through again at each collection.
    gc.collect()
    gc.freeze()
    counted = counts(packs, production, told[WARM], now)
    fresh, again, found = [], [], []
    for known in told[WARM + 1 :]:
        for times in (fresh, again):
            began = time.process_time()
            made = judge(packs, production, known, now)
            times.append(time.process_time() - began)
        found.append(encoded(made))
    stages = [staged(packs, production, known, now) for known in told[WARM + 1 :]]
    anew = house.shipped().packs
    right = [encoded(judge(anew, production, known, now)) for known in told[:WARM:20]]
    right = right == [encoded(judge(packs, production, known, now)) for known in told[:WARM:20]]
    began = time.process_time()
    for _ in range(count):
        encoded(made)
    encoding = (time.process_time() - began) / count
    return {
        "ms": milliseconds(fresh),
        "mean_ms": round(1000 * statistics.fmean(fresh), 3),
        "again_ms": milliseconds(again),
        "cold_ms": round(1000 * cold, 3),
        "encoding_ms": round(1000 * encoding, 3),
        "stages_ms": {name: milliseconds([stage[name] for stage in stages]) for name in stages[0]},
        "packs": sorted(first.packs),
        "findings": tally(first.findings),
        **counted,
        "check": {
            "calls": len(fresh),
            "distinct": len(set(found)),
            "right": right and len(first.findings) > 0,
        },
    }


def milliseconds(times):
    """The median."""
    return round(1000 * statistics.median(times), 3)


def encoded(judgement):
    """Its bytes."""
    return msgspec.json.encode(judgement, order="sorted")


def tally(findings):
    """How many findings of each verdict."""
    verdicts = {}
    for finding in findings:
        verdicts[finding.verdict] = verdicts.get(finding.verdict, 0) + 1
    return verdicts


def counts(packs, production, known, now):
    """How many conditions one judgement of an unseen document rests on, and how many of them were worked out."""
    seen = {"asked": 0, "evaluated": 0, "decided": 0}

    def counting(name, asked):
        def count(*given):
            seen[name] += 1
            return asked(*given)

        return count

    places = [
        (verdict, "holds", "asked"),
        (conditions, "evaluated", "evaluated"),
        (recalled, "made", "decided"),
    ]
    kept = [getattr(room, name) for room, name, _ in places]
    try:
        for (room, name, under), asked in zip(places, kept, strict=True):
            setattr(room, name, counting(under, asked))
        judged = list(rulings(opened(packs, production, known, now)))
    finally:
        for (room, name, _), asked in zip(places, kept, strict=True):
            setattr(room, name, asked)
    return {
        "conditions": sum(len(ruling.decision.steps) for ruling in judged),
        "conditions_asked_anew": seen["asked"],
        "conditions_evaluated": seen["evaluated"],
        "decisions": len(judged),
        "decisions_made_anew": seen["decided"],
    }


def staged(packs, production, known, now):
    """The seconds of each stage of one judgement, one stage after the other."""
    clock = time.process_time
    times = [clock()]
    case = opened(packs, production, known, now)
    times.append(clock())
    bound = [(packs.packs[name], held) for name, held in case.bindings.items()]
    for pack, _ in bound:
        for duty in pack.obligations:
            subjects_of(case, packs.params[pack.written.params], duty.written.about)
    times.append(clock())
    work = []
    for pack, held in bound:
        params, stands = packs.params[pack.written.params], {}
        for duty in pack.obligations:
            about, force = duty.written.about, force_of(pack, duty)
            if (about, force) not in stands:
                stands[about, force] = [
                    stand(packs, case.statement, case.on, pack, params, held, one, about, force)
                    for one in subjects_of(case, params, about)
                ]
            work.append((pack, duty, stands[about, force]))
    times.append(clock())
    for pack, duty, stands in work:
        for each in stands:
            decision_on(case, pack, duty, each)
    times.append(clock())
    judge(packs, production, known, now)
    whole = clock() - times[-1]
    parts = [later - earlier for earlier, later in itertools.pairwise(times)]
    names = ("assembling", "subjects", "standing", "deciding")
    return dict(zip(names, parts, strict=True)) | {"findings": max(0.0, whole - sum(parts))}
