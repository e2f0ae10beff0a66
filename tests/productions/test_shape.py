import pytest

from registry.productions import shape
from registry.productions.record import EmployerRecord, ProductionRecord


def found(kind, document):
    return {(fault.pointer, fault.code) for fault in shape.check(kind, document)}


def test_a_right_record_has_no_fault(employer, production):
    """The form of a full record is accepted."""
    assert found(EmployerRecord, employer(publicly_traded=None)) == set()
    assert found(ProductionRecord, production()) == set()


def test_every_fault_is_found_at_once(production):
    """A wrong kind of value, a missing member, an unknown one and a wrong word all come together."""
    document = production(title=7, locations=[{"subdivision": "US-CA"}], titel="x", format="hb_svood")
    document["phases"] = [{"phase": "post", "starts_on": "01/05/2026"}]
    del document["employer_id"]

    assert found(ProductionRecord, document) == {
        ("/title", "wrong-form"),
        ("/titel", "unknown-member"),
        ("/employer_id", "missing"),
        ("/format", "not-allowed"),
        ("/locations/0/country", "missing"),
        ("/phases/0/starts_on", "wrong-form"),
    }


def test_a_misspelt_word_gets_the_nearest_one(production):
    """The fault lists what is allowed and names the nearest."""
    (fault,) = shape.check(ProductionRecord, production(format="hb_svood"))

    assert fault.nearest == "hb_svod"
    assert "theatrical" in fault.allowed
    assert "hb_svod" in fault.fix


def test_a_misspelt_member_gets_the_nearest_one(employer):
    """`legalname` is answered with `legal_name`."""
    faults = shape.check(EmployerRecord, employer(legalname="Northlight"))

    assert [fault.nearest for fault in faults] == ["legal_name"]


@pytest.mark.parametrize("document", [None, [], 7, "text", True, 1.5])
def test_a_document_that_is_no_object_has_one_fault(document):
    """Whatever it is, the fault says so and points at the whole."""
    (fault,) = shape.check(EmployerRecord, document)

    assert (fault.pointer, fault.code) == ("", "wrong-form")


def test_null_stands_for_unknown_only_where_that_is_allowed(production):
    """A title may not be null, a code name may."""
    assert found(ProductionRecord, production(code_name=None)) == set()
    assert found(ProductionRecord, production(title=None)) == {("/title", "wrong-form")}


def test_a_huge_value_is_not_repeated(production):
    """A fault never carries more of the document than a glance needs."""
    faults = shape.check(ProductionRecord, production(title="x" * 100_000, **{"y" * 5_000: 1}))

    assert len(faults) == 2
    assert all(len(fault.detail) + len(fault.pointer) < 400 for fault in faults)


def test_a_list_has_a_limit(production):
    """More than 500 items are one fault, not 501."""
    (fault,) = shape.check(ProductionRecord, production(locals=[7] * 501))

    assert (fault.pointer, fault.code) == ("/locals", "too-long")


def test_names_in_pointers_are_escaped(employer):
    """`/` and `~` in a member's name are written as RFC 6901 has it."""
    (fault,) = shape.check(EmployerRecord, employer(**{"a/b~c": 1}))

    assert fault.pointer == "/a~1b~0c"
