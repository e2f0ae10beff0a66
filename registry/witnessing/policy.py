"""The policy file: which logs, which witnesses, and how many of whom must have signed. C2SP tlog-policy.

Lines `log <vkey> [<address>]`, `witness <name> <vkey> [<address>]`,
`group <name> all|any|<number> <members>`, and one `quorum <name>|none`; a line names only what stands above
it. A name is a member of one group at most, so that nobody counts twice.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from registry.errors import Fault, Invalid
from registry.ledger import note
from registry.ledger.note import COSIGNATURE, ED25519, Verifier

LONGEST: Final = 100_000
MOST: Final = 100
"""Logs, witnesses and groups there may be, of each."""
NONE: Final = "none"
WORDS: Final = ["log", "witness", "group", "quorum"]


class Log(NamedTuple):
    """A log whose checkpoints are believed; its origin is the name of its key."""

    key: Verifier
    address: str | None = None


class Witness(NamedTuple):
    """Somebody who cosigns: its name in this file, its key, and where it is asked."""

    name: str
    key: Verifier
    address: str | None = None


class Group(NamedTuple):
    """Some witnesses or groups, of whom at least `least` must have signed."""

    name: str
    least: int
    members: tuple[str, ...]


class Policy(NamedTuple):
    """What a policy file says; `quorum` is None where no cosignature is needed."""

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str | None = None
    text: str = ""


class Reading:
    """A policy file under way: what has been found, and what is wrong so far."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorums: list[str] = []
        self.faults: list[Fault] = []
        self.named: set[str] = set()
        """Names of witnesses and groups, those of faulty lines too: one mistake is told once."""
        self.claimed: set[str] = set()
        self.line = 0

    def fault(self, code: str, detail: str, fix: str, allowed: Sequence[str] = ()) -> None:
        """Something is wrong with the present line."""
        said = f"line {self.line}: {detail}" if self.line else detail
        self.faults.append(Fault(f"/{self.line}", code, said, fix, list(allowed)))


def read(text: str) -> Policy:
    """The policy in *text*; raises Invalid with every fault at once."""
    found = taken(text)
    if found.faults:
        said = "; ".join(fault.detail for fault in found.faults[:5])
        raise Invalid(f"the policy of witnesses has {len(found.faults)} faults: {said}", found.faults)
    (quorum,) = found.quorums
    chosen = None if quorum == NONE else quorum
    return Policy(tuple(found.logs), tuple(found.witnesses), tuple(found.groups), chosen, text)


def lint(text: str) -> list[Fault]:
    """Everything that is wrong with a policy file."""
    return taken(text).faults


def taken(text: str) -> Reading:
    """*text* read line by line, to its end, whatever is wrong on the way."""
    found = Reading()
    if len(text) > LONGEST:
        found.fault("too_long", f"the file has more than {LONGEST} letters", "name fewer witnesses")
        return found
    for found.line, line in enumerate(text.split("\n"), 1):
        if any((ord(mark) < 32 and mark != "\t") or mark == "\x7f" for mark in line):
            found.fault("control_character", "a control character stands here", "use spaces, tabs and lines")
            continue
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if not words or words[0].startswith("#"):
            continue
        take = LINES.get(words[0])
        if take is None:
            found.fault("unknown_word", f"`{words[0][:40]}` begins no line", "begin it otherwise", WORDS)
        else:
            take(found, words[1:])
    found.line = 0
    if not found.quorums:
        fix = "end the file with `quorum <name>`, or `quorum none`"
        found.fault("quorum_missing", "the file has no quorum line", fix)
    for what, many in (("logs", found.logs), ("witnesses", found.witnesses), ("groups", found.groups)):
        if len(many) > MOST:
            found.fault("too_many", f"the file names more than {MOST} {what}", f"name {MOST} at most")
    return found


def take_log(found: Reading, words: Sequence[str]) -> None:
    """A line that names a log."""
    if not 1 <= len(words) <= 2:
        found.fault("wrong_form", "a log has a vkey and perhaps an address", "write `log <vkey> [<address>]`")
        return
    key = key_in(found, words[0], ED25519, "log", [each.key for each in found.logs])
    where = address_in(found, words[1:])
    if key is not None:
        found.logs.append(Log(key, where))


def take_witness(found: Reading, words: Sequence[str]) -> None:
    """A line that names a witness."""
    if not 2 <= len(words) <= 3:
        fix = "write `witness <name> <vkey> [<address>]`"
        found.fault("wrong_form", "a witness has a name, a vkey and perhaps an address", fix)
        return
    name = name_in(found, words[0])
    key = key_in(found, words[1], COSIGNATURE, "witness", [each.key for each in found.witnesses])
    where = address_in(found, words[2:])
    if name is not None and key is not None:
        found.witnesses.append(Witness(name, key, where))


