import hashlib
import json
import time

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import example as case
from hypothesis import strategies as st

from registry import files
from registry.disclosures import schemas as schema_files
from registry.disclosures import upgrade, wording
from registry.errors import Corrupt, Invalid, SchemaViolation, UnknownSchema

DISCLOSURE = files.SCHEMAS / "disclosure"
EXAMPLES = sorted(f"{path.parent.name}/{path.stem}" for path in (DISCLOSURE / "examples").glob("*/*.json"))
REFUSED = json.loads((DISCLOSURE / "examples" / "refused.json").read_bytes())
LEVELS = {"public", "parties", "auditor", "employer"}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=20)
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=25,
)


def read(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


def put(document, pointer, value):
    *outer, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in outer:
        document = document[step]
    document[last] = value


def places(schema, path=""):
    """Every property in *schema*, with where it stands."""
    for name, sub in schema.get("properties", {}).items():
        if path.startswith("/$defs") or path == "":
            yield f"{path}/{name}", sub
    for name, sub in schema.get("$defs", {}).items():
        yield from places(sub, f"/$defs/{name}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_published_example_is_valid_and_upgrades(schemas, example, name):
    """An example of any version is valid there, and valid as the current version after its upgrade."""
    document = example(name)
    before = json.dumps(document)
    schemas.check(document)

    now = upgrade.upgrade(document)

    assert now["schema_version"] == schemas.current
    schemas.check(now)
    assert json.dumps(document) == before


def test_every_version_has_its_examples(schemas):
    """Four examples a version at least, a nil return among them."""
    for version in schemas.versions:
        names = [name for name in EXAMPLES if name.startswith(f"{version}/")]
        assert len(names) >= 4
        assert f"{version}/nil-return" in names


@pytest.mark.parametrize("refused", REFUSED, ids=[each["says"] for each in REFUSED])
def test_every_refused_example_tells_its_faults(schemas, example, refused):
    """Each says exactly where the faults are, what they are, and which value was meant."""
    document = example(refused["example"])
    for pointer, value in refused["set"].items():
        put(document, pointer, value)

    with pytest.raises(Invalid) as caught:
        schemas.check(document)

    told = [
        {"pointer": fault.pointer, "code": fault.code, "nearest": fault.nearest}
        for fault in caught.value.faults
    ]
    assert told == refused["expected"]
    for fault in caught.value.faults:
        assert fault.detail
        assert fault.fix
        assert fault.severity == "error"


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_every_property_speaks_for_itself(schemas, version):
    """Each property has a title, a description, a release level and the version it came with."""
    schema = json.loads(schemas.body(version))
    count = 0
    for where, sub in places(schema):
        count += 1
        assert sub["title"], where
        assert sub["description"], where
        assert sub["x-release"] in LEVELS, where
        assert sub["x-since"] in schemas.versions, where
        assert sub["x-since"] <= version, where
    assert count > 250


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_schemas_are_2020_12_and_closed(schemas, version):
    """Absolute `$id`, `$defs`, no open object anywhere, whole numbers only, limits on every list and text."""
    schema = json.loads(schemas.body(version))
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://ai-use-registry.example/schemas/disclosure/{version}.json"

    stack = [schema]
    while stack:
        sub = stack.pop()
        stack.extend(each for each in sub.values() if isinstance(each, dict))
        stack.extend(each for each in sub.get("allOf", []) if isinstance(each, dict))
        kind = sub.get("type")
        assert kind != "number"
        if kind == "object":
            assert sub["unevaluatedProperties"] is False
        if kind == "array":
            assert sub["maxItems"] <= 2000
        if kind == "string":
            assert sub.get("enum") or sub.get("pattern") or sub["maxLength"] <= 4000


def test_recommended_and_ordered_fields_exist(schemas):
    """What the schema's own keywords name is there to be named."""
    for version in schemas.versions:
        schema = json.loads(schemas.body(version))
        for sub in [schema, *schema["$defs"].values()]:
            names = sub.get("properties", {})
            for each in sub.get("x-recommended", []):
                assert set([each] if isinstance(each, str) else each) <= set(names)
            for pair in [*sub.get("x-order", []), *sub.get("x-dated", [])]:
                assert set(pair) <= set(names)


def test_what_1_0_has_2_0_has(schemas):
    """Nothing is lost from version to version but the field that was replaced."""
    old, new = ({where for where, _ in places(json.loads(schemas.body(v)))} for v in ("1.0", "2.0"))
    assert old - new == {"/$defs/use/policy_provided_on"}
    added = {"/adm", "/pre_hire_disclosures", "/footage_control", "/materials", "/$defs/prompts/reuse"}
    assert added <= new - old


def test_examples_show_every_field_of_2_0(schemas, example):
    """Whoever looks for how to fill in a field that 2.0 brought finds it filled in."""
    schema = json.loads(schemas.body("2.0"))
    shown = set()

    def walk(value, sub):
        sub = {**schema["$defs"].get(sub.get("$ref", "").removeprefix("#/$defs/"), {}), **sub}
        for inner in value if isinstance(value, list) else []:
            walk(inner, sub["items"])
        for name, inner in value.items() if isinstance(value, dict) else []:
            shown.add((sub["title"], name))
            walk(inner, sub["properties"][name])

    for name in EXAMPLES:
        if name.startswith("2.0/"):
            walk(example(name), schema)

    for home in [schema, *schema["$defs"].values()]:
        for name, sub in home.get("properties", {}).items():
            if sub["x-since"] == "2.0" and home["title"] != "Levels by section":
                assert (home["title"], name) in shown, (home["title"], name)


def test_a_published_version_that_was_edited_is_not_loaded():
    """One changed byte of a published schema stops the program."""
    found = read(DISCLOSURE)
    found["1.0.json"] = found["1.0.json"].replace(b"Minutes of music", b"Minute of music")
    with pytest.raises(Corrupt, match=r"schema 1\.0"):
        schema_files.load(found, read(files.SCHEMAS / "codes"))


def test_a_new_version_is_one_more_file(example):
    """Its bytes, its digest and its line in the list of versions; its own checks come with it."""
    found = read(DISCLOSURE)
    schema = json.loads(found["2.0.json"].replace(b"2.0", b"2.1"))
    schema["$defs"]["tool"]["properties"]["maker_lei"] = {"type": "string", "title": "LEI", "x-check": "lei"}
    found["2.1.json"] = json.dumps(schema).encode()
    versions, digests = json.loads(found["versions.json"]), json.loads(found["digests.json"])
    versions["versions"]["2.1"] = {"published_on": "2027-01-04"}
    found["versions.json"] = json.dumps(versions | {"current": "2.1"}).encode()
    found["digests.json"] = json.dumps(
        digests | {"2.1": hashlib.sha256(found["2.1.json"]).hexdigest()}
    ).encode()
    newer = schema_files.load(found, read(files.SCHEMAS / "codes"))
    document = example("2.0/mood-boards") | {"schema_version": "2.1"}
    newer.check(document)
    document["tools"][0]["maker_lei"] = "213800KUD8LXJWSQ9D15"

    with pytest.raises(SchemaViolation) as caught:
        newer.check(document)

    assert [fault.pointer for fault in caught.value.faults] == ["/tools/0/maker_lei"]
    assert newer.versions == ("1.0", "2.0", "2.1")


def test_1_0_is_on_its_way_out(schemas):
    """The dates of its deprecation and sunset are known, the sunset last."""
    old = schemas.deprecated["1.0"]
    assert old.deprecated_at < old.sunset_at
    assert old.deprecated_at.tzinfo is not None
    assert set(schemas.deprecated) == {"1.0"}


def test_missing_recommended_facts_are_warnings(schemas, example):
    """A valid document is answered with what it leaves open, and is not refused for it."""
    document = example("2.0/mood-boards")
    del document["uses"][0]["prompts"]
    warnings = schemas.check(document)
    assert [(w.pointer, w.code, w.severity) for w in warnings if w.pointer.startswith("/uses")] == [
        ("/uses/0/prompts", "recommended", "warning")
    ]


@pytest.mark.parametrize(
    ("place", "answer", "at"),
    [
        ("/synthetics/0", "notified", "notified_on"),
        ("/replicas/2", "rights_holder_consented", "rights_holder_consented_on"),
        ("/adm/0", "adverse", "adverse_on"),
        ("/workforce/0/warn", "noticed", "notice_on"),
    ],
)
def test_a_day_beside_a_no_is_a_warning(schemas, example, place, answer, at):
    """What is said not to have happened, and on which day it did, cannot both be meant."""
    document = example("2.0/likenesses-and-notices")
    assert not [each for each in schemas.check(document) if each.code == "contradiction"]
    put(document, f"{place}/{answer}", False)

    [warning] = [each for each in schemas.check(document) if each.code == "contradiction"]

    assert (warning.pointer, warning.severity) == (f"{place}/{at}", "warning")


def test_a_nil_return_is_not_asked_for_uses(schemas, example):
    """It is complete as it is."""
    warnings = schemas.check(example("2.0/nil-return"))
    assert not [each for each in warnings if each.pointer in {"/uses", "/tools"}]


def test_exhibition_employees_are_not_scenic_artists(schemas, example):
    """IATSE:829 is a local of its own; who writes it is asked whether IATSE:USA829 was meant."""
    document = example("2.0/mood-boards")
    document["uses"][0]["locals"] = ["IATSE:829", "IATSE:USA829"]
    [warning] = [each for each in schemas.check(document) if each.code == "look-alike"]
    assert warning.pointer == "/uses/0/locals/0"
    assert warning.nearest == "IATSE:USA829"


def test_an_occupation_outside_the_list_is_taken_with_a_warning(schemas, example):
    """The list of crafts is not all of O*NET-SOC."""
    document = example("2.0/mood-boards")
    document["uses"][0]["occupations"] = ["43-9061.00"]
    assert [w.code for w in schemas.check(document) if "occupations" in w.pointer] == ["unusual-code"]


@pytest.mark.parametrize("given", [None, 2, 2.0, "3.0", [], {}, "", "2.0 ", "x" * 5000])
def test_a_version_that_does_not_exist_is_refused_with_those_that_do(schemas, given):
    """Anything but a published version is UnknownSchema."""
    with pytest.raises(UnknownSchema) as caught:
        schemas.check({"schema_version": given})
    [fault] = caught.value.faults
    assert fault.pointer == "/schema_version"
    assert fault.allowed == ["1.0", "2.0"]
    assert len(fault.detail) < 300


@pytest.mark.parametrize("said", ["", None])
def test_what_must_be_there_is_never_to_be_left_out(schemas, example, said):
    """An empty field that is required is to be filled; one that is not may be left out."""
    document = example("2.0/mood-boards")
    document["filing"]["attested_by"]["name"] = said
    document["filing"]["note"] = said

    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)

    fixes = {fault.pointer: fault.fix for fault in caught.value.faults}
    assert fixes["/filing/attested_by/name"].startswith("Fill it in. Full name")
    assert fixes["/filing/note"].startswith("Leave the field out")


def test_a_number_is_not_shown_as_yes_or_no(schemas, example):
    """1 is not true, though Python has them equal."""
    document = example("2.0/mood-boards")
    document["uses"][0]["required_by_employer"] = 1

    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)

    assert [fault.detail[-7:] for fault in caught.value.faults] == [" not 1."]


