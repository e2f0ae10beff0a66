import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from registry import cli, files, serving, settings

SCENARIOS = Path(__file__).parent / "scenarios"
COMMANDS = [
    "demo",
    "serve",
    "work",
    "migrate",
    "token",
    "file",
    "preflight",
    "scenario",
    "verify",
    "openapi",
    "doctor",
    "agreements/list",
    "agreements/show",
    "agreements/lint",
    "agreements/diff",
    "agreements/backtest",
    "schemas/list",
    "schemas/show",
    "schemas/diff",
    "schemas/upgrade",
    "alerts/list",
    "alerts/show",
    "alerts/ack",
    "alerts/resolve",
]
DOCUMENT = {
    "schema_version": "2.0",
    "filing": {"type": "initial", "attested_by": {"name": "A. Person", "title": "Office"}},
    "production": {"id": "one", "locations": [{"country": "US", "subdivision": "US-CA"}]},
    "employer": {"id": "acme"},
    "tools": [{"id": "t", "name": "Tool", "category": "editing_assist"}],
    "uses": [
        {"id": "u", "tool": "t", "purpose": "admin", "planned_first": "2026-12-24", "locals": ["IATSE:700"]}
    ],
}


@pytest.fixture
def registry(monkeypatch, tmp_path, capsys):
    """Runs a command in a folder of its own; gives its status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        with pytest.raises(SystemExit) as left:
            cli.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


@pytest.fixture
def served(dsn, tmp_path, monkeypatch):
    """The address of a real server on this test's database."""
    port = serving.free_port()
    monkeypatch.setenv("REGISTRY_PORT", str(port))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", dsn)
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "registry", "serve"], stdout=log, stderr=log)
        try:
            wait(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            assert serving.ended(server, 30) == 0, (tmp_path / "server.log").read_text()[-3000:]


def wait(address, server, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        try:
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail("the server did not come up")


def written(folder, name, value):
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples(registry, command):
    """`-h` says what a command does and shows how it is called."""
    status, out, _ = registry(*command.split("/"), "-h")

    assert status == 0
    assert "Examples:" in out
    assert f"registry {command.replace('/', ' ')}" in out


@pytest.mark.parametrize(
    "words",
    [
        ["fil"],
        ["file", "--bad"],
        ["file", "no-such-file.json"],
        ["serve", "--port", "many"],
        ["token", "employer"],
        ["token", "auditor", "--employer", "acme"],
    ],
)
def test_wrong_use_is_status_2(registry, words):
    """What cannot be meant is not tried."""
    assert registry(*words)[0] == 2


def test_an_unknown_setting_is_status_2_with_the_nearest_name(registry, monkeypatch):
    """A misspelt variable is found at the start."""
    monkeypatch.setenv("REGISTRY_PROT", "1")

    status, _, err = registry("doctor")

    assert status == 2
    assert "REGISTRY_PORT" in err


def test_a_token_is_printed_alone(registry):
    """A token can be put into a file as it comes."""
    status, out, _ = registry("token", "representative", "--local", "IATSE:700")

    assert status == 0
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", out)


def test_no_token_is_minted_beside_a_real_issuer(registry, monkeypatch):
    """The local issuer refuses to work where issuers are configured."""
    monkeypatch.setenv("REGISTRY_ISSUERS", "https://id.example=https://id.example/keys")

    assert registry("token", "administrator")[0] == 1


def test_preflight_judges_without_a_server(registry, tmp_path):
    """A good draft is 0 with findings and due dates."""
    status, out, _ = registry("preflight", written(tmp_path, "a.json", DOCUMENT), "--json")

    assert status == 0
    assert json.loads(out)["accepted"] is True


def test_preflight_lists_every_fault(registry, tmp_path):
    """A draft with faults is 1, each fault with its place."""
    broken = {**DOCUMENT, "tools": [{"id": "t", "name": "Tool", "category": "editing_asist"}], "fling": {}}

    status, out, _ = registry("preflight", written(tmp_path, "a.json", broken))

    assert status == 1
    assert "/tools/0/category" in out
    assert "/fling" in out
    assert "editing_assist" in out


def test_preflight_of_many_goes_on_after_a_torn_line(registry, tmp_path):
    """A line that is no document is told with its place, and the others are judged."""
    lines = written(tmp_path, "a.ndjson", json.dumps(DOCUMENT) + "\n{\n" + json.dumps(DOCUMENT) + "\n")

    status, out, _ = registry("preflight", lines)

    assert status == 1
    assert out.count("would be accepted") == 2
    assert "a.ndjson:2: 1 fault" in out


def test_a_mapping_nobody_has_is_wrong_use_and_those_kept_are_named(registry, tmp_path):
    """The name is a file's, or that of a kept mapping."""
    status, _, err = registry("file", "--mapping", "us-inventry", written(tmp_path, "a.csv", "a,b\n"))

    assert status == 2
    assert "us-inventory-2024" in err


def test_worked_cases_pass(registry):
    """The cases kept with the tests give their expected verdicts."""
    status, out, _ = registry("scenario", SCENARIOS, "--json")

    counts = json.loads(out)["counts"]
    assert status == 0
    assert counts["failed"] == 0
    assert counts["passed"] > 50


def test_a_mismatch_is_shown_and_is_status_1(registry, tmp_path):
    """A row that comes out otherwise is printed with what came out."""
    case = json.loads((SCENARIOS / "S01.json").read_text())
    row = case["checks"][0]["expect"][0]
    row["verdict"] = "violation" if row["verdict"] != "violation" else "satisfied"

    status, out, _ = registry("scenario", written(tmp_path, "S01.json", case))

    assert status == 1
    assert "MISMATCH" in out
    assert row["rule"] in out


def test_shipped_packs_have_no_fault(registry):
    """`agreements lint` alone checks what ships."""
    assert registry("agreements", "lint")[0] == 0


def test_a_broken_pack_is_refused_with_its_line(registry, tmp_path):
    """Lint names file, line and the nearest name."""
    pack = (files.PACKS / "reg.toml").read_text()
    broken = re.sub(r'about = "(\w+)"', r'about = "\1x"', pack, count=1)

    status, out, _ = registry("agreements", "lint", written(tmp_path, "reg.toml", broken))

    assert status == 1
    assert re.search(r"reg\.toml:\d+", out)


@pytest.mark.parametrize(
    "words",
    [["agreements", "list"], ["agreements", "show", "iatse-ba-2024"], ["schemas", "list"], ["doctor"]],
)
def test_what_people_read_as_tables_programs_read_as_json(registry, words):
    """`--json` gives one JSON value."""
    status, out, _ = registry(*words, "--json")

    assert status == 0
    assert json.loads(out)
    assert registry(*words)[0] == 0


def test_an_unknown_agreement_is_refused(registry):
    """Asking for what there is not is 1."""
    assert registry("agreements", "show", "iatse-ba-2042")[0] == 1


def test_schema_versions_differ_and_upgrade(registry, tmp_path):
    """The difference is listed; an old document comes out in the new shape."""
    old = json.loads(json.dumps(DOCUMENT))
    old["schema_version"] = "1.0"
    old["uses"][0]["policy_provided_on"] = "2026-12-01"

    status, out, _ = registry("schemas", "diff", "1.0", "2.0")
    upgraded = json.loads(registry("schemas", "upgrade", written(tmp_path, "old.json", old))[1])

    assert status == 1
    assert "policy_provided_on" in out
    assert registry("schemas", "diff", "2.0", "2.0")[0] == 0
    assert upgraded["uses"][0]["policies_provided"] == [{"on": "2026-12-01"}]
    assert json.loads(registry("schemas", "show", "2.0")[1])["$id"]


def test_openapi_is_printed(registry):
    """The document is JSON on standard output, and nothing else."""
    document = json.loads(registry("openapi")[1])

    assert document["openapi"].startswith("3.1")
    assert "/v1/disclosures" in document["paths"]


def test_verify_is_0_on_a_sound_history_and_3_on_a_rewritten_one(registry, served, dsn):
    """One byte changed by a superuser is found, named, and status 3."""
    assert registry("verify", "--json")[0] == 0

    async def rewrite():
        conn = await asyncpg.connect(dsn)
        await conn.execute("ALTER TABLE publication DISABLE TRIGGER ALL")
        await conn.execute("UPDATE publication SET body = body || '\\x20' WHERE name = 'reg'")
        await conn.close()

    asyncio.run(rewrite())
    status, _, err = registry("verify")

    assert status == 3
    assert "publication" in err
    assert "reg" in err


def test_the_way_of_one_filing(registry, served, tmp_path):
    """File, be refused, amend, read the alerts and move one: everything by command line."""
    tokens = {
        role: written(tmp_path, f"{role}.token", registry("token", role, *words)[1])
        for role, words in {
            "administrator": [],
            "employer": ["--employer", "acme"],
            "representative": ["--local", "IATSE:700"],
        }.items()
    }
    headers = {"authorization": f"Bearer {tokens['administrator'].read_text().strip()}"}
    employer = {"employer_id": "acme", "legal_name": "Acme", "agreements": [{"agreement": "iatse-ba-2024"}]}
    production = {
        "employer_id": "acme",
        "production_id": "one",
        "title": "One",
        "format": "theatrical",
        "agreements": ["iatse-ba-2024"],
        "locals": ["IATSE:700"],
    }
    for path, record in (("employers", employer), ("productions", production)):
        assert httpx.post(f"{served}/v1/{path}", json=record, headers=headers).status_code == 201
    late = {
        **DOCUMENT,
        "uses": [{**DOCUMENT["uses"][0], "planned_first": "2025-01-06", "first": "2025-01-06"}],
    }
    office, rep = f"@{tokens['employer']}", f"@{tokens['representative']}"

    filed = registry("file", written(tmp_path, "late.json", late), "--token", office, "--json")
    refused = registry("file", written(tmp_path, "bad.json", {**late, "uses": 7}), "--token", office)
    answer = json.loads(filed[1])["answer"]
    amended = {
        **late,
        "filing": {**late["filing"], "amendment": {"reason": "clerical", "explanation": "Spelling."}},
    }
    path = written(tmp_path, "amended.json", amended)
    changed = registry("file", "--amend", answer["receipt"]["disclosure_id"], path, "--token", office)
    listed = json.loads(registry("alerts", "list", "--token", rep, "--json")[1])
    late_alert = next(each for each in listed if each["rule"] == "reg/initial-filing")
    short = late_alert["alert_id"][-12:]
    shown = registry("alerts", "show", short, "--token", rep)
    acknowledged = registry("alerts", "ack", short, "--note", "Seen.", "--token", rep, "--json")
    resolved = registry(
        "alerts",
        "resolve",
        short,
        "--outcome",
        "settled_with_employer",
        "--reason",
        "Talked.",
        "--token",
        rep,
    )

    assert filed[0] == 0
    assert any(each["verdict"] == "violation" for each in answer["findings"])
    assert refused[0] == 1
    assert "/uses" in refused[1]
    assert changed[0] == 0
    assert late_alert["kind"] == "violation"
    assert shown[0] == 0
    assert "History" in shown[1]
    assert json.loads(acknowledged[1])["state"] == "acknowledged"
    assert resolved[0] == 0
    assert registry("verify")[0] == 0


def test_a_table_is_filed_row_by_row_and_never_twice(registry, served, tmp_path):
    """Each row has one result, counts add up, a torn result file goes on, and nothing is filed twice."""
    table = written(
        tmp_path,
        "uses.csv",
        "agency,name,first\nA,One,1/6/2025\nA,One,1/6/2025\nB,Two,24-Nov\nB,Three\nB,Four,\n",
    )
    mapping = written(tmp_path, "small.toml", MAPPING)
    words = ["file", "--mapping", mapping, "--prepare", "--json", table]

    first = registry(*words)
    results = tmp_path / "uses.results.ndjson"
    lines = results.read_bytes().splitlines(keepends=True)
    size = httpx.get(f"{served}/ledger/head").json()["size"]
    again = json.loads(registry(*words)[1])
    results.write_bytes(b"".join(lines[:3]) + lines[3][:20])
    resumed = json.loads(registry(*words)[1])
    results.unlink()
    anew = json.loads(registry(*words)[1])
    tally = json.loads(first[1])

    assert first[0] == 1
    assert tally["rows"] == 5
    assert tally["accepted"] + tally["accepted_with_warnings"] == 3
    assert tally["refused"] == 2
    assert tally["disclosures"] == 2
    assert again["sent"] == 0
    assert {name: resumed[name] for name in ("rows", "refused", "disclosures")} == {
        name: tally[name] for name in ("rows", "refused", "disclosures")
    }
    assert 0 < resumed["sent"] < 5
    assert anew["replayed"] == 3
    assert httpx.get(f"{served}/ledger/head").json()["size"] == size
    reasons = {
        line["row"]: line["reasons"]
        for line in map(msgspec.json.decode, results.read_bytes().splitlines()[1:])
        if line["outcome"] == "refused"
    }
    assert reasons[3][0]["pointer"] == "/uses/0/first"
    assert reasons[4][0]["code"] == "row-shape"


def test_a_result_file_of_another_table_is_not_mixed_up(registry, served, tmp_path):
    """Results belong to one input under one mapping."""
    mapping = written(tmp_path, "small.toml", MAPPING)
    words = ["file", "--mapping", mapping, "--prepare", "--results", tmp_path / "r.ndjson"]
    registry(*words, written(tmp_path, "a.csv", "agency,name,first\nA,One,\n"))

    status, _, err = registry(*words, written(tmp_path, "b.csv", "agency,name,first\nA,Two,\n"))

    assert status == 1
    assert "belongs to a.csv" in err


def test_a_killed_server_takes_its_children_along(dsn, tmp_path):
    """After kill -9 the port is free, so that the next start works."""
    port = serving.free_port()
    found = settings.Settings(database_url=dsn, data_dir=tmp_path / "data", port=port, log_format="json")
    words = [sys.executable, "-m", "registry", "serve", "--work"]
    for ending in (signal.SIGKILL, signal.SIGINT):
        with (tmp_path / "server.log").open("wb") as log:
            server = subprocess.Popen(words, env=serving.environment(found), stdout=log, stderr=log)
            try:
                wait(found.address, server)
                os.kill(server.pid, ending)
                status = server.wait(30)
            finally:
                server.kill()
        assert status == (-signal.SIGKILL if ending == signal.SIGKILL else 0)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                serving.free(found)
                break
            except Exception:  # noqa: BLE001  until the kernel has told the children
                time.sleep(0.2)
        serving.free(found)


MAPPING = """
name = "small"
title = "A small mapping"
source = "a test"
[employer]
employer_id = { column = "agency", slug = "us-" }
legal_name = { column = "agency" }
[production]
production_id = { value = "all" }
title = { value = "All" }
format = { value = "new_media" }
[document]
schema_version = { value = "2.0" }
"filing/type" = { value = "initial" }
"filing/attested_by/name" = { column = "agency" }
"filing/attested_by/title" = { value = "Officer" }
"employer/id" = { column = "agency", slug = "us-" }
"production/id" = { value = "all" }
"tools/0/id" = { columns = ["agency", "name"], hash = "tool-" }
"tools/0/name" = { column = "name" }
"tools/0/category" = { value = "other" }
"uses/0/id" = { columns = ["agency", "name"], hash = "use-" }
"uses/0/tool" = { columns = ["agency", "name"], hash = "tool-" }
"uses/0/purpose" = { value = "admin" }
"uses/0/first" = { column = "first", dates = ["%m/%d/%Y"] }
"""


def test_an_agreement_is_shown_for_a_lawyer(registry):
    """Clause, words and condition, due rule, parameters with their reference, and what is only proposed."""
    status, out, _ = registry("agreements", "show", "reg")
    _, plain, _ = registry("agreements", "show", "reg", "--json")

    duty = next(each for each in json.loads(plain)[0]["duties"] if each["rule"] == "reg/initial-filing")
    assert status == 0
    assert duty["says"] in out
    assert duty["due"] in out
    assert "[PROPOSAL]" in out
    assert all(each["reference"] and each["since"] for each in duty["parameters"])
    assert registry("agreements", "show", "iatse-ba-2042")[0] == 1


def test_two_editions_of_a_pack_are_compared(registry, tmp_path):
    """Field by field; 1 when anything differs, 0 when nothing does."""
    body = (files.PACKS / "reg.toml").read_text()
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(body)
    other.write_text(body.replace('severity = "', 'severity = "critical" # "', 1))
    status, out, _ = registry("agreements", "diff", str(one), str(other), "--json")

    assert registry("agreements", "diff", str(one), str(one))[0] == 0
    assert status == 1
    assert [each["change"] for each in json.loads(out)] == ["changed"]
    assert json.loads(out)[0]["where"].endswith(": severity")
