"""A witness of one's own: what it signs, and that it never forgets what it has signed."""

import contextlib
import itertools
import shutil
import stat

import doors
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import AlreadyExists, Busy, Corrupt, Invalid, NotFound
from registry.ledger import checkpoint, merkle, note
from registry.ledger.checkpoint import Checkpoint, Seal
from registry.witnessing import policy, submission
from registry.witnessing.calling import act as calling
from registry.witnessing.own import act, http, judge
from registry.witnessing.submission import Submission

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SEAL = Seal("registry.example/ledger", KEY)
OTHER = Seal("registry.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
LOGS = policy.read(f"log {SEAL.verifier.vkey}\nquorum none\n")
SECONDS = 1_772_366_400


def leaves(size, fork=0):
    """The leaves of one history: *fork* is what it says from its third entry on."""
    return [merkle.leaf_hash(f"{number} {fork if number >= 3 else 0}".encode()) for number in range(size)]


def asked(old, size, fork=0, seal=SEAL, before=None):
    """A submission of the tree of *size*, with the proof from *old* of its own history (or of *before*)."""
    tree = leaves(size, fork)
    proof = merkle.consistency_proof(tree, old) if 0 < old < size else []
    return Submission(old, proof, seal.sign(size, merkle.root(tree)).encode())


@pytest.fixture
def folder(tmp_path):
    act.init_witness(tmp_path / "witness", "union.example/witness")
    return tmp_path / "witness"


@contextlib.contextmanager
def working(folder, **options):
    with act.Witness.opened(folder, LOGS, **options) as witness:
        yield witness


async def tell(witness, *args, **kwargs):
    return await witness.add(asked(*args, **kwargs).body, SECONDS)


async def test_a_checkpoint_is_cosigned_and_kept(folder):
    """The answer is one signature line over the checkpoint and its time; the newest checkpoint shows it."""
    with working(folder) as witness:
        answer = await tell(witness, 0, 5)
        text = note.read(asked(0, 5).note).text
        shown = note.read(witness.shown(submission.log_id(SEAL.origin)).encode())

        assert answer.status == 200
        line = note.read_signature(answer.text.removesuffix("\n"))
        assert note.cosigned_at(line) == SECONDS
        assert note.holds(text, line, witness.verifier)
        assert len(note.verified(shown, [SEAL.verifier, witness.verifier])) == 2


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (asked(4, 4).body, 409, "0\n"),
        (asked(0, 3).body, 409, "5\n"),
        (asked(4, 8).body, 409, "5\n"),
        (asked(9, 8).body, 400, "cannot begin"),
        (asked(5, 8, fork=1).body, 422, "does not lead"),
        (asked(5, 5, fork=1).body, 422, "another tree of 5"),
        (Submission(5, leaves(1), asked(5, 5).note).body, 422, "nothing is to be proved"),
        (Submission(5, [], asked(5, 8).note).body, 422, "does not lead"),
        (asked(5, 8, seal=OTHER).body, 403, "no signature of a key"),
        (asked(5, 8).note, 400, "begins with"),
        (b"", 400, "begins with"),
        (b"old 05\n\n" + asked(5, 8).note, 400, "begins with"),
        (b"old 5\nzzz\n\n" + asked(5, 8).note, 400, "not base64"),
        (b"old 5\n" + b"AAAA\n" + b"\n" + asked(5, 8).note, 400, "32 bytes"),
        (Submission(5, leaves(64), asked(5, 8).note).body, 400, "at most 63"),
        (b"old 5\n\nhello", 400, "no signed note"),
        (b"old 5\n\n" + asked(5, 8).note.replace(b"ledger\n8", b"ledger\n9"), 403, "does not hold"),
        (b"old 5\n\n" + asked(5, 8).note.replace(b"registry.", b"somebody."), 404, "does not know"),
        (b"old 5\n\n\xff" + asked(5, 8).note, 400, "no signed note"),
        (b"old 5\n\n\x00" + asked(5, 8).note, 400, "no signed note"),
    ],
)
async def test_what_is_not_signed_is_answered_with_its_code(folder, body, status, said):
    """409 with the size, 404, 403, 400 and 422 are told apart, and nothing changes."""
    with working(folder) as witness:
        first = said == "0\n"
        if not first:
            await tell(witness, 0, 5)
        answer = await witness.add(body, SECONDS)

        assert (answer.status, said in answer.text) == (status, True), answer
        assert (answer.media == submission.SIZE_TYPE) == (status == 409)
        assert witness.sizes() == ({} if first else {SEAL.origin: 5})


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)), max_size=12))
def test_whatever_is_submitted_the_signed_trees_are_one_history(steps):
    """Of any sequence of submissions from three histories, the trees that are signed contain each other."""
    seen, signed = None, []
    for old, size, fork in steps:
        if old > size:
            continue
        made = judge.opened(asked(old, size, fork), LOGS.logs)
        if judge.refused(made, seen) is None:
            seen = made.checkpoint
            signed.append((size, fork))
    for (small, first), (large, second) in itertools.pairwise(signed):
        assert small <= large
        assert leaves(large, second)[:small] == leaves(small, first)


