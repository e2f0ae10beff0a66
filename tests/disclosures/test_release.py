"""Which sections a caller may read."""

import pytest

from registry.disclosures import release


def document(**marks):
    return {
        "schema_version": "2.0",
        "filing": {"confidentiality": marks},
        "production": {},
        "tools": [],
        "uses": [],
    }


@pytest.mark.parametrize(
    ("default", "role", "withheld"),
    [
        ("public", "representative", []),
        ("parties", "representative", []),
        ("auditor", "representative", ["tools", "uses"]),
        ("employer", "representative", ["tools", "uses"]),
        ("parties", "auditor", []),
        ("auditor", "auditor", []),
        ("employer", "auditor", ["tools", "uses"]),
        ("employer", "administrator", []),
        ("employer", "employer", []),
    ],
)
def test_a_level_is_a_limit(default, role, withheld):
    """From public over parties and auditor to employer; whose filing it is can always be read."""
    assert release.withheld(document(default=default), role) == withheld


def test_a_section_may_have_its_own_level():
    """The default holds for the others."""
    marked = document(default="employer", sections={"uses": "parties"})

    assert release.withheld(marked, "representative") == ["tools"]
    assert "uses" in release.shown(marked, "representative")


def test_a_filing_that_says_nothing_is_for_the_parties():
    """Neither a default nor marks: representatives and auditors read it."""
    assert release.withheld({"filing": {}, "tools": []}, "representative") == []