def test_a_day_that_cannot_be_read_is_shown(schemas, example):
    """Somebody with a thousand rows needs to see which cell it was."""
    document = example("2.0/mood-boards")
    document["uses"][0]["last"] = "13/45/2026"

    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)

    assert "13/45/2026" in caught.value.faults[0].detail


def test_at_most_a_hundred_faults_are_listed(schemas, example):
    """The hundred and first entry says how many there are beside them."""
    document = example("2.0/mood-boards")
    document["uses"][0]["locals"] = [f"IATSE:X{n}" for n in range(250)]
    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)
    faults = caught.value.faults
    assert len(faults) == wording.MOST + 1
    assert faults[-1].code == "more"
    assert "150 more" in faults[-1].detail


HUGE = {
    "empty uses": {"uses": [{} for _ in range(300_000)]},
    "empty events": {"workforce": [{"id": "w1", "events": [{} for _ in range(300_000)]}]},
    "numbers for names": {
        "tools": [{"id": "t1", "name": "x", "category": "code", "vendor": list(range(150_000))}]
    },
    "fields nobody knows": {f"field{n}": n for n in range(80_000)},
    "a filing that is a list": {"filing": [{}] * 300_000},
    "many uses with wrong locals": {"uses": [{"locals": ["IATSE:7"] * 60} for _ in range(1500)]},
    "a nil return with everything": {"filing": {"type": "nil_return"}, "uses": [{}] * 300_000},
    "one long text": {"production": {"id": "x" * 1_000_000}},
    "one long name": {"x" * 1_000_000: 1},
}


