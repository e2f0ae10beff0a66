"""The doors of threads: what is sent and answered, how large a body may be, and how a file leaves."""

import asyncio
import base64
import hashlib
import io
import shutil
import zipfile

import conftest
import exhibits
import pytest
import test_routes
import world

OWN = world.OWN
PDF = exhibits.FILES["minutes.pdf"][1]
HEADERS = {"Content-Type": "application/pdf"}


ENDLESS = {"streamAlerts"}
"""Answers that never end; what they carry is thin, and tested where they are made."""
SETTLED = []


@pytest.fixture(scope="module", autouse=True)
def cleared(server, template):
    yield
    SETTLED.clear()
    asyncio.run(conftest.execute(server, f"DROP DATABASE IF EXISTS {template}_threads WITH (FORCE)"))


@pytest.fixture
async def opened(server, template, tmp_path_factory, tmp_path):
    """The whole application with one tenant on record: settled once, then copied."""
    settled, folder = f"{template}_threads", tmp_path_factory.getbasetemp() / "settled"
    if not SETTLED:
        await conftest.execute(server, f"CREATE DATABASE {settled} TEMPLATE {template} STRATEGY FILE_COPY")
        async with world.opened(conftest.at(server, settled), folder) as (_, first):
            SETTLED.append(await first.settle(OWN))
    name = f"{template}_thread_{next(conftest.NUMBERS)}"
    await conftest.execute(server, f"CREATE DATABASE {name} TEMPLATE {settled} STRATEGY FILE_COPY")
    # Its own data folder, too: two databases that sign with one would contradict each other.
    data = shutil.copytree(folder, tmp_path / "data")
    async with world.opened(conftest.at(server, name), data) as (_, made):
        yield made, SETTLED[0]
    await conftest.execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


async def test_both_sides_speak_over_the_wire(opened):
    """A comment is answered 201 with its entry; the thread shows it to the other side; a note it does not."""
    made, tenant = opened
    alert = f"/v1/alerts/{tenant.alert_id}"
    said = await made.good("employer", "POST", f"{alert}/comment", json={"text": "We stopped on Monday."})
    await made.good("employer", "POST", f"{alert}/comment", json={"text": "Call them.", "seen_by": "us"})
    theirs = (await made.good("representative", "GET", f"{alert}/thread")).json()
    ours = (await made.good("employer", "GET", f"{alert}/thread")).json()

    assert said.status_code == 201
    assert said.headers["location"] == f"{alert}/thread"
    assert said.json()["side"] == "both"
    assert [each["kind"] for each in theirs["items"]] == ["evidence", "comment"]
    assert [each["kind"] for each in ours["items"]] == ["evidence", "comment", "note"]
    assert "Call them" not in str(theirs)


async def test_a_settled_alert_may_be_spoken_about(opened):
    """After an alert is resolved both sides still comment on it and show files; it stays resolved."""
    made, tenant = opened
    alert = f"/v1/alerts/{tenant.alert_id}"
    tag = (await made.good("representative", "GET", alert)).headers["ETag"]
    told = {"json": {"outcome": "cured", "reason": "Given."}, "headers": {"If-Match": tag}}
    await made.good("representative", "POST", f"{alert}/resolve", **told)
    await made.good("employer", "POST", f"{alert}/comment", json={"text": "Thank you."})
    await made.good("representative", "POST", f"{alert}/evidence?name=a.pdf", content=PDF, headers=HEADERS)

    assert (await made.good("employer", "GET", alert)).json()["state"] == "resolved"


async def test_a_file_leaves_as_a_download(opened):
    """Name, type, length and digests are in the headers; nothing opens it as a page of the registry's."""
    made, tenant = opened
    told = {"content": PDF, "headers": HEADERS, "params": {"name": "Protokoll März.pdf"}}
    shown = await made.good("employer", "POST", f"/v1/requests/{tenant.request_id}/evidence", **told)
    href = shown.json()["files"][0]["href"]
    got = await made.good("representative", "GET", href)
    digest = hashlib.sha256(PDF)

    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-length"] == str(len(PDF))
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"Protokoll Marz.pdf\"; filename*=UTF-8''Protokoll%20M%C3%A4rz.pdf"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert got.headers["etag"] == f'"{digest.hexdigest()}"'
    assert shown.headers["location"] == href


async def test_a_file_one_has_is_not_sent_again(opened):
    """If-None-Match with the ETag is answered 304 without a body; another one gets the file."""
    made, tenant = opened
    href = f"/v1/evidence/{tenant.evidence_id}"
    tag = (await made.good("employer", "GET", href)).headers["etag"]
    same = await made.ask("employer", "GET", href, headers={"If-None-Match": tag})
    other = await made.ask("employer", "GET", href, headers={"If-None-Match": '"x"'})

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == tag
    assert (other.status_code, other.content) == (200, b"minutes")


async def test_a_text_leaves_with_its_charset(opened):
    """A text says that it is UTF-8, so that no browser guesses."""
    made, tenant = opened
    got = await made.good("employer", "GET", f"/v1/evidence/{tenant.evidence_id}")

    assert got.headers["content-type"] == "text/plain; charset=utf-8"


