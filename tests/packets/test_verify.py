"""verify.py, which travels in every packet: it finds whatever was changed, and what the root is compared with."""

import base64
import hashlib
import json
import re
import shutil

import papers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger import merkle
from registry.ledger import store as ledger
from registry.packets.shipped import verify

LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(70)]


@given(st.integers(1, 70), st.data())
@settings(max_examples=200)
def test_its_proofs_are_those_of_the_ledger(size, data):
    """What the ledger proves, it believes; anything else it does not."""
    index = data.draw(st.integers(0, size - 1))
    tree, proof = merkle.root(LEAVES[:size]), merkle.inclusion_proof(LEAVES[:size], index)
    old = data.draw(st.integers(1, size))
    before, grown = merkle.root(LEAVES[:old]), merkle.consistency_proof(LEAVES[:size], old)

    assert verify.included(index, size, LEAVES[index], proof, tree)
    assert verify.grown(old, size, before, tree, grown)
    for wrong in ((index + 1, size, LEAVES[index], proof, tree), (index, size, LEAVES[69], proof, tree)):
        assert verify.included(*wrong) == merkle.verify_inclusion(*wrong)
    assert not verify.included(index, size, LEAVES[index], [*proof, tree], tree)
    if old < size:
        assert not verify.grown(old, size, tree, tree, grown)
        assert not verify.grown(old, size, before, tree, [*grown, tree])


MADE = []
"""The one packet that these tests forge copies of."""


@pytest.fixture
async def whole(case, tmp_path):
    """A packet with something of everything in it."""
    await case.say("We stopped on Monday.")
    await case.show("minutes.pdf", by=papers.EDITORS)
    return await case.folder(tmp_path)


@pytest.fixture
def packet(request, tmp_path, tmp_path_factory):
    """The same packet anew for each test; it is made once."""
    if not MADE:
        MADE.append(
            shutil.copytree(request.getfixturevalue("whole"), tmp_path_factory.mktemp("kept") / "packet")
        )
    return shutil.copytree(MADE[0], tmp_path / "forged")


def told_by(folder):
    """What the packet says of its entries, to be forged."""
    return json.loads((folder / verify.PROOFS).read_bytes())


def forged(folder, proofs):
    """The packet with other *proofs*, and a manifest that fits."""
    (folder / verify.PROOFS).write_text(json.dumps(proofs))
    remade(folder)


