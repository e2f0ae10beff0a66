"""What of a disclosure a caller may read, field by field."""

import copy
import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import files
from registry.disclosures import levels, release

FOLDER = files.SCHEMAS / "disclosure"
ORDER = ["public", "parties", "auditor", "employer"]
READS = {"public": 0, "representative": 1, "auditor": 2, "administrator": 3, "employer": 3}
EXAMPLES = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_bytes())
    for path in sorted((FOLDER / "examples").glob("*/*.json"))
}


def document(**marks):
    return {
        "schema_version": "2.0",
        "filing": {"confidentiality": marks},
        "production": {},
        "tools": [],
        "uses": [],
    }


def leaves(value, path=()):
    """Every place that holds a plain value, or an empty one."""
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for step, below in pairs:
            yield from leaves(below, (*path, step))
    else:
        yield path


@functools.cache
def schema(version):
    return json.loads((FOLDER / f"{version}.json").read_bytes())


def at(value, path):
    for step in path:
        value = value[step]
    return value


@functools.cache
def rank(version, path):
    """The strictest mark on the way to *path*: another reading of the schema than the one under test."""
    here, found = schema(version), 0
    for step in path:
        while "$ref" in here:
            meant = at(schema(version), here["$ref"].split("/")[1:])
            here = meant | {key: value for key, value in here.items() if key != "$ref"}
        if isinstance(step, int):
            here = here["items"]
        else:
            here = here["properties"][step]
            found = max(found, ORDER.index(here["x-release"]))
    return found


def mark(document, section):
    marks = document["filing"].get("confidentiality", {})
    return ORDER.index(marks.get("sections", {}).get(section, marks.get("default", "public")))


HIDDEN = {"production": {"id", "eidr", "isan"}, "employer": {"id", "legal_name", "lei"}}


def limit(document, role, path):
    """The strictest of schema and marks for a leaf, as the rules are told in words."""
    found = rank(document["schema_version"], tuple(0 if isinstance(step, int) else step for step in path))
    if path[0] == "schema_version" or (path[0] in {"filing", "production"} and role != "public"):
        return found
    if role == "public" and path[0] in HIDDEN and path[1] in HIDDEN[path[0]]:
        return 3
    return max(found, mark(document, path[0]))


def check(document, role):
    """Nothing stricter survives, nothing else is lost, what is gone is named, the argument is as it was."""
    before = copy.deepcopy(document)
    shown, kept = release.shown(document, role), release.withheld(document, role)
    every, left = set(leaves(document)), set(leaves(shown))
    wanted = {path for path in every if limit(document, role, path) <= READS[role]}

    assert document == before
    assert left & every == wanted
    assert all(at(shown, path) in ({}, []) for path in left - every)
    for path in every:
        above = {path[0], *(pointed(path[:end]) for end in range(1, len(path) + 1))}
        assert bool(above & set(kept)) == (path not in wanted)
        assert release.keeps(document, role, pointed(path)) == (path not in wanted)
    assert len(kept) == len(set(kept))


def pointed(path):
    return "".join(f"/{step}" for step in path)


@pytest.mark.parametrize("role", READS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_leaf_of_a_stricter_level_survives(name, role):
    """Every example against every role: exactly what schema and marks allow, the rest is named."""
    check(EXAMPLES[name], role)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.sampled_from(sorted(READS)),
    st.sampled_from([None, *ORDER]),
    st.dictionaries(
        st.sampled_from(["filing", "production", "employer", "tools", "uses", "workforce", "claims"]),
        st.sampled_from(ORDER),
    ),
)
def test_marks_only_narrow(name, role, default, sections):
    """Whatever an employer marks, nobody reads more than the schema's own levels let them."""
    marks = {"sections": sections} | ({"default": default} if default else {})
    plain = EXAMPLES[name] | {"filing": EXAMPLES[name]["filing"] | {"confidentiality": {}}}
    changed = plain | {"filing": plain["filing"] | {"confidentiality": marks}}
    check(changed, role)
    widest = set(leaves(release.shown(plain, role)))

    assert {path for path in leaves(release.shown(changed, role)) if path[0] != "filing"} <= widest


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_field_is_as_strict_as_what_it_stands_in(version):
    """No level below is more open than the one above, and `strictest` is the strictest."""

    def below(level):
        every = [*level.fields.values(), *([level.items] if level.items else [])]
        assert level.strictest == max([level.rank, *(each.strictest for each in every)])
        assert all(each.rank >= level.rank for each in every)
        for each in every:
            below(each)

    below(levels.of(version))
    assert levels.of(version).fields["uses"].items.fields["tool"].rank == 1
    assert levels.of(version).fields["filing"].fields["attested_by"].fields["email"].rank == 2


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
        ("parties", "public", ["filing", "production", "tools", "uses"]),
        ("public", "public", ["uses"]),
    ],
)
def test_a_level_is_a_limit(default, role, withheld):
    """From public over parties and auditor to employer; whose filing it is, every caller but the public reads."""
    assert release.withheld(document(default=default), role) == withheld


