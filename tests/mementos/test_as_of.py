"""As of a moment: every reading shows what it showed then, whatever has happened since."""

import typing

import msgspec
import pytest
import world
from place import change_everything
from told import FINDING
from world import FOREIGN, OWN

from registry.db import Database
from registry.obligations.finding import Verdict

READERS = ("employer", "representative", "auditor", "administrator")
SAID = ("etag", "content-digest", "ledger-tree-size", "ledger-root", "ledger-checkpoint", "memento-datetime")


def readings(own):
    """The address of every reading of records there is."""
    disclosure, alert = f"/v1/disclosures/{own.disclosure_id}", f"/v1/alerts/{own.alert_id}"
    request, rules = f"/v1/requests/{own.request_id}", "/v1/agreements/iatse-ba-2024"
    return [
        *("/v1/disclosures", "/v1/employers", "/v1/productions", "/v1/requests", "/v1/requests?state=open"),
        *("/v1/observations", "/v1/agreements", rules, f"{rules}/publications", f"{rules}/timemap"),
        *(f"{disclosure}{way}" for way in ("", "/versions", "/versions/1", "/receipt", "/findings")),
        *(f"{disclosure}{way}" for way in ("/explanations", "/timemap", "/findings/timemap")),
        *(f"/v1/employers/{OWN}", f"/v1/productions/{OWN}/{own.production_id}"),
        *("/v1/alerts", "/v1/alerts?order=soonest", "/v1/alerts?due_within=3000", "/v1/alerts/groups"),
        *("/v1/alerts?state=open&held=true", "/v1/alerts?local=IATSE:700"),
        *(f"{alert}{way}" for way in ("", "/explanation", "/thread", "/extensions", "/timemap")),
        *(request, f"{request}/thread", f"/v1/observations/{own.observation_id}"),
        f"/v1/evidence/{own.evidence_id}",
    ]


async def taken(place, caller, **params):
    """What *caller* reads at each address: bytes, and the headers that say what they are."""
    found = {}
    for path in readings(place.own):
        answer = await place.read(caller, path, **params)
        assert answer.status_code == 200, (path, answer.text)
        found[path] = answer.content, {name: answer.headers.get(name) for name in SAID}
    return found


@pytest.mark.parametrize(
    "caller",
    [
        "representative",
        *(pytest.param(each, marks=pytest.mark.slow) for each in READERS if each != "representative"),
    ],
)
async def test_the_same_question_of_the_same_moment_has_the_same_answer(settled, caller):
    """Asked as of a size and as of an instant, before and after everything has changed: the same bytes."""
    size, instant = await settled.size(), settled.now
    settled.later()
    asked = [{"tree_size": str(size)}, {"as_of": instant.isoformat()}]
    before = [await taken(settled, caller, **each) for each in asked]
    await change_everything(settled)
    for each, told in zip(asked, before, strict=True):
        again = await taken(settled, caller, **each)
        assert [path for path in told if again[path] != told[path]] == [], each


@pytest.mark.slow
async def test_as_of_now_is_what_is_shown_now(settled):
    """Read from histories alone, a moment shows what the living records show, but for what is of now only."""
    await change_everything(settled)
    bare = {"facts", "judged_again_at", "moves"}
    for path in readings(settled.own):
        now = await settled.read("administrator", path)
        then = await settled.read("administrator", path, as_of=settled.now.isoformat())
        assert (now.status_code, then.status_code) == (200, 200), (path, then.text)
        if "json" in now.headers["content-type"]:
            assert without(then.json(), bare) == without(now.json(), bare), path


def without(value, names):
    """*value* with the members called *names* left out, wherever they stand."""
    if isinstance(value, dict):
        return {key: without(each, names) for key, each in value.items() if key not in names}
    return [without(each, names) for each in value] if isinstance(value, list) else value


async def test_rights_are_of_now_and_facts_are_of_then(settled):
    """A production that has left a local since was that local's then; another local's steward sees it now only."""
    size = await settled.size()
    path = f"/v1/disclosures/{settled.own.disclosure_id}"
    await change_everything(settled)

    async def status(caller, **params):
        return (await settled.read(caller, path, **params)).status_code

    assert await status("representative", tree_size=size) == 200
    assert await status("representative") == 404
    assert await status("other representative", tree_size=size) == 404
    assert await status("other representative") == 200
    assert await status("other employer", tree_size=size) == 404


async def test_before_it_was_there_it_is_not_there(settled):
    """A record that came later is not found, and stands in no list; the ledger's first entries show nothing."""
    foreign = settled.foreign
    records = (f"disclosures/{foreign.disclosure_id}", f"alerts/{foreign.alert_id}", f"employers/{FOREIGN}")
    for path in (f"/v1/{each}" for each in records):
        answer = await settled.read("administrator", path, tree_size=1)
        assert answer.status_code == 404, path
    for path in ("/v1/disclosures", "/v1/employers", "/v1/productions", "/v1/alerts", "/v1/requests"):
        listed = await settled.read("administrator", path, as_of="2020-01-01T00:00:00Z")
        assert listed.json()["items"] == [], path
        assert listed.headers["ledger-tree-size"] == "0"


