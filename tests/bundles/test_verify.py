"""Both verifiers find whatever was changed in a bundle, name it, and say the same of it."""

import ast
import hashlib
import io
import json
import sys
import zipfile
import zlib
from functools import partial
from pathlib import Path

import bundled
import papers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.bundles import zipped
from registry.bundles.opened import manifest_line
from registry.bundles.shipped import verify
from registry.bundles.zipped import LARGE, Member, Zip
from registry.ledger.checkpoint import Seal

MADE = []
"""The one bundle that these tests forge copies of, its log's seal and note alone, and where its files lie."""
SLOW = partial(pytest.param, marks=pytest.mark.slow)
ENTRIES, HASHES = "log/tile/entries/000.p/84", "log/tile/0/000.p/84"
UNVOUCHED = {"VERIFY.txt", "verify.py"}
"""Files that no entry vouches for: what is said in words, and the program."""


@pytest.fixture
async def whole(office, tmp_path):
    """A bundle of everything, cosigned and stamped."""
    await bundled.witness(office, tmp_path)
    return await bundled.bundle(office, papers.ADMINISTRATOR), office.seal


@pytest.fixture
def bundle(request):
    """The same bundle for each test; it is made once."""
    if not MADE:
        data, seal = request.getfixturevalue("whole")
        note = bundled.note.read(bundled.files(data)["log/checkpoint"])
        alone = bundled.note.Note(note.text, note.signatures[:1]).signed.encode()
        MADE.append((data, seal, alone, zipfile.ZipFile(io.BytesIO(data)).infolist()))
    return MADE[0][0]


def lies():
    """Each file with the place of its first and its last byte, and that of its header."""
    for info in MADE[0][3]:
        start = info.header_offset + 30 + len(info.filename)
        yield info.filename, info.header_offset, start, start + info.file_size - 1


def flipped(data, place, by=1):
    return data[:place] + bytes([data[place] ^ by]) + data[place + 1 :]


def remade(files, *, manifest=True):
    """A bundle of other *files*, with a manifest that fits, as a forger would make it."""
    into = io.BytesIO()
    archive, lines = Zip(into), []
    for name, body in files.items():
        if name != "MANIFEST.sha256":
            archive.add(f"bundle/{name}", [body])
            lines.append(manifest_line(f"bundle/{name}", hashlib.sha256(body).hexdigest()))
    if manifest:
        archive.add("bundle/MANIFEST.sha256", ["".join(lines).encode()])
    archive.close()
    return into.getvalue()


def test_it_is_remade_into_the_same_bytes(bundle):
    """The zip follows from the files and their order."""
    assert remade(bundled.files(bundle)) == bundle
    assert bundled.fault(bundle) == ""