def test_a_section_may_have_its_own_level():
    """The default holds for the others."""
    marked = document(default="employer", sections={"uses": "parties"})

    assert release.withheld(marked, "representative") == ["tools"]
    assert "uses" in release.shown(marked, "representative")


def test_a_filing_that_says_nothing_has_the_levels_of_its_fields():
    """Neither a default nor marks: representatives read their sections, the public what is public."""
    silent = document() | {"claims": []}

    assert release.withheld(silent, "representative") == ["claims"]
    assert release.withheld(silent, "public") == ["uses", "claims"]


def test_a_field_no_schema_knows_is_the_employers():
    """No document that was taken has one; if one had, no other would read it."""
    odd = document() | {"rumours": [], "tools": [{"id": "t1", "secret": {"a": 1}}]}

    assert release.withheld(odd, "auditor") == ["rumours"]
    assert release.withheld(odd, "representative") == ["/tools/0/secret", "rumours"]
    assert release.shown(odd, "representative")["tools"] == [{"id": "t1"}]


def test_a_withdrawal_is_for_the_parties():
    """Its statement has no schema of its own here: representatives read it, the public does not."""
    said = {"reason": "duplicate", "explanation": "Twice.", "attested_by": {"name": "A", "title": "B"}}

    assert release.shown(said, "representative") == said
    assert release.shown(said, "public") == {}


def test_where_the_marks_are_gone_only_the_employer_reads():
    """A filing whose own section was redacted by order no longer says who may read the others."""
    left = {"schema_version": "2.0", "production": {"id": "a"}, "tools": [], "uses": []}

    assert release.withheld(left, "auditor") == ["tools", "uses"]
    assert release.withheld(left, "employer") == []
    assert release.shown(left, "public") == {"schema_version": "2.0"}


def test_a_title_waits_for_its_release():
    """The public reads neither title nor what leads to it before; afterwards both; never the code name."""
    told = EXAMPLES["2.0/mood-boards"]
    told = told | {"filing": told["filing"] | {"confidentiality": {}}}
    before, after = release.shown(told, "public"), release.shown(told, "public", titled=True)

    assert not before["production"].keys() & {"id", "eidr", "isan", "title", "title_type", "code_name"}
    assert after["production"]["title"] == "The Glass Coast"
    assert after["production"]["id"] == "the-glass-coast"
    assert "code_name" not in after["production"]
    assert not before["employer"].keys() & {"id", "legal_name", "lei"}
    assert after["employer"]["legal_name"] == told["employer"]["legal_name"]
    assert "/production/title" in release.withheld(told, "public")
    assert "/production/title" not in release.withheld(told, "public", titled=True)


def test_what_is_kept_in_part_is_named_by_section():
    """Pointers and names of sections come down to sections, each once."""
    assert release.sections(["claims", "/uses/0/a", "/uses/1/a"]) == ["claims", "uses"]


@pytest.mark.parametrize("pointer", ["", "/", "/uses", "/uses/x/y", "/tools/0/name/deeper", "/~1~0"])
def test_a_place_that_is_not_there_has_an_answer(pointer):
    """No pointer, whatever it names, breaks the question."""
    assert isinstance(release.keeps(document(), "employer", pointer), bool)
    assert release.keeps(document(default="employer"), "auditor", f"/uses{pointer}")