async def test_25_mebibytes_pass_the_door_of_files_alone(opened):
    """A file of 25 MiB is taken and comes back; one byte more is 413, stated or counted; elsewhere 1 MiB stays."""
    made, tenant = opened
    door = f"/v1/alerts/{tenant.alert_id}/evidence?name=a.txt"
    told = {"headers": {"Content-Type": "text/plain"}}
    whole = b"\n" * 26_214_400

    async def dripped():
        for _ in range(101):
            yield b"\n" * 262_144

    shown = await made.good("employer", "POST", door, content=whole, **told)
    stated = await made.ask("employer", "POST", door, content=whole + b"\n", **told)
    counted = await made.ask("employer", "POST", door, content=dripped(), **told)
    comment = await made.ask(
        "employer", "POST", f"/v1/alerts/{tenant.alert_id}/comment", content=b" " * 1_048_577
    )

    assert (await made.good("employer", "GET", shown.json()["files"][0]["href"])).content == whole
    for answer in (stated, counted, comment):
        assert "25 MiB" in problem(answer, 413)["detail"]


REFUSED = (
    ("", HEADERS, PDF, 400, None),
    ("?name=", HEADERS, PDF, 400, None),
    ("?name=a%00.pdf", HEADERS, PDF, 400, None),
    ("?name=a%ff.pdf", HEADERS, PDF, 400, None),
    ("?name=" + "a" * 201, HEADERS, PDF, 400, None),
    ("?name=..%2Fa.pdf", HEADERS, PDF, 422, "#/name"),
    ("?name=a%E2%80%AEfdp.pdf", HEADERS, PDF, 422, "#/name"),
    ("?name=a.exe", HEADERS, PDF, 422, "#/name"),
    ("?name=a.pdf", {}, PDF, 422, "#/content-type"),
    ("?name=a.pdf", {"Content-Type": "text/html"}, PDF, 422, "#/content-type"),
    ("?name=a.zip", {"Content-Type": "application/zip"}, b"PK\3\4", 422, "#/content-type"),
    ("?name=a.png", {"Content-Type": "image/png"}, PDF, 422, "#/content"),
    ("?name=a.pdf", HEADERS, b"", 422, "#/content"),
    ("?name=a.pdf", {**HEADERS, "Content-Digest": "sha-256=:AAAA:"}, PDF, 400, None),
    ("?name=a.pdf", {**HEADERS, "Content-Encoding": "gzip"}, PDF, 400, None),
    ("?name=a.pdf", {**HEADERS, "Idempotency-Key": ""}, PDF, 400, None),
)


async def test_a_file_that_is_not_taken_is_told_why(opened):
    """Each refusal is a problem that names its place and a way to mend it; nothing fails inside."""
    made, tenant = opened
    for query, headers, body, status, place in REFUSED:
        door = f"/v1/alerts/{tenant.alert_id}/evidence{query}"
        answer = await made.ask("employer", "POST", door, content=body, headers=headers)
        faults = problem(answer, status).get("errors", [])

        assert place is None or place in [fault["pointer"] for fault in faults], query
        assert status == 400 or all(fault["fix"] for fault in faults), query


async def test_downloads_at_once_share_few_connections(opened):
    """Twelve downloads at once all come whole, though the pool has four connections."""
    made, tenant = opened
    told = {"content": b"line\n" * 120_000, "headers": {"Content-Type": "text/plain"}}
    shown = await made.good("employer", "POST", f"/v1/alerts/{tenant.alert_id}/evidence?name=b.txt", **told)
    href = shown.json()["files"][0]["href"]
    got = await asyncio.gather(*(made.good("representative", "GET", href) for _ in range(12)))

    assert {each.content for each in got} == {told["content"]}


def words_of(answer):
    """Everything an answer says, what is packed in an archive too."""
    if answer.headers.get("content-type") != "application/zip":
        return answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.slow
async def test_a_note_leaves_by_no_door_to_the_other_side(opened):
    """What one side noted is in no answer of any reading door to anybody but that side."""
    made, tenant = opened
    secret = {"employer": "xylophone", "representative": "glockenspiel"}
    for caller, word in secret.items():
        for about in (f"alerts/{tenant.alert_id}", f"requests/{tenant.request_id}"):
            told = {"json": {"text": f"We would settle for a {word}.", "seen_by": "us"}}
            await made.good(caller, "POST", f"/v1/{about}/comment", **told)
    ours = {name: who.role for name, who in world.CALLERS.items() if who and own(who)}
    doors, heard = 0, set()
    for operation in {row.operation for row in test_routes.TABLE} - ENDLESS:
        call = test_routes.call_of(operation, tenant, "nobody")
        for caller in [*world.CALLERS] if call.method == "GET" else []:
            said = words_of(await made.ask(caller, "GET", call.path))
            told = {by for by, word in secret.items() if word.encode() in said}
            doors += 1

            assert told <= {ours.get(caller)}, (caller, operation)
            heard |= {(caller, operation)} if told else set()

    assert doors > 200
    assert {("employer", "listAlertThread"), ("representative", "listRequestThread")} <= heard


def own(who):
    """Whether a caller is of the employer or of the local that the tenant's matters are between."""
    return who.employer_id == OWN if who.role == "employer" else world.LOCALS[OWN] in who.locals
