"""The OpenAPI document: committed as the code makes it, complete, and true of what is accepted."""

from pathlib import Path
from uuid import UUID

import jsonschema_rs
import msgspec
import pytest

from registry import app as house
from registry import contract, openapi, problems
from registry.examples import EXAMPLES
from registry.productions import shape
from registry.publishing import draft
from registry.settings import Settings
from registry.threads import evidence

FILE_ID = UUID(int=1)
FILE = Path(__file__).parents[1] / "openapi" / "openapi.json"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    settings = Settings(database_url="postgres://nowhere", data_dir=tmp_path_factory.mktemp("data"))
    return house.create(settings)


@pytest.fixture(scope="module")
def document(app):
    return openapi.document(app)


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in contract.METHODS:
                yield method, path, operation


def references(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_committed_document_is_the_one_the_code_makes(document):
    """Drift fails; `make openapi` writes it anew."""
    assert FILE.read_bytes() == contract.encode(document), "run `make openapi` and commit the result"


def test_every_operation_is_described(document):
    """Id, summary, description, who may, and what is answered; ids are not used twice."""
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(ids) == len(set(ids))
    for method, path, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert operation["tags"], (method, path)
        assert bool(operation["security"]) == bool(operation["x-roles"]), (method, path)


def test_every_parameter_says_what_it_is(document):
    """A name, a place, a schema, and words for whoever fills it in."""
    for method, path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["schema"], (method, path, parameter["name"])
        named = {
            parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"
        }

        assert named == {step[1:-1] for step in path.split("/") if step.startswith("{")}


def test_every_operation_names_its_problems(document):
    """Refusals are problem documents; what needs a token says 401 and 403; what takes a body says how much."""
    for method, path, operation in operations(document):
        statuses = set(operation["responses"])

        assert {"400", "500", "503"} <= statuses, (method, path)
        assert {"401", "403"} <= statuses or not operation["x-roles"], (method, path)
        assert {"413", "422"} <= statuses or "requestBody" not in operation, (method, path)
        assert any(status.startswith("2") for status in statuses), (method, path)


def test_every_body_is_described_with_an_example(document):
    """A door that takes raw bytes says what they are; the disclosure schemas are in the document."""
    bare = {"trySubscription", "resumeSubscription", "replayDelivery"}
    for method, path, operation in operations(document):
        if method in ("post", "put") and operation["operationId"] not in bare:
            (media,) = operation["requestBody"]["content"].values()

            assert media["schema"], (method, path)
            assert media["examples"], (method, path)


def test_every_reference_leads_somewhere(document):
    """No `$ref` is dangling, none leads out of the document."""
    for reference in set(references(document)):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]

        assert found


def test_every_answer_has_a_shape(document):
    """No answer of JSON is just any object."""
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            for media, said in answer.get("content", {}).items():
                if media == "application/json" and operation["operationId"] != "getVersion":
                    assert said["schema"] not in ({}, {"type": "object"}), (method, path, status)


def test_every_component_is_a_schema(document):
    """Each component is a JSON Schema that compiles, with its references."""
    for name in document["components"]["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}

        jsonschema_rs.Draft202012Validator(schema)


def test_the_examples_are_accepted(app, document):
    """Each example of a body follows both the document's schema and the code's own check."""
    schemas = app.state.house.schemas
    bodies = {
        operation["operationId"]: operation.get("requestBody") for _, _, operation in operations(document)
    }
    records = {name: handler.opt.get("record") for name, _, handler in openapi.described(app)}
    for operation, examples in EXAMPLES.items():
        (media,) = bodies[operation]["content"].values()
        validator = jsonschema_rs.Draft202012Validator(
            {**media["schema"], "components": document["components"]}
        )
        for example in examples.values():
            validator.validate(msgspec.to_builtins(example))
            if operation.endswith("Evidence"):
                assert evidence.examined(FILE_ID, "minutes.txt", "text/plain", example.encode())
            elif operation == "unsubscribe":
                assert example == {"List-Unsubscribe": "One-Click"}  # by RFC 8058; it is not read
            elif isinstance(example, str):
                assert draft.publication(example.encode(), app.state.house.packs, {}).kind == "pack"
            elif records[operation]:
                assert shape.check(records[operation], example) == []
            else:
                schemas.check(msgspec.to_builtins(example))


def test_a_disclosure_schema_in_the_document_decides_as_the_published_one(app, document):
    """Moved into the document, a schema refuses and takes what it did where it was published."""
    components = document["components"]
    for version in app.state.house.schemas.versions:
        published = jsonschema_rs.Draft202012Validator(
            msgspec.json.decode(app.state.house.schemas.body(version))
        )
        moved = jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{contract.DISCLOSURE}-{version}", "components": components}
        )
        good = {**EXAMPLES["fileDisclosure"]["initial"], "schema_version": version}
        for case in (good, {**good, "more": 1}, {**good, "tools": [{}]}, {}, {**good, "uses": [{"id": "!"}]}):
            assert moved.is_valid(case) == published.is_valid(case)


def test_the_documents_statuses_are_those_problems_have():
    """Every status of problems.py is described, and nothing else."""
    said = {kind.status for kind in problems.kinds()}

    assert set(contract.PROBLEMS) <= said
    assert said - set(contract.PROBLEMS) <= {405, 415}


def test_every_kind_of_problem_is_shown(document):
    """Each slug that belongs to an operation stands as an example under its status."""
    shown = {
        (slug, example["value"]["status"])
        for answer in document["components"]["responses"].values()
        for media in answer["content"].values()
        for slug, example in media["examples"].items()
    }

    assert shown == {
        (kind.slug, kind.status) for kind in problems.kinds() if kind.status in contract.PROBLEMS
    }


def test_a_reference_is_moved_with_what_it_names():
    """`#/$defs/x` becomes a component of its own, wherever the reference stands."""
    schema = {
        "$id": "https://x",
        "$ref": "#/$defs/a",
        "properties": {"$ref": {"$ref": "#/$defs/b"}},
        "$defs": {"a": {"items": [{"$ref": "#/$defs/b"}]}, "b": {"type": "string"}},
    }

    assert contract.hoisted("S", schema) == {
        "S": {
            "$ref": "#/components/schemas/S.a",
            "properties": {"$ref": {"$ref": "#/components/schemas/S.b"}},
        },
        "S.a": {"items": [{"$ref": "#/components/schemas/S.b"}]},
        "S.b": {"type": "string"},
    }
