"""Settings are read once, and a misspelt one is never ignored."""

from pathlib import Path

import pytest

from registry import settings
from registry.errors import Invalid


def test_every_default_works_without_an_environment():
    """A fresh machine sets nothing."""
    read = settings.read({"PATH": "/bin", "HOME": "/root"})

    assert read.database_url == ""
    assert read.data_dir == Path(".registry")
    assert read.address == "http://127.0.0.1:8321"


def test_values_are_converted():
    """Texts of the environment become numbers and paths."""
    read = settings.read({"REGISTRY_PORT": "80", "REGISTRY_DATA_DIR": "/srv/registry", "REGISTRY_HOST": "::"})

    assert (read.port, read.data_dir, read.host) == (80, Path("/srv/registry"), "::")


def test_an_unknown_name_is_refused_with_the_nearest_known_one():
    """A misspelt setting is found at the start, not in production."""
    with pytest.raises(Invalid, match="REGISTRY_DATABAS_URL; did you mean REGISTRY_DATABASE_URL"):
        settings.read({"REGISTRY_DATABAS_URL": "postgresql://db/registry"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("PORT", "http"), ("POOL_SIZE", "0"), ("SWEEP_SECONDS", "-1")],
)
def test_a_value_of_the_wrong_form_is_refused_by_name(name, value):
    """The refusal names the variable as the operator wrote it, and does not repeat the value."""
    with pytest.raises(Invalid, match=f"REGISTRY_{name} is wrong") as refused:
        settings.read({f"REGISTRY_{name}": value})

    assert value not in str(refused.value)


def test_an_empty_value_is_the_default():
    """Compose files pass a name left out as an empty text."""
    assert settings.read({"REGISTRY_PORT": "", "REGISTRY_DATA_DIR": ""}) == settings.read({})


def test_the_names_of_the_tests_are_passed_over():
    """A program started by a test does not stumble over what only the tests read."""
    assert settings.read(dict.fromkeys(settings.OF_THE_TESTS, "x")) == settings.read({})


def test_the_public_address_wins():
    """Links in answers lead to the address callers use."""
    assert settings.read({"REGISTRY_PUBLIC_URL": "https://ai.example/"}).address == "https://ai.example"
