"""What somebody with a log and a key of their own can hand in as a bundle: refused by both, in the same words."""

import hashlib
import io
import json
import zlib

import bundled
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.bundles.opened import manifest_line, opened
from registry.bundles.shipped import verify
from registry.bundles.zipped import Zip
from registry.errors import Corrupt
from registry.ledger import prooffile, tiles
from registry.ledger.checkpoint import Seal
from registry.ledger.entry import base64url, commit_sections, section_digest, section_disclosure
from registry.ledger.merkle import Frontier, leaf_hash

SEAL = Seal("forged.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
SCOPE = {"role": "administrator", "employers": None, "production": None, "locals": None, "unions": None}
ENTRY = {"v": 1, "kind": "export", "id": "a", "seq": 1, "sha256": "", "record": "0" * 64, "at": ""}
LEFT = "is not all that entry 0 vouches for, and no redaction says so"


def entry(**said):
    """An entry that says something else than usual."""
    return verify.canonical({**ENTRY, **said})


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def is_export(data):
    """Whether *data* is an entry of an export."""
    return b'"kind":"export"' in data


def log(*entries, **said):
    """The files of a log of some entries, signed, and what is said of them; exports are withheld, as others'."""
    tree = Frontier()
    for each in entries:
        tree.append(leaf_hash(each))
    told = {
        "form": 1,
        "size": len(entries),
        "root": tree.root().hex(),
        "log": 1,
        "checkpoints": [],
        "logs": [{"number": 1, "origin": SEAL.origin, "vkey": SEAL.verifier.vkey}],
        "witnesses": [],
        "stamps": [],
        "scope": SCOPE,
        "complete": True,
        "left_out": [],
        "withheld": [{"entry": n, "why": "maker"} for n, each in enumerate(entries) if is_export(each)],
        **said,
    }
    return {
        "log/checkpoint": SEAL.sign(len(entries), tree.root()).encode(),
        f"log/tile/entries/000.p/{len(entries)}": tiles.bundle(entries),
        f"log/tile/0/000.p/{len(entries)}": b"".join(leaf_hash(each) for each in entries),
        "bundle.json": verify.canonical(told),
    }


def fault(files, vkey=None):
    """What both say of a bundle of these files."""
    into = io.BytesIO()
    archive, lines = Zip(into), []
    for name, body in files.items():
        archive.add(f"bundle/{name}", [body])
        lines.append(manifest_line(f"bundle/{name}", sha256(body)))
    archive.add("bundle/MANIFEST.sha256", ["".join(lines).encode()])
    archive.close()
    return bundled.fault(into.getvalue(), vkey)


def filing(told, *texts, sd=(), **said):
    """A log of one filing with one file of sections, and its proof."""
    one = entry(kind="filing", sd=[*map(section_digest, texts), *sd] or ["x"])
    files = log(one, **said)
    extra = {"disclosure_id": "a", "sha256": "", "version": 1}
    proof = prooffile.of(0, [], files["log/checkpoint"].decode(), verify.canonical(extra))
    return files | {"filings/a/001-sections.json": told, "filings/a/001.tlog-proof": proof.encode()}


def told(sections=None, texts=(), withheld=()):
    return verify.canonical({"sections": sections or {}, "opened": [*texts], "withheld": withheld})


def test_a_log_of_ones_own_holds_by_its_own_key_alone():
    """So that what is refused below is refused for what is told there."""
    text = section_disclosure("salt", "tools", [1])

    assert fault(log(entry())) == ""
    assert fault(filing(told({"tools": [1]}, [text]), text)) == ""
    assert fault(filing(told({"tools": [1]}, [text], ["uses"]), text, sd=["y"])) == ""


@pytest.mark.parametrize("data", [b'{"id":"\xff"}', b"\xff", b"[" * 200_000, b'{"at":' + b"[" * 200_000])
def test_an_entry_that_is_no_text_or_nested_without_end_is_a_fault_and_no_crash(data):
    """Bytes that are no UTF-8, brackets without end."""
    files = log(entry(id="\x01" * 100))
    name = "log/tile/entries/000.p/1"
    files[name] = tiles.bundle([data[:60_000]])

    assert fault(files) == f"bundle/{name}: entry 0 is not in canonical form"


@pytest.mark.parametrize("data", [b"\xff", b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", b"[" * 10**6])
@pytest.mark.parametrize("name", ["filings/a/001-sections.json", "bundle.json"])
def test_a_file_of_json_without_end_or_of_no_text_is_a_fault_and_no_crash(name, data):
    """Where a value is read from it: deeper than any reader goes, or no UTF-8."""
    files = filing(told())
    files[name] = data

    assert f"bundle/{name}" in fault(files)


@pytest.mark.parametrize(
    "opened",
    [
        *(b"[1]", b"nothing", b"\xff", b"7", b"[" * 99_999, b"null", b"{}"),
        *(b'["salt",["tools"],1]', b'["salt",{},1]', b'[1,"a",1]', b'["s", "a",1]', b'["s","a",1,1]'),
        *(b'["s","a",NaN]', b'["s","a",1e400]', b'["s","a",0.5]', b'["s","a","\\ud800"]'),
    ],
)
def test_a_commitment_to_something_else_than_a_section_is_a_fault_and_no_crash(opened):
    """A log of one's own may commit to anything."""
    text = base64url(opened)
    for sections in ({}, {"a": 1}):
        said = fault(filing(told(sections, [text]), text))
        assert said == "bundle/filings/a/001-sections.json does not open what entry 0 commits to"


@pytest.mark.parametrize(
    "content", [b'{"a":0.5}', b'{"a":"\\ud800"}', b'{"a":NaN}', b'{"a":1e400}', b'{"a":1e18}', b'{"a":-0.0}']
)
def test_numbers_and_texts_that_readers_take_for_different_things_open_nothing(content):
    """Whatever a commitment to them would be: one reader writes 1e18, the other 1e+18."""
    try:
        sd = commit_sections(msgspec.json.decode(content), {"a": "s"})
    except msgspec.MsgspecError:
        sd = ["x"]
    one = entry(kind="filing", sha256=sha256(content), sd=sd)
    files = log(one, complete=False) | {
        "filings/a/001.json": content,
        "filings/a/001-salts.json": b'{"a":"s"}',
    }

    assert fault(files) == "bundle/filings/a/001-salts.json does not open what entry 0 commits to"


@pytest.mark.parametrize("withheld", [{}, "tools", [1], ["b", "a"], ["a", "a"], ["tools"], ["a", "b"], None])
def test_sections_are_withheld_by_name_once_and_no_more_than_there_are(withheld):
    """A list of names in order, none of a section that is shown, as many as commitments are left."""
    text = section_disclosure("salt", "tools", [1])
    files = filing(told({"tools": [1]}, [text], withheld), text, sd=["y"], complete=False)

    assert fault(files) == "bundle/filings/a/001-sections.json does not open what entry 0 commits to"


def test_a_section_is_opened_once():
    """Twice the same is not two."""
    text = section_disclosure("salt", "tools", [1])

    assert "does not open" in fault(filing(told({"tools": [1]}, [text, text]), text, sd=["y"]))


def test_a_section_that_is_neither_shown_nor_said_to_be_withheld_was_left_out():
    """In a bundle that says it is complete; in one that does not, everybody is told that it is not."""
    text = section_disclosure("salt", "tools", [1])
    short = told({"tools": [1]}, [text])

    assert fault(filing(short, text, sd=["y"])) == f"bundle/filings/a/001-sections.json {LEFT}"
    assert fault(filing(short, text, sd=["y"], complete=False)) == ""


def test_a_complete_bundle_has_every_file_of_every_record():
    """A filing's proof alone, its bytes without what opens them, a record without its content."""
    files = filing(told())
    only = {name: body for name, body in files.items() if not name.endswith("-sections.json")}
    assert fault(only) == "nothing shows what entry 0 vouches for"
    for kind, name in (("employer", "employers/a/001.json"), ("judgement", "judgements/a.json")):
        files = log(
            entry(kind=kind, sha256=sha256(b"{}"), **({"findings": sha256(b"{}")} if kind[0] == "j" else {}))
        )
        assert fault(files | {name: b"{}"}) == "nothing shows what entry 0 vouches for"
    row = b"{}"
    files = log(entry(kind="employer", record=sha256(row)))
    assert fault(files | {"rows/0000000000.json": row}) == "nothing shows what entry 0 vouches for"


@pytest.mark.parametrize(
    "said",
    [
        {"scope": {**SCOPE, "employers": ["a"]}},
        {"scope": {**SCOPE, "production": "a"}},
        {"scope": {**SCOPE, "locals": ["IATSE:700"]}},
        {"left_out": [1]},
        {"left_out": [-1]},
        {"left_out": [2**70]},
        {"stamps": [{"log": 1, "size": 1, "authority": "https://a", "short": "0" * 12}]},
    ],
)
def test_what_a_bundle_says_of_itself_fits_together(said):
    """Complete and of one employer; entries beyond the tree left out; a stamp by another than it is named for."""
    assert fault(log(entry(), **said)) == "bundle/bundle.json is not what a bundle says of itself"


def test_an_entry_cannot_be_left_out_without_a_redaction():
    """Nor where the record it names is nothing that a redaction could name."""
    said = "entry 0 is left out, and no redaction says so"
    for record in ("0" * 64, "", "x"):
        assert fault(log(entry(record=record), left_out=[0], withheld=[])) == said


@pytest.mark.parametrize(
    ("kind", "why", "files", "holds"),
    [
        ("thread", "side", {}, True),
        ("export", "maker", {}, True),
        ("judgement", "others", {}, True),
        ("thread", "size", {"rows/0000000000.json": b"{}"}, True),
        ("thread", "size", {}, False),
        ("thread", "side", {"rows/0000000000.json": b"{}"}, False),
        ("thread", "side", {"threads/a/001.json": b"{}"}, False),
        ("thread", "size", {"rows/0000000000.json": b"{}", "threads/a/001.file": b"{}"}, False),
        ("filing", "side", {}, False),
        ("observation", "maker", {}, False),
        ("export", "side", {}, False),
        ("request", "size", {"rows/0000000000.json": b"{}"}, False),
    ],
)
def test_an_entry_is_withheld_for_a_reason_that_it_can_have_and_is_not_there(kind, why, files, holds):
    """No filing is withheld as a note of a thread; what is said to be withheld is not in the bundle all the same."""
    one = entry(kind=kind, sha256=sha256(b"{}"), record=sha256(b"{}"))
    for complete in (True, False):
        made = log(one, complete=complete, withheld=[{"entry": 0, "why": why}]) | files
        assert fault(made) == ("" if holds else "entry 0 is not withheld as bundle/bundle.json says")


@pytest.mark.parametrize(
    "withheld",
    [
        *([{"entry": 1, "why": "maker"}], [{"entry": -1, "why": "maker"}], [{"entry": 0, "why": "whim"}]),
        *(
            [{"entry": 0, "why": "maker"}] * 2,
            [{"entry": 0}],
            [{"entry": True, "why": "maker"}],
            [0],
            {},
            None,
        ),
        *(
            [{"entry": 0, "why": ["maker"]}],
            [{"entry": 0.0, "why": "maker"}],
            [{"entry": 2**60, "why": "maker"}],
        ),
        [{"entry": 0, "why": "maker", "more": 1}],
    ],
)
def test_what_is_withheld_is_told_once_with_a_known_reason(withheld):
    """Entries of the tree, in order, each once."""
    said = "bundle/bundle.json is not what a bundle says of itself"
    assert fault(log(entry(), withheld=withheld)) == said
    assert fault(log(entry(), left_out=[0])) == said


@pytest.mark.parametrize("kind", ["request", "answer", "observation", "access", "export", "thread"])
def test_of_every_kind_a_complete_bundle_has_what_the_entry_vouches_for(kind):
    """Its row and its content; of an observation the content alone, and no row is taken for it."""
    row, body = b"{}", b'{"a":1}'
    name = {"answer": "requests/a/001.json", "request": "requests/a/001.json", "thread": "threads/a/001.file"}
    place = name.get(kind) or {"access": "readings"}.get(kind, f"{kind}s") + "/a.json"
    seq = 1
    made = log(entry(kind=kind, seq=seq, sha256=sha256(body), record=sha256(row)), withheld=[])
    rows = {} if kind == "observation" else {"rows/0000000000.json": row}
    assert fault(made | rows | {place: body}) == ""
    assert fault(made | rows) == "nothing shows what entry 0 vouches for"
    assert fault(made | rows | {place: body + b" "}) == f"bundle/{place} is not what entry 0 vouches for"
    if rows:
        assert fault(made | {place: body}) == "nothing shows what entry 0 vouches for"
        more = {"rows/0000000000.json": row + b" ", place: body}
        assert fault(made | more) == "bundle/rows/0000000000.json is not what entry 0 vouches for"
    else:
        more = {"rows/0000000000.json": row, place: body}
        assert fault(made | more) == "no entry vouches for bundle/rows/0000000000.json"


@pytest.mark.parametrize(
    "number", ["9007199254740992", "-9007199254740992", "1" * 19, "1" * 400, "9" * 200_000, "-" + "1" * 4301]
)
def test_a_number_that_programs_read_differently_is_a_fault_and_no_crash(number):
    """In what a bundle says of itself, in sections, in an entry; however many digits it has."""
    said = number.encode()
    files = filing(b'{"opened":[],"sections":' + said + b',"withheld":[]}')
    assert fault(files) == "bundle/filings/a/001-sections.json does not open what entry 0 commits to"
    files = log(entry())
    files["bundle.json"] = files["bundle.json"].replace(b'"size":1', b'"size":' + said)
    assert fault(files) == "bundle/bundle.json is not what a bundle says of itself"
    name = "log/tile/entries/000.p/1"
    one = entry(kind="log", sha256="").replace(b'"seq":1', b'"seq":' + said)[:60_000]
    files = log(one, complete=False, withheld=[])
    assert fault(files) == f"bundle/{name}: entry 0 is not in canonical form"
    text = base64url(b'["s","a",' + said + b"]")
    assert fault(filing(told({}, [text]), text)) == (
        "bundle/filings/a/001-sections.json does not open what entry 0 commits to"
    )


def test_a_log_that_no_entry_of_a_change_names_is_nobodys():
    """Another log's key and checkpoint, put beside the true one's: refused, though they sign what they sign."""
    other = Seal("other.example/ledger", bundled.WITNESSED)
    logs = [
        {"number": n, "origin": each.origin, "vkey": each.verifier.vkey}
        for n, each in ((1, SEAL), (2, other))
    ]
    files = log(entry(), logs=logs)
    assert (
        fault(files, SEAL.verifier.vkey) == "bundle/bundle.json names a log that no entry of a change names"
    )
    files["checkpoints/002-000000000001"] = other.sign(1, leaf_hash(entry())).encode()
    again = {**json.loads(files["bundle.json"]), "checkpoints": [{"log": 2, "size": 1}]}
    files["bundle.json"] = verify.canonical(again)
    assert (
        fault(files, SEAL.verifier.vkey) == "bundle/bundle.json names a log that no entry of a change names"
    )


def judged(packs, rules):
    """A log of one pack and of a judgement by *packs*, whose entry names *rules*; all of its files."""
    pack, findings, first = b"pack", b"[]", b'{"table":"publication"}'
    row = verify.canonical({"packs": packs, "table": "judgement"})
    entries = (
        entry(kind="pack", sha256=sha256(pack), record=sha256(first)),
        entry(
            kind="judgement",
            sha256=sha256(findings),
            findings=sha256(findings),
            record=sha256(row),
            rules=rules,
        ),
    )
    return log(*entries) | {
        "rows/0000000000.json": first,
        "rules/pack-a-001.toml": pack,
        "rows/0000000001.json": row,
        "judgements/a.json": findings,
    }


def test_a_judgement_stands_on_rules_that_the_log_has_and_its_entry_names():
    """By a pack that was never published; by others than its entry says."""
    own, other = sha256(b"pack"), sha256(b"other")
    assert fault(judged({"a": own}, sha256(own.encode()))) == ""
    wrong = "bundle/rows/0000000001.json names other rules than were published, or than entry 1 vouches for"
    assert fault(judged({"a": other}, sha256(other.encode()))) == wrong
    assert fault(judged({"a": own}, sha256(other.encode()))) == wrong
    for packs in ([own], None, {"a": 1}, {"a": [own]}):
        assert fault(judged(packs, sha256(own.encode()))) == wrong


@pytest.mark.parametrize("reader", [opened, verify.Files])
def test_a_file_that_changes_while_it_is_checked_is_found(reader):
    """What is read the second time is what was digested the first time."""
    into = io.BytesIO()
    archive = Zip(into)
    archive.add("bundle/a", [b"before"])
    line = manifest_line("bundle/a", sha256(b"before")).encode()
    archive.add("bundle/MANIFEST.sha256", [line])
    archive.close()
    found = reader(into)
    assert found.read("bundle/a") == b"before"
    into.seek(38)
    into.write(b"behind")
    with pytest.raises((Corrupt, verify.Wrong), match="bundle/a was changed while it was checked"):
        found.read("bundle/a")
    assert zlib.crc32(b"before") != zlib.crc32(b"behind")
