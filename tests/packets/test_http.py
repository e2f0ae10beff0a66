"""The door of packets, through the whole application."""

import base64
import hashlib
import io
import zipfile

import pytest
import world
from packed import unpacked, verified

from registry.packets.form import wanted


@pytest.fixture
async def settled(dsn, tmp_path):
    """The application with one tenant on record."""
    async with world.opened(dsn, tmp_path) as (_, one):
        yield one, await one.settle(world.OWN)


async def test_a_packet_is_a_zip_or_a_pdf_as_accept_asks_and_leaves_as_a_download(settled, tmp_path):
    """One address, two forms, each with name, length and digest; what comes is checked without the registry."""
    asked, tenant = settled
    address = f"/v1/alerts/{tenant.alert_id}/packet"
    plain = await asked.good("representative", "GET", address)
    printed = await asked.good("employer", "GET", address, headers={"Accept": "application/pdf"})

    assert plain.headers["content-type"] == "application/zip"
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    for given, ending in ((plain, "zip"), (printed, "pdf")):
        digest = base64.b64encode(hashlib.sha256(given.content).digest()).decode()
        assert given.headers["content-digest"] == f"sha-256=:{digest}:"
        assert given.headers["content-length"] == str(len(given.content))
        assert given.headers["content-disposition"].startswith('attachment; filename="packet-')
        assert given.headers["content-disposition"].endswith(f'.{ending}"')
    assert zipfile.ZipFile(io.BytesIO(plain.content)).testzip() is None
    assert verified(unpacked(plain.content, tmp_path)).holds


async def test_an_instant_gives_the_same_bytes_and_a_wrong_one_is_refused_in_words(settled):
    """400 for what is no instant, lies before the alert, or is still to come; each says what to ask for."""
    asked, tenant = settled
    address = f"/v1/alerts/{tenant.alert_id}/packet"
    alert = (await asked.good("representative", "GET", f"/v1/alerts/{tenant.alert_id}")).json()
    then = {"params": {"as_of": alert["opened_at"]}}
    first = await asked.good("representative", "GET", address, **then)

    assert (await asked.good("representative", "GET", address, **then)).content == first.content
    for wrong in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday", "2026-01-01T00:00:00"):
        answer = await asked.ask("representative", "GET", address, params={"as_of": wrong})
        assert answer.status_code == 400, answer.text
        assert answer.json()["errors"][0]["fix"]
    assert (await asked.ask("representative", "GET", address, params={"as_of": "\0"})).status_code == 400


async def test_who_may_not_read_the_alert_gets_no_packet(settled):
    """401 without a token; 404 for another union and another employer; the auditor and the administrator may."""
    asked, tenant = settled
    address = f"/v1/alerts/{tenant.alert_id}/packet"
    for caller, status in [
        ("nobody", 401),
        ("other representative", 404),
        ("other employer", 404),
        ("auditor", 200),
        ("administrator", 200),
    ]:
        assert (await asked.ask(caller, "GET", address)).status_code == status


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "zip"),
        ("*/*", "zip"),
        ("application/pdf", "pdf"),
        ("application/zip", "zip"),
        ("application/zip;q=0.5, application/pdf", "pdf"),
        ("application/pdf;q=0.5, application/zip;q=0.5", "zip"),
        ("APPLICATION/PDF; q=0.1, text/html", "pdf"),
        ("application/pdf;q=0", "zip"),
        ("application/pdf;q=x;;,,", "zip"),
    ],
)
def test_the_form_is_the_one_that_is_preferred(accept, form):
    """The folder, unless a PDF is wanted more."""
    assert wanted(accept) == form