@pytest.mark.parametrize("name", HUGE)
def test_a_megabyte_of_faults_is_told_quickly_and_briefly(schemas, example, name):
    """However many faults there are, the answer is short and takes about a second at most."""
    document = {**example("2.0/mood-boards"), **HUGE[name]}
    began = time.process_time()
    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)
    assert time.process_time() - began < 3
    assert len(caught.value.faults) <= wording.MOST + 1
    for fault in caught.value.faults:
        assert len(fault.detail) <= 300
        assert len(fault.fix) <= 300
    assert len(msgspec.json.encode(caught.value.faults)) < 130_000


def test_a_large_valid_document_is_valid(schemas, example):
    """The limits are those the schema names, and no lower."""
    document = example("2.0/mood-boards")
    use = document["uses"][0]
    document["uses"] = [{**use, "id": f"u{n}"} for n in range(2000)]
    assert not schemas.check(document)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("2.0")])
def test_large_documents_have_the_same_faults_as_small_ones(schemas, example, name):
    """Checked piece by piece or whole, the same is found."""
    document = example(name)
    document["filing"]["attested_by"] = {"nome": 1}
    document["zz"] = 1
    document["production"] = {"locations": [{"country": 1}]}
    expected = faults_of(schemas, document)
    document["notices"] = [
        {"id": f"n-{n}", "to": "a", "what": "b", "sent_at": "2025-01-01", "mode": "x"} for n in range(450)
    ]
    for use in document.get("uses", []):
        use["classifications"] = [f"c{n}" for n in range(490)]
    assert faults_of(schemas, document) == expected


