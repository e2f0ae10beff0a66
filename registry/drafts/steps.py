"""How a draft comes to be filed: states and steps as one table, and who may take the steps that need two.

An edit takes every approval back: what was approved is what is filed.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from registry.drafts import confirm
from registry.drafts.draft import Carried, Draft, DraftState
from registry.errors import Fault, Forbidden, IllegalMove

StepName = Literal["save", "discard", "hand_over", "approve", "send_back", "file"]

TABLE: Final[Mapping[StepName, Mapping[DraftState, DraftState]]] = {
    "save": {"open": "open", "in_review": "open", "approved": "open"},
    "discard": {"open": "discarded", "in_review": "discarded", "approved": "discarded"},
    "hand_over": {"open": "in_review", "in_review": "in_review", "approved": "in_review"},
    "approve": {"in_review": "approved"},
    "send_back": {"in_review": "open"},
    "file": {"open": "filed", "approved": "filed"},
}
ENDED: Final = frozenset({"filed", "discarded"})
"""States that nothing follows."""
DOING: Final[Mapping[StepName, str]] = {
    "save": "saved",
    "discard": "discarded",
    "hand_over": "handed over for review",
    "approve": "approved",
    "send_back": "sent back",
    "file": "filed",
}
STANDS: Final[Mapping[DraftState, str]] = {
    "open": "it has not been handed over for review; hand it over first",
    "in_review": "it is in review; wait for the decision, or save it again to take it back",
    "approved": "it has been approved; hand it over again if it should be looked at once more",
    "filed": "it has been filed; make another draft to amend what was filed",
    "discarded": "it has been discarded; make another draft",
}


def after(draft: Draft, step: StepName) -> DraftState:
    """The state *step* leads to; raises IllegalMove when the draft's state does not allow it."""
    found = TABLE[step].get(draft.state)
    if found is None:
        raise IllegalMove(f"the draft cannot be {DOING[step]}: {stands(draft)}")
    return found


def stands(draft: Draft) -> str:
    """Why a step is not possible in the state the draft is in, and what to do instead."""
    if draft.filed is not None:
        return f"it was filed as version {draft.filed.version} of disclosure {draft.filed.disclosure_id}"
    return STANDS[draft.state]


def check_confirmed(pending: Sequence[tuple[str, Carried]]) -> None:
    """Raise IllegalMove while facts carried over are not confirmed; each is named."""
    if not pending:
        return
    faults = [
        Fault(
            pointer,
            "to-confirm",
            carried.says,
            fix="Change it, or name this pointer in `confirmed` when you save the draft.",
        )
        for pointer, carried in pending[: confirm.MOST]
    ]
    count = len(pending)
    raise IllegalMove(
        f"{count} fact{'s' * (count > 1)} carried over from the earlier filing must be confirmed first",
        faults,
    )


def check_reviewer(draft: Draft, reviewer: str | None) -> None:
    """Raise Forbidden when the draft is handed to somebody who wrote it."""
    if reviewer is not None and reviewer in (draft.author, draft.editor):
        raise Forbidden(
            f"{reviewer} wrote this draft or saved it last; hand it to a colleague, or leave `reviewer` out"
        )


def check_second(draft: Draft, who: str) -> None:
    """Raise Forbidden when *who* is the author, saved last, or is not the colleague who was asked."""
    if who in (draft.author, draft.editor):
        raise Forbidden(
            "whoever made a draft or saved it last does not decide on it: four eyes are two persons"
        )
    asked = draft.review.reviewer if draft.review else None
    if asked is not None and asked != who:
        raise Forbidden(f"this draft was handed to {asked[:200]}; hand it over again to ask somebody else")


def check_eyes(draft: Draft, *, four_eyes: bool) -> None:
    """Raise IllegalMove when the employer asks for a second person and none has approved."""
    if four_eyes and draft.state == "open":
        raise IllegalMove(
            "your company asks that a second person approves each draft before it is filed: hand it over "
            "for review, and file it when it has been approved"
        )


def waits_for(draft: Draft, unconfirmed: int, *, four_eyes: bool) -> list[str]:
    """What stands between the draft and its filing, in words; empty when nothing does."""
    if draft.state in ENDED:
        return [stands(draft).capitalize() + "."]
    found = []
    if unconfirmed:
        noun = "facts are" if unconfirmed > 1 else "fact is"
        found.append(f"{unconfirmed} carried-over {noun} still to be confirmed.")
    if draft.state == "in_review":
        asked = draft.review.reviewer if draft.review else None
        found.append(f"{asked or 'A colleague'} has still to decide on it.")
    elif four_eyes and draft.state == "open":
        found.append("A second person must approve it before it is filed.")
    return found
