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
BLOCKS = re.findall(r"^```(sh|text)\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
"""What is typed, and behind it what is shown, in order."""
GO = shutil.which("go") and Path("/usr/share/gocode/src/golang.org/x/mod/sumdb").is_dir()
CHANGING = re.compile(
    r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{12,64}|[0-9.]+ s, \d+ disclosures"
)


def steps():
    """Each block of commands with the lines it shows; without Go, its two commands are left out, and what they say."""
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "sh":
            after = BLOCKS[number + 1 : number + 2]
            shown = after[0][1].splitlines() if after and after[0][0] == "text" else []
            if GO or "go run" not in text:
                yield text, shown
            else:
                yield "\n".join(line for line in text.splitlines() if not line.startswith("go run")), []


def told(line):
    """A line without what differs from run to run: ids, hashes, widths, speeds."""
    return " ".join(CHANGING.sub("#", line).replace("─", "").split())


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("curl"), reason="curl is not here; the walk-through calls the API with it"
)
def test_the_walk_through_does_what_it_shows(tmp_path):
    """A newcomer who types it sees what the README shows."""
    port = serving.free_port()
    commands, shown = zip(*steps(), strict=True)
    for room in ("schemas", "registry", "tests"):
        (tmp_path / room).symlink_to(ROOT / room)
    script = "set -e\n" + "\n".join(commands).replace("8321", str(port))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "REGISTRY_PORT": str(port), "COLUMNS": "112"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    given = {told(line) for line in done.stdout.replace(str(port), "8321").splitlines()}
    assert done.returncode == 0, done.stderr
    assert commands
    assert [line for lines in shown for line in lines if told(line) not in given] == []
