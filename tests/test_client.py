import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from registry import client
from registry.errors import Busy, Refused

PROBLEM = (
    b'{"type":"http://x/problems/schema-violation","title":"The disclosure has faults","status":422,'
    b'"detail":"2 faults","errors":[{"pointer":"#/uses/0","code":"required","detail":"It is missing."}]}'
)


@contextlib.contextmanager
def answering(*answers):
    """A server that gives each of *answers* (status, content type, body) in turn, then the last for ever."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_problem_keeps_its_faults_and_their_places():
    """A refusal is an answer; asked for its body, it raises the server's words."""
    with answering((422, "application/problem+json", PROBLEM)) as address:
        async with client.connected(address) as registry:
            answer = await registry.get("/")

    assert answer.problem.slug == "schema-violation"
    assert answer.problem.errors[0].pointer == "/uses/0"
    with pytest.raises(Refused, match="2 faults"):
        answer.wanted()


async def test_what_is_busy_is_asked_again():
    """503 is no answer yet."""
    with answering((503, "text/plain", b"later"), (200, "application/json", b'{"a":1}')) as address:
        async with client.connected(address) as registry:
            assert (await registry.get("/")).wanted() == {"a": 1}


async def test_a_server_that_is_not_there_is_said_to_be_busy():
    """After its tries an errand gives up and names the address."""
    with answering((200, "text/plain", b"")) as address:
        pass
    async with client.connected(address, tries=2) as registry:
        with pytest.raises(Busy, match=address):
            await registry.get("/")


async def test_an_answer_that_is_no_problem_document_is_still_a_refusal():
    """A proxy's page is cut and kept as its detail."""
    with answering((413, "text/html", b"<h1>" + b"x" * 1000)) as address:
        async with client.connected(address) as registry:
            answer = await registry.get("/")

    assert answer.problem.status == 413
    assert len(answer.problem.detail) == 200


def test_only_what_may_be_repeated_is_repeated():
    """A first request still running is waited for; any other conflict is an answer."""
    running = client.Problem(type="urn:registry:problems:request-still-running", status=409)
    taken = client.Problem(type="http://x/problems/already-exists", status=409)

    assert client.passing(client.Answer(409, httpx.Headers(), None, b"", running))
    assert not client.passing(client.Answer(409, httpx.Headers(), None, b"", taken))
    assert not client.passing(client.Answer(500, httpx.Headers(), None, b""))
