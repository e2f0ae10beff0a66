"""What changed about a production or an employer between two moments."""

import jsonpatch
from place import change_everything
from world import OWN


async def test_everything_that_changed_stands_in_it(settled):
    """Record, filings, verdicts and alerts of the time in between; asked by sizes, the same for ever."""
    own = settled.own
    path, whole = f"/v1/productions/{OWN}/{own.production_id}", f"/v1/employers/{OWN}"
    since, instant = await settled.size(), settled.now
    record = (await settled.read("administrator", path)).json()["record"]
    await change_everything(settled)
    until = await settled.size()
    found = (await settled.good("auditor", "GET", f"{path}/diff?from={since}&to={until}")).json()
    by_instant = await settled.read("auditor", f"{path}/diff", **{"from": instant.isoformat()})

    assert (found["from"]["tree_size"], found["to"]["tree_size"]) == (since, until)
    (changed,) = found["records"]
    assert (changed["kind"], changed["from_revision"], changed["to_revision"]) == ("production", 1, 2)
    now = (await settled.read("administrator", path)).json()["record"]
    assert jsonpatch.apply_patch(record, changed["patch"]) == now
    assert {each["pointer"] for each in changed["changes"]} >= {"/title", "/locals"}
    assert [(each["version"], each["kind"]) for each in found["filings"]] == [(2, "amendment"), (1, "filing")]
    assert (await settled.good("auditor", "GET", found["filings"][0]["changes"])).json()["patch"]
    (moved,) = [each for each in found["alerts"] if each["alert_id"] == own.alert_id]
    assert moved["was"] == "open"
    assert moved["moves"] >= 1
    assert all(each["was"] != each["now"] for each in found["verdicts"])
    assert found["verdicts"]
    assert by_instant.json()["alerts"] == found["alerts"]
    await of_the_employer(settled, whole, since, until, found)
    await within_limits(settled, path, whole, since)
    settled.later(days=40)
    await settled.sweep()
    again = (await settled.good("auditor", "GET", f"{path}/diff?from={since}&to={until}")).json()
    assert again == found


async def of_the_employer(place, whole, since, until, found):
    """Its own record comes first; productions that moved follow."""
    every = (await place.good("auditor", "GET", f"{whole}/diff?from={since}&to={until}")).json()

    assert [each["kind"] for each in every["records"]] == ["employer", "production"]
    assert every["alerts"] == found["alerts"]
    assert every["production_id"] is None
    assert every["filings"] == found["filings"]


async def within_limits(place, path, whole, since):
    """Who may not see it at the later moment finds nothing; bad ends are refused by name, all of them."""
    # The production has left the steward's local: it is not theirs any more, and they knew it of then.
    assert (await place.read("representative", f"{path}/diff?from={since}")).status_code == 404
    mine = await place.read("representative", f"{path}/diff?from=1&to={since}")
    assert mine.status_code == 200
    assert (await place.read("other employer", f"{whole}/diff?from=1")).status_code == 404
    for query, says in {
        "": ["from is missing"],
        "from=never&to=2126-01-01T00:00:00Z": ["from is not an instant", "to is in the future"],
        "from=20&to=10": ["from is later than to"],
        "from=999999": ["not 999999"],
    }.items():
        refused = await place.read("auditor", f"{path}/diff?{query}")
        assert refused.status_code == 400, refused.text
        assert [each for each in says if each not in refused.text] == []
    refused = await place.read("auditor", f"{path}/diff?from=999999&to=999998")
    assert [each["code"] for each in refused.json()["errors"]] == ["from", "to"]
