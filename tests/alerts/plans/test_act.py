"""A plan is read by those it concerns and changed by those it belongs to, one revision at a time."""

import asyncio
import datetime as dt
import json

import pytest

from registry.alerts.course import DEFAULT
from registry.alerts.plans import act, store
from registry.auth.scope import Principal
from registry.errors import Forbidden, Invalid, Malformed, NotFound, PreconditionMissing, Stale

NOW = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
REP = Principal(subject="rep-700", role="representative", locals=["IATSE:700"])
INTERNATIONAL = Principal(subject="intl", role="representative", unions=["IATSE"])
DIRECTORS = Principal(subject="dga", role="representative", locals=["DGA"])
ADMIN = Principal(subject="admin", role="administrator")
PLAN = {"remind_hours": 24, "steps": [{"after_hours": 48, "to": "union"}]}


async def change(db, principal, party, if_match='"0"', **fields):
    return await act.change(db, principal, party, json.dumps(PLAN | fields).encode(), if_match, NOW)


async def test_a_party_without_a_plan_shows_the_default(db):
    """Revision 0 says that the plan shown is nobody's own."""
    found = await act.show(db, REP, "IATSE:700")

    assert (found.source, found.revision, found.plan, found.changed_by) == ("default", 0, DEFAULT, None)


async def test_a_changed_plan_is_shown_with_its_author(db):
    """A change says who made it and when, and counts its revisions."""
    first = await change(db, REP, "IATSE:700")
    second = await change(db, REP, "IATSE:700", '"1"', remind_hours=12)
    found = await act.show(db, REP, "IATSE:700")

    assert (first.revision, second.revision) == (1, 2)
    assert found == second
    assert (found.source, found.plan.remind_hours, found.changed_by) == ("own", 12, "rep-700")
    assert found.changed_at == NOW


async def test_a_local_shows_its_unions_plan_and_cannot_change_it(db):
    """What applies is shown with whose it is; a local's representative reads the union's plan only."""
    await change(db, INTERNATIONAL, "IATSE")
    found = await act.show(db, REP, "IATSE:700")

    assert (found.source, found.revision, found.plan.remind_hours) == ("union", 0, 24)
    assert (await act.show(db, REP, "IATSE")).source == "own"
    with pytest.raises(Forbidden):
        await change(db, REP, "IATSE", '"1"')


async def test_an_international_changes_the_plan_of_its_locals(db):
    """A union speaks for its locals, and the administrator for everybody."""
    assert (await change(db, INTERNATIONAL, "IATSE:700")).revision == 1
    assert (await change(db, ADMIN, "IATSE:700", '"1"')).revision == 2


@pytest.mark.parametrize(
    ("principal", "party"),
    [
        (REP, "IATSE:800"),
        (REP, "DGA"),
        (DIRECTORS, "IATSE"),
        (INTERNATIONAL, "DGA"),
        (ADMIN, "IATSE:0"),
        (ADMIN, "employer"),
        (ADMIN, "IATSE:700 "),
        (ADMIN, "IATSE:\x00"),
    ],
)
async def test_foreign_and_unknown_parties_look_the_same(db, principal, party):
    """Neither is shown nor changed."""
    with pytest.raises(NotFound) as shown:
        await act.show(db, principal, party)
    with pytest.raises(NotFound) as changed:
        await change(db, principal, party)

    assert shown.value.detail == changed.value.detail
    assert party not in shown.value.detail


@pytest.mark.parametrize("role", ["employer", "auditor"])
async def test_others_have_no_plans(db, role):
    """Employers and auditors are not told how unions follow up."""
    with pytest.raises(Forbidden):
        await act.show(db, Principal(subject="x", role=role, employer_id="e"), "IATSE:700")


async def test_a_change_says_which_revision_it_changes(db):
    """Without If-Match, or with an old one, nothing is changed."""
    with pytest.raises(PreconditionMissing):
        await change(db, REP, "IATSE:700", None)
    with pytest.raises(Stale):
        await change(db, REP, "IATSE:700", '"1"')
    await change(db, REP, "IATSE:700")
    with pytest.raises(Stale):
        await change(db, REP, "IATSE:700", '"0"')

    assert (await act.show(db, REP, "IATSE:700")).revision == 1


@pytest.mark.parametrize("revision", [0, 1])
async def test_of_two_changes_at_once_one_is_made(db, revision):
    """Two writers of the same revision: one plan, one Stale, for the first plan and for a later one."""
    if revision:
        await change(db, REP, "IATSE:700")
    done = await asyncio.gather(
        *(change(db, REP, "IATSE:700", f'"{revision}"', remind_hours=hours) for hours in (3, 4)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in done) == ["PlanShown", "Stale"]
    assert (await act.show(db, REP, "IATSE:700")).revision == revision + 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"remind_hours": 1e400}', b'{"steps": [{"to": "\\u0000"}]}', b"\xff"]
)
async def test_a_body_that_cannot_be_kept_is_refused(db, body):
    """Broken JSON, NUL and numbers nobody can keep are refused, and nothing is stored."""
    with pytest.raises((Malformed, Invalid)):
        await act.change(db, REP, "IATSE:700", body, '"0"', NOW)

    assert (await act.show(db, REP, "IATSE:700")).revision == 0


async def test_alerts_look_plans_up_by_party(db):
    """What an alert asks for comes back by party; a party without a plan is not there."""
    await change(db, INTERNATIONAL, "IATSE")
    async with db.snapshot() as conn:
        found = await store.plans(conn, ["IATSE", "IATSE:700"])

    assert list(found) == ["IATSE"]
    assert found["IATSE"].remind_hours == 24
