"""What is in a bundle: for whom, of what, of which tree; and that other programs read it."""

import datetime as dt
import hashlib
import json
import subprocess
import sys

import bundled
import doors
import papers
import pytest

from registry.auth.issuer import local_issuer, mint
from registry.auth.scope import Principal
from registry.bundles import act, checking, http
from registry.bundles.shipped import verify
from registry.errors import Busy, Invalid, NotFound
from registry.ledger.log import store as logs
from registry.ledger.log.owner import act as owner
from registry.ledger.past import store as past

MANDATED = Principal(subject="auditor", role="auditor", employers=["northlight-pictures"])


def folders(files, *wanted):
    """The names of the files in some folders."""
    return {name for name in files if name.partition("/")[0] in wanted}


def ran(folder, *words):
    """What came of another program in *folder*."""
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


async def test_a_bundle_has_the_whole_log_and_what_every_entry_vouches_for(office, tmp_path):
    """Both verifiers say so, by the bundle's key and by the log's; the manifest is one that sha256sum checks."""
    await bundled.witness(office, tmp_path)
    data = await bundled.bundle(office, papers.ADMINISTRATOR)
    files, told = bundled.files(data), bundled.told(data)
    own = office.filed.receipt

    assert bundled.fault(data) == ""
    assert bundled.fault(data, office.seal.verifier.vkey) == ""
    assert told["complete"] is True
    assert told["left_out"] == []
    assert bundled.WITNESS in files["log/checkpoint"].decode()
    (stamp,) = folders(files, "stamps")
    (tmp_path / "stamp").write_bytes(files[stamp])
    verified = ["openssl", "ts", "-verify", "-data", "note", "-in", "stamp", "-CAfile", "own.pem"]
    assert ran(tmp_path, *verified).returncode == 0
    assert hashlib.sha256(files[f"filings/{own.disclosure_id}/001.json"]).hexdigest() == own.sha256
    assert told["size"] == own.ledger.size + 24
    # An observation has no row in a bundle; of four notes and an export of others there is the entry alone.
    assert len(folders(files, "rows")) == told["size"] - 1 - len(told["withheld"])
    assert sorted(each["why"] for each in told["withheld"]) == ["maker", *["side"] * 4]
    assert {name.partition("/")[0] for name in files} >= {
        *("log", "rows", "filings", "judgements", "rules", "schemas", "employers", "productions", "stamps"),
        *("requests", "observations", "threads", "readings", "exports"),
    }
    for line in files["MANIFEST.sha256"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest


async def test_the_program_in_it_runs_where_the_registry_is_not(office, tmp_path):
    """From another folder, without any of our modules: it holds, says by whose key, and names what does not."""
    data = await bundled.bundle(office, papers.ADMINISTRATOR)
    (tmp_path / "verify.py").write_bytes(bundled.files(data)["verify.py"])
    (tmp_path / "whole.zip").write_bytes(data)
    (tmp_path / "forged.zip").write_bytes(data.replace(b"CutAssist", b"CutAssisT", 1))

    def run(*words):
        return ran(tmp_path, sys.executable, "-I", "verify.py", *words)

    own, given = run("whole.zip"), run("whole.zip", "--vkey", office.seal.verifier.vkey)
    assert (own.returncode, given.returncode) == (0, 0), own.stdout + own.stderr
    assert "by the key that the bundle names" in own.stdout
    assert "by the key that was given" in given.stdout
    assert "Records: all but what is withheld; 79 of 84 are here." in own.stdout
    assert (
        "Withheld, as whoever made it says: 4, words of a thread that one side keeps to itself" in own.stdout
    )
    forged, nothing, no_key = run("forged.zip"), run("verify.py"), run("whole.zip", "--vkey", "x")
    assert forged.returncode == 1
    assert forged.stdout.startswith("WRONG: bundle/")
    assert "the archive is not as it was written at byte 0, behind its beginning" in nothing.stdout
    assert no_key.returncode == 2
    (tmp_path / "own.zip").write_bytes(await bundled.bundle(office, papers.OFFICE))
    told = run("own.zip").stdout
    assert "THE BUNDLE IS NOT COMPLETE" in told
    assert '"role":"employer"' in told
    (tmp_path / "bundle.zip").write_bytes(data)
    verdict = await act.verify(tmp_path / "bundle.zip", office.seal.verifier.vkey)
    assert verdict.holds
    assert verdict.trusted
    assert verdict.vkey == office.seal.verifier.vkey
    with pytest.raises(Invalid, match="cannot be read"):
        await act.verify(tmp_path / "nowhere.zip")


async def test_another_key_than_the_one_that_signed_is_named(office):
    """Whoever knows the log's key finds a bundle that was signed with another."""
    data = await bundled.bundle(office, papers.ADMINISTRATOR)
    other = checking.note.verifier(office.seal.origin, bundled.WITNESSED).vkey

    assert bundled.fault(data, other) == "the key given is not the one this bundle was signed with"
    with pytest.raises(Invalid, match="is no vkey"):
        checking.check(bundled.io.BytesIO(data), "nonsense")
    with pytest.raises(ValueError, match="is no vkey"):
        verify.check(bundled.io.BytesIO(data), "nonsense")


async def test_each_caller_gets_what_they_may_see_and_all_of_the_log(office):
    """An employer its own, an auditor their mandate, a representative the productions of their locals."""
    whole = bundled.files(await bundled.bundle(office, papers.ADMINISTRATOR))
    other = f"filings/{office.other.receipt.disclosure_id}/001.json"
    assert other in whole
    for by in (papers.OFFICE, MANDATED):
        files = bundled.files(data := await bundled.bundle(office, by))
        assert bundled.fault(data) == ""
        assert folders(files, "log") == folders(whole, "log")
        assert other not in files
        assert whole[other] not in files.values()
        assert f"filings/{office.filed.receipt.disclosure_id}/002.json" in files
        assert len(folders(files, "employers")) == 1
        assert len(folders(files, "productions")) == 2
    data = await bundled.bundle(office, papers.EDITORS, *papers.KEY)
    files = bundled.files(data)
    assert bundled.fault(data) == ""
    assert {name.split("/")[1] for name in folders(files, "filings")} == {
        str(office.filed.receipt.disclosure_id)
    }
    assert json.loads(files["bundle.json"])["scope"]["locals"] == ["IATSE:700"]
    strangers = bundled.files(data := await bundled.bundle(office, papers.ARTISTS))
    assert bundled.fault(data) == ""
    assert folders(strangers, "filings", "judgements", "employers", "productions") == set()


async def test_a_section_that_is_withheld_is_nowhere_in_it_and_the_others_are_proved(office):
    """The employer keeps the tools to itself: no file of an auditor's bundle names the tool it was kept of."""
    stem = f"filings/{office.kept.receipt.disclosure_id}/001"
    own = bundled.files(await bundled.bundle(office, papers.OFFICE, *papers.SECOND))
    for by in (papers.AUDITOR, papers.EDITORS):
        files = bundled.files(data := await bundled.bundle(office, by, *papers.SECOND))
        assert bundled.fault(data) == ""
        told = json.loads(files[f"{stem}-sections.json"])
        assert "tools" in told["withheld"]
        assert "employer" in told["sections"]
        assert f"{stem}.json" not in files
        assert f"{stem}-salts.json" not in files
        assert not any(b"CutAssist" in body for name, body in files.items() if name.startswith("filings/"))
        assert not any(
            b'"generative_video"' in body for name, body in files.items() if name.startswith("rows/")
        )
    assert b"CutAssist" in own[f"{stem}.json"]
    assert f"{stem}-sections.json" not in own


async def test_a_later_mark_keeps_earlier_versions_out_of_a_bundle(office):
    """By an amendment that does not say the section again; a withdrawal does not open it."""
    id_ = office.filed.receipt.disclosure_id
    marks = papers.amendment() | {"confidentiality": {"sections": {"uses": "employer"}}}
    await papers.amend(office, id_, papers.document(filing=marks), if_match='"2"')
    await papers.withdraw(office, id_, if_match='"3"')
    files = bundled.files(data := await bundled.bundle(office, papers.EDITORS, *papers.KEY))
    assert bundled.fault(data) == ""
    for number in (1, 2):
        told = json.loads(files[f"filings/{id_}/{number:03}-sections.json"])
        assert "uses" in told["withheld"]
        assert "uses" not in told["sections"]


async def test_what_is_not_yours_to_see_is_not_found(office):
    """Another employer, an employer nobody knows, a production of other locals, and one without its employer."""
    for by, asked in (
        (papers.OFFICE, ("other-films",)),
        (MANDATED, ("other-films",)),
        (papers.ADMINISTRATOR, ("nobody",)),
        (papers.ARTISTS, papers.KEY),
        (papers.OFFICE, ("northlight-pictures", "dry-season")),
    ):
        with pytest.raises(NotFound):
            await bundled.bundle(office, by, *asked)
    with pytest.raises(Invalid, match="employer that is not said"):
        await bundled.bundle(office, papers.AUDITOR, None, "harbor-lights-s1")


async def test_the_same_tree_gives_the_same_bytes_however_the_log_has_grown(office):
    """A bundle of then, made now; a moment between two signed trees stands on the one before."""
    before = await bundled.bundle(office, papers.AUDITOR)
    size = bundled.told(before)["size"]
    again = papers.document(**papers.uses(), filing=papers.amendment())
    await papers.amend(office, office.filed.receipt.disclosure_id, again, if_match='"2"')
    after = await bundled.bundle(office, papers.AUDITOR)
    async with office.snapshot() as conn:
        moments = [await past.resolve(conn, None, each) for each in (size, size + 1)]
        assert (await logs.find_after(conn, size + 1)).size > size + 1

    assert bundled.told(after)["size"] > size
    for moment in moments:
        assert await bundled.bundle(office, papers.AUDITOR, moment=moment) == before


async def test_a_log_that_was_rotated_is_one_tree_and_every_key_in_its_turn_is_checked(office, settings):
    """The last checkpoint of the old key is in it, beside the entry of the change; its changed byte is named."""
    await owner.rotate(
        office.dsn, settings, now=papers.NOW, by="admin", why="yearly", origin="registry.example/two"
    )
    data = await bundled.bundle(office, papers.ADMINISTRATOR)
    files, told = bundled.files(data), bundled.told(data)

    assert bundled.fault(data) == ""
    assert [each["origin"] for each in told["logs"]] == ["registry.example/ledger", "registry.example/two"]
    assert told["log"] == 2
    (earlier,) = folders(files, "checkpoints")
    assert files[earlier].decode().startswith("registry.example/ledger\n")
    (change,) = folders(files, "changes")
    assert json.loads(files[change])["before"]["origin"] == "registry.example/ledger"
    body = files[earlier]
    forged = data.replace(body, body[:-3] + b"AA\n", 1)
    start = data.index(body)
    where = f"(bytes {start} to {start + len(body)} of the archive)"
    said = f"bundle/{earlier} is not as it was written: its checksum is another {where}"
    assert bundled.fault(forged) == said


async def test_a_bundle_stands_on_a_signed_tree(db):
    """Nothing was signed: it will do later."""
    with pytest.raises(Busy, match="has signed no tree yet"):
        await bundled.bundle(db, papers.ADMINISTRATOR)


async def test_the_door_streams_it_as_a_download_of_then(office, settings):
    """With its digest and the moment it is of; what is no key of an employer is refused with its parameter."""
    own = await bundled.bundle(office, papers.OFFICE)
    size = bundled.told(own)["size"]
    await papers.amend(
        office,
        office.filed.receipt.disclosure_id,
        papers.document(**papers.uses(), filing=papers.amendment()),
        if_match='"2"',
    )
    token = mint(local_issuer(settings), papers.OFFICE, "ai-use-registry", dt.datetime.now(dt.UTC))
    kept = {"public_url": settings.public_url}
    async with doors.opened(settings.database_url, settings.data_dir, http.routes, **kept) as (_, client):
        client.headers["Authorization"] = f"Bearer {token}"
        answer = await client.get(f"/v1/bundle?tree_size={size}")
        refused = await client.get("/v1/bundle?employer_id=a%00b&production_id=%20")

    assert answer.content == own
    assert answer.headers["content-disposition"] == f'attachment; filename="bundle-{size}.zip"'
    assert answer.headers["ledger-tree-size"] == str(size)
    assert refused.status_code == 400


async def test_a_bundle_is_written_whole_or_not_at_all(office, tmp_path):
    """A refusal leaves no file behind, and none half written."""
    with pytest.raises(NotFound):
        await act.write(office, papers.OFFICE, tmp_path / "b.zip", act.Asked("other-films"))
    assert list(tmp_path.glob("*.zip*")) == []
    index = await act.write(office, papers.OFFICE, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["b.zip"]
    assert (await act.verify(tmp_path / "b.zip")).size == index.size
