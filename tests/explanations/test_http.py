"""The doors of explanations, through the whole application."""

import pytest
import world


@pytest.fixture
async def settled(dsn, tmp_path):
    """The application with one tenant on record."""
    async with world.opened(dsn, tmp_path) as (_, one):
        yield one, await one.settle(world.OWN)


async def test_an_explanation_is_json_or_text_as_accept_asks(settled):
    """One address, two forms; each says what it is."""
    asked, tenant = settled
    address = f"/v1/disclosures/{tenant.disclosure_id}/explanations"
    given = await asked.good("representative", "GET", address, params={"rule": "reg/"})
    told = await asked.good(
        "representative", "GET", address, params={"rule": "reg/"}, headers={"Accept": "text/plain"}
    )

    assert given.headers["content-type"] == "application/json"
    assert told.headers["content-type"].startswith("text/plain")
    assert {each["rule"].partition("/")[0] for each in given.json()["explanations"]} == {"reg"}
    assert "reg/initial-filing" in told.text
    assert "Prima facie, for a person to pursue; never a legal conclusion." in told.text


async def test_an_alert_is_explained_at_its_own_address(settled):
    """The finding of the alert, and no other."""
    asked, tenant = settled
    alert = (await asked.good("representative", "GET", f"/v1/alerts/{tenant.alert_id}")).json()
    address = f"/v1/alerts/{tenant.alert_id}/explanation"
    given = (await asked.good("representative", "GET", address)).json()
    told = await asked.good("representative", "GET", address, headers={"Accept": "text/plain"})

    assert (given["rule"], given["subject"]) == (alert["rule"], alert["subject"])
    assert given["tree"] or given["time"]
    assert alert["rule"] in told.text.splitlines()[0]


async def test_an_instant_without_an_offset_is_refused_and_a_stranger_finds_nothing(settled):
    """400 that says how to write it; 404 for another union, as for the findings themselves."""
    asked, tenant = settled
    address = f"/v1/disclosures/{tenant.disclosure_id}/explanations"

    naive = {"as_of": "2026-01-01T00:00:00"}
    wrong = await asked.ask("employer", "GET", address, params=naive)
    beside = await asked.ask("employer", "GET", address.replace("explanations", "findings"), params=naive)
    assert wrong.status_code == beside.status_code == 400, wrong.text
    assert "offset" in wrong.text
    assert (await asked.ask("other representative", "GET", address)).status_code == 404
    assert (await asked.ask("nobody", "GET", address)).status_code == 401
