import datetime as dt
from pathlib import Path

import pytest

from registry import files, house
from registry.demo import book, packet, scenes
from registry.demo import season as seasons
from registry.demo.case import Course, Shown
from registry.demo.ear import Ear
from registry.demo.packet import Check
from registry.errors import Invalid

HERE = files.HERE / "demo"
SILENCE = dt.timedelta(hours=72)
"""After so long without a word the registry reminds of an alert that waits for the representatives."""


@pytest.fixture(scope="module")
def season():
    return seasons.load((HERE / "season.toml").read_bytes())


@pytest.fixture(scope="module")
def case(season):
    return scenes.load((HERE / "case.toml").read_bytes(), season)


def of(case, index, **said):
    return Shown(scene=case.scenes[index], **{"status": 200, "state": "open", "ledger": 1, **said})


def test_both_parties_have_their_say_in_the_case(case):
    """The representative acknowledges, asks, disputes, accepts, resolves; the employer shows and answers."""
    by = {name: {each.does for each in case.scenes if each.by == name} for name in ("editors", "meridian")}

    assert {"subscribe", "acknowledge", "ask", "dispute", "consent", "accept", "resolve"} <= by["editors"]
    assert {"show", "answer", "extend", "amend"} <= by["meridian"]
    assert case.scenes[-1].does == "packet"


def test_the_case_goes_the_same_way_on_every_run(case):
    """While it waits for the representatives, nobody is silent so long that a sweep might remind of it."""
    waits = None
    for scene in case.scenes:
        if waits is not None and scene.does != "hear":
            assert scene.at - waits < SILENCE, scene
        # A question, a file, a request for more time: only what moves the alert is a word about it.
        moves = scene.state in ("open", "acknowledged") and scene.does not in ("hear", "show", "extend")
        waits = scene.at if moves else waits if scene.state in ("open", "acknowledged") else None


def test_the_amendment_it_proposes_can_be_filed(case, season):
    """The document of the answer is valid by the schema, and amends what the season filed."""
    [scene] = [each for each in case.scenes if each.amendment]
    document = scenes.proposed(season, case, scene)

    house.shipped().schemas.check(document)
    assert document["filing"]["amendment"]["change_occurred_on"] == "2025-10-27"
    assert document["filing"]["type"] == "quarterly_update"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (b'by = "meridian"', b'by = "nobody"', "no person nobody"),
        (b'of = "sitting-q3"', b'of = "sitting-q9"', "no disclosure sitting-q9"),
        (b"at = 2025-10-20T15", b"at = 2025-09-20T15", "stands after"),
        (b'does = "accept"', b'does = "shrug"', "cannot be read"),
    ],
)
def test_a_case_that_does_not_fit_the_season_is_refused(season, was, becomes, says):
    """Whatever names nobody, nothing, or the wrong order is found before anything is started."""
    text = (HERE / "case.toml").read_bytes().replace(was, becomes, 1)

    with pytest.raises(Invalid, match=says):
        scenes.load(text, season)


def test_whatever_is_not_as_expected_is_a_surprise(case):
    """A scene that went wrong, scenes left out, and a packet that does not hold are told, each by its name."""
    ear, well = Ear(lambda: case.scenes[0].at), [of(case, at) for at in range(len(case.scenes))]

    def surprises(shown, check=None):
        return book.book(case, Course(shown=shown), ear, check).surprises

    assert surprises(well) == []
    assert surprises(well[:-2]) == ["2 scenes of the case were not played"]
    assert surprises([*well[:3], of(case, 3, surprise="refused")]) == ["2025-10-06 editors ask: refused"]
    assert surprises(well, Check(lines=["Everything holds."], holds=True)) == []
    assert surprises(well, Check(lines=["WRONG: a.json"], holds=False)) == [
        "the packet does not hold: WRONG: a.json"
    ]


@pytest.mark.parametrize(("name", "says"), [("case.txt", "neither"), ("no/such/case.zip", "no folder")])
def test_a_packet_that_cannot_be_kept_is_refused_before_anything_starts(tmp_path, name, says):
    """A wrong ending, or a folder that is not there, is said at once and not after the season."""
    with pytest.raises(Invalid, match=says):
        packet.keepable(tmp_path / name)
    packet.keepable(tmp_path / "case.PDF")
    packet.keepable(Path("case.zip"))