async def test_a_witness_remembers_when_it_is_started_again(folder):
    """What was signed before the end is the beginning of what is signed after it."""
    with working(folder) as witness:
        await tell(witness, 0, 5)
    with working(folder) as witness:
        assert (await tell(witness, 0, 8)).text == "5\n"
        assert (await tell(witness, 5, 8, fork=1)).status == 422
        assert (await tell(witness, 5, 8)).status == 200
        assert (await tell(witness, 8, 8)).status == 200


async def test_an_end_between_folder_and_mark_loses_nothing(folder, monkeypatch):
    """Killed after the folder was written and before the mark, the witness starts and stands at the new tree."""
    with working(folder) as witness:
        await tell(witness, 0, 5)

        def put(path, data):
            if path == act.mark_of(folder):
                raise KeyboardInterrupt
            original(path, data)

        original = act.put
        monkeypatch.setattr(act, "put", put)
        with pytest.raises(KeyboardInterrupt):
            witness.keep(Checkpoint(SEAL.origin, 8, merkle.root(leaves(8))), signed_by(witness, 8))
        monkeypatch.setattr(act, "put", original)
    with working(folder) as witness:
        assert witness.sizes() == {SEAL.origin: 8}
        assert witness.marked() == {SEAL.origin: 8}


def signed_by(witness, size):
    found = note.read(asked(0, size).note)
    return note.joined(found, [note.cosign(found.text, witness.verifier.name, witness.key, SECONDS)])


async def test_a_disk_that_is_full_signs_nothing(folder, monkeypatch):
    """When the folder cannot be written there is no signature, and memory does not run ahead of the disk."""
    with working(folder) as witness:
        monkeypatch.setattr(act, "put", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
        with pytest.raises(OSError, match="no space"):
            await tell(witness, 0, 5)
        assert witness.sizes() == {}


async def test_an_older_copy_of_the_folder_is_refused(folder, tmp_path):
    """A folder restored from a copy knows less than its mark, and the witness does not start."""
    with working(folder) as witness:
        await tell(witness, 0, 5)
    shutil.copytree(folder, tmp_path / "copy")
    with working(folder) as witness:
        await tell(witness, 5, 8)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)

    with (
        pytest.raises(Corrupt, match=r"signed a tree of 8 .* knows of 5 only: it is an older copy"),
        working(folder),
    ):
        pass


async def test_a_folder_without_its_mark_is_refused_until_somebody_vouches_for_it(folder):
    """Moved or marked by nobody, the folder starts only with `--adopt`, which makes the mark anew."""
    with working(folder) as witness:
        await tell(witness, 0, 5)
    act.mark_of(folder).unlink()

    with pytest.raises(Corrupt, match="--adopt"), working(folder):
        pass
    with working(folder, adopt=True) as witness:
        assert witness.marked() == {SEAL.origin: 5}
    with working(folder):
        pass


async def test_a_checkpoint_that_was_touched_is_refused(folder):
    """The file carries our own signature: another size, or another file, is no longer ours."""
    with working(folder) as witness:
        await tell(witness, 0, 5)
    path = next(folder.glob("*.checkpoint"))
    whole = path.read_bytes()
    for changed in (
        whole.replace(b"\n5\n", b"\n4\n"),
        whole[:-2],
        b"",
        asked(0, 5).note,
    ):
        path.write_bytes(changed)
        with pytest.raises(Corrupt, match=r"newest copy back|does not hold"), working(folder):
            pass
    path.write_bytes(whole)
    path.rename(path.with_stem("0" * 64))
    with pytest.raises(Corrupt, match="newest copy back"), working(folder):
        pass


def test_two_processes_do_not_share_a_folder(folder):
    """The second one is refused while the first works, and served after it."""
    with working(folder), pytest.raises(Busy, match="another process"), working(folder):
        pass
    with working(folder):
        pass


def test_a_witness_is_made_once_with_a_key_of_its_own(tmp_path):
    """The vkey is of kind 4, the key is its owner's alone, and a second `init` changes nothing."""
    made = act.init_witness(tmp_path / "w", "studio.example/w")
    key = (tmp_path / "w" / act.KEY).read_bytes()

    assert note.read_vkey(made).kind == note.COSIGNATURE
    assert stat.S_IMODE((tmp_path / "w" / act.KEY).stat().st_mode) == 0o600
    with pytest.raises(AlreadyExists):
        act.init_witness(tmp_path / "w", "other")
    assert (tmp_path / "w" / act.KEY).read_bytes() == key
    with pytest.raises(Invalid):
        act.init_witness(tmp_path / "x", "has spaces")
    with pytest.raises(NotFound, match="registry witness init"), working(tmp_path / "nowhere"):
        pass


