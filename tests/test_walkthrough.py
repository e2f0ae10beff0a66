"""README's walk-through, run as it stands: every command works, and every line of output shown is a line it gives."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from registry import serving

ROOT = Path(__file__).parents[1]
SECTION = (ROOT / "README.md").read_text().split("## One filing, step by step")[1].split("\n## ")[0]
COMMANDS = re.findall(r"^```sh\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
SHOWN = [
    line
    for text in re.findall(r"^```text\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    for line in text.splitlines()
]
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{12,64}|[0-9.]+ s, \d+ disclosures"
)


def told(line):
    """A line without what differs from run to run: ids, hashes, widths, speeds."""
    return " ".join(CHANGING.sub("#", line).replace("─", "").split())


@pytest.mark.skipif(
    not shutil.which("curl"), reason="curl is not here; the walk-through calls the API with it"
)
def test_the_walk_through_does_what_it_shows(tmp_path):
    """A newcomer who types it sees what the README shows."""
    port = serving.free_port()
    for room in ("schemas", "registry"):
        (tmp_path / room).symlink_to(ROOT / room)
    script = "set -e\n" + "\n".join(COMMANDS).replace("8321", str(port))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "REGISTRY_PORT": str(port), "COLUMNS": "112"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    given = {told(line) for line in done.stdout.splitlines()}
    assert done.returncode == 0, done.stderr
    assert COMMANDS
    assert [line for line in SHOWN if told(line) not in given] == []
