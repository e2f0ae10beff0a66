"""Key sets over the network: a real server, kept keys, and an issuer that goes away."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.auth import jwks
from registry.auth.issuer import public_jwk
from registry.auth.jwks import Keyring, KeySource
from registry.errors import Busy


class Issuer:
    """A token issuer with a key set, on a port of its own."""

    def __init__(self):
        self.body, self.status, self.asked = b'{"keys": []}', 200, 0
        issuer = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                self.send_response(issuer.status)
                self.send_header("Content-Length", str(len(issuer.body)))
                self.end_headers()
                self.wfile.write(issuer.body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.address = f"http://127.0.0.1:{self.server.server_port}/jwks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self):
        """A new key set of one key; gives the key's name."""
        jwk = public_jwk(Ed25519PrivateKey.generate())
        self.body = json.dumps({"keys": [jwk]}).encode()
        return jwk["kid"]

    def close(self):
        """Go away for good."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def issuer():
    running = Issuer()
    yield running
    running.close()


class Ticks:
    """A clock that stands until it is moved."""

    now = 1_000_000.0

    def __call__(self):
        """Seconds, as a monotonic clock counts them."""
        return self.now


async def test_keys_are_fetched_once_and_kept(issuer):
    """The first question fetches; the next ones do not."""
    kid = issuer.publish()
    async with jwks.client() as client:
        source = KeySource("https://i", issuer.address, client)
        found = [await source.find(kid) for _ in range(5)]

    assert {key.kid for key in found} == {kid}
    assert issuer.asked == 1


async def test_an_unknown_key_is_asked_for_at_most_once_a_minute(issuer):
    """Made-up key names do not make the registry hammer the issuer; a new key is found within a minute."""
    issuer.publish()
    ticks = Ticks()
    async with jwks.client() as client:
        source = KeySource("https://i", issuer.address, client, ticks)
        for number in range(20):
            assert await source.find(f"made-up-{number}") is None
        assert issuer.asked == 1

        fresh = issuer.publish()
        assert await source.find(fresh) is None
        ticks.now += jwks.PAUSE
        assert (await source.find(fresh)).kid == fresh

    assert issuer.asked == 2


async def test_a_withdrawn_key_is_gone_within_the_hour(issuer):
    """A key set an hour old is fetched again, so a key that was taken out is no longer believed."""
    kid = issuer.publish()
    ticks = Ticks()
    async with jwks.client() as client:
        source = KeySource("https://i", issuer.address, client, ticks)
        assert await source.find(kid)
        issuer.publish()
        ticks.now += jwks.FRESH + 1

        assert await source.find(kid) is None


async def test_keys_outlive_an_issuer_that_is_away_for_a_day(issuer):
    """An issuer that does not answer leaves its keys good for a day, then nobody can be believed: Busy."""
    kid = issuer.publish()
    ticks = Ticks()
    async with jwks.client() as client:
        source = KeySource("https://i", issuer.address, client, ticks)
        assert await source.find(kid)
        issuer.status = 500
        ticks.now += jwks.KEPT - 1
        assert (await source.find(kid)).kid == kid

        ticks.now += jwks.PAUSE
        with pytest.raises(Busy):
            await source.find(kid)


@pytest.mark.parametrize("body", [b"<html>", b'{"keys": 7}', b" " * (jwks.LARGEST + 1)])
async def test_an_answer_that_is_no_key_set_is_no_answer(issuer, body):
    """Rubbish, and too much of anything, count as an issuer that is away."""
    issuer.body = body
    async with jwks.client() as client:
        source = KeySource("https://i", issuer.address, client)
        with pytest.raises(Busy):
            await source.find("k")


async def test_one_issuer_away_does_not_shut_out_anothers_callers(issuer):
    """The keyring answers from the issuers that can be reached."""
    kid = issuer.publish()
    async with jwks.client() as client:
        away = KeySource("https://away", "http://127.0.0.1:1/jwks", client)
        ring = Keyring([away, KeySource("https://i", issuer.address, client)])

        assert [key.issuer for key in await ring.find(kid)] == ["https://i"]
        with pytest.raises(Busy):
            await ring.find("unknown")