def faults_of(schemas, document):
    with pytest.raises(SchemaViolation) as caught:
        schemas.check(document)
    return [
        (fault.pointer, fault.code)
        for fault in caught.value.faults
        if not fault.pointer.startswith("/notices")
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["filing", "production", "employer", "tools", "uses", "x"]), JSON))
@case({"filing": {"type": "nil_return"}, "uses": "x"})
@case({"filing": {"type": [], "period": {"from": 1, "to": "2025-01-01"}}})
def test_any_json_is_valid_or_refused_and_never_a_bug(schemas, document):
    """Whatever JSON comes, the answer is warnings or a refusal that can be sent."""
    try:
        answer = schemas.check({"schema_version": "2.0", **document})
    except Invalid as fault:
        answer = fault.faults
        assert answer
    assert len(answer) <= wording.MOST + 1
    msgspec.json.encode(answer)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_put_anywhere_in_an_example_is_never_a_bug(schemas, example, data):
    """One value of a real document replaced by anything: still an answer."""
    document = example(data.draw(st.sampled_from(EXAMPLES)))
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(JSON | st.integers() | st.sampled_from(["IATSE:70", "2025-13-01", "u1", "US-XX"]))
    try:
        answer = schemas.check(document)
    except Invalid as fault:
        answer = fault.faults
    msgspec.json.encode(answer)


def test_checking_an_ordinary_document_takes_microseconds(schemas, example):
    """A document of the usual size is checked in well under a millisecond."""
    document = example("2.0/compelled-prompts")
    best = min(timed(lambda: schemas.check(document)) for _ in range(200))
    assert best < 0.001


def timed(act):
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
