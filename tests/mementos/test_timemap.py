"""Timemaps: every line of one leads to what the record was then, by its address and by its date."""

import datetime as dt
import re

from hypothesis import given
from hypothesis import strategies as st
from place import change_everything

from registry.ledger.moment import http_date
from registry.mementos.timemap import Change, timemap


def lines(text):
    """Address, relations and date of each line of a list in application/link-format."""
    found = []
    for line in text.strip().split(",\n"):
        address, rel = re.match(r'<([^>]*)>; rel="([^"]*)"', line).groups()
        date = re.search(r'datetime="([^"]*)"', line)
        found.append((address, rel.split(), date and date[1]))
    return found


@given(st.lists(st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)), max_size=4))
def test_every_moment_is_a_line_and_the_ends_say_so(instants):
    """The record itself, the list itself, then each moment; the first and the last are marked."""
    changes = [Change(size + 1, at.replace(tzinfo=dt.UTC)) for size, at in enumerate(sorted(instants))]
    first, second, *rest = lines(timemap("https://r.example/v1/x", changes))

    assert first == ("https://r.example/v1/x", ["original", "timegate"], None)
    assert second[:2] == ("https://r.example/v1/x/timemap", ["self"])
    assert [(address.partition("?")[2], date) for address, _, date in rest] == [
        (f"tree_size={each.size}", http_date(each.at)) for each in changes
    ]
    assert [number for number, line in enumerate(rest) if "first" in line[1]] == [0][: len(rest)]
    assert [number for number, line in enumerate(rest) if "last" in line[1]] == [len(rest) - 1][: len(rest)]


async def test_each_line_leads_to_what_was_then(settled):
    """Versions, judgements, moves, publications: by address and by date the same answer, which names its moment."""
    await change_everything(settled)
    own = settled.own
    records = {
        f"/v1/disclosures/{own.disclosure_id}": ("version", [1, 2]),
        f"/v1/alerts/{own.alert_id}": ("revision", None),
        f"/v1/disclosures/{own.disclosure_id}/findings": ("judged_at", None),
        "/v1/agreements/iatse-ba-2024": ("packs", None),
    }
    for path, (name, wanted) in records.items():
        shown = await settled.read("auditor", path)
        assert f'<{path}>; rel="original timegate"' in shown.headers["link"]
        assert f'<{path}/timemap>; rel="timemap"; type="application/link-format"' in shown.headers["link"]
        listed = await settled.read("auditor", f"{path}/timemap")
        assert listed.headers["content-type"].startswith("application/link-format")
        moments = [(address, date) for address, rel, date in lines(listed.text) if "memento" in rel]
        said = []
        for address, date in moments:
            by_address = await settled.read("auditor", address[address.index("/v1") :])
            by_date = await settled.ask("auditor", "GET", path, headers={"Accept-Datetime": date})
            assert by_address.status_code == by_date.status_code == 200, by_address.text
            assert by_address.headers["memento-datetime"] == date
            assert f'datetime="{date}"' in by_address.headers["link"]
            said.append(by_address.json()[name])
        assert by_address.json()[name] == by_date.json()[name] == shown.json()[name]
        assert len(moments) >= 2
        assert wanted in (None, said)
    foreign = await settled.read("employer", f"/v1/alerts/{settled.foreign.alert_id}/timemap")
    assert foreign.status_code == 404


async def test_versions_name_their_neighbours(settled):
    """RFC 5829: before, behind, the newest, and where all of them are."""
    await change_everything(settled)
    path = f"/v1/disclosures/{settled.own.disclosure_id}"
    first = (await settled.read("auditor", f"{path}/versions/1")).headers["link"]
    second = (await settled.read("auditor", f"{path}/versions/2")).headers["link"]

    assert f'<{path}/versions/2>; rel="successor-version"' in first
    assert "predecessor-version" not in first
    assert f'<{path}/versions/1>; rel="predecessor-version"' in second
    assert "successor-version" not in second
    for link in (first, second):
        assert f'<{path}>; rel="latest-version"' in link
        assert f'<{path}/versions>; rel="version-history"' in link
