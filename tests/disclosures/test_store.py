"""The searchable copy: who sees which rows, in which order, and what the judge is told."""

import datetime as dt

import papers
import pytest

from registry import errors
from registry.auth.scope import Principal, Scope, scope_of
from registry.disclosures import act, store
from registry.ledger.past import store as past

CALLERS = {
    "own employer": (papers.OFFICE, 2),
    "another employer": (papers.OTHERS, 1),
    "an employer without a name": (Principal(subject="x", role="employer"), 0),
    "editors": (papers.EDITORS, 3),
    "another local of the union": (papers.ARTISTS, 0),
    "the International": (Principal(subject="intl", role="representative", unions=["IATSE"]), 3),
    "another union": (Principal(subject="dga", role="representative", unions=["DGA"]), 0),
    "every auditor": (papers.AUDITOR, 3),
    "an auditor of one": (Principal(subject="aud", role="auditor", employers=["other-films"]), 1),
    "an auditor of none": (Principal(subject="aud", role="auditor", employers=[]), 0),
    "the administrator": (papers.ADMINISTRATOR, 3),
}


@pytest.fixture
async def filed(office):
    """Three disclosures of two employers, oldest first."""
    theirs = ("other-films", "harbor-lights-s1")
    return [
        (await papers.file(office, papers.document(**papers.uses()), key="a")).receipt,
        (await papers.file(office, papers.document(key=papers.SECOND), key="b")).receipt,
        (await papers.file(office, papers.document(key=theirs), key="c", principal=papers.OTHERS)).receipt,
    ]


@pytest.mark.parametrize("caller", CALLERS)
async def test_each_caller_sees_their_own(office, filed, caller):
    """In the list and one by one alike; what is foreign is as good as absent."""
    principal, count = CALLERS[caller]
    page = await act.find(office, principal, None, None, None)
    listed = {each.disclosure_id for each in page.items}

    assert len(listed) == count
    for receipt in filed:
        if receipt.disclosure_id in listed:
            assert (await act.show(office, principal, receipt.disclosure_id)).version == 1
        else:
            with pytest.raises(errors.NotFound):
                await act.show(office, principal, receipt.disclosure_id)
            with pytest.raises(errors.NotFound):
                await act.get_bytes(office, principal, receipt.disclosure_id, 1)
            with pytest.raises(errors.NotFound):
                await act.get_receipt(office, principal, receipt.disclosure_id, None)


async def test_pages_do_not_shift_when_others_file(office, filed):
    """A cursor stands behind an item, not at a number."""
    first = await act.find(office, papers.AUDITOR, None, None, 1)
    await papers.file(office, papers.document(), key="d")
    second = await act.find(office, papers.AUDITOR, None, first.next, 1)
    third = await act.find(office, papers.AUDITOR, None, second.next, 1)

    seen = [page.items[0].disclosure_id for page in (first, second, third)]
    assert seen == [receipt.disclosure_id for receipt in reversed(filed)]
    assert third.next is None


async def test_the_list_can_be_of_one_production(office, filed):
    """By the production's key."""
    page = await act.find(office, papers.OFFICE, papers.SECOND[1], None, None)

    assert [each.disclosure_id for each in page.items] == [filed[1].disclosure_id]


async def test_what_is_known_comes_in_the_order_it_became_known(office):
    """By ledger position, not by clocks; a later day's filings are not known before it."""
    early, late = papers.NOW - dt.timedelta(days=3), papers.NOW
    first = await papers.file(office, papers.document(), key="a", now=late)
    await papers.file(office, papers.document("quarterly_update"), key="b", now=early)
    await papers.withdraw(office, first.receipt.disclosure_id, now=late)

    async with office.snapshot() as conn:
        known = await store.load_known(conn, *papers.KEY)
        before = await store.load_known(conn, *papers.KEY, early)
    assert [(each.kind, each.type, each.version) for each in known] == [
        ("filing", "initial", 1),
        ("filing", "quarterly_update", 1),
        ("withdrawal", "initial", 2),
    ]
    assert [each.type for each in before] == ["quarterly_update"]


