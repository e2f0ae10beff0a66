from datetime import date

import pytest

from registry.agreements import terms
from registry.agreements.terms import Edition, Signature

BASIC = Edition(
    key="iatse-ba-2024",
    title="Basic Agreement",
    since=date(2024, 8, 1),
    until=date(2027, 7, 31),
    unions=["IATSE"],
    locals=["IATSE:700", "IATSE:600"],
)
DIRECTORS = Edition(key="dga-ba-2023", title="DGA Basic Agreement", since=date(2023, 7, 1), unions=["DGA"])
EDITIONS = {each.key: each for each in (BASIC, DIRECTORS)}


def bound(*signatures, agreements=("iatse-ba-2024", "dga-ba-2023"), locals_=("IATSE:700", "DGA")):
    return terms.bindings(signatures, list(agreements), list(locals_), EDITIONS)


def test_a_signature_binds_for_its_own_days():
    """The days said on the signature are the days of the binding."""
    (binding,) = bound(
        Signature("iatse-ba-2024", ["IATSE:700"], since=date(2025, 1, 1), until=date(2026, 1, 1))
    )

    assert (binding.since, binding.until) == (date(2025, 1, 1), date(2026, 1, 1))
    assert binding.locals == ["IATSE:700"]


def test_an_agreement_the_production_is_not_made_under_does_not_bind():
    """Signed by the employer is not enough."""
    assert bound(Signature("iatse-ba-2024"), agreements=["dga-ba-2023"]) == []


def test_an_agreement_nobody_signed_does_not_bind():
    """Named by the production is not enough."""
    assert bound() == []


@pytest.mark.parametrize(
    ("signature", "since", "until"),
    [
        (Signature("iatse-ba-2024"), date(2024, 8, 1), date(2027, 7, 31)),
        (Signature("iatse-ba-2024", signed_on=date(2025, 3, 1)), date(2025, 3, 1), date(2027, 7, 31)),
        (
            Signature("iatse-ba-2024", signed_on=date(2025, 3, 1), since=date(2024, 8, 1)),
            date(2024, 8, 1),
            date(2027, 7, 31),
        ),
        (
            Signature("iatse-ba-2024", since=date(2020, 1, 1), until=date(2030, 1, 1)),
            date(2024, 8, 1),
            date(2027, 7, 31),
        ),
        (Signature("dga-ba-2023"), date(2023, 7, 1), None),
    ],
)
def test_days_that_are_not_said_are_the_editions(signature, since, until):
    """`from`, else the day of signing, else the edition's first day; never outside the edition's term."""
    (binding,) = bound(signature)

    assert (binding.since, binding.until) == (since, until)


def test_a_signature_outside_its_editions_term_binds_on_no_day():
    """Signed for days after the edition has run out: nothing binds."""
    assert bound(Signature("iatse-ba-2024", since=date(2028, 1, 1))) == []


def test_a_signature_without_locals_is_for_all_the_editions_locals():
    """Only those of them that work on the production are bound, and no other union's."""
    (binding,) = bound(Signature("iatse-ba-2024"), locals_=["IATSE:700", "IATSE:52", "DGA"])

    assert binding.locals == ["IATSE:700"]


def test_an_edition_of_unknown_locals_covers_its_unions():
    """Where the list of locals is not known, the union decides."""
    (binding,) = bound(Signature("dga-ba-2023"))

    assert binding.locals == ["DGA"]


def test_a_binding_has_the_days_of_its_signature():
    """First and last day as signed; that both are included is the judge's to hold."""
    (binding,) = bound(Signature("iatse-ba-2024", since=date(2025, 1, 1), until=date(2025, 12, 31)))

    assert (binding.since, binding.until) == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_gap_between_two_signatures_is_a_gap():
    """An employer that left and came back is bound twice, not once for all the days between."""
    first = Signature("iatse-ba-2024", since=date(2024, 8, 1), until=date(2025, 1, 31))
    second = Signature("iatse-ba-2024", since=date(2025, 6, 1))
    found = bound(second, first)

    assert [binding.since for binding in found] == [date(2024, 8, 1), date(2025, 6, 1)]
    assert [binding.until for binding in found][:1] == [date(2025, 1, 31)]


def test_days_nobody_can_count_with_are_brought_into_reach():
    """A first day of year 1 and a last day of year 9999 would overflow the arithmetic of deadlines."""
    (binding,) = bound(Signature("dga-ba-2023", since=date(1, 1, 1), until=date(9999, 12, 31)))

    assert (binding.since, binding.until) == (date(2023, 7, 1), terms.LATEST)
