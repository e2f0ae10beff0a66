"""Signed notes, checkpoints, tiles and proof files, against the published vectors."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Corrupt, Invalid, NotFound
from registry.ledger import checkpoint, merkle, note, prooffile, tiles

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
MESSAGE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SEAL = checkpoint.Seal("registry.example/ledger", KEY)


def leaves(size):
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def test_the_published_note_opens_with_the_published_key():
    """The vector of the signed-note specification is verified, and the key is written as it was read."""
    key = note.read_vkey(VKEY)

    assert [each.name for each, _ in note.verified(note.read(MESSAGE.encode()), [key])] == ["example.com/foo"]
    assert key.vkey == VKEY
    assert note.read(MESSAGE.encode()).signed == MESSAGE


def test_a_known_key_whose_signature_fails_spoils_the_note():
    """A changed text is refused when its signer is known, and proves nothing when it is not."""
    changed = note.read(MESSAGE.replace("example message", "example massage").encode())

    with pytest.raises(Corrupt, match=r"example\.com/foo does not hold"):
        note.verified(changed, [note.read_vkey(VKEY)])
    assert note.verified(changed, [SEAL.verifier]) == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no signature\n",
        "a\n\n",
        "a\n\n— b c\n",
        "a\x00\n\n" + MESSAGE.rpartition("\n\n")[2],
        MESSAGE[:-1],
    ],
)
def test_bytes_that_are_no_note_are_refused(said):
    """No empty line, no signature, a control character, no last line feed: none of them is a note."""
    with pytest.raises(Invalid):
        note.read(said.encode())


@pytest.mark.parametrize(
    "said", ["", "a+b", VKEY[:-3], VKEY.replace("530d903a", "530d903b"), VKEY.replace("+Ae", "+Ce")]
)
def test_text_that_is_no_key_is_refused(said):
    """Cut short, with another id, or of another kind: not a key."""
    with pytest.raises(Invalid):
        note.read_vkey(said)


def test_a_checkpoint_is_signed_the_same_every_time_and_opens():
    """Signing is deterministic; what opens says origin, size and root."""
    root = merkle.root(leaves(10))
    signed = SEAL.sign(10, root)

    assert signed == SEAL.sign(10, root)
    assert checkpoint.opened(signed.encode(), SEAL.verifier)[0] == (SEAL.origin, 10, root)


def test_a_checkpoint_of_another_log_is_refused():
    """The key's name must be the checkpoint's origin, and its signature must be there."""
    signed = SEAL.sign(1, merkle.root(leaves(1)))

    with pytest.raises(Invalid, match="not of other"):
        checkpoint.opened(signed.encode(), checkpoint.Seal("other.example", KEY).verifier)
    with pytest.raises(Invalid, match="no signature"):
        checkpoint.opened(
            signed.encode(),
            checkpoint.Seal(SEAL.origin, Ed25519PrivateKey.from_private_bytes(b"1" * 32)).verifier,
        )


def test_a_cosignature_tells_its_time_and_holds():
    """A witness signs time and text; another time does not hold."""
    text = checkpoint.Checkpoint(SEAL.origin, 3, merkle.root(leaves(3))).text
    line = note.cosign(text, "witness.example", KEY, 1_700_000_000)
    key = note.verifier("witness.example", KEY, note.COSIGNATURE)

    assert note.cosigned_at(line) == 1_700_000_000
    assert len(line.key_id + line.data) == 76
    assert note.holds(text, line, key)
    assert not note.holds(text, line._replace(data=bytes(8) + line.data[8:]), key)


@pytest.mark.slow
@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_a_proof_file_proves_its_entry_and_no_other(case):
    """What is written is read back and leads to the root; another entry is refused."""
    size, place = case
    tree = leaves(size)
    said = prooffile.of(place, merkle.inclusion_proof(tree, place), SEAL.sign(size, merkle.root(tree)), b"x")
    proof = prooffile.read(said)

    assert proof.text == said
    assert prooffile.check(proof, str(place).encode(), SEAL.verifier).size == size
    with pytest.raises(Corrupt):
        prooffile.check(proof, b"another", SEAL.verifier)


def test_tiles_of_seventy_thousand_entries_are_those_of_the_standard():
    """273 full tiles and one of 112, one full of level 1 and one of 17, one of 1 on top."""
    grown = list(tiles.grown(0, 70_000))
    hashes = [each for each in grown if each.level is not None]

    assert [(each.level, each.width) for each in hashes if each.width < 256] == [(0, 112), (1, 17), (2, 1)]
    assert sum(each.level == 0 and each.width == 256 for each in hashes) == 273
    assert tiles.Tile(0, 1234067).path == "0/x001/x234/067"


@given(st.integers(0, 70_000), st.integers(0, 2_000))
def test_growing_in_two_steps_leaves_every_tile_of_growing_in_one(first, more):
    """Whatever the sizes between, the tiles of the last size were all written at some step."""
    steps = {*tiles.grown(0, first), *tiles.grown(first, first + more)}

    assert set(tiles.grown(0, first + more)) <= steps
    assert all(tiles.in_tree(each, first + more) for each in steps)


@given(st.integers(0, 10**15), st.integers(1, 256), st.sampled_from([None, 0, 1, 7, 63]))
def test_a_path_leads_back_to_its_tile(place, width, level):
    """Paths are read as they are written, and only in that one form."""
    tile = tiles.Tile(level, place, width)

    assert tiles.read_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0/1",
        "0/0001",
        "0/x001",
        "0/x000/001",
        "0/001.p/256",
        "0/001.p/0",
        "0/001.p/01",
        "64/001",
        "0/001/",
        "-1/001",
        "0/001\n",
    ],
)
def test_other_spellings_of_a_path_lead_nowhere(path):
    """One tile has one address, so that a cache holds it once."""
    with pytest.raises(NotFound):
        tiles.read_path(path)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries):
    """Entries come out as they went in; a bundle cut short is refused."""
    packed = tiles.bundle(entries)

    assert tiles.unbundled(packed) == entries
    if packed:
        with pytest.raises(Corrupt):
            tiles.unbundled(packed[:-1])
