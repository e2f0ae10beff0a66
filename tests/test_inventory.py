import json
import subprocess
import sys

import httpx
import pytest

from registry import serving, settings


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "encoding", "rows"),
    [("2024-v2.csv", "cp1252", 2133), ("2024-v1-not-utf8.csv", "utf-8-sig", 1757)],
)
def test_a_real_inventory_is_filed_whole_and_once(dsn, shared, tmp_path, name, encoding, rows):
    """Every row of a real table ends accepted, accepted with warnings, or refused with reasons; once."""
    port = serving.free_port()
    given = settings.Settings(database_url=dsn, data_dir=tmp_path, port=port, log_format="json")
    environment = serving.environment(given)
    registry = [sys.executable, "-m", "registry"]
    results = tmp_path / "results.ndjson"
    words = [*registry, "file", "--mapping", "us-inventory-2024", "--prepare", "--json", "--results"]
    table = shared / "data" / "inventory" / name

    def filed(into):
        done = subprocess.run(
            [*words, str(into), str(table)], env=environment, capture_output=True, text=True, check=False
        )
        return json.loads(done.stdout), done.stderr

    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([*registry, "serve"], env=environment, stdout=log, stderr=log)
        try:
            first, said = filed(results)
            size = httpx.get(f"{given.address}/ledger/head").json()["size"]
            again, _ = filed(results)
            anew, _ = filed(tmp_path / "anew.ndjson")
            after = httpx.get(f"{given.address}/ledger/head").json()["size"]
        finally:
            serving.ended(server, 30)
    verified = subprocess.run(
        [*registry, "verify"], env=environment, capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in results.read_text().splitlines()[1:]]

    assert first["encoding"] == encoding
    assert first["says"] in said
    assert first["rows"] == rows == len(lines)
    assert first["accepted"] + first["accepted_with_warnings"] + first["refused"] == rows
    assert first["accepted"] + first["accepted_with_warnings"] > 0.95 * rows
    assert all(line["reasons"] for line in lines if line["outcome"] == "refused")
    assert again["sent"] == 0
    assert anew["disclosures"] == first["disclosures"]
    assert anew["replayed"] == rows - first["refused"]
    assert after == size
    assert verified.returncode == 0, verified.stderr
