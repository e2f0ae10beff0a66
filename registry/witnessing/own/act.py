"""A witness's folder: its key, its name, and what it signed last of each log.

`<folder>/<log>.checkpoint` is the checkpoint with the witness's own signature. `<folder>.mark`, beside the
folder, says the same sizes once more: who restores the folder from a copy does not restore the mark with it.
"""

import asyncio
import contextlib
import fcntl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

import msgspec

from registry import keyfile
from registry.errors import AlreadyExists, Busy, Corrupt, Invalid, NotFound
from registry.ledger import checkpoint, note
from registry.ledger.checkpoint import Checkpoint
from registry.ledger.note import COSIGNATURE, Note, Verifier
from registry.witnessing import policy, submission
from registry.witnessing.calling.act import Unanswered
from registry.witnessing.own import judge
from registry.witnessing.own.judge import Refusal
from registry.witnessing.policy import Policy
from registry.witnessing.whole.act import put

WHOSE: Final = "the witness's key"
KEY: Final = "witness.pem"
NAME: Final = "name"
LOCK: Final = ".lock"
Mark = dict[str, int]
"""The size signed last, by origin."""


def init_witness(folder: Path, name: str) -> str:
    """Make a witness called *name* in *folder*; its vkey, to be given to those it shall sign for."""
    note.check_name(name)
    if (folder / NAME).exists():
        raise AlreadyExists(f"{folder} holds a witness already: {(folder / NAME).read_text().strip()}")
    folder.mkdir(parents=True, exist_ok=True)
    keyfile.kept(folder / KEY, WHOSE)
    put(folder / NAME, f"{name}\n".encode())
    put(mark_of(folder), b"{}")
    return verifier_in(folder, folder / KEY).vkey


def policy_in(file: Path) -> Policy:
    """The policy in *file*, for a witness: it must name the logs to sign for."""
    try:
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"the policy {file} cannot be read: {fault}") from None
    found = policy.read(text)
    if not found.logs:
        raise Invalid(f"the policy {file} names no log; give each a line `log <vkey> [<address>]`")
    return found


def mark_of(folder: Path) -> Path:
    """Where the mark of *folder* lies: beside it, not in it."""
    whole = folder.absolute()
    return whole.with_name(f"{whole.name}.mark")


def verifier_in(folder: Path, key: Path) -> Verifier:
    """The public half of a witness's *key*, under the name in its folder."""
    try:
        name = (folder / NAME).read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise NotFound(f"{folder} holds no witness; make one with `registry witness init`") from None
    return note.verifier(name, keyfile.read(key, WHOSE), COSIGNATURE)