async def test_an_instant_is_the_entries_appended_by_then(settled):
    """At the very instant of an entry it counts, a microsecond before it does not; a date of HTTP is its second's end."""
    path = f"/v1/employers/{FOREIGN}"
    settled.later(microseconds=500_000)
    size, changed = await settled.size(), settled.now
    record = world.employer_record(FOREIGN) | {"legal_name": "Renamed LLC"}
    await settled.change("administrator", "PUT", path, record)
    settled.later()
    at = await settled.read("administrator", path, as_of=changed.isoformat())
    before = await settled.read("administrator", path, as_of=changed.replace(microsecond=499_999).isoformat())
    second = await settled.ask(
        "administrator", "GET", path, headers={"Accept-Datetime": f"{changed:%a, %d %b %Y %H:%M:%S} GMT"}
    )

    assert at.headers["ledger-tree-size"] == second.headers["ledger-tree-size"] == str(size + 1)
    assert at.json()["record"]["legal_name"] == second.json()["record"]["legal_name"] == "Renamed LLC"
    assert before.headers["ledger-tree-size"] == str(size)
    assert before.json()["record"]["legal_name"] != "Renamed LLC"


async def test_the_answer_names_what_it_stands_on(settled):
    """Size, root, signed checkpoint and instant; the root is the ledger's own for that size."""
    size = await settled.size()
    answer = await settled.read("employer", "/v1/disclosures", tree_size=size - 3)
    proof = await settled.read("nobody", "/ledger/consistency", **{"from": size - 3, "to": size})
    plain = await settled.read("employer", "/v1/disclosures")

    assert proof.status_code == 200
    assert answer.headers["ledger-tree-size"] == str(size - 3)
    assert len(answer.headers["ledger-root"]) == 64
    assert answer.headers["memento-datetime"] == f"{settled.now:%a, %d %b %Y %H:%M:%S} GMT"
    assert "Accept-Datetime" in plain.headers["vary"]
    assert "ledger-tree-size" not in plain.headers


async def test_a_moment_that_is_none_is_refused_in_words(place):
    """Every fault at once, with the parameter's name; a date of HTTP to come is the newest, as RFC 7089 has it."""
    for params, says in {
        "as_of=2026-03-02": ["as_of is not an instant"],
        "as_of=2126-03-02T00:00:00Z": ["in the future"],
        "tree_size=99999": ["not 99999"],
        "tree_size=0": [">= 1"],
        "tree_size=x": ["tree_size"],
        "as_of=never&tree_size=1": ["both", "not an instant"],
        "tree_size=1&tree_size=2": ["tree_size", "more than once"],
        "as_of=2026-03-02T12:00:00Z&as_of=2026-03-02T13:00:00Z": ["as_of", "more than once"],
    }.items():
        answer = await place.ask("administrator", "GET", f"/v1/employers?{params}")
        assert answer.status_code == 400, answer.text
        assert [each for each in says if each not in answer.text] == []

    async def ask(said, **params):
        headers = {"Accept-Datetime": said}
        return await place.ask("administrator", "GET", "/v1/employers", headers=headers, params=params)

    for said in (
        "2026-03-02T00:00:00Z",
        "Tue, 02 Mar 2026 12:00:00 GMT",
        "Mon, 02 Mar 2026 12:00:00 UTC",
        "",
    ):
        assert (await ask(said)).status_code == 400, said
    oldest = await ask("Mon, 01 Jan 0001 00:00:00 GMT")
    assert oldest.headers["memento-datetime"] == "Mon, 01 Jan 1900 00:00:00 GMT"
    assert oldest.headers["ledger-tree-size"] == "0"
    newest = await ask("Sat, 02 Mar 2126 00:00:00 GMT")
    assert newest.headers["ledger-tree-size"] == str(await place.size())
    assert (await ask("Sat, 02 Mar 2126 00:00:00 GMT", tree_size=1)).headers["ledger-tree-size"] == "1"


async def test_what_is_kept_as_it_is_now_refuses_the_past(place):
    """No reading ignores the question, and the parameter is named; without it the same address answers."""
    paths = ["/v1/drafts", "/v1/subscriptions", "/v1/calendars", "/v1/schemas", "/v1/locals"]
    for path in paths:
        for params in ({"as_of": "2026-03-02T00:00:00Z"}, {"tree_size": 1}):
            answer = await place.read("employer", path, **params)
            assert answer.status_code == 400, answer.text
            assert answer.json()["errors"][0]["code"] == next(iter(params))
        assert (await place.read("employer", path)).status_code == 200


async def test_the_kind_of_alert_is_the_same_in_both_words(still):
    """What the database says a finding asks for is what the finding says itself."""
    made = [
        msgspec.structs.replace(
            FINDING, verdict=verdict, alert=alert, quiet=quiet, due_soon=soon, review=review
        )
        for verdict in typing.get_args(Verdict)
        for alert in ("", "accuracy")
        for quiet in (True, False)
        for soon in (True, False)
        for review in ([], ["Ask."])
    ]
    async with Database.open(still, size=1) as db, db.snapshot() as conn:
        told = [msgspec.to_builtins(each) for each in made]
        rows = await conn.fetch("SELECT alert_kind_of(f) FROM unnest($1::jsonb[]) AS f", told)

    assert [row[0] for row in rows] == [each.alert_kind for each in made]