def take_group(found: Reading, words: Sequence[str]) -> None:
    """A line that names a group."""
    if len(words) < 3:
        fix = "write `group <name> all|any|<number> <member> …`"
        found.fault("wrong_form", "a group has a name, a number and members", fix)
        return
    before, members = set(found.named), words[2:]
    name = name_in(found, words[0])
    for member in dict.fromkeys(members):
        if member not in before:
            allowed = sorted(before)
            fix = "name a witness or group of a line above"
            found.fault("unknown_member", f"`{member[:80]}` is not named above", fix, allowed)
        if member in found.claimed or members.count(member) > 1:
            fix = "let each be a member of one group, once"
            found.fault("counted_twice", f"`{member[:80]}` is a member already", fix)
    found.claimed.update(members)
    least = {"all": len(members), "any": 1}.get(words[1]) or decimal(words[1])
    if least is None or not 1 <= least <= len(members):
        fix = f"write `all`, `any`, or a number from 1 to {len(members)}"
        found.fault("wrong_number", f"`{words[1][:40]}` is no number of its members", fix)
        least = 1
    if name is not None:
        found.groups.append(Group(name, least, tuple(members)))


def take_quorum(found: Reading, words: Sequence[str]) -> None:
    """The line that says whose signatures are enough."""
    if len(words) != 1:
        found.fault("wrong_form", "a quorum is one name", "write `quorum <name>` or `quorum none`")
        return
    if words[0] != NONE and words[0] not in found.named:
        allowed = [*sorted(found.named), NONE]
        fix = "name a witness or group of a line above"
        found.fault("unknown_quorum", f"`{words[0][:80]}` is not named above", fix, allowed)
    if found.quorums:
        found.fault("second_quorum", "this is a second quorum line", "keep one of them")
    found.quorums.append(words[0])


LINES: Final[dict[str, Callable[[Reading, Sequence[str]], None]]] = {
    "log": take_log,
    "witness": take_witness,
    "group": take_group,
    "quorum": take_quorum,
}


def decimal(word: str) -> int | None:
    """The number *word* is, written as numbers are."""
    plain = word.isascii() and word.isdigit() and len(word) < 10 and str(int(word)) == word
    return int(word) if plain else None


def name_in(found: Reading, word: str) -> str | None:
    """*word*, if it can name something new."""
    if word == NONE or word in found.named:
        why = "means that nobody need sign" if word == NONE else "is named already"
        found.fault("name_taken", f"`{word[:80]}` {why}", "choose another name")
        return None
    found.named.add(word)
    return word


def key_in(found: Reading, word: str, kind: int, what: str, others: Collection[Verifier]) -> Verifier | None:
    """The key in *word*, if it is one of its *kind* that no other line of the file has."""
    try:
        key = note.read_vkey(word)
    except Invalid as fault:
        found.fault("no_key", fault.detail, "copy the vkey whole, as its owner prints it")
        return None
    if key.kind != kind:
        fix = f"ask the {what} for its vkey; a log's is of kind {ED25519}, a witness's of kind {COSIGNATURE}"
        found.fault("wrong_kind", f"the key of {key.name[:80]} is of kind {key.kind}, not {kind}", fix)
        return None
    if any(key.public == other.public for other in others):
        fix = "take one of the two lines out"
        found.fault("key_taken", f"the key of {key.name[:80]} stands in a line above", fix)
        return None
    return key


def address_in(found: Reading, words: Sequence[str]) -> str | None:
    """The address at the end of a line, without its last stroke; None when there is none."""
    if not words:
        return None
    try:
        parts = urlsplit(words[0])
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username is not None or parts.query or parts.fragment or len(words[0]) > 1000:
        fix = "write `https://` and a name, perhaps a port and a path; no user, no question mark"
        found.fault("wrong_address", f"`{words[0][:80]}` is no address that can be asked", fix)
        return None
    return words[0].rstrip("/")


def satisfied(policy: Policy, names: Collection[str]) -> bool:
    """Whether the witnesses *names* are enough for the quorum of *policy*."""
    signed = set(names) & {each.name for each in policy.witnesses}
    for group in policy.groups:  # each names only what stands above it
        if sum(member in signed for member in group.members) >= group.least:
            signed.add(group.name)
    return policy.quorum is None or policy.quorum in signed
