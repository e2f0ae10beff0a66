"""Findings of a document, or of worked cases, taken apart on a terminal: no server, nothing stored.

Each returns the exit status: 0 well; 1 when the document has faults, or there is no such finding.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from registry import tables
from registry.errands import ERR, OUT, told
from registry.errors import Malformed, TooLarge
from registry.explanations import aloud
from registry.explanations.answer import BETWEEN, words_of
from registry.explanations.explain import explained
from registry.explanations.explanation import Explanation
from registry.filing import trial
from registry.judging.house import House
from registry.obligations import scenario
from registry.obligations.finding import Finding
from registry.obligations.judge import Case, opened
from registry.rulebook import faults_counted, files_in


def preflight(house: House, place: str, body: bytes, now: dt.datetime, rule: str, *, as_json: bool) -> int:
    """Why a document, filed now by itself alone, would be found so under *rule* (or rules so beginning)."""
    try:
        read = trial.read(house.schemas, body)
    except (Malformed, TooLarge) as refused:
        read = trial.Read(None, refused.faults, [])
    if read.document is None:
        if as_json:
            told(read.faults)
        else:
            tables.show(OUT, tables.faults(read.faults, f"{place}: {faults_counted(len(read.faults))}"))
        return 1
    production = trial.production_of(read.document, house.editions)
    case = opened(house.packs, production, [trial.known(read.document, now)], now)
    return shown(taken_apart(house, case, rule), rule, as_json=as_json)


def scenarios(house: House, paths: Sequence[Path], rule: str, *, as_json: bool) -> int:
    """Why the worked cases in *paths*, at each of their checks, are found so under *rule*."""
    found: list[Explanation] = []
    for path in files_in(paths, ".json"):
        worked = scenario.read(path.read_bytes())
        zone = ZoneInfo(worked.production.time_zone)
        for check in worked.checks:
            case = opened(
                house.packs,
                worked.production,
                scenario.known(scenario.steps_of(worked, check), zone),
                scenario.noon(check.as_of, zone),
                on=scenario.noon(check.on, zone) if check.on else None,
                heard=sorted([*worked.heard, *check.heard], key=lambda told: told.at),
                elsewhere=sorted([*worked.elsewhere, *check.elsewhere], key=lambda loss: loss.filed_at),
            )
            found += taken_apart(house, case, rule)
    return shown(found, rule, as_json=as_json)


def taken_apart(house: House, case: Case, rule: str) -> list[Explanation]:
    """The findings of *rule*, or of rules so beginning."""
    return explained(case, beginning(rule), words_of(house.schemas))[0]


def beginning(rule: str) -> Callable[[Finding], bool]:
    """Whether a finding is of *rule*, or of a rule whose name begins so."""
    return lambda finding: finding.rule.startswith(rule)


def shown(found: Sequence[Explanation], rule: str, *, as_json: bool) -> int:
    """Print explanations, as text or as JSON."""
    if as_json:
        told(found)
    elif found:
        OUT.file.write(BETWEEN.join(aloud.text(each) for each in found))
    else:
        ERR.print(f"no finding of {rule}: nothing it is about was filed, or it does not bind", style="yellow")
    return 0 if found else 1
