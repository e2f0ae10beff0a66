"""Every door that can show the past shows, of every size of the ledger, what it showed when the ledger had that size."""

import pytest
from place import change_everything

from registry.ledger.past.http import parameters

CALLERS = ("administrator", "employer", "representative", "auditor", "other representative")
OF_NOW = {"facts", "judged_again_at", "moves"}
"""What the program remembers beside a record, and what can be done with it now; a moment tells neither."""
APART = ("/v1/bundle",)
"""Doors that have a test of this of their own."""
QUERIES = {
    "/v1/alerts": ("state=open", "state=acknowledged", "order=soonest", "due_within=3000", "held=true"),
    "/v1/requests": ("state=open", "state=closed"),
    "/v1/search": (
        "alert=open&facet=alert&facet=verdict&facet=craft&facet=local",
        "alert=acknowledged",
        "verdict=violation",
        "verdict=insufficient_information&order=oldest",
        "text=edit",
        "state=amended&facet=state",
    ),
}


def doors(app):
    """The address pattern of every door that takes a moment and tells of records."""
    return sorted(
        {
            route.path_format
            for route in app.routes
            if route.path_format not in APART
            for handler in getattr(route, "route_handlers", ())
            if "GET" in getattr(handler, "http_methods", ()) and "moment" in parameters(handler)
        }
    )


def addresses(app, tenants):
    """Every address of those doors for what the *tenants* have on record."""
    found = []
    for pattern in doors(app):
        for tenant in tenants:
            address = pattern
            values = {
                "employer_id": tenant.employer_id,
                "production_id": tenant.production_id,
                "disclosure_id": tenant.disclosure_id,
                "alert_id": tenant.alert_id,
                "request_id": tenant.request_id,
                "observation_id": tenant.observation_id,
                "evidence_id": tenant.evidence_id,
                "key": "iatse-ba-2024",
                "version": "1",
            }
            for name, value in values.items():
                address = address.replace(f"{{{name}}}", value)
            abouts = (
                ("exposure", "tools", "punctuality", "answers", "alerts") if "{about}" in address else ("",)
            )
            found += [address.replace("{about}", about) for about in abouts]
    found = list(dict.fromkeys(found))
    return found + [f"{path}?{query}" for path in found for query in QUERIES.get(path, ())]


def without(value):
    """*value* without what is of now only."""
    if isinstance(value, dict):
        return {key: without(each) for key, each in value.items() if key not in OF_NOW}
    return [without(each) for each in value] if isinstance(value, list) else value


async def taken(place, paths, **params):
    """Status and contents of every reading by every caller."""
    found = {}
    for caller in CALLERS:
        for path in paths:
            address, _, query = path.partition("?")
            sent = [tuple(part.split("=")) for part in query.split("&") if part] + list(params.items())
            answer = await place.ask(caller, "GET", address, params=sent)
            said = (
                without(answer.json()) if "json" in answer.headers.get("content-type", "") else answer.content
            )
            found[caller, path] = answer.status_code, said if answer.is_success else None
    return found


@pytest.mark.slow
async def test_of_every_size_it_is_what_it_was(settled):
    """Asked with tree_size, each reading of each caller is the one that was given at that size."""
    tenants = (settled.own, settled.foreign)
    paths = addresses(settled.app, tenants)
    assert len(paths) > 60
    live = {}
    plain, recording = settled.ask, []

    async def recorded(caller, method, path, **request):
        answer = await plain(caller, method, path, **request)
        if method in ("POST", "PUT") and not recording:
            recording.append(path)
            size = await settled.size()
            live[size] = settled.now, f"{method} {path}", await taken(settled, paths)
            recording.clear()
        return answer

    live[await settled.size()] = settled.now, "settled", await taken(settled, paths)
    settled.ask = recorded
    await change_everything(settled)
    live[await settled.size()] = settled.now, "swept", await taken(settled, paths)
    settled.ask = plain
    different = []
    for size, (_, what, told) in live.items():
        again = await taken(settled, paths, tree_size=str(size))
        for key, answer in told.items():
            if again[key] != answer:
                different.append((size, what, *key))
    assert different == []
