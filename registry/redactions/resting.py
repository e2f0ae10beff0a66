"""Which findings rest on sections that are taken out: those that come out otherwise without them."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import msgspec

from registry.agreements.terms import Edition
from registry.judging.knowledge import Cut, Past
from registry.judging.ruling import Ruled
from registry.obligations.finding import Finding
from registry.obligations.pack import PackSet
from registry.redactions.taking import Name, name_of


def without(past: Past, disclosure_id: UUID, version: int, sections: Collection[str]) -> Past:
    """*past* as if one version had been filed without *sections*."""
    return msgspec.structs.replace(
        past,
        told=[bare(each, disclosure_id, version, sections) for each in past.told],
        others=[bare(each, disclosure_id, version, sections) for each in past.others],
    )


def bare(told: Any, disclosure_id: UUID, version: int, sections: Collection[str]) -> Any:
    """*told* without *sections*, if it is that version."""
    if (told.disclosure_id, told.version) != (disclosure_id, version):
        return told
    left = {name: value for name, value in told.document.items() if name not in sections}
    return msgspec.structs.replace(told, document=left)


def names(
    row: Ruled, packs: PackSet, before: Past, after: Past, editions: Mapping[str, Edition]
) -> set[Name]:
    """The findings of *row* that rest on what *before* has and *after* lacks; all, if none can be made."""
    one, other = (made(row, packs, past, editions) for past in (before, after))
    if one is None or other is None:
        return {name_of(each) for each in msgspec.json.decode(row.findings) if each["because"]}
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def made(
    row: Ruled, packs: PackSet, past: Past, editions: Mapping[str, Edition]
) -> dict[Name, Finding] | None:
    """The judgement *row* made again from *past*; None when that cannot be done."""
    knowledge = past.until(Cut(own=row.ledger_index, others=row.known_to), editions)
    if knowledge is None:
        return None
    try:
        findings = knowledge.judged(packs, row.judged_at).findings
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError):
        # What is left may not be a document that could have been filed.
        return None
    return {(each.rule, each.subject_kind, each.subject): each for each in findings}
