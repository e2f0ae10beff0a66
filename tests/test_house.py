"""The rules of the house that a machine can hold (README, "The house").

The folder says whose a line is, the file name says which trade. A module of a room is pure unless its name
is that of a trade: no waiting, no outside world, no clock, no chance, no logging.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "registry"
BIN = Path(sys.executable).parent
TRADES = {"http", "act", "store", "worker"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 50

OUTSIDE = {
    *("aiohttp", "asyncio", "asyncpg", "concurrent", "fcntl", "granian", "http", "httpx", "importlib"),
    *("litestar", "logging", "multiprocessing", "os", "pathlib", "pgqueuer", "psutil", "random", "requests"),
    *("secrets", "select", "shutil", "signal", "socket", "ssl", "structlog", "subprocess", "sys", "tempfile"),
    *("threading", "time", "urllib.request", "uuid_utils", "uvloop"),
}
CLOCKS = {"now", "today", "utcnow"}
WORLD = {"open", "print", "input", "exec", "eval", "breakpoint"}

IMPURE = {
    "disclosures/levels.py": "reads the schemas that ship with the code, once: no projection can forget them",
    "auth/jwks.py": "fetches an issuer's keys over HTTP, with a time limit and a cache",
    "auth/issuer.py": "makes and keeps the local issuer's key in the data folder",
    "ledger/log/mark.py": "keeps what was let out in a file outside the database, under a lock",
}
"""Modules of rooms that are no trade and yet touch the world: each says why."""

LONG_FILES: dict[str, str] = {
    "examples.py": "one example after the other, by operation: a table",
}
LONG_FUNCTIONS: dict[str, str] = {}
"""Longer than the house likes, each with the reason: a table, a schema, a list that reads best whole."""


def modules():
    return sorted(path for path in HOUSE.rglob("*.py") if "shipped" not in path.parts)


def name(path):
    return path.relative_to(HOUSE).as_posix()


def tree(path):
    return ast.parse(path.read_text(), filename=str(path))


def rooms():
    """Every module of a room."""
    return [path for path in modules() if path.parent != HOUSE]


def pure():
    """Modules of rooms whose name is no trade. A demonstration is a story, not a room."""
    return [
        path
        for path in rooms()
        if path.stem not in TRADES and name(path) not in IMPURE and path.relative_to(HOUSE).parts[0] != "demo"
    ]


def doors():
    return [path for path in rooms() if path.stem == "http"]


def imported(node):
    """Full names of what an import statement brings in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def brought_in(node):
    """What an import brings from the outside world, or from another trade."""
    for full in imported(node):
        parts = full.split(".")
        plumbing = parts[:2] in (["registry", "db"], ["registry", "clock"], ["registry", "embedded"])
        if parts[0] in OUTSIDE or ".".join(parts[:2]) in OUTSIDE or plumbing:
            yield f"{node.lineno}: import of {full}"
        if parts[0] == "registry" and TRADES & set(parts[2:4]):
            yield f"{node.lineno}: import of another trade, {full}"
        if parts[0] == "uuid" and parts[-1] in {"uuid1", "uuid4"}:
            yield f"{node.lineno}: chance, {full}"


def world_in(path):
    """Everything in *path* that a pure module does not have, as `line: what`."""
    for node in ast.walk(tree(path)):
        yield from brought_in(node)
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield f"{node.lineno}: waits"
            case ast.Call(func=ast.Name(id=called)) if called in WORLD:
                yield f"{node.lineno}: {called}()"
            case ast.Call(func=ast.Attribute(attr=called), args=[]) if called in CLOCKS:
                yield f"{node.lineno}: looks at the clock, .{called}()"


