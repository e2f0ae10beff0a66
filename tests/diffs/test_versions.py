"""Two versions beside each other over HTTP: a patch for programs, a table for people, nothing that is withheld."""

import jsonpatch
import world
from world import OWN

from registry.diffs import versions as pure
from registry.diffs.asked import wants_patch
from registry.examples import EXAMPLES

PATCH = {"Accept": "application/json-patch+json"}


def amended(place, **changes):
    """The filed document with its uses changed: the same and one before it."""
    own = place.own
    told = world.document(OWN, own.production_id, **EXAMPLES["amendDisclosure"]["late-information"]["filing"])
    first = told["uses"][0]
    told["uses"] = [{**first, "id": "U-new"}, first | changes]
    return told


async def test_a_version_beside_another(settled):
    """The patch gives exactly the other version as it is read; the table says the same in field titles."""
    path = f"/v1/disclosures/{settled.own.disclosure_id}"
    was = (await settled.read("representative", path)).json()
    settled.later()
    await settled.change("employer", "PUT", path, amended(settled))
    now = (await settled.read("representative", path)).json()
    whole = (await settled.read("representative", f"{path}/diff")).json()
    patch = await settled.ask("representative", "GET", f"{path}/diff?from=1&to=2", headers=PATCH)
    back = await settled.ask("representative", "GET", f"{path}/diff?from=2&to=1", headers=PATCH)

    assert patch.headers["content-type"].startswith("application/json-patch+json")
    assert jsonpatch.apply_patch(was["document"], patch.json()) == now["document"]
    assert jsonpatch.apply_patch(now["document"], back.json()) == was["document"]
    assert (whole["from"]["version"], whole["to"]["version"]) == (1, 2)
    assert whole["patch"] == patch.json()
    assert [each["path"] for each in whole["patch"] if each["path"].startswith("/uses")] == ["/uses/0"]
    (use,) = [each for each in whole["changes"] if each["pointer"] == "/uses/0"]
    assert (use["change"], use["was"], use["now"]["id"]) == ("added", None, "U-new")
    assert whole["more_changes"] == 0
    same = (await settled.read("representative", f"{path}/diff?from=2&to=2")).json()
    assert (same["patch"], same["changes"]) == ([], [])
    await no_other_versions(settled, path)
    await withdrawn(settled, path)


async def no_other_versions(place, path):
    """A version there is not is refused with the parameter's name, and nobody else sees any."""
    for query in ("from=3", "to=9", "from=0", "from=x&to=-1", "to=1.5", "from=99999999999999999999"):
        answer = await place.read("employer", f"{path}/diff?{query}")
        assert answer.status_code == 400, answer.text
        named = {part.split("=")[0] for part in query.split("&")}
        assert {each["code"] for each in answer.json()["errors"]} == named
    assert (await place.read("other representative", f"{path}/diff")).status_code == 404
    assert (await place.read("employer", f"{path}/diff?tree_size=3")).status_code == 400


async def withdrawn(place, path):
    """A withdrawal changes no field; what it is stands beside the version it withdraws."""
    withdrawal = EXAMPLES["withdrawDisclosure"]["never-deployed"]
    tag = (await place.good("employer", "GET", path)).headers["etag"]
    headers = {"If-Match": tag}
    await place.good("employer", "POST", f"{path}/withdrawal", json=withdrawal, headers=headers)
    found = (await place.read("representative", f"{path}/diff")).json()

    assert (found["to"]["kind"], found["patch"]) == ("withdrawal", [])
    assert found["to"]["reason"] == withdrawal["reason"]


def test_what_any_version_keeps_from_a_reader_is_in_no_side():
    """A section that one of them, or the newest, marks for its employer alone is compared by its employer alone."""

    def marked(level, n):
        marks = {"confidentiality": {"sections": {"tools": level}}}
        return {"schema_version": "2.0", "filing": marks, "tools": [{"id": "T1", "name": f"n{n}"}]}

    open_, kept = marked("public", 1), marked("employer", 2)
    for trio in ([open_, kept, open_], [kept, open_, open_], [open_, open_, kept]):
        assert all("tools" not in each for each in pure.readable(trio, "representative"))
        assert all("tools" in each for each in pure.readable(trio, "employer"))


def test_the_patch_alone_is_sent_to_whom_prefers_it():
    """By weight; whoever takes anything gets the whole answer."""
    assert wants_patch("application/json-patch+json")
    assert wants_patch("application/json;q=0.5, application/json-patch+json;q=0.9")
    assert not wants_patch("application/json, application/json-patch+json;q=0.9")
    assert not wants_patch("*/*")
    assert not wants_patch(None)
    assert not wants_patch("application/json-patch+json;q=x")
