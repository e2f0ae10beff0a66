"""Time stamps: made by an authority of openssl's, verified by openssl, refused when they are about anything else."""

import contextlib
import hashlib
import http.server
import shutil
import subprocess
import threading
from datetime import timedelta

import doors
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbours import NOW, reaching
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from registry.errors import Invalid
from registry.ledger.log import store as logs
from registry.witnessing import act, store
from registry.witnessing import http as door
from registry.witnessing.stamping import act as stamping
from registry.witnessing.stamping import reply

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
"""


def openssl(*words, **options):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False, **options)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Authority:
    """A time-stamping authority with a root of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "root.pem"
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256")
        openssl(
            *new, "-x509", "-keyout", folder / "root.key", "-out", self.root, "-subj", "/CN=Root", "-days", 9
        )
        openssl(*new, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Authority")
        (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\n")
        sign = ("x509", "-req", "-in", folder / "tsa.csr", "-CA", self.root, "-CAkey", folder / "root.key")
        openssl(*sign, "-CAcreateserial", "-out", folder / "tsa.pem", "-extfile", folder / "ext", "-days", 8)

    def stamp(self, question):
        """The reply to a query."""
        (self.folder / "query").write_bytes(question)
        chosen = ("-config", self.folder / "tsa.cnf", "-queryfile", self.folder / "query")
        signer = ("-inkey", self.folder / "tsa.key", "-signer", self.folder / "tsa.pem")
        return openssl("ts", "-reply", *chosen, *signer)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    return Authority(tmp_path_factory.mktemp("authority"))


@contextlib.contextmanager
def served(answer):
    """A server that posts are answered by with *answer* of their body: status, media type, bytes."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.headers["content-type"], body))
            status, media, data = answer(body)
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa", asked
        finally:
            server.shutdown()
            thread.join()


def stamping_at(log, url, **more):
    return msgspec.structs.replace(log.settings, stamp_url=url, **more)


REPLY = "application/timestamp-reply"


async def test_openssl_verifies_the_stamp_of_a_checkpoint(log, authority, tmp_path):
    """What the doors give out is enough: the note, the reply, and the authority's root in the auditor's hand."""
    head = await log.grow(5)
    with served(lambda body: (200, REPLY, authority.stamp(body))) as (url, asked):
        settings = stamping_at(log, url)
        async with reaching() as client:
            assert await act.publish_once(log.db, settings, client, log.now)
    async with doors.opened(log.db.dsn, settings.data_dir, door.routes, log_origin=settings.log_origin) as (
        _,
        client,
    ):
        told = (await client.get(f"/ledger/checkpoint/{head.size}/stamps")).json()
        given = await client.get(told["stamps"][0]["reply"])
        first = await client.get(f"/ledger/checkpoint/{head.size}/stamp")
        other = await client.get(f"/ledger/checkpoint/{head.size}/stamp?authority=nobody")
        none = await client.get("/ledger/checkpoint/4/stamps")
        none_either = await client.get("/ledger/checkpoint/4/stamp")
    (tmp_path / "note").write_text(told["note"])
    (tmp_path / "reply").write_bytes(given.content)
    verify = ("ts", "-verify", "-in", tmp_path / "reply", "-CAfile", authority.root)

    assert asked[0][0] == "application/timestamp-query"
    assert (given.headers["content-type"], first.content) == (REPLY, given.content)
    assert "immutable" in given.headers["cache-control"]
    assert (other.status_code, none.status_code, none_either.status_code) == (404, 404, 404)
    assert url in other.json()["detail"]
    assert told["sha256"] == hashlib.sha256(told["note"].encode()).hexdigest()
    assert b"OK" in openssl(*verify, "-data", tmp_path / "note")
    assert b"OK" in openssl(*verify, "-digest", told["sha256"])
    (tmp_path / "note").write_text(told["note"] + " ")
    with pytest.raises(AssertionError, match="mismatch"):
        openssl(*verify, "-data", tmp_path / "note")


async def test_stamps_are_made_every_so_often_and_of_new_checkpoints_alone(log, authority):
    """An hour has to pass, and the ledger to have grown; the state of stamps is shown with the witnesses'."""
    with served(lambda body: (200, REPLY, authority.stamp(body))) as (url, asked):
        settings = stamping_at(
            log, url.replace("http://", "http://user:secret@") + "?key=secret", stamp_seconds=3600
        )
        async with reaching() as client:
            for minutes, grown, expected in (
                (0, 1, 1),
                (1, 1, 1),
                (59, 0, 1),
                (60, 0, 2),
                (180, 0, 2),
                (181, 1, 3),
            ):
                if grown:
                    await log.grow(grown)
                assert await act.publish_once(log.db, settings, client, NOW + timedelta(minutes=minutes))
                assert len(asked) == expected, minutes
    state = await act.witnesses(log.db, settings)

    assert (state.stamps.authority, state.stamps.error) == (url, None)
    assert (state.stamps.newest.size, state.stamps.newest.authority) == (3, url)
    assert "secret" not in msgspec.json.encode(state).decode()


def other_nonce(authority):
    """Answers each question with the reply to another one about the same bytes."""

    def answer(body):
        digest = body[body.index(b"\x04\x20") + 2 :][:32]
        query = openssl("ts", "-query", "-digest", digest.hex(), "-sha256", "-cert")
        return 200, REPLY, authority.stamp(query)

    return answer


def other_bytes(authority):
    """Answers each question with a stamp of something else."""
    asked = TimestampRequestBuilder().data(b"else").hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()
    return lambda _: (200, REPLY, authority.stamp(asked))


async def test_a_reply_that_is_no_stamp_of_ours_is_not_kept(log, authority):
    """The reason is written down, the authority is asked again after a minute, and nothing is stored."""
    await log.grow(1)
    for answer, said in (
        (other_nonce(authority), "nonce is another"),
        (other_bytes(authority), "other bytes than ours"),
        (lambda _: (200, REPLY, b"hello"), "no time stamp"),
        (lambda _: (200, REPLY, b""), "no time stamp"),
        (lambda _: (500, "text/plain", b"no"), "it answered 500"),
        (lambda _: (200, REPLY, b"x" * 70_000), "more than 65536 bytes"),
        (lambda _: (200, REPLY, bytes.fromhex("30053003020102")), "granted no stamp (status 2"),
    ):
        with served(answer) as (url, asked):
            settings = stamping_at(log, url)
            async with reaching() as client:
                assert not await act.publish_once(log.db, settings, client, NOW)
                assert await act.publish_once(log.db, settings, client, NOW + timedelta(seconds=59))
                assert len(asked) == 1
                assert not await act.publish_once(log.db, settings, client, NOW + timedelta(seconds=60))
        state = await act.witnesses(log.db, settings)
        async with log.db.snapshot() as conn:
            kept = await store.list_stamps(conn, 1)
            halted = await logs.find_halt(conn)
        assert said in state.stamps.error
        assert (state.stamps.newest, kept, halted) == (None, [], None)


async def test_an_authority_that_is_gone_holds_up_nobody(log):
    """What cannot be reached is written down, and the ledger goes on."""
    await log.grow(1)
    with served(lambda _: (200, REPLY, b"")) as (url, _):
        pass
    settings = stamping_at(log, url)
    async with reaching() as client:
        assert not await act.publish_once(log.db, settings, client, NOW)
    assert "could not be reached" in (await act.witnesses(log.db, settings)).stamps.error
    await log.grow(1)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_stamp_or_refused(data):
    """Nothing that is sent for a reply makes the reader fall over."""
    with pytest.raises(Invalid):
        reply.read(data, bytes(32), 1)


def test_any_broken_stamp_is_refused_or_says_the_same(authority):
    """With any one byte changed, a reply is refused, or it still says the same of our bytes."""
    digest = hashlib.sha256(b"note").digest()
    asked = TimestampRequestBuilder().data(b"note").hash_algorithm(HashAlgorithm.SHA256).build()
    whole = authority.stamp(asked.as_bytes())
    assert reply.read(whole, digest, asked.nonce) == decode_timestamp_response(whole).tst_info.gen_time
    for at in range(0, len(whole), 7):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with contextlib.suppress(Invalid):
            reply.read(broken, digest, asked.nonce)


def test_the_name_of_an_authority_has_no_secret_in_it():
    """User, password and query are left out of what is shown."""
    assert stamping.name_of("https://u:p@tsa.example:8443/a?key=x#y") == "https://tsa.example:8443/a"
