"""Knowledge as rows: of one production, and of its employer's other productions as far as losses go.

The caller holds the transaction and the production's row lock, or a snapshot.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

from registry.agreements.terms import Edition
from registry.db import Connection, rows_to
from registry.disclosures import store as disclosures
from registry.judging import knowledge
from registry.judging.ground import Ground
from registry.judging.knowledge import Employers, Knowledge, Lost, Other, Past, Records
from registry.obligations.statement import Known
from registry.observations import store as observations
from registry.requests import store as requests

LOST: Final[dict[tuple[Any, ...], Lost]] = {}
"""Losses worked out, by employer, production, position, instant and ledger leaf of their last change.

These never change. A position alone could: one that was rolled back is given again, and another database has
an entry there, too, perhaps of the same instant; no two entries have one leaf.
"""
MOST_LOST: Final = 4096

# The employer's other productions whose losses changed before position $3, each with the last change.
LIST_LOSING: Final[LiteralString] = """
SELECT l.production_id, l.position, l.changed_at, e.leaf
  FROM (SELECT DISTINCT ON (production_id) production_id, position, changed_at
          FROM loss_change
         WHERE employer_id = $1 AND production_id <> $2 AND position < $3
         ORDER BY production_id, position DESC) AS l
  LEFT JOIN ledger_entry e ON e.index = l.position
 ORDER BY l.production_id
"""

# The same by what was filed alone, for who makes judgements again and believes no table beside the history.
LIST_LOSING_FILED: Final[LiteralString] = """
SELECT DISTINCT production_id FROM disclosure_version
 WHERE employer_id = $1 AND production_id <> $2 AND document @? '$.workforce[*].events[*]'
 ORDER BY production_id
"""

# Everything filed about some productions of an employer, as far as losses are made from it; no further than
# position $3 (NULL: all of it).
LOAD_OTHERS: Final[LiteralString] = """
SELECT v.disclosure_id, v.version, v.kind, d.type, v.filed_at, v.reason, v.explanation, v.ledger_index,
       jsonb_build_object('filing', v.document -> 'filing', 'tools', v.document -> 'tools',
                          'uses', v.document -> 'uses', 'workforce', v.document -> 'workforce') AS document,
       v.production_id,
       (SELECT r.record ->> 'time_zone' FROM production_version r
         WHERE r.employer_id = v.employer_id AND r.production_id = v.production_id
           AND r.ledger_index < v.ledger_index
         ORDER BY r.revision DESC LIMIT 1) AS time_zone
  FROM disclosure_version v
  JOIN disclosure d ON d.employer_id = v.employer_id AND d.disclosure_id = v.disclosure_id
 WHERE v.employer_id = $1 AND v.production_id = ANY ($2) AND ($3::bigint IS NULL OR v.ledger_index < $3)
 ORDER BY v.ledger_index
"""

LOAD_EMPLOYERS: Final[LiteralString] = """
SELECT record, recorded_at, ledger_index FROM employer_version WHERE employer_id = $1 ORDER BY revision
"""

LOAD_RECORDS: Final[LiteralString] = """
SELECT record, recorded_at, ledger_index FROM production_version
 WHERE employer_id = $1 AND production_id = $2 ORDER BY revision
"""


async def load_noted(conn: Connection, key: tuple[str, str]) -> list[Any]:
    """Everything told about a production outside filings: requests, answers, observations."""
    return [*await requests.load_heard(conn, *key), *await observations.load_heard(conn, *key)]


async def load_others(
    conn: Connection, key: tuple[str, str], known_to: int | None = None, of: Sequence[str] | None = None
) -> list[Other]:
    """What losses of the employer's other productions are made from, before position *known_to*."""
    if of is None:
        of = [row["production_id"] for row in await conn.fetch(LIST_LOSING_FILED, *key)]
    return rows_to(Other, await conn.fetch(LOAD_OTHERS, key[0], of, known_to)) if of else []


async def load_lost(conn: Connection, key: tuple[str, str], known_to: int) -> list[Lost]:
    """The losses of the employer's other productions before position *known_to*, worked out once each."""
    rows = await conn.fetch(LIST_LOSING, *key, known_to)
    found = {row["production_id"]: LOST.get((key[0], *row.values())) for row in rows}
    missing = [name for name, lost in found.items() if lost is None]
    others = await load_others(conn, key, known_to, missing) if missing else []
    for row in rows:
        name = row["production_id"]
        if found[name] is None:
            told = [each for each in others if each.production_id == name]
            losses = knowledge.losses_of(key[0], told)
            found[name] = keep(
                (key[0], *row.values()), Lost(name, row["position"], row["changed_at"], losses)
            )
    return [lost for lost in found.values() if lost]


def keep(key: tuple[Any, ...], lost: Lost) -> Lost:
    """Remember *lost* under its *key*; when there is no more room, everything is forgotten before it."""
    if len(LOST) >= MOST_LOST:
        LOST.clear()
    LOST[key] = lost
    return lost


async def load_knowledge(
    conn: Connection,
    ground: Ground,
    editions: Mapping[str, Edition],
    about: Sequence[Known] = (),
    now: dt.datetime | None = None,
) -> Knowledge:
    """What is known now about the production *ground* was read for, and then *about*, not stored yet.

    With *now*, it is for that instant and no earlier one. Under the production's row lock, or in the snapshot
    in which *ground* was read.
    """
    known = [*knowledge.known(await disclosures.load_known(conn, *ground.key)), *about]
    noted = await load_noted(conn, ground.key) if ground.heard else []
    production, heard = ground.production(editions), knowledge.heard(noted)
    if not (ground.losses and knowledge.loses(known)):
        return Knowledge(production, known, heard)
    lost = await load_lost(conn, ground.key, ground.known_to) if now else []
    if now and all(each.changed_at <= now for each in lost):
        return Knowledge(production, known, heard, lost=lost)
    return Knowledge(production, known, heard, await load_others(conn, ground.key, ground.known_to))


async def load_past(conn: Connection, key: tuple[str, str]) -> Past:
    """The whole history that judgements of a production can rest on; needs a snapshot."""
    return Past(
        employers=rows_to(Employers, await conn.fetch(LOAD_EMPLOYERS, key[0])),
        records=rows_to(Records, await conn.fetch(LOAD_RECORDS, *key)),
        told=await disclosures.load_known(conn, *key),
        noted=await load_noted(conn, key),
        others=await load_others(conn, key),
    )