def test_a_policy_for_a_witness_names_logs(tmp_path):
    """A policy of no log, or a file that is none, is refused with what to write."""
    for data in (b"quorum none\n", b"\xff"):
        (tmp_path / "policy").write_bytes(data)
        with pytest.raises(Invalid):
            act.policy_in(tmp_path / "policy")
    with pytest.raises(Invalid, match="cannot be read"):
        act.policy_in(tmp_path / "nowhere")


async def test_a_log_that_shows_our_own_later_signature_gives_an_old_folder_away(folder, tmp_path):
    """Folder and mark restored together: the log's checkpoint carries our signature of a larger tree."""
    logs = policy.read(f"log {SEAL.verifier.vkey} http://log.example\nquorum none\n")
    with act.Witness.opened(folder, logs) as witness:
        await tell(witness, 0, 5)
        later = signed_by(witness, 8).signed.encode()
        for shown, wanted in ((later, True), (asked(0, 8).note, False), (b"<html>", False)):

            async def fetch(address, shown=shown):
                assert address == "http://log.example/checkpoint"
                return shown

            if wanted:
                with pytest.raises(Corrupt, match="own signature of a tree of 8"):
                    await act.remembered(witness, fetch)
            else:
                assert list(await act.remembered(witness, fetch)) == (
                    [] if shown.startswith(b"reg") else [SEAL.origin]
                )

        async def silent(_):
            raise calling.Unanswered("it could not be reached: ConnectError")

        assert await act.remembered(witness, silent) == {SEAL.origin: "it could not be reached: ConnectError"}


async def test_the_doors_speak_the_protocol(folder):
    """POST answers with a signature line or a size, GET with the newest checkpoint, anything else with 404."""
    app = http.create(folder, LOGS, seconds=lambda: SECONDS)
    transport = httpx.ASGITransport(app)
    async with (
        doors.held(app.lifespan()),
        httpx.AsyncClient(transport=transport, base_url="http://w") as client,
    ):
        where = f"/{submission.log_id(SEAL.origin)}/checkpoint"
        assert (await client.get(where)).status_code == 404
        assert (await client.post("/add-checkpoint", content=asked(0, 5).body)).text.startswith(
            "— union.example/"
        )
        moved = await client.post("/add-checkpoint", content=asked(0, 8).body)
        shown = await client.get(where)
        large = await client.post("/add-checkpoint", content=b"x" * (submission.LARGEST + 1))
        empty = await client.post("/add-checkpoint")

    assert (moved.status_code, moved.headers["content-type"], moved.text) == (409, "text/x.tlog.size", "5\n")
    assert checkpoint.opened(shown.content, SEAL.verifier)[0].size == 5
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert (large.status_code, empty.status_code) == (413, 400)


def test_what_is_sent_is_what_is_read():
    """A submission as it is posted reads back the same; with a proof and without."""
    for each in (asked(0, 5), asked(5, 8), asked(8, 8)):
        assert submission.read(each.body) == each


def test_an_answer_is_believed_only_with_a_signature_that_holds():
    """Another key's line, another text's, no line, bytes: each is told apart and none is taken for a signature."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
    witness = note.verifier("w.example", key, note.COSIGNATURE)
    text = note.read(asked(0, 5).note).text
    good = note.cosign(text, "w.example", key, SECONDS).line
    foreign = note.cosign(text, "v.example", key, SECONDS).line
    wrong = note.cosign(note.read(asked(0, 6).note).text, "w.example", key, SECONDS).line

    def said(status, body, media="text/plain"):
        return submission.answered(status, media, body, text, witness)

    assert said(200, good.encode()).signature.line == good
    assert said(200, (foreign + good).encode()).signature.line == good
    assert "no signature of w.example" in said(200, foreign.encode()).why
    assert "does not hold" in said(200, wrong.encode()).why
    for body in (b"", b"\xff\n", b"hello\n", good.encode() + b"more\n"):
        assert "no signature line" in said(200, body).why
    assert said(409, b"17\n", submission.SIZE_TYPE).size == 17
    assert said(409, b"17\n").contradicted
    for body in (b"", b"-1\n", b"017\n", b"9" * 30, b"17\n\n"):
        assert isinstance(said(409, body, submission.SIZE_TYPE), submission.Declined)
    assert said(422, b"no\x00 way\n").why.endswith("(422: no way)")
    assert not said(404, b"").contradicted
    assert len(said(500, b"x" * 9999).why) < 300