async def test_sections_an_employer_keeps_are_kept(office):
    """Left out and named for those who may not read them; the bytes as a whole are refused to them."""
    marks = {"confidentiality": {"default": "parties", "sections": {"tools": "auditor", "uses": "employer"}}}
    outcome = await papers.file(office, papers.document(filing=marks, **papers.uses()))
    id_ = outcome.receipt.disclosure_id

    for principal, withheld in (
        (papers.OFFICE, set()),
        (papers.EDITORS, {"tools", "uses"}),
        (papers.AUDITOR, {"uses"}),
    ):
        shown = await act.show(office, principal, id_)
        assert set(shown.withheld) == withheld
        assert not withheld & set(shown.document)
        if withheld:
            with pytest.raises(errors.Forbidden):
                await act.get_bytes(office, principal, id_, 1)
        else:
            assert (await act.get_bytes(office, principal, id_, 1)).body


async def test_a_mark_of_a_later_version_keeps_the_bytes_of_the_earlier_ones(office):
    """Also where it does not say the section again, and after a withdrawal; as of before, they are open."""
    plain = papers.document(**papers.uses())
    id_ = (await papers.file(office, plain)).receipt.disclosure_id
    size = await papers.count(office, "ledger_entry")
    marks = papers.amendment() | {"confidentiality": {"sections": {"tools": "employer"}}}
    await papers.amend(office, id_, papers.document(filing=marks))
    for number in range(2):
        for reader in (papers.EDITORS, papers.AUDITOR):
            with pytest.raises(errors.Forbidden, match="tools"):
                await act.get_bytes(office, reader, id_, 1)
        assert (await act.get_bytes(office, papers.OFFICE, id_, 1)).body
        if number == 0:
            await papers.withdraw(office, id_, if_match='"2"')
    async with office.snapshot() as conn:
        then = await past.resolve(conn, None, size)
    assert (await act.get_bytes(office, papers.EDITORS, id_, 1, then)).body


async def test_a_warning_tells_nobody_of_what_is_kept_from_them(office):
    """It quotes the document: whoever may not read a section, now or by a later mark, gets no warning about it."""
    use = papers.uses(occupations=["27-9999.99"])
    marks = {"confidentiality": {"sections": {"uses": "employer"}}}
    hidden = (await papers.file(office, papers.document(filing=marks, **use))).receipt.disclosure_id
    said = papers.document("quarterly_update", **use)
    later = (await papers.file(office, said, key="k-2")).receipt.disclosure_id
    for reader, told in ((papers.OFFICE, True), (papers.EDITORS, False)):
        (version,) = await act.list_versions(office, reader, hidden)
        assert ("27-9999.99" in str(version.warnings)) is told
        (version,) = await act.list_versions(office, reader, later)
        assert "27-9999.99" in str(version.warnings)
    await papers.amend(
        office, later, papers.document("quarterly_update", filing=papers.amendment() | marks, **use)
    )
    for version in await act.list_versions(office, papers.EDITORS, later):
        assert "27-9999.99" not in str(version.warnings)


async def test_a_version_that_is_not_there_is_not_found(office, filed):
    """Versions are counted from one to the newest."""
    for version in (0, 2, 1_000_000):
        with pytest.raises(errors.NotFound):
            await act.get_bytes(office, papers.OFFICE, filed[0].disclosure_id, version)


async def test_an_empty_scope_sees_nothing(office, filed):
    """No locals and no unions are a limit, not the absence of one."""
    async with office.snapshot() as conn:
        rows = await store.find_page(conn, Scope(locals=[], unions=[]), None, None, 10)

    assert rows == []
    assert scope_of(papers.AUDITOR).locals is None