class Witness:
    """One witness at work in its folder, alone."""

    def __init__(self, folder: Path, key: Path, logs: Policy) -> None:
        self.folder = folder
        self.logs = logs.logs
        self.verifier = verifier_in(folder, key)
        self.key = keyfile.read(key, WHOSE)
        self.one = asyncio.Lock()
        self.signed: dict[str, Note] = {}
        self.seen: dict[str, Checkpoint] = {}

    @classmethod
    @contextlib.contextmanager
    def opened(
        cls, folder: Path, logs: Policy, *, key: Path | None = None, adopt: bool = False
    ) -> Iterator[Self]:
        """The witness in *folder*, held against every other process; refuses a folder that has forgotten.

        *adopt*: its operator vouches that this folder is the newest, and the mark is made anew from it.
        """
        made = cls(folder, key or folder / KEY, logs)
        with (folder / LOCK).open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Busy(f"another process works as the witness in {folder}; one at a time") from None
            made.load(adopt=adopt)
            yield made

    def load(self, *, adopt: bool) -> None:
        """Read what was signed last, and compare it with the mark."""
        for path in sorted(self.folder.glob("*.checkpoint")):
            self.take(path)
        sizes = self.sizes()
        marked = {} if adopt else self.marked()
        for origin, size in marked.items():
            if sizes.get(origin, 0) < size:
                raise Corrupt(
                    f"this witness has signed a tree of {size} of {origin}, and {self.folder} knows of "
                    f"{sizes.get(origin, 0)} only: it is an older copy. Put the newest one back; signing on "
                    "from this one could bear out a second history. If there is none, start as a new "
                    "witness, with a new key"
                )
        if marked != sizes:
            put(mark_of(self.folder), msgspec.json.encode(sizes, order="sorted"))

    def take(self, path: Path) -> None:
        """Read one checkpoint that was signed here; our own signature says that nobody has touched it."""
        try:
            found = note.read(path.read_bytes())
            said = checkpoint.read(found.text)
            own = note.verified(found, [self.verifier])
        except (Invalid, OSError) as fault:
            raise Corrupt(f"{path} is no checkpoint: {fault}; put the newest copy back") from None
        if not own or path.stem != submission.log_id(said.origin):
            raise Corrupt(
                f"{path} was not signed by this witness, or for another log; put the newest copy back"
            )
        self.signed[said.origin], self.seen[said.origin] = found, said

    def sizes(self) -> Mark:
        """The size signed last of each log."""
        return {origin: said.size for origin, said in self.seen.items()}

    def marked(self) -> Mark:
        """What the mark says; raises Corrupt where there ought to be one."""
        path = mark_of(self.folder)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Mark)
        except (OSError, msgspec.MsgspecError) as fault:
            raise Corrupt(
                f"the mark {path} cannot be read ({fault}), so nobody can tell whether {self.folder} is the "
                "newest copy. If you know that it is (it was moved here, and the old one is gone), start "
                "once with `--adopt`"
            ) from None

    async def add(self, body: bytes, seconds: int) -> Refusal:
        """Answer a submission at POSIX time *seconds*; what is signed is on the disk first."""
        try:
            asked = judge.opened(submission.read(body), self.logs)
        except Invalid as fault:
            return Refusal(400, f"{fault.detail}\n")
        if isinstance(asked, Refusal):
            return asked
        async with self.one:
            why = judge.refused(asked, self.seen.get(asked.checkpoint.origin))
            if why is not None:
                return why
            line = note.cosign(asked.note.text, self.verifier.name, self.key, seconds)
            known = {log.key.key_id for log in self.logs}
            own = [each for each in asked.note.signatures if each.key_id in known]
            await asyncio.to_thread(self.keep, asked.checkpoint, Note(asked.note.text, [*own, line]))
        return Refusal(200, line.line)

    def keep(self, said: Checkpoint, signed: Note) -> None:
        """Write down that *signed* was signed: into the folder first, then into the mark."""
        put(self.folder / f"{submission.log_id(said.origin)}.checkpoint", signed.signed.encode())
        # From here on the folder knows, whatever becomes of the answer: so does memory.
        self.signed[said.origin], self.seen[said.origin] = signed, said
        put(mark_of(self.folder), msgspec.json.encode(self.sizes(), order="sorted"))

    def shown(self, log_id: str) -> str:
        """The newest checkpoint this witness has signed of a log."""
        for origin, signed in self.signed.items():
            if submission.log_id(origin) == log_id:
                return signed.signed
        raise NotFound("this witness has signed nothing of such a log\n")


async def remembered(witness: Witness, fetch: Callable[[str], Awaitable[bytes]]) -> Mapping[str, str]:
    """Ask each log with an address for its checkpoint, and look for signatures of ours we know nothing of.

    Raises Corrupt for one of a larger tree. What could not be asked comes back, by origin, with the reason.
    """
    silent: dict[str, str] = {}
    for log in witness.logs:
        if log.address is None:
            continue
        origin = log.key.name
        try:
            said, found = checkpoint.opened(await fetch(f"{log.address}/checkpoint"), log.key)
            ours = note.verified(found, [witness.verifier])
        except (Invalid, Corrupt, Unanswered) as fault:
            silent[origin] = str(fault)
            continue
        known = witness.seen.get(origin)
        size = 0 if known is None else known.size
        if ours and said.size > size:
            raise Corrupt(
                f"{log.address} shows this witness's own signature of a tree of {said.size} of {origin}, and "
                f"{witness.folder} knows of {size} only: it is an older copy. Put the newest one back"
            )
    return silent
