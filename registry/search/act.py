"""Copy what is filed and judged, make the copy anew, and say where it differs from the history."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from registry.db import Connection
from registry.disclosures.version import Filed
from registry.search import copied, store, terms
from registry.search.copied import ENDLESS, Copied
from registry.search.store import Source, Stretch

AT_ONCE: Final = 200
"""How many versions are held against the copy in one statement."""


def copy_of(
    filed: Filed, kind: str, period: Sequence[copied.Day], locals_: Collection[str], findings: bytes
) -> tuple[Copied, list[str]]:
    """The copy of a version and of the judgement it brings, before either has its place in the ledger."""
    return copied.copied(filed, kind, period, locals_), terms.read_findings(findings)


async def add(conn: Connection, copy: tuple[Copied, list[str]], filed_at: int, judged_at: int) -> None:
    """Write a copy that `copy_of` made, with the positions of the version and of the judgement."""
    await store.add(conn, *copy, filed_at, judged_at)


async def add_judged(
    conn: Connection, employer_id: str, production_id: str, findings: bytes, from_index: int
) -> None:
    """Copy a judgement that no filing brought, at its place in the ledger."""
    await store.add_judged(conn, (employer_id, production_id), terms.read_findings(findings), from_index)


async def move_production(
    conn: Connection, employer_id: str, production_id: str, locals_: Collection[str]
) -> None:
    """A production has these locals from now on: they and their unions see what was filed about it."""
    await store.move_production(conn, employer_id, production_id, terms.party_terms(locals_))


def nothing(_done: int) -> None:
    """For those who need not be told how far it has come."""


async def rebuild(conn: Connection, report: Callable[[int], None] = nothing) -> int:
    """Make the whole copy anew from the history, in the caller's transaction; how many versions it has.

    Readers see the old copy until the commit, or the new one; who writes the copy waits. *report* is told how
    many versions are done.
    """
    await store.hold(conn)
    await store.forget(conn)
    done = 0
    async for source in store.stream_filed(conn):
        await store.add_version(conn, row_of(source), source.filed.ledger_index)
        done += 1
        report(done)
    async for employer_id, production_id, findings, index in store.stream_judged(conn):
        await store.add_judged(conn, (employer_id, production_id), terms.read_findings(findings), index)
    return done


async def remake(conn: Connection, employer_id: str, disclosure_id: UUID) -> None:
    """Make the copy of one disclosure anew, as after a redaction, in the caller's transaction."""
    await store.forget(conn, employer_id, disclosure_id)
    async for source in store.stream_filed(conn, employer_id, disclosure_id):
        await store.add_version(conn, row_of(source), source.filed.ledger_index)


def row_of(source: Source) -> Copied:
    """The row that *source* has in the copy."""
    said = source.filed.document.get("filing") or {}
    period = said.get("period") or {} if source.filed.kind != "withdrawal" else {}
    days = [period.get(name) for name in ("from", "to")]
    first, last = (msgspec.convert(day, copied.Day) for day in days)
    return copied.copied(source.filed, source.type, (first, last), source.locals)


async def differences(conn: Connection, part: int = 0, of: int = 1) -> AsyncIterator[str]:
    """Where the copy is not what the history makes it, in words; nothing if all agrees. Needs a snapshot.

    With *of*, only what falls to one of so many parts, counted from 0. All parts of one snapshot, each looked
    at once by whomever, are the whole: every version and every production falls to one of them.
    """
    batch: list[dict[str, Any]] = []
    async for source in store.stream_filed(conn, part=part, of=of):
        expected = msgspec.to_builtins(row_of(source))
        places = {
            "from_index": source.filed.ledger_index,
            "until_index": ENDLESS if source.until_index is None else source.until_index,
        }
        batch.append(expected | places)
        if len(batch) == AT_ONCE:
            for line in await different(conn, batch):
                yield line
            batch = []
    for line in await different(conn, batch):
        yield line
    if part == 0:
        copies, filed = await store.count(conn)
        if copies > filed:
            yield f"search_version has {copies} rows, and {filed} versions were filed"
    async for line in different_judgements(conn, part, of):
        yield line


async def different(conn: Connection, batch: list[dict[str, Any]]) -> list[str]:
    """Which of the rows *batch* the copy has not, or has otherwise."""
    found = await store.find_different(conn, batch) if batch else []
    return [
        f"search_version {employer}/{id_} version {version} is not as filed"
        for employer, id_, version in found
    ]


async def different_judgements(conn: Connection, part: int, of: int) -> AsyncIterator[str]:
    """Which stretches of judgements of one *part* the copy has not, or has otherwise."""
    kept = aiter(store.stream_stretches(conn, part, of))
    async for expected in stretches(conn, part, of):
        stored = await anext(kept, None)
        if stored != expected:
            key = f"{expected.employer_id}/{expected.production_id}"
            yield f"search_judgement {key} from {expected.from_index} is not as judged"
            return
    if await anext(kept, None) is not None:
        yield "search_judgement has a row for which there is no judgement"


async def stretches(conn: Connection, part: int, of: int) -> AsyncIterator[Stretch]:
    """The stretches of the ledger in which judgements of one *part* found the same, by the history."""
    last: Stretch | None = None
    async for employer_id, production_id, findings, index in store.stream_judged_of_each(conn, part, of):
        found = terms.read_findings(findings)
        same = last is not None and (last.employer_id, last.production_id) == (employer_id, production_id)
        if last is not None and same and last.terms == found:
            continue
        if last is not None:
            yield msgspec.structs.replace(last, until_index=index) if same else last
        last = Stretch(employer_id, production_id, found, index, ENDLESS)
    if last is not None:
        yield last
