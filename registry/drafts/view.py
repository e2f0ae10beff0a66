"""A draft as its employer's own offices are shown it."""

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from registry.diffs import difference
from registry.diffs.difference import Difference
from registry.disclosures.schemas import SchemaSet
from registry.disclosures.version import Head
from registry.drafts import confirm, steps
from registry.drafts.draft import Draft, DraftState, Remark, Review, Source
from registry.drafts.order import ordered, root_of
from registry.filing.trial import Preflight


class ToConfirm(msgspec.Struct, frozen=True):
    """A fact carried over that still has to be confirmed: where it stands in the draft, and the question."""

    pointer: str
    says: str


class DraftFiled(msgspec.Struct, frozen=True):
    """The version that the draft became."""

    disclosure_id: UUID
    version: int
    filed_by: str
    filed_at: dt.datetime


class DraftPage(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with its document.

    `differences` are counted from the version it was made from, `more_differences` how many are not listed.
    `to_confirm` are facts carried over that a person has still to confirm. `waits_for` says what stands
    between the draft and its filing; it is empty when the draft can be filed. `newest_version` is the newest
    of the disclosure it was made from: when that is not the version it was made from, or an amendment's
    `base_version`, somebody amended meanwhile.
    """

    draft_id: UUID
    employer_id: str
    production_id: str
    disclosure_id: UUID | None
    base_version: int | None
    newest_version: int | None
    made_from: Source
    state: DraftState
    revision: int
    author: str
    editor: str
    review: Review | None
    filed: DraftFiled | None
    created_at: dt.datetime
    changed_at: dt.datetime
    document: dict[str, Any]
    differences: list[Difference]
    more_differences: int
    to_confirm: list[ToConfirm]
    waits_for: list[str]


class DraftCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What would be answered if the draft were filed now, and what it waits for. `ready`: for nothing."""

    ready: bool
    preflight: Preflight
    to_confirm: list[ToConfirm]
    waits_for: list[str]


class Around(msgspec.Struct, frozen=True):
    """What a draft is seen beside: what it was made from, how that stands now, the employer's rule."""

    base: dict[str, Any] | None
    head: Head | None
    four_eyes: bool

    @property
    def newest(self) -> int | None:
        """The newest version of the disclosure that the draft was made from."""
        return self.head.version if self.head else None


def page(schemas: SchemaSet, draft: Draft, around: Around) -> DraftPage:
    """The whole of *draft*, as it is shown."""
    found = iter([] if around.base is None else differences(schemas, around.base, draft))
    listed = list(islice(found, difference.MOST))
    filed = draft.filed
    return DraftPage(
        draft_id=draft.draft_id,
        employer_id=draft.employer_id,
        production_id=draft.production_id,
        disclosure_id=draft.disclosure_id,
        base_version=draft.base_version,
        newest_version=around.newest,
        made_from=source(draft, around.newest),
        state=draft.state,
        revision=draft.revision,
        author=draft.author,
        editor=draft.editor,
        review=draft.review,
        filed=DraftFiled(filed.disclosure_id, filed.version, filed.filed_by, filed.filed_at)
        if filed
        else None,
        created_at=draft.created_at,
        changed_at=draft.changed_at,
        document=ordered(root_of(schemas, draft.document), draft.document),
        differences=listed,
        more_differences=sum(1 for _ in found),
        to_confirm=to_confirm(draft),
        waits_for=waits_for(draft, around),
    )


def source(draft: Draft, newest: int | None) -> Source:
    """What the draft was made from; what carries over a version that is not the *newest* says so."""
    made = draft.source
    if made.kind != "next_quarter" or newest in (None, made.version):
        return made
    remark = Remark("", f"This draft is made from version {made.version}; the newest is {newest}.")
    return msgspec.structs.replace(made, remarks=[remark, *made.remarks])


def differences(schemas: SchemaSet, base: Mapping[str, Any], draft: Draft) -> list[Difference]:
    """Where the draft differs from the document it was made from, with the remark on what was left out."""
    root = root_of(schemas, draft.document) or schemas.published[schemas.current].root
    remarks: dict[str, Remark] = {each.pointer: each for each in draft.source.remarks}
    return [
        msgspec.structs.replace(each, says=remarks[each.pointer].says)
        if each.change == "left_out" and each.pointer in remarks
        else each
        for each in difference.differences(root, ordered(root, base), ordered(root, draft.document))
    ]


def to_confirm(draft: Draft) -> list[ToConfirm]:
    """The questions that are still open."""
    return [
        ToConfirm(pointer, fact.says) for pointer, fact in confirm.pending(draft.to_confirm, draft.document)
    ]


def waits_for(draft: Draft, around: Around) -> list[str]:
    """What stands between the draft and its filing."""
    found = steps.waits_for(draft, len(to_confirm(draft)), four_eyes=around.four_eyes)
    if draft.base_version is None or around.head is None or draft.state in steps.ENDED:
        return found
    if around.head.state == "withdrawn":
        found.append("The disclosure that it would amend was withdrawn: nothing can be amended any more.")
    elif around.newest != draft.base_version:
        found.append(
            f"Version {around.newest} was filed since; look at it, and save the draft with "
            f"`base_version` {around.newest}."
        )
    return found


def checked(draft: Draft, around: Around, preflight: Preflight) -> DraftCheck:
    """The preflight of *draft*, with what else it waits for."""
    waits = waits_for(draft, around)
    return DraftCheck(
        ready=preflight.accepted and not waits,
        preflight=preflight,
        to_confirm=to_confirm(draft),
        waits_for=waits,
    )
