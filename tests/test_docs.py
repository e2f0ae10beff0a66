"""The README is true: its commands exist, its words are the program's words, nothing it should name is missing."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry import cli, errors, settings

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text()
TEXTS = {".py", ".md", ".sql", ".toml", ".json", ".yaml", ".yml", ".txt", ".csv", ""}
SKIPPED = {
    ".git",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".registry",
    "__pycache__",
}
ADDRESSES = ["/wo" + "rk/", "/ro" + "ot/", "py" + "pi.org", "files.python" + "hosted", "/ho" + "me/"]
"""Places of one machine and addresses of package indexes, which mean nothing to a reader."""


def blocks():
    """The lines a reader is asked to type: in fenced blocks of sh, bash or console, without their prompt."""
    for kind, text in re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for line in text.replace("\\\n", " ").splitlines():
            if kind in {"sh", "bash", "shell"} and line.strip() and not line.startswith("#"):
                yield line.strip()
            elif kind == "console" and line.startswith("$ "):
                yield line[2:].strip()


def slugs():
    """Every kind of refusal and failure a caller can meet."""
    found, left = set(), [errors.RegistryError]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if not kind.__subclasses__() or "slug" in vars(kind):
            found.add(kind.slug)
    return sorted(found - {"error", "refused"})


def targets():
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands():
    """The `registry …` lines of the README, as words up to the first option or argument."""
    found = set()
    for line in blocks():
        for words in re.findall(
            r"(?:^|[|;&(] *|\b[A-Z_]+=\S+ )(?:\.venv/bin/)?registry ((?:[a-z]+ ?)+)", line
        ):
            found.add(" ".join(words.split()[:1]))
    return sorted(found)


def texts():
    """Every file of the project that people read."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        if path.is_file() and not SKIPPED & set(inside) and path.suffix in TEXTS:
            yield path


def test_the_commands_start_with_the_two_that_matter():
    """A newcomer meets `make demo` and `make test` before anything else."""
    asked = [line for line in blocks() if line.startswith("make ")]

    assert [line.split("#")[0].strip() for line in asked[:2]] == ["make demo", "make test"]


def test_every_target_named_exists():
    """Each `make …`, in a block or in a sentence, is a target of the Makefile."""
    named = set(re.findall(r"`?\bmake ([a-z][a-z-]+)\b", "\n".join(blocks())))
    named |= set(re.findall(r"`make ([a-z][a-z-]+)", README))

    assert named - targets() == set()


def test_every_target_is_documented():
    """`make help` says a line about each target."""
    shown = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert {line.split()[1] for line in shown.splitlines()} == targets()


def test_every_command_named_exists(capsys):
    """Each `registry …` a reader is asked to type answers --help."""
    assert commands()
    for command in commands():
        with pytest.raises(SystemExit) as ended:
            cli.main([*command.split(), "--help"])
        assert (ended.value.code or 0) == 0, f"registry {command}: {capsys.readouterr().err}"
        assert f"registry {command}" in capsys.readouterr().out


@pytest.mark.parametrize("slug", slugs())
def test_every_refusal_is_in_readme_and_openapi(slug):
    """Whoever meets a problem finds its name in both places."""
    assert f"`{slug}`" in README
    assert json.dumps(slug)[1:-1] in (ROOT / "openapi" / "openapi.json").read_text()


def test_every_setting_is_in_the_readme_and_no_other():
    """The operator's table is whole."""
    known = {settings.PREFIX + name.upper() for name in settings.Settings.__struct_fields__}
    named = set(re.findall(r"\bREGISTRY_[A-Z_]*[A-Z]\b", README))

    assert known - named == set()
    assert named - known - settings.OF_THE_TESTS - {"REGISTRY_DATABASE_PASSWORD", "REGISTRY_TOKEN"} == set()


def test_every_link_into_the_project_leads_somewhere():
    """A file or a heading that the README points to is there."""
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in README.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / target.partition("#")[0]).exists(), target


def test_decisions_are_numbered_short_and_found():
    """D1, D2, … in order, at most ten lines each; what the code points to is there."""
    starts = re.findall(r"^(?:[#*\- ]*)\**D(\d+)[.:]", README, re.MULTILINE)
    paragraphs = re.split(r"^(?=[#*\- ]*\**D\d+[.:])", README, flags=re.MULTILINE)[1:]
    pointed = {
        number
        for path in texts()
        if path.suffix == ".py"
        for number in re.findall(r"(?:#|README,?) D(\d+)\b", path.read_text())
    }

    assert starts == [str(number) for number in range(1, len(starts) + 1)]
    assert starts
    for paragraph in paragraphs:
        assert len(paragraph.split("\n\n")[0].splitlines()) <= 10, paragraph[:60]
    assert pointed - set(starts) == set()


def test_nothing_tells_of_one_machine():
    """No path of the machine it was written on, no address of a package index, in anything people read."""
    for path in texts():
        text = path.read_text(errors="replace")
        for address in ADDRESSES:
            assert address not in text, f"{path.relative_to(ROOT)} names {address}"