def test_a_changed_byte_of_any_file_is_found_and_named(bundle):
    """The first, the middle and the last byte of some files' content, and some of their headers."""
    for name, header, first, last in list(lies())[::18]:
        for place in {first, (first + last) // 2, last}:
            assert name in bundled.fault(flipped(bundle, place)), name
        for place in range(header, first, 9):
            said = bundled.fault(flipped(bundle, place))
            assert said.startswith(("the archive is not as it was written", name, "the manifest")), said


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_anywhere_is_found(bundle, data):
    """Whatever byte it is, and whatever it becomes."""
    place = data.draw(st.integers(0, len(bundle) - 1))

    assert bundled.fault(flipped(bundle, place, data.draw(st.integers(1, 255)))) != ""


@pytest.mark.slow
def test_a_changed_byte_of_every_header_and_of_every_line_of_the_directory_is_found(bundle):
    """Every third byte between the contents, three of each content, every eleventh of the directory."""
    for name, header, first, last in lies():
        for place in [*range(header, first, 3), first, (first + last) // 2, last]:
            assert bundled.fault(flipped(bundle, place)) != "", (name, place)
    for place in range(max(last for *_, last in lies()) + 1, len(bundle), 11):
        assert bundled.fault(flipped(bundle, place)).endswith(("its directory", "MANIFEST.sha256")), place


def test_a_bundle_that_is_cut_or_goes_on_is_found(bundle):
    """At its end, in the middle of a file, before it begins; something before it, something behind it."""
    middle = next(first + 3 for name, _, first, _ in lies() if name == f"bundle/{HASHES}")
    for forged in (
        bundle[:-1],
        bundle[: len(bundle) // 2],
        b"",
        bundle[:middle],
        bundle + b"\0",
        b"PK" + bundle,
    ):
        assert bundled.fault(forged) != ""
    assert bundled.fault(bundle[:middle]) == f"bundle/{HASHES} is cut short, at byte {middle}"


def test_a_file_added_removed_doubled_or_moved_is_named(bundle):
    """With the old manifest, and with one that was made again."""
    files = bundled.files(bundle)
    row = max(name for name in files if name.startswith("rows/"))
    lacking = {name: body for name, body in files.items() if name != row}
    assert bundled.fault(remade(lacking)) == f"nothing shows what entry {int(row[5:-5])} vouches for"
    told = json.loads(files["bundle.json"]) | {"left_out": [int(row[5:-5])]}
    assert bundled.fault(remade({**lacking, "bundle.json": verify.canonical(told)})) == (
        f"entry {int(row[5:-5])} is left out, and no redaction says so"
    )
    assert bundled.fault(remade({**files, "filings/more.json": b"{}"})) == (
        "no entry vouches for bundle/filings/more.json"
    )
    for name in ("bundle.json", "log/checkpoint", ENTRIES, HASHES):
        gone = {each: body for each, body in files.items() if each != name}
        assert bundled.fault(remade(gone)) == f"bundle/{name} is missing"
    renamed = {name.replace(row, "rows/0000009999.json"): body for name, body in files.items()}
    assert bundled.fault(remade(renamed)) == f"nothing shows what entry {int(row[5:-5])} vouches for"
    assert bundled.fault(remade(files, manifest=False)) == "bundle/MANIFEST.sha256 is not the last file"
    into = io.BytesIO()
    archive = Zip(into)
    for name, body in [*files.items(), (row, files[row])]:
        archive.add(f"bundle/{name}", [body])
    archive.close()
    again = into.getvalue().rindex(b"PK\3\4")
    assert bundled.fault(into.getvalue()) == f"bundle/{row} is in the archive twice, again at byte {again}"
    into = io.BytesIO()
    archive = Zip(into)
    for name in (row, *lacking):
        archive.add(f"bundle/{name}", [files[name]])
    archive.close()
    assert bundled.fault(into.getvalue()) == f"the manifest does not name bundle/{row} in its place, line 1"


@pytest.mark.parametrize(
    "name", ["../out.json", "/root.json", "a//b", ".hidden", "a b", "a\\b", "ä.json", ""]
)
def test_a_name_that_leads_anywhere_else_is_refused(bundle, name):
    """Nobody who unpacks a bundle that was checked writes outside of its folder."""
    files = bundled.files(bundle)

    assert bundled.fault(remade({name: b"x", **files})) == (
        "the archive is not as it was written at byte 0, behind its beginning"
    )


def test_a_zip_of_the_same_files_by_another_program_is_not_the_bundle(bundle):
    """Compressed, or with the time of day: the bytes are not the ones that were made."""
    for way in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", way) as archive:
            for name, body in bundled.files(bundle).items():
                archive.writestr(f"bundle/{name}", body)
        assert bundled.fault(into.getvalue()).startswith("the archive is not as it was written")


def test_a_forger_who_makes_the_manifest_again_is_found_out_by_the_log(bundle):
    """Whatever entry, hash, record, filing, salt, proof, checkpoint or stamp is changed; it is named."""
    files = bundled.files(bundle)
    (stamp,) = (name for name in files if name.startswith("stamps/"))
    imprint = files[stamp].index(hashlib.sha256(MADE[0][2]).digest())
    said = bundled.fault(remade({**files, stamp: flipped(files[stamp], imprint)}))
    assert said == f"bundle/{stamp} is not a stamp of its checkpoint"
    kinds = {}
    for name in files:
        if name not in UNVOUCHED and not name.startswith(("stamps/", "MANIFEST")):
            kinds.setdefault("/".join(name.split("/")[:1]) + name[-10:].lstrip("0123456789"), name)
    assert len(kinds) >= 22
    for name in kinds.values():
        body = files[name]
        # For whom it was made is the maker's own word; the root is the log's.
        middle = body.index(b'"root"') if name == "bundle.json" else len(body) // 2
        for place in {0, middle}:
            said = bundled.fault(remade({**files, name: flipped(body, place)}))
            assert said != "", name
            assert name in said or name in ("bundle.json", ENTRIES), said


def test_what_a_bundle_says_of_itself_is_believed_only_where_it_fits(bundle):
    """Any member of bundle.json taken away or made into something else: found, in the same words by both."""
    files = bundled.files(bundle)
    told = json.loads(files["bundle.json"])
    values = [True, 2**60, 1.0, "a" * 64 + "\n", [], [1], [{}], None]
    for name in sorted(set(told) - {"complete"}):
        for value in values:
            if (name, value) == ("witnesses", []):
                continue  # lines of keys that nobody named say nothing, and do no harm
            forged = {**told, name: value}
            said = bundled.fault(remade({**files, "bundle.json": verify.canonical(forged)}))
            assert (said == "") is (forged == told and type(value) is type(told[name])), (name, value, said)
        lacking = {each: told[each] for each in told if each != name}
        assert bundled.fault(remade({**files, "bundle.json": verify.canonical(lacking)})) != ""


def test_a_bundle_signed_with_another_key_holds_in_itself_and_not_by_the_logs(bundle):
    """Whoever rewrites everything can sign only with a key of their own; whoever knows the log's finds it."""
    files, seal = bundled.files(bundle), MADE[0][1]
    told = json.loads(files["bundle.json"])
    own = Seal(seal.origin, bundled.WITNESSED)
    note = own.sign(told["size"], bytes.fromhex(told["root"])).encode()
    told["logs"][0]["vkey"] = own.verifier.vkey
    told |= {"stamps": []}
    proofs = {name: body for name, body in files.items() if name.endswith(".tlog-proof")}
    changed = {name: body.partition(b"\n\n")[0] + b"\n\n" + note for name, body in proofs.items()}
    forged = {name: body for name, body in files.items() if not name.startswith("stamps/")}
    forged |= {**changed, "log/checkpoint": note, "bundle.json": verify.canonical(told)}

    assert bundled.fault(remade(forged)) == ""
    assert bundled.fault(remade(forged), seal.verifier.vkey) == (
        "the key given is not the one this bundle was signed with"
    )
    half = {**forged, "bundle.json": files["bundle.json"], "stamps/x": b""}
    assert bundled.fault(remade(half)) == f"bundle/log/checkpoint is not signed by {seal.origin}"


def test_a_cosignature_that_does_not_hold_is_found_and_one_of_a_stranger_passed_over(bundle):
    """C2SP signed notes: a known key that fails makes the note worthless, an unknown one says nothing."""
    files = bundled.files(bundle)
    lines = files["log/checkpoint"].decode().split("\n")
    assert bundled.WITNESS in lines[-2]
    raw = bytearray(bundled.note.read_signature(lines[-2]).data)
    raw[-1] ^= 1
    mark = bundled.note.read_signature(lines[-2]).key_id
    bad = bundled.note.Signature(bundled.WITNESS, mark, bytes(raw)).line
    forged = "\n".join(lines[:-2]).encode() + b"\n" + bad.encode()
    said = bundled.fault(remade({**files, "log/checkpoint": forged}))
    assert said == "bundle/log/checkpoint carries a signature that does not hold"


def test_the_program_needs_python_3_9_and_cryptography_alone():
    """What it imports, and how it is written; nothing of the registry."""
    parsed = ast.parse(Path(verify.__file__).read_text(), feature_version=(3, 9))
    found = [each for each in ast.walk(parsed) if isinstance(each, ast.Import | ast.ImportFrom)]
    names = {alias.name for each in found if isinstance(each, ast.Import) for alias in each.names}
    names |= {each.module for each in found if isinstance(each, ast.ImportFrom)}
    outside = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}

    assert {name.partition(".")[0] for name in outside} == {"cryptography"}


def test_what_it_says_is_no_order_to_a_terminal(capsys):
    """Whoever forges a bundle names its log and its role: marks that move, colour or turn stand as their codes."""
    verify.say("a\x1b[2J\x9b31m\u202e\ud800 東\x7f\r\tb\n")

    assert capsys.readouterr().out == ("a\\x1b[2J\\x9b31m\\u202e\\ud800 \\u6771\\x7f\\r\\tb\n")


def test_it_says_what_it_checks_and_what_it_does_not():
    """Who reads it first, as VERIFY.txt asks them to, finds both on top."""
    said = verify.__doc__

    assert said.index("What it checks, in this order:") < said.index("What it does not check:")
    for each in ("is true", "rules and facts", "time stamps", "withheld", "nothing came after"):
        assert each in said[said.index("What it does not check:") :]


def test_what_is_no_file_cannot_be_checked(tmp_path, monkeypatch, capsys):
    """A folder, a file that is not there: status 2 and a word, no traceback."""
    for path in (tmp_path, tmp_path / "nowhere.zip"):
        monkeypatch.setattr(sys, "argv", ["verify.py", str(path)])
        assert verify.main() == 2
        assert capsys.readouterr().out.startswith("WRONG: it cannot be checked: ")


@pytest.mark.slow
def test_a_file_larger_than_any_of_its_kind_is_not_read(tmp_path):
    """Whoever sends a bundle does not say how much memory its check takes."""
    with (tmp_path / "large.zip").open("w+b") as file:
        archive, size, crc, hashed = Zip(file), verify.MOST + 1, 0, hashlib.sha256()
        for _ in range(size >> 20):
            crc = zlib.crc32(bytes(1 << 20), crc)
            hashed.update(bytes(1 << 20))
        crc, _ = zlib.crc32(bytes(1), crc), hashed.update(bytes(1))
        archive.begin("bundle/bundle.json", crc, size)
        archive.put(b"")
        file.seek(size, io.SEEK_CUR)
        archive.place += size
        archive.add(
            "bundle/MANIFEST.sha256", [manifest_line("bundle/bundle.json", hashed.hexdigest()).encode()]
        )
        archive.close()
        said = f"bundle/bundle.json has {size} bytes, more than any such file"
        assert bundled.checking.check(file).fault == said
        with pytest.raises(verify.Wrong, match=said):
            verify.check(file)


def test_its_proofs_are_those_of_the_ledger():
    """The program's own tree, at every size up to 300, is the registry's."""
    tree, frontier = verify.Tree(), bundled.checking.Frontier()
    for number in range(300):
        leaf = hashlib.sha256(b"%d" % number).digest()
        assert [tuple(each) for each in tree.append(leaf)] == [
            (each.level, each.hash) for each in frontier.append(leaf)
        ]
        assert tree.root() == frontier.root()


@pytest.mark.parametrize("place", [0, 999, 1000, 1234067, 999999, 10**6])
@pytest.mark.parametrize("width", [1, 255, 256])
def test_tiles_lie_where_the_standard_has_them(place, width):
    """The example of C2SP tlog-tiles, and numbers at the edges of a group of digits."""
    tile = bundled.checking.Tile(0, place, width)

    assert verify.tile_path("0", place, width) == bundled.checking.tile_name(tile)


@pytest.mark.parametrize("offset", [0, LARGE - 1, LARGE, LARGE + 1, 2**40])
@pytest.mark.parametrize("count", [1, SLOW(0xFFFE), SLOW(0xFFFF), SLOW(0x10000)])
def test_the_directory_is_the_same_for_both_beyond_the_limits_of_old_zips(offset, count):
    """Zip64, where numbers do not fit, and only there; at the last that fits and the first that does not."""
    members = [Member("bundle/a", 1, 2, offset)] * count
    made = zipped.directory(members, offset + 40)

    assert made == verify.directory([("bundle/a", 1, 2, offset)] * count, offset + 40)
    assert (b"PK\x06\x06" in made) is (count >= 0xFFFF or offset + 40 >= LARGE)


@pytest.mark.slow
def test_another_program_reads_a_bundle_of_more_files_than_old_zips_have(tmp_path):
    """65,536 files."""
    with (tmp_path / "many.zip").open("wb") as file:
        archive = Zip(file)
        for number in range(0x10000):
            archive.add(f"bundle/{number}", [b"%d" % number])
        archive.close()
    with zipfile.ZipFile(tmp_path / "many.zip") as read:
        assert len(read.namelist()) == 0x10000
        assert read.read("bundle/65535") == b"65535"
