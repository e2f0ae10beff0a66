import copy

from hypothesis import given
from hypothesis import strategies as st

from registry.disclosures import upgrade


def back(document):
    """The 1.0 document that a 2.0 document came from."""
    found = {**document, "schema_version": "1.0"}
    if "uses" in found:
        found["uses"] = [
            {
                **{name: value for name, value in use.items() if name != "policies_provided"},
                **(
                    {"policy_provided_on": use["policies_provided"][0]["on"]}
                    if "policies_provided" in use
                    else {}
                ),
            }
            for use in found["uses"]
        ]
    return found


USE = st.fixed_dictionaries(
    {"id": st.text(max_size=3)},
    optional={"policy_provided_on": st.just("2025-03-17"), "first": st.just("2025-03-24")},
)


@given(
    st.fixed_dictionaries(
        {"schema_version": st.just("1.0")}, optional={"uses": st.lists(USE), "data": st.just({})}
    )
)
def test_an_upgrade_loses_nothing_and_changes_nothing(document):
    """What was said can be read back from the result; the argument stays as it was."""
    before = copy.deepcopy(document)
    now = upgrade.upgrade(document)
    assert document == before
    assert now["schema_version"] == "2.0"
    assert back(now) == before


def test_the_one_day_of_1_0_becomes_a_list():
    """2.0 says version and receiver too, which 1.0 did not know."""
    now = upgrade.upgrade(
        {"schema_version": "1.0", "uses": [{"id": "u1", "policy_provided_on": "2025-03-17"}]}
    )
    assert now["uses"] == [{"id": "u1", "policies_provided": [{"on": "2025-03-17"}]}]


def test_a_current_document_stays():
    """There is no step from the current version."""
    document = {"schema_version": "2.0", "uses": [{"id": "u1"}]}
    assert upgrade.upgrade(document) == document


def test_steps_lead_from_every_version_to_the_current_one(schemas):
    """A version without a way to the current one could not be judged."""
    for version in schemas.versions:
        assert upgrade.upgrade({"schema_version": version})["schema_version"] == schemas.current
