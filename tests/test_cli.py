import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

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
    "alerts/answer",
    "alerts/resolve",
    "alerts/waive",
    "alerts/packet",
    "subscriptions/list",
    "subscriptions/add",
    "subscriptions/change",
    "deliveries/list",
    "deliveries/show",
    "deliveries/replay",
    "receipt",
    "export",
    "bundle/fetch",
    "bundle/verify",
    "rebuild",
    "backup",
    "restore",
    "ledger/status",
    "ledger/rotate",
    "ledger/resume",
    "witness/init",
    "witness/serve",
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
    monkeypatch.setenv("REGISTRY_OUTGOING_ALLOW", "127.0.0.0/8")
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


@pytest.mark.slow
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


@pytest.fixture
def office(registry, served, tmp_path):
    """An employer and a production on record, a late filing to file, and everybody's tokens."""
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
    path = written(tmp_path, "late.json", late)
    return SimpleNamespace(
        late=late, path=path, token=f"@{tokens['employer']}", rep=f"@{tokens['representative']}"
    )


def alert_of(registry, office, rule="reg/initial-filing"):
    """The alert of a rule, and all that the representative may see."""
    listed = json.loads(registry("alerts", "list", "--token", office.rep, "--json")[1])
    return next(each for each in listed if each["rule"] == rule), listed


def test_the_way_of_one_filing(registry, office, tmp_path):
    """File, be refused, amend, read the alerts and move one: everything by command line."""
    filed = registry("file", office.path, "--token", office.token, "--json")
    refused = registry(
        "file", written(tmp_path, "bad.json", {**office.late, "uses": 7}), "--token", office.token
    )
    answer = json.loads(filed[1])["answer"]
    amendment = {"reason": "clerical", "explanation": "Spelling."}
    amended = {**office.late, "filing": {**office.late["filing"], "amendment": amendment}}
    path = written(tmp_path, "amended.json", amended)
    changed = registry("file", "--amend", answer["receipt"]["disclosure_id"], path, "--token", office.token)
    late_alert, _ = alert_of(registry, office)
    short = late_alert["alert_id"][-12:]
    shown = registry("alerts", "show", short, "--token", office.rep)
    acknowledged = registry("alerts", "ack", short, "--note", "Seen.", "--token", office.rep, "--json")
    ending = ["--outcome", "settled_with_employer", "--reason", "Talked."]
    resolved = registry("alerts", "resolve", short, *ending, "--token", office.rep)

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


@pytest.mark.slow
def test_a_case_is_followed_by_command_line(registry, office, tmp_path):
    """Answered by the office, waived by two or not at all, moved by the dozen, and printed."""
    registry("file", office.path, "--token", office.token)
    case, listed = alert_of(registry, office)
    short, rep = case["alert_id"][-12:], ["--token", office.rep]

    words = ["--statement", "It is filed now."]
    answered = registry("alerts", "answer", short, *words, "--token", office.token, "--json")
    wrong = registry("alerts", "answer", short, "--token", office.token)
    for_good = registry("alerts", "waive", short, "--until", "2199-01-01", "--reason", "Later.", *rep)
    alone = registry("alerts", "waive", short, "--approve", *rep)
    followed = registry("alerts", "show", short, *rep)
    several = registry("alerts", "ack", *(each["alert_id"] for each in listed), *rep, "--json")
    packet = registry("alerts", "packet", short, tmp_path / "case.zip", *rep, "--json")
    printed = registry("alerts", "packet", short, tmp_path / "case.pdf", *rep)
    unknown = registry("alerts", "packet", short, tmp_path / "case.doc", *rep)

    assert json.loads(answered[1])["state"] == "answered"
    assert wrong[0] == 1
    assert "--statement or --file" in wrong[2]
    assert for_good[0] == alone[0] == 1
    assert "It is filed now." in followed[1]
    results = {each["alert_id"]: each["status"] for each in json.loads(several[1])["results"]}
    assert len(results) == len(listed) > 1
    assert several[0] == 1
    assert results.pop(case["alert_id"]) == 409
    assert set(results.values()) == {200}
    assert packet[0] == printed[0] == 0
    assert zipfile.is_zipfile(tmp_path / "case.zip")
    assert (tmp_path / "case.pdf").read_bytes().startswith(b"%PDF-")
    assert unknown[0] == 1
    assert not (tmp_path / "case.doc").exists()