def run(*words):
    done = subprocess.run([BIN / words[0], *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing():
    """Every rule of ruff but the ones pyproject.toml turns off with a reason."""
    run("ruff", "check")


def test_ruff_would_change_nothing():
    """The formatter has been run."""
    run("ruff", "format", "--check")


def test_mypy_finds_nothing():
    """Types hold, strictly."""
    run("mypy")


def test_imports_go_downward():
    """Rooms stack; only doors speak HTTP; only the database module speaks asyncpg."""
    run("lint-imports", "--no-cache")


def test_every_ignore_has_its_reason():
    """A rule that is turned off says why, on its line."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    inside = False
    for line in lines:
        inside = line.endswith("= [") and ("ignore" in line or "**" in line) if not inside else line != "]"
        if inside and line.startswith('    "'):
            assert "#" in line, line


def test_every_silenced_line_names_its_rule():
    """`noqa` and `type: ignore` say which rule they silence."""
    for path in [*modules(), *(ROOT / "tests").rglob("*.py")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = line.partition("#")[2]
            if path != Path(__file__) and ("noqa" in words or "type: ignore" in words):
                assert "noqa: " in words or "type: ignore[" in words, f"{path}:{number}"


@pytest.mark.parametrize("path", pure(), ids=name)
def test_a_module_is_pure_unless_its_name_says_otherwise(path):
    """Time, keys, schemas and packs are arguments; the world stays outside."""
    assert list(world_in(path)) == []


@pytest.mark.parametrize("path", doors(), ids=name)
def test_a_door_decides_nothing(path):
    """A handler is a signature, a docstring and one call: no branch, no loop, no rescue, no SQL."""
    forbidden = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)
    parsed = tree(path)
    found = [
        f"{node.lineno}: {type(node).__name__}" for node in ast.walk(parsed) if isinstance(node, forbidden)
    ]
    found += [
        f"{node.lineno}: import of {full}"
        for node in ast.walk(parsed)
        for full in imported(node)
        if full.split(".")[0] in {"structlog", "logging", "asyncpg"}
    ]

    assert found == []
    assert any(
        isinstance(node, ast.Assign | ast.AnnAssign) and "routes" in ast.unparse(node) for node in parsed.body
    )


@pytest.mark.parametrize("path", modules(), ids=name)
def test_every_module_says_what_it_is(path):
    """The first line, under 120 letters, is about the thing and not about the file."""
    said = ast.get_docstring(tree(path)) or ""

    assert said, "no docstring"
    assert len(said.splitlines()[0]) <= 120
    assert "this module" not in said.splitlines()[0].lower()


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_file_and_its_functions_fit_the_eye(path):
    """At most 300 lines a file and 50 a function, but for those listed with their reason."""
    lines = len(path.read_text().splitlines())
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
        and f"{name(path)}:{node.name}" not in LONG_FUNCTIONS
    ]

    assert lines <= LONGEST_FILE or name(path) in LONG_FILES, f"{lines} lines"
    assert long == []


def test_the_tables_of_exceptions_hold_nothing_gone():
    """An exception whose file has gone, or has become short or pure, is struck out."""
    known = {name(path) for path in modules()}
    listed = {*IMPURE, *LONG_FILES, *(entry.partition(":")[0] for entry in LONG_FUNCTIONS)}
    short = [entry for entry in LONG_FILES if len((HOUSE / entry).read_text().splitlines()) <= LONGEST_FILE]
    clean = [entry for entry in IMPURE if not list(world_in(HOUSE / entry))]

    assert listed - known == set()
    assert short == []
    assert clean == []


def test_rooms_have_door_plates_that_import_nothing():
    """`__init__.py` of a room is its docstring: what it is, what it refuses to know, one line per file."""
    for path in HOUSE.glob("*/__init__.py"):
        body = tree(path).body
        assert len(body) == 1, f"{name(path)} has more than a docstring"
        plate = ast.get_docstring(tree(path))
        unnamed = [
            p.name for p in path.parent.glob("*.py") if p.name not in plate and p.name != "__init__.py"
        ]
        assert unnamed == [], f"{name(path)} does not name {unnamed}"


def test_nothing_is_called_utils():
    """A line without a room means that a room is missing."""
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "core", "models", "managers", "services"}

    assert [name(path) for path in modules() if {path.stem, path.parent.name} & empty] == []


def test_what_is_imported_is_declared():
    """Each outside package the house imports is in pyproject.toml, not only among somebody else's needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["parquet"]]
    names = {word.partition("[")[0].replace("-", "_").lower() for word in declared}
    spelt = {"jwt": "pyjwt", "stdnum": "python_stdnum", "prometheus_client": "prometheus_client"}
    used = {
        full.split(".")[0]
        for path in modules()
        for node in ast.walk(tree(path))
        for full in imported(node)
        if not (isinstance(node, ast.ImportFrom) and node.level)
    }
    foreign = {module for module in used if module not in sys.stdlib_module_names and module != "registry"}

    assert {module for module in foreign if spelt.get(module, module).lower() not in names} == set()


def test_the_lock_is_whole_and_names_no_index():
    """Each package is pinned with a hash; no address of an index; every declared package is there."""
    lock = (ROOT / "requirements.lock").read_text()
    pins = [line for line in lock.splitlines() if "==" in line and not line.startswith(" ")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = {pin.partition("==")[0].partition("[")[0] for pin in pins}

    assert "://" not in lock
    assert "--index" not in lock
    assert lock.count("--hash=sha256:") >= len(pins)
    names = {re.split(r"[\[;]", word)[0].strip().lower() for word in declared}
    assert names - pinned == set()


def test_the_images_recipe_and_the_compose_file_are_sound():
    """No engine runs here, so the recipe is linted and the compose file read."""
    run("hadolint", "docker/Dockerfile")
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())

    assert set(compose["services"]) == {"postgres", "migrate", "api", "worker"}
    assert compose["services"]["postgres"]["image"].startswith("postgres:18")
    for needed in ("api", "worker"):
        assert (
            compose["services"][needed]["depends_on"]["migrate"]["condition"]
            == "service_completed_successfully"
        )
    assert set(compose["volumes"]) == {"history", "keys"}


def test_the_image_copies_only_what_exists():
    """Every COPY names what is there, and the ignore file lets it through; uv is the one of the lock."""
    uv = re.search(r"uv==\S+", (ROOT / "docker" / "Dockerfile").read_text())[0]
    assert f"{uv} \\\n" in (ROOT / "requirements.lock").read_text()
    hidden = (ROOT / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    for line in (ROOT / "docker" / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in [word for word in line.split()[1:-1] if not word.startswith("--")]:
                assert (ROOT / source).exists(), source
                assert f"!{source.split('/')[0]}" in hidden, source


def test_a_wheel_carries_what_the_code_reads(tmp_path):
    """Schemas, migrations, packs and mappings travel with an install that is no checkout."""
    shutil.copytree(HOUSE, tmp_path / "registry", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("schemas", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tmp_path / file)
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    inside = set(zipfile.ZipFile(next((tmp_path / "out").glob("*.whl"))).namelist())
    wanted = {f"registry/shipped/migrations/{path.name}" for path in (ROOT / "migrations").glob("*.sql")}
    wanted |= {
        f"registry/shipped/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "schemas").rglob("*")
        if path.is_file()
    }
    wanted |= {
        path.relative_to(ROOT).as_posix()
        for path in HOUSE.rglob("*")
        if path.is_file() and path.suffix in {".toml", ".json", ".py"}
    }

    assert wanted - inside == set()


def test_make_wants_nothing_prepared():
    """The recipe of the environment runs with the names of targets that README gives."""
    make = shutil.which("make")
    if not make:
        pytest.skip("no make here")
    for target in (
        "demo",
        "test",
        "serve",
        "bench",
        "openapi",
        "lock",
        "slow",
        "check",
        "help",
        "test-server",
    ):
        done = subprocess.run([make, "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
