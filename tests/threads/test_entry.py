"""Who speaks for whom in a thread, who reads what, and what the ledger is told."""

import datetime as dt
from uuid import UUID

import msgspec
import pytest

from registry.auth.scope import Principal
from registry.errors import Forbidden
from registry.ledger import entry as entries
from registry.threads.entry import Said, Thread, entered, ledger_entry, side_of, sides_of, speaks_for

AT = dt.datetime(2026, 3, 8, 9, 59, 59, 999999, tzinfo=dt.UTC)
THREAD = Thread("northlight-pictures", UUID(int=3), "alert", "harbor-lights-s1")
SAID = Said(
    kind="note",
    side="union",
    party="IATSE:700",
    document={"text": "Call them."},
    body=b'{"text":"Call them."}',
    author="rep",
    role="representative",
)
LOCALS, UNIONS = ["DGA", "IATSE:600", "IATSE:700"], ["DGA", "IATSE"]


def rep(**whom):
    return Principal(subject="rep", role="representative", **whom)


@pytest.mark.parametrize(
    ("principal", "party"),
    [
        (Principal(subject="o", role="employer", employer_id="northlight-pictures"), "northlight-pictures"),
        (rep(locals=["IATSE:700"]), "IATSE:700"),
        (rep(locals=["IATSE:700", "IATSE:600"]), "IATSE:600"),
        (rep(locals=["IATSE:839", "IATSE:700"], unions=["IATSE"]), "IATSE:700"),
        (rep(unions=["IATSE"]), "IATSE"),
        (rep(locals=["DGA"], unions=["DGA", "IATSE"]), "DGA"),
    ],
)
def test_everybody_speaks_for_their_own(principal, party):
    """An employer for itself; a representative for a local of theirs that it concerns, else for the union."""
    assert speaks_for(principal, LOCALS, UNIONS) == party


@pytest.mark.parametrize(
    "principal",
    [
        rep(locals=["IATSE:839"]),
        rep(locals=["IATSE:839"], unions=["IATSE"]),
        rep(unions=["WGA"]),
        rep(),
        Principal(subject="o", role="employer"),
        Principal(subject="a", role="administrator"),
    ],
)
def test_nobody_speaks_for_others(principal):
    """Who is of no local or union that it concerns speaks for nobody."""
    with pytest.raises(Forbidden):
        speaks_for(principal, LOCALS, UNIONS)


def test_each_side_reads_its_own():
    """Both sides read what is for both; each its own; auditors and administrators nothing else."""
    read = {
        role: sides_of(Principal(subject="x", role=role, employer_id="e"))
        for role in ("employer", "representative", "auditor", "administrator")
    }

    assert read == {
        "employer": ["both", "employer"],
        "representative": ["both", "union"],
        "auditor": ["both"],
        "administrator": ["both"],
    }
    assert side_of(rep()) == "union"
    assert side_of(Principal(subject="x", role="employer")) == "employer"


def test_each_column_is_vouched_for():
    """A changed column, the salt too, changes the digest that the ledger's entry holds."""
    row = entered(THREAD, SAID, 2, "salt", AT)
    told = entries.decode(ledger_entry(row, b"\x07" * 32))

    assert (told.kind, told.id, told.seq, told.prev) == ("thread", str(UUID(int=3)), 2, "07" * 32)
    assert told.at == "2026-03-08T09:59:59.999999Z"
    for name, value in msgspec.structs.asdict(row).items():
        if name != "ledger_index":
            other = msgspec.structs.replace(row, **{name: changed(value)})

            assert entries.decode(ledger_entry(other, b"\x07" * 32)).record != told.record, name


def changed(value):
    """Another value of the same kind."""
    match value:
        case int():
            return value + 1
        case dt.datetime():
            return value + dt.timedelta(microseconds=1)
        case dict():
            return {"text": "Do not call them."}
        case UUID():
            return UUID(int=4)
        case None:
            return b"x"
        case _:
            return value + value


def test_nothing_that_was_said_is_in_the_entry():
    """The public entry holds digests alone: no word, no party, no author, no side."""
    entry = ledger_entry(entered(THREAD, SAID, 1, "salt", AT), None)

    for word in (b"Call", b"IATSE", b"rep", b"union", b"note", b"northlight", b"salt"):
        assert word not in entry.replace(b'"record"', b"")
