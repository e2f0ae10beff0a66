import asyncio
import datetime as dt
import json

import pytest
import told
from told import ADMINISTRATOR, NOW, OFFICE, OTHERS, REP, SETTINGS, subscribe

from registry.errors import IllegalMove, Invalid, KeyReused, NotFound, PreconditionMissing, Stale
from registry.outgoing import signing
from registry.subscriptions import act, store
from registry.subscriptions.subscription import live

DAY = dt.timedelta(days=1)
REST = {"address": "http://127.0.0.1:9/other"}


async def stored(db, made):
    async with db.snapshot() as conn:
        return await store.get(conn, made.subscription.subscription_id, None)


async def rotate(db, made, tag='"1"', at=NOW, who=REP, **body):
    name = made.subscription.subscription_id
    return await act.rotate(db, who, name, json.dumps(body).encode(), tag, at)


async def change(db, made, tag='"1"', who=REP, **body):
    name = made.subscription.subscription_id
    return await act.change(db, who, name, json.dumps(REST | body).encode(), tag, SETTINGS, NOW)


async def test_a_secret_is_shown_when_it_is_made_and_never_again(db):
    """It signs; whoever reads the subscription later sees that it is there."""
    made = await subscribe(db)
    shown = await act.show(db, REP, made.subscription.subscription_id)

    assert len(signing.plain(made.secret)) == 32
    assert made.secret not in told.msgspec.json.encode(shown).decode()
    assert [each.kind for each in shown.secrets] == ["v1"]
    assert (await stored(db, made)).secrets[0].secret == made.secret


async def test_a_key_pair_shows_its_public_half_always(db):
    """v1a: whoever receives needs no secret."""
    made = await subscribe(db, signing="v1a")
    shown = await act.show(db, REP, made.subscription.subscription_id)

    assert made.secret.startswith("whsk_")
    assert shown.secrets[0].public == signing.public_of(made.secret)


@pytest.mark.parametrize("way", ["slack", "teams", "email"])
async def test_only_webhooks_have_a_secret(db, way):
    """And only mail has a link that ends it."""
    made = await subscribe(db, way=way, **({"address": "rep@example.org"} if way == "email" else {}))
    row = await stored(db, made)

    assert (made.secret, row.secrets) == (None, [])
    assert (row.unsubscribe is not None) is (way == "email")
    with pytest.raises(IllegalMove):
        await rotate(db, made)


async def test_two_secrets_live_while_one_is_exchanged(db):
    """The old one for a day unless said otherwise; a third exchange ends the oldest at once."""
    made = await subscribe(db)
    second = await rotate(db, made)
    row = await stored(db, made)
    third = await rotate(db, made, '"2"', NOW + dt.timedelta(hours=1), signing="v1a")
    last = await stored(db, made)

    assert [each.secret for each in live(row.secrets, NOW)] == [second.secret, made.secret]
    assert [each.secret for each in live(row.secrets, NOW + DAY)] == [second.secret]
    assert [each.secret for each in last.secrets] == [third.secret, second.secret]
    assert third.secret.startswith("whsk_")


async def test_an_exchange_may_end_the_old_secret_at_once(db):
    """When it has become known to somebody."""
    made = await subscribe(db)
    fresh = await rotate(db, made, keep_hours=0)

    assert [each.secret for each in (await stored(db, made)).secrets] == [fresh.secret]


@pytest.mark.parametrize(("tag", "refusal"), [(None, PreconditionMissing), ('"7"', Stale)])
async def test_a_change_names_the_revision_it_changes(db, tag, refusal):
    """Address, wish and pace, and the secret, too."""
    made = await subscribe(db)
    with pytest.raises(refusal):
        await change(db, made, tag)
    with pytest.raises(refusal):
        await rotate(db, made, tag)


async def test_of_two_changes_at_once_one_is_taken(db):
    """The other learns that it is out of date."""
    made = await subscribe(db)
    found = await asyncio.gather(*(change(db, made) for _ in range(2)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in found) == ["Stale", "SubscriptionLine"]


async def test_a_subscription_is_its_owners_alone(db):
    """The same name at another employer is somebody else; an administrator sees that it is there."""
    made = await subscribe(db, OFFICE, address="http://127.0.0.1:9/secret-path")
    name = made.subscription.subscription_id
    for who in (OTHERS, REP):
        with pytest.raises(NotFound):
            await act.show(db, who, name)
        with pytest.raises(NotFound):
            await change(db, made, who=who)
        with pytest.raises(NotFound):
            await rotate(db, made, who=who)
    with pytest.raises(NotFound):
        await change(db, made, who=ADMINISTRATOR)
    seen = await act.show(db, ADMINISTRATOR, name)

    assert seen.address == "http://127.0.0.1:9/…"
    assert (seen.owner, seen.role) == (OFFICE.subject, "employer")
    assert [len((await act.find(db, who, None, None)).items) for who in (OFFICE, OTHERS, ADMINISTRATOR)] == [
        1,
        0,
        1,
    ]


async def test_a_repeat_with_its_key_makes_one_subscription(db):
    """The same answer, secret included; another body with the key is refused; another owner's key is another."""
    first = await subscribe(db, key="k-1")
    again = await subscribe(db, key="k-1")
    other = await subscribe(db, OFFICE, key="k-1")
    with pytest.raises(KeyReused):
        await subscribe(db, key="k-1", form="cloudevents")
    await rotate(db, first)
    late = await subscribe(db, key="k-1")

    assert again == first
    assert other.subscription.subscription_id != first.subscription.subscription_id
    assert late.secret is None


async def test_nobody_has_more_than_a_hundred(db, monkeypatch):
    """An ended one counts no more."""
    monkeypatch.setattr(act, "MOST", 2)
    await subscribe(db)
    await subscribe(db)
    with pytest.raises(IllegalMove):
        await subscribe(db)
    await subscribe(db, OFFICE)


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/", "ftp://x/", "x"],
)
async def test_an_address_that_can_never_be_reached_is_refused(db, address):
    """When it is given, and when it is changed."""
    made = await subscribe(db)
    with pytest.raises(Invalid) as new:
        await subscribe(db, address=address)
    with pytest.raises(Invalid):
        await change(db, made, address=address)

    assert [fault.pointer for fault in new.value.faults] == ["/address"]


async def test_pages_of_subscriptions_never_shift(db):
    """Newest first, by the cursor."""
    made = [await subscribe(db) for _ in range(3)]
    first = await act.find(db, REP, None, 2)
    await subscribe(db)
    second = await act.find(db, REP, first.next, 2)
    names = [each.subscription_id for page in (first, second) for each in page.items]

    assert names == [each.subscription.subscription_id for each in reversed(made)]
    assert second.next is None


async def test_a_change_takes_the_owners_present_reach(db):
    """A representative who serves fewer locals than before is told of fewer."""
    made = await subscribe(db)
    fewer = told.msgspec.structs.replace(REP, locals=["IATSE:800"])
    await change(db, made, who=fewer)

    assert (await stored(db, made)).principal.locals == ["IATSE:800"]
