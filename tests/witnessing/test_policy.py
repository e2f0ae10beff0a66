"""The policy file: what it says, everything that is wrong with it at once, and who is enough."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.ledger import note
from registry.ledger.note import COSIGNATURE, ED25519
from registry.witnessing import policy


def vkey(number, kind=COSIGNATURE, name=""):
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return note.verifier(name or f"w{number}.example", key, kind).vkey


STUDIOS_AND_UNIONS = f"""
# Both sides must have seen it.
log {vkey(99, ED25519, "registry.example/ledger")} https://registry.example/ledger/
witness alpha {vkey(1)} https://alpha.example/w/
\twitness  beta\t{vkey(2)}
witness local-700 {vkey(3)} http://local.example:8080
witness local-600 {vkey(4)} https://[2001:db8::1]/
group studios any alpha beta
group unions 1 local-700 local-600
group both all studios unions
quorum both
"""


def test_a_policy_is_read_as_it_is_written():
    """Comments, tabs and empty lines are passed over; addresses lose their last stroke; the text is kept."""
    found = policy.read(STUDIOS_AND_UNIONS)

    assert [each.key.name for each in found.logs] == ["registry.example/ledger"]
    assert found.logs[0].address == "https://registry.example/ledger"
    assert [(each.name, each.address) for each in found.witnesses] == [
        ("alpha", "https://alpha.example/w"),
        ("beta", None),
        ("local-700", "http://local.example:8080"),
        ("local-600", "https://[2001:db8::1]"),
    ]
    assert [(each.name, each.least) for each in found.groups] == [("studios", 1), ("unions", 1), ("both", 2)]
    assert found.text == STUDIOS_AND_UNIONS


def test_a_studio_and_a_union_are_enough_and_two_of_one_side_are_not():
    """Of all sixteen ways to have signed, just the nine with one of each side satisfy the quorum."""
    rule = policy.read(STUDIOS_AND_UNIONS)
    studios, unions = {"alpha", "beta"}, {"local-700", "local-600"}
    everybody = [*sorted(studios), *sorted(unions)]
    for count in range(5):
        for names in itertools.combinations(everybody, count):
            expected = bool(studios & set(names)) and bool(unions & set(names))
            assert policy.satisfied(rule, names) == expected, names


def test_names_of_groups_and_strangers_count_for_nothing():
    """Only witnesses sign: who says `both`, or a name the policy does not have, has signed nothing."""
    assert not policy.satisfied(policy.read(STUDIOS_AND_UNIONS), ["both", "studios", "unions", "nobody"])


def test_no_quorum_is_always_met():
    """`quorum none` waits for nobody."""
    assert policy.satisfied(policy.read("quorum none"), [])


@pytest.mark.slow
@given(st.lists(st.integers(1, 6), unique=True, max_size=6), st.integers(1, 6))
def test_a_group_counts_its_members(signed, least):
    """K of n is met by k different members, and by no fewer."""
    lines = [f"witness w{number} {vkey(number)}" for number in range(1, 7)]
    rule = policy.read("\n".join([*lines, f"group g {least} w1 w2 w3 w4 w5 w6", "quorum g"]))

    assert policy.satisfied(rule, [f"w{number}" for number in signed]) == (len(signed) >= least)


FAULTY = f"""witness a {vkey(1)} ftp://a.example
witness a {vkey(2)}
witness b {vkey(1)}
witness c {vkey(5, ED25519)}
witness none {vkey(6)}
wittness d {vkey(7)}
witness e not-a-key https://user:secret@e.example
group g 3 a zebra
group h any a a
group i 0 b
log {vkey(8)}
quorum nowhere
quorum g
quorum
witness bell \x07
"""


def test_every_fault_is_told_at_once_with_its_line():
    """A file with a fault in each line has each of them told, with the line's number, and what is allowed."""
    told = [(fault.pointer, fault.code) for fault in policy.lint(FAULTY)]

    assert told == [
        ("/1", "wrong_address"),
        ("/2", "name_taken"),
        ("/3", "key_taken"),
        ("/4", "wrong_kind"),
        ("/5", "name_taken"),
        ("/6", "unknown_word"),
        ("/7", "no_key"),
        ("/7", "wrong_address"),
        ("/8", "unknown_member"),
        ("/8", "wrong_number"),
        ("/9", "counted_twice"),
        ("/10", "wrong_number"),
        ("/11", "wrong_kind"),
        ("/12", "unknown_quorum"),
        ("/13", "second_quorum"),
        ("/14", "wrong_form"),
        ("/15", "control_character"),
    ]
    with pytest.raises(Invalid, match="17 faults") as refused:
        policy.read(FAULTY)
    assert len(refused.value.faults) == 17
    assert all(fault.fix for fault in refused.value.faults)
    assert next(each for each in refused.value.faults if each.code == "unknown_word").allowed == policy.WORDS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "quorum_missing"),
        ("# nothing\n", "quorum_missing"),
        ("quorum none\r\n", "control_character"),
        ("quorum none\nlog\n", "wrong_form"),
        ("quorum none\nwitness a\n", "wrong_form"),
        ("quorum none\ngroup a any\n", "wrong_form"),
        ("quorum none\n" + "x" * 100_001, "too_long"),
        (f"quorum none\nwitness a {vkey(1)} https://a.example/?q\n", "wrong_address"),
        (f"quorum none\nwitness a {vkey(1)} https://a.example:70000\n", "wrong_address"),
        (f"quorum none\nwitness a {vkey(1)} https://[::1\n", "wrong_address"),
        ("quorum later\nwitness later " + vkey(1), "unknown_quorum"),
    ],
)
def test_a_faulty_file_is_refused(text, code):
    """What is missing, too long, of the wrong form, or named before it stands there."""
    assert code in [fault.code for fault in policy.lint(text)]


def test_a_file_with_too_many_witnesses_is_refused():
    """A hundred witnesses are read, one more is too many."""
    line = [f"log {vkey(number, ED25519, f'l{number}')}" for number in range(101)]

    assert policy.lint("\n".join([*line[:100], "quorum none"])) == []
    assert [fault.code for fault in policy.lint("\n".join([*line, "quorum none"]))] == ["too_many"]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    """Nothing makes the reader fall over."""
    policy.lint(text)