def remade(folder):
    """The manifest made again, as a forger would."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != verify.MANIFEST)
    lines = [f"{verify.sha256(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / verify.MANIFEST).write_text("".join(lines))


def swapped(data):
    """*data* with one letter in its middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def holds(folder):
    """Whether the checks find nothing, in this process: there are many."""
    try:
        verify.check(folder, "", "")
    except (verify.Wrong, OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def test_a_changed_missing_or_added_file_is_found(packet, check):
    """Every file of the folder, one after another."""
    assert check(packet).holds
    for path in sorted(path for path in packet.rglob("*") if path.is_file()):
        data = path.read_bytes()
        path.write_bytes(swapped(data))
        assert not holds(packet), path
        path.unlink()
        assert not holds(packet), path
        path.write_bytes(data)
    (packet / "more.txt").write_text("x")
    assert "not in the manifest: more.txt" in check(packet).says


def test_a_forger_who_makes_the_manifest_again_is_found_out_by_the_ledger(packet):
    """Rows, entries, filings, words, evidence, rules: whatever an entry vouches for."""
    proofs = json.loads((packet / verify.PROOFS).read_bytes())
    named = {told[part] for told in proofs["entries"] for part in ("entry", "row", "content") if part in told}
    assert {name.partition("/")[0] for name in named} == {
        *("evidence", "filings", "judgements", "ledger", "parties", "rules", "thread")
    }
    for name in sorted(named):
        data = (packet / name).read_bytes()
        (packet / name).write_bytes(swapped(data))
        remade(packet)
        assert not holds(packet), name
        (packet / name).write_bytes(data)
    remade(packet)
    assert holds(packet)


@pytest.mark.parametrize(
    "name", ["evidence/0000000099-confession.pdf", "thread/alert-x/009.json", "READ ME.txt"]
)
def test_a_file_that_no_entry_vouches_for_is_found(packet, check, name):
    """Another file among the evidence, named in a manifest made again, is none of the registry's."""
    (packet / name).parent.mkdir(parents=True, exist_ok=True)
    (packet / name).write_text("We did it.")
    remade(packet)

    assert f"no entry vouches for {name}" in check(packet).says
    assert not holds(packet)


def test_files_cannot_be_passed_off_for_each_other_under_other_names(packet):
    """The words of one entry under the name of another, a row as another's, a file of evidence renamed."""
    kept = told_by(packet)
    for number, told in enumerate(kept["entries"]):
        for part in ("entry", "row", "content"):
            folder = told.get(part, "").partition("/")[0]
            if folder in ("ledger", "evidence", "thread", "filings", "judgements"):
                name = told[part]
                others = (re.sub(r"[0-9](?=[^0-9]*$)", digit, name) for digit in "0123456789")
                other = next(each for each in others if not (packet / each).exists())
                proofs = json.loads(json.dumps(kept))
                proofs["entries"][number][part] = other
                (packet / name).rename(packet / other)
                forged(packet, proofs)
                assert not holds(packet), name
                (packet / other).rename(packet / name)
    forged(packet, kept)
    assert holds(packet)


def test_an_entry_that_is_told_twice_is_found(packet):
    """Whoever counts the moves of an alert counts each once."""
    proofs = told_by(packet)
    proofs["entries"].append(proofs["entries"][-1])
    forged(packet, proofs)

    assert not holds(packet)


async def test_entries_of_two_alerts_are_no_packet(packet, check, case, tmp_path):
    """The alert a packet is of is said, from the ledger; what is true of another alert is not taken in."""
    said = check(packet).says
    alerts = [told for told in told_by(packet)["entries"] if told["says"].startswith("a move of the alert")]
    named = json.loads((packet / alerts[0]["entry"]).read_bytes())["id"]
    assert f"Alert: {named}" in said
    async with case.db.snapshot() as conn:
        wanted = "SELECT alert_id FROM alert WHERE alert_id <> $1 LIMIT 1"
        case.alert_id = await conn.fetchval(wanted, case.alert_id)
    one, other = await case.folder(tmp_path / "one"), None
    async with case.db.snapshot() as conn:
        case.alert_id = await conn.fetchval(wanted, case.alert_id)
    other = await case.folder(tmp_path / "other")
    mixed, more = told_by(one), told_by(other)
    have = {told["index"] for told in mixed["entries"]}
    mixed["entries"] += [told for told in more["entries"] if told["index"] not in have]
    mixed["entries"].sort(key=lambda told: told["index"])
    shutil.copytree(other, one, dirs_exist_ok=True)
    forged(one, mixed)

    assert verified_wrong(check(one)) == "WRONG: it is of 2 alerts, not of one"


def verified_wrong(told):
    """The fault that the checks name."""
    return next((line for line in told.says.splitlines() if line.startswith("WRONG")), "")


def test_what_a_desktop_leaves_in_a_folder_is_no_fault_and_is_said(packet, check):
    """Finder and Explorer put files of their own wherever somebody looks."""
    (packet / ".DS_Store").write_bytes(b"x")
    (packet / "evidence" / "Thumbs.db").write_bytes(b"x")
    (packet / "evidence" / "._minutes.pdf").write_bytes(b"x")
    told = check(packet)

    assert told.holds, told.says
    assert "no part of the packet: .DS_Store, evidence/._minutes.pdf, evidence/Thumbs.db" in told.says


def test_a_link_that_leads_out_of_the_folder_is_found(packet, tmp_path):
    """A packet has files; whoever follows a link reads something else tomorrow."""
    (name,) = [
        told["content"] for told in told_by(packet)["entries"] if "evidence/" in told.get("content", "")
    ]
    (packet / name).rename(tmp_path / "elsewhere")
    (packet / name).symlink_to(tmp_path / "elsewhere")

    assert not holds(packet)


def test_it_does_not_end_well_before_the_root_is_compared(packet, check):
    """A tree that was made up holds in itself, and it says so."""
    assert (
        check(packet).says.splitlines()[-1] == "Everything holds in itself; the root is yet to be compared."
    )
    told = (packet / "VERIFY.txt").read_text()

    assert "Take verify.py from a packet that you asked the registry for yourself" in " ".join(told.split())
    assert "that nothing came after" in " ".join(told.split())


async def test_a_tree_that_is_not_the_registrys_is_found_by_the_root(whole, check, case, tmp_path_factory):
    """With the registry's head and consistency proof: the packet's tree begins it, or was made up."""
    proofs = json.loads((whole / verify.PROOFS).read_bytes())
    await case.say("And something more.", by=papers.EDITORS)
    async with case.db.snapshot() as conn:
        head = await ledger.head(conn)
        proof = await ledger.consistency(conn, proofs["size"], head.size)
    apart = tmp_path_factory.mktemp("apart")
    (apart / "head.json").write_text(json.dumps({"size": head.size, "root": head.root.hex()}))
    told = {"from": proofs["size"], "to": head.size, "proof": [each.hex() for each in proof]}
    (apart / "consistency.json").write_text(json.dumps(told))
    words = ("--head", apart / "head.json", "--consistency", apart / "consistency.json")

    assert f"begins the registry's tree of {head.size}" in check(whole, *words).says
    (apart / "head.json").write_text(json.dumps({"size": head.size, "root": "00" * 32}))
    wrong = check(whole, *words)
    assert not wrong.holds
    assert "one of them was rewritten" in wrong.says


@pytest.mark.parametrize("name", ["../head.json", "/etc/hostname"])
def test_a_manifest_cannot_send_it_elsewhere(packet, check, name):
    """It reads nothing outside the folder."""
    with (packet / verify.MANIFEST).open("a") as manifest:
        manifest.write(f"{'00' * 32}  {name}\n")

    assert "outside" in check(packet).says
    assert not check(packet).holds


def test_what_is_no_packet_is_said_to_be_none(packet, check):
    """Broken JSON and broken proofs are faults, not accidents."""
    for broken in ("{", "[]", '{"size": 1}', '{"size": "x", "root": "zz", "entries": []}'):
        (packet / verify.PROOFS).write_text(broken)
        remade(packet)
        told = check(packet)
        assert not told.holds
        assert "WRONG" in told.says


@pytest.mark.parametrize(
    ("sd", "told", "wrong"),
    [
        (None, {"uses": []}, ""),
        (["x"], {"uses": []}, "does not vouch"),
        (None, {"uses": [{"id": "MADE-UP"}]}, "other words than"),
        (None, {"uses": [], "tools": []}, "other words than"),
        (None, {}, "other words than"),
    ],
)
def test_an_opened_section_is_checked_against_its_entry(tmp_path, sd, told, wrong):
    """A section that the entry does not vouch for is found, and one that reads otherwise than what opens it."""
    opened = base64.urlsafe_b64encode(b'["salt","uses",[]]').rstrip(b"=").decode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(opened.encode()).digest()).rstrip(b"=").decode()
    entry = {"kind": "filing", "id": "d", "seq": 1, "record": "", "sha256": "", "sd": sd or [digest]}
    data = json.dumps(entry).encode()
    names = "ledger/0000000000-entry.json", "filings/d/version-001-sections.json"
    for name, body in zip(
        names, (data, json.dumps({"opened": [opened], "sections": told}).encode()), strict=True
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(body)
    bound = {"index": 0, "entry": names[0], "sections": names[1], "proof": []}
    files, tree = dict.fromkeys(names, ""), merkle.leaf_hash(data)
    if not wrong:
        assert verify.check_entry(tmp_path, files, bound, 1, tree)[0] == entry
    else:
        with pytest.raises(verify.Wrong, match=wrong):
            verify.check_entry(tmp_path, files, bound, 1, tree)
