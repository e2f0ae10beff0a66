from datetime import date

import msgspec
import pytest

from registry.productions import record
from registry.productions.act import reference
from registry.productions.record import EmployerRecord, ProductionRecord


def faults_of(document):
    check = record.check_production if "production_id" in document else record.check_employer
    return {(fault.pointer, fault.code) for fault in check(document, reference())}


def employer_record(document):
    return msgspec.convert(document, EmployerRecord)


def production_record(document):
    return msgspec.convert(document, ProductionRecord)


def test_right_records_have_no_fault(employer, production):
    """The factory's records are what an administrator would send."""
    right = employer(lei="5493001KJTIIGC8Y1R12")

    assert faults_of(right) == set()
    assert faults_of(production(eidr="10.5240/7EC7-228A-510A-053E-CBB8-J")) == set()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"lei": "5493001KJTIIGC8Y1R13"}, ("/lei", "not-a-lei")),
        ({"employer_id": "Northlight"}, ("/employer_id", "not-a-key")),
        ({"employer_id": "-northlight"}, ("/employer_id", "not-a-key")),
        ({"employer_id": "é"}, ("/employer_id", "not-a-key")),
        ({"employer_id": ""}, ("/employer_id", "not-a-key")),
        ({"employer_id": "northlight\n"}, ("/employer_id", "not-a-key")),
        ({"parent_id": "n" * 64}, ("/parent_id", "not-a-key")),
        ({"parent_id": "northlight-pictures"}, ("/parent_id", "own-parent")),
        ({"agreements": [{"agreement": "iatse-ba-2042"}]}, ("/agreements/0/agreement", "unknown-code")),
        (
            {"agreements": [{"agreement": "iatse-ba-2024", "locals": ["IATSE:0"]}]},
            ("/agreements/0/locals/0", "unknown-code"),
        ),
        (
            {"agreements": [{"agreement": "iatse-ba-2024", "from": "2025-01-01", "to": "2024-12-31"}]},
            ("/agreements/0/to", "ends-before-it-starts"),
        ),
    ],
)
def test_a_fault_of_an_employer_is_named_where_it_stands(changes, fault, employer):
    """Check characters, keys, codes and the order of days."""
    assert faults_of(employer(**changes)) == {fault}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"eidr": "10.5240/7EC7-228A-510A-053E-CBB8-K"}, ("/eidr", "not-a-eidr")),
        ({"isan": "0000-0000-D07A-0090-R-0000-0000-X"}, ("/isan", "not-a-isan")),
        ({"time_zone": "America/Los_Angelos"}, ("/time_zone", "unknown-code")),
        ({"locations": [{"country": "XX"}]}, ("/locations/0/country", "unknown-code")),
        (
            {"locations": [{"country": "US", "subdivision": "US-ZZ"}]},
            ("/locations/0/subdivision", "unknown-code"),
        ),
        (
            {"locations": [{"country": "CA", "subdivision": "US-CA"}]},
            ("/locations/0/subdivision", "other-country"),
        ),
        ({"agreements": ["iatse"]}, ("/agreements/0", "unknown-code")),
        ({"locals": ["IATSE:700", "IATSE:700"]}, ("/locals/1", "twice")),
        (
            {"phases": [{"phase": "post", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}]},
            ("/phases/0/ends_on", "ends-before-it-starts"),
        ),
    ],
)
def test_a_fault_of_a_production_is_named_where_it_stands(changes, fault, production):
    """Check characters, places, time zones, codes and the order of days."""
    assert faults_of(production(**changes)) == {fault}


def test_united_scenic_artists_are_not_the_exhibition_employees(production):
    """`IATSE:USA829` and `IATSE:829` are both locals, and `USA:829` is answered with a nearest one."""
    assert faults_of(production(locals=["IATSE:USA829", "IATSE:829"])) == set()

    (fault,) = record.check_production(production(locals=["IATSE:USA892"]), reference())
    assert fault.nearest == "IATSE:USA829"


@pytest.mark.parametrize(
    ("changes", "nearest"),
    [
        ({"locals": ["Local 700"]}, "IATSE:700"),
        ({"agreements": ["iatse ba 2024"]}, "iatse-ba-2024"),
        ({"time_zone": "America/Los_Angelos"}, "America/Los_Angeles"),
        ({"format": "HB-SVOD"}, "hb_svod"),
    ],
)
def test_a_code_as_people_write_it_gets_the_one_that_was_meant(changes, nearest, production):
    """The fault names the nearest code, also for other spellings of it."""
    (fault,) = record.check_production(production(**changes), reference())

    assert fault.nearest == nearest


def test_all_faults_of_a_record_come_at_once(production):
    """Form, codes and order together; one fault for a place."""
    document = production(production_id="Harbor Lights", format="film", locals=["X:1", 7], time_zone="PST8")

    assert {pointer for pointer, _ in faults_of(document)} == {
        "/production_id",
        "/format",
        "/locals/0",
        "/locals/1",
        "/time_zone",
    }


def test_an_agreement_nobody_signed_is_refused(employer, production):
    """A production is made under agreements of its employer."""
    (fault,) = record.check_signed(
        production_record(production(agreements=["iatse-ba-2024", "tag-2024"])), employer_record(employer())
    )

    assert (fault.pointer, fault.code) == ("/agreements/1", "not-signed")
    assert fault.allowed == ["dga-ba-2023", "iatse-ba-2024"]


def test_a_signature_in_use_cannot_be_taken_away(employer, production):
    """It gets a last day instead; the fault names the production."""
    left = employer_record(employer(agreements=[{"agreement": "dga-ba-2023"}]))
    (fault,) = record.check_still_signed(left, [production_record(production())])

    assert fault.code == "in-use"
    assert "harbor-lights-s1" in fault.detail


def test_a_local_that_no_agreement_covers_is_a_doubt_not_a_fault(employer, production):
    """It comes back as a warning with the accepted record."""
    (doubt,) = record.doubts(
        production_record(production(locals=["IATSE:700", "IATSE:52"])),
        employer_record(employer()),
        reference().editions,
    )

    assert (doubt.pointer, doubt.code, doubt.severity) == ("/locals/1", "local-not-covered", "warning")


def test_the_rules_are_told_what_binds_a_production_and_where_it_is_made(employer, production):
    """Bindings with their days, places by their most exact code, and the time zone days are counted in."""
    said = record.statement_production(
        employer_record(employer()), production_record(production()), reference().editions
    )

    assert said.locations == ["US-CA"]
    assert said.time_zone == "America/Los_Angeles"
    assert [(each.agreement, each.locals, each.since) for each in said.bindings] == [
        ("iatse-ba-2024", ["IATSE:700"], date(2024, 8, 1)),
        ("dga-ba-2023", ["DGA"], date(2023, 9, 1)),
    ]
