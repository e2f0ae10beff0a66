"""What a witness answers to a submission, from what it has signed before: the whole of its duty.

It signs a tree that contains the one it signed last for the same log, and no other.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.errors import Corrupt, Invalid
from registry.ledger import checkpoint, merkle, note
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.note import Note, Verifier
from registry.witnessing.policy import Log
from registry.witnessing.submission import SIZE_TYPE, Submission

PLAIN: Final = "text/plain; charset=utf-8"


class Refusal(NamedTuple):
    """A submission that is not signed: the status, and what is said."""

    status: int
    text: str
    media: str = PLAIN


class Opened(NamedTuple):
    """A submission of a log that is known, signed by its key."""

    submission: Submission
    checkpoint: Checkpoint
    note: Note


def opened(submission: Submission, logs: Sequence[Log]) -> Opened | Refusal:
    """*submission* with its checkpoint read and its signature verified."""
    try:
        found = note.read(submission.note)
        said = checkpoint.read(found.text)
    except Invalid as fault:
        return Refusal(400, f"{fault.detail}\n")
    keys: list[Verifier] = [log.key for log in logs if log.key.name == said.origin]
    if not keys:
        return Refusal(404, "this witness does not know the log\n")
    try:
        signed = note.verified(found, keys)
    except Corrupt as fault:
        return Refusal(403, f"{fault.detail}\n")
    if not signed:
        return Refusal(403, "the checkpoint carries no signature of a key this witness knows\n")
    if submission.old > said.size:
        return Refusal(400, f"a tree of {submission.old} cannot begin a tree of {said.size}\n")
    return Opened(submission, said, found)


def refused(asked: Opened, seen: Checkpoint | None) -> Refusal | None:
    """Why *asked* is not signed, when *seen* is what was signed last for this log; None: sign it."""
    old, proof = asked.submission.old, asked.submission.proof
    size, root = asked.checkpoint.size, asked.checkpoint.root
    before, known = (0, merkle.EMPTY) if seen is None else (seen.size, seen.root)
    if old != before:
        return Refusal(409, f"{before}\n", SIZE_TYPE)
    if size == old and root != known:
        return Refusal(422, f"this witness has signed another tree of {size}\n")
    if old in (0, size):
        return Refusal(422, f"from {old} to {size} nothing is to be proved\n") if proof else None
    if not merkle.verify_consistency(old, size, known, root, proof):
        return Refusal(422, f"the proof does not lead from the tree of {old} to this one of {size}\n")
    return None