@pytest.mark.slow
def test_an_auditor_takes_proofs_home_by_command_line(registry, office, tmp_path, monkeypatch):
    """Receipt, bundle and export are files; what was verified is remembered; a changed bundle is status 3."""
    token = ("--token", f"{office.token}")
    status, out, err = registry("file", "--json", *token, office.path)
    assert status == 0, err
    filed = json.loads(out)["answer"]["receipt"]["disclosure_id"]

    assert registry("receipt", filed, "one.tlog-proof", *token)[0] == 0
    assert registry("receipt", filed, "one.pdf", *token)[0] == 0
    assert (tmp_path / "one.tlog-proof").read_text().startswith("c2sp.org/tlog-proof@v1\n")
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    assert registry("receipt", filed, "one.txt", *token)[0] == 1

    assert registry("bundle", "fetch", "all.zip", *token)[0] == 0
    status, out, err = registry("bundle", "verify", "all.zip", "--json")
    assert (status, json.loads(out)["holds"]) == (0, True), err
    changed = bytearray((tmp_path / "all.zip").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "all.zip").write_bytes(changed)
    assert registry("bundle", "verify", "all.zip")[0] == 3

    assert registry("export", "uses", "uses.csv", "--format", "csv", *token)[0] == 0
    assert (tmp_path / "uses.csv").read_text().startswith("employer_id,")

    status, out, err = registry("verify", "--since", "mine.json", "--json")
    assert (status, json.loads(out)["first"]) == (0, 0), err
    status, out, err = registry("verify", "--since", "mine.json", "--json")
    assert (status, json.loads(out)["first"]) == (0, json.loads(out)["size"]), err

    status, out, err = registry("ledger", "status", "--json")
    assert (status, json.loads(out)["problem"], json.loads(out)["halted"]) == (0, None, None), err
    status, out, _ = registry("witness", "init", "guard", "--name", "union.example/witness")
    assert (status, out.startswith("union.example/witness+")) == (0, True)


@pytest.mark.slow
def test_who_is_told_is_kept_by_command_line(registry, office):
    """Subscribe, see it, exchange its secret, try it, see what was sent, end it."""
    rep = ["--token", office.rep]
    hook = ["webhook", "http://127.0.0.1:9/hook", "--local", "IATSE:700"]

    made = json.loads(registry("subscriptions", "add", *hook, *rep, "--json")[1])
    name = made["subscription"]["subscription_id"]
    mine = registry("subscriptions", "list", *rep)
    rotated = registry("subscriptions", "change", name[-12:], "secret", *rep)
    tried = registry("subscriptions", "change", name, "test", *rep)
    registry("file", office.path, "--token", office.token)
    worker = subprocess.Popen([sys.executable, "-m", "registry", "work"], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not (sent := json.loads(registry("deliveries", "list", "--subscription", name, *rep, "--json")[1])):
        assert time.monotonic() < end, "the worker made no delivery"
        time.sleep(0.2)
    assert serving.ended(worker, 30) == 0
    one = registry("deliveries", "show", sent[0]["delivery_id"], *rep)
    again = registry("deliveries", "replay", sent[0]["delivery_id"], *rep, "--json")
    span = ["--from", "2020-01-01T00:00:00Z", "--until", "2199-01-01T00:00:00Z"]
    many = registry("deliveries", "replay", "--subscription", name, *span, *rep)
    both = registry("deliveries", "replay", sent[0]["delivery_id"], "--subscription", name, *rep)
    ended = registry("subscriptions", "change", name, "end", *rep)

    assert made["secret"].startswith("whsec_")
    assert "127.0.0.1:9" in mine[1]
    assert "whsec_" in rotated[1]
    assert made["secret"] not in rotated[1]
    assert tried[0] == 0
    assert one[0] == many[0] == ended[0] == 0
    assert again[0] in (0, 1)
    assert both[0] == 1
    assert "no subscription" not in registry("subscriptions", "list", *rep)[1]


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_result_file_of_another_table_is_not_mixed_up(registry, served, tmp_path):
    """Results belong to one input under one mapping."""
    mapping = written(tmp_path, "small.toml", MAPPING)
    words = ["file", "--mapping", mapping, "--prepare", "--results", tmp_path / "r.ndjson"]
    registry(*words, written(tmp_path, "a.csv", "agency,name,first\nA,One,\n"))

    status, _, err = registry(*words, written(tmp_path, "b.csv", "agency,name,first\nA,Two,\n"))

    assert status == 1
    assert "belongs to a.csv" in err


@pytest.mark.slow
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
