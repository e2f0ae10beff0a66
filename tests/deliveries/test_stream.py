import asyncio
import contextlib
import json

import doors
import pytest
import told
from told import ADMINISTRATOR, OFFICE, OTHERS, REP, finding, judge, say

from registry import app as application
from registry.auth.issuer import local_issuer, mint
from registry.deliveries.stream import act, frame
from registry.deliveries.stream import http as door
from registry.errors import Invalid
from registry.settings import Settings

READINGS = """
SELECT l.subject, l.path, l.read_at, s.employer_id
  FROM access_log l JOIN access_subject s USING (access_id) ORDER BY l.access_id
"""


class Reader:
    """A reader of the application's stream, without a socket: it can go away in the middle."""

    def __init__(self, app, token, path="/v1/alerts/stream", **headers):
        self.sent = asyncio.Queue()
        self.gone = asyncio.Event()
        raw = {"authorization": f"Bearer {token}", **headers}
        where, _, query = path.partition("?")
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": where,
            "raw_path": where.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in raw.items()],
            "client": ("127.0.0.1", 1),
            "server": ("registry", 80),
        }
        self.task = asyncio.create_task(app(self.scope, self.receive, self.sent.put))
        self.left = b""

    async def receive(self):
        """The request, and then nothing until the reader goes away."""
        if not self.scope.get("asked"):
            self.scope["asked"] = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def head(self):
        """Status and headers."""
        async with asyncio.timeout(10):
            start = await self.sent.get()
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}

    async def block(self):
        """The next block of the stream; None at its end."""
        async with asyncio.timeout(20):
            while b"\n\n" not in self.left:
                message = await self.sent.get()
                if message["type"] != "http.response.body":
                    continue
                self.left += message.get("body", b"")
                if not message.get("more_body"):
                    return None
        block, _, self.left = self.left.partition(b"\n\n")
        return block.decode()

    async def event(self):
        """The next event as id, type and data."""
        while True:
            block = await self.block()
            assert block is not None
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "event" in fields:
                return int(fields["id"]), fields["event"], json.loads(fields["data"])

    async def leave(self):
        """Go away."""
        self.gone.set()
        with contextlib.suppress(BaseException):
            await asyncio.wait_for(self.task, 10)


@pytest.fixture
async def opened(house, dsn, tmp_path):
    """The application with the stream's door, and readers of it."""
    readers = []
    async with doors.opened(dsn, tmp_path, door.routes) as (app, client):
        local = local_issuer(Settings(data_dir=tmp_path))

        def read(who=REP, path="/v1/alerts/stream", lifetime=3600, **headers):
            now = told.dt.datetime.now(told.dt.UTC)
            token = mint(local, who, "ai-use-registry", now, told.dt.timedelta(seconds=lifetime))
            readers.append(Reader(app, token, path, **headers))
            return readers[-1]

        read.app, read.client = app, client
        yield read
        for reader in readers:
            await reader.leave()


async def test_what_happens_is_heard_as_it_happens(house, opened):
    """An event has its place as id and its type; a comment opens the stream; nobody keeps what was said."""
    reader = opened()
    status, headers = await reader.head()
    assert await reader.block() == "retry: 2000"
    (alert,) = await judge(house, finding("U-1"))
    place, type_, data = await reader.event()

    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert (place, type_) == (0, "alert.opened")
    assert data["path"] == f"/v1/alerts/{alert.alert_id}"
    assert (data["about"], data["position"]) == (str(alert.alert_id), place)


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_reader_who_comes_back_misses_nothing(house, opened, how):
    """After the last id it has, whatever happened meanwhile; then it goes on."""
    (alert,) = await judge(house, finding("U-1"))
    for _ in range(4):
        await say(house, alert.alert_id)
    first = opened(path="/v1/alerts/stream?after=-1")
    seen = [(await first.event())[0] for _ in range(2)]
    await first.leave()
    await say(house, alert.alert_id)
    if how == "header":
        back = opened(path="/v1/alerts/stream?after=0", last_event_id=str(seen[-1]))
    else:
        back = opened(path=f"/v1/alerts/stream?after={seen[-1]}")
    seen += [(await back.event())[0] for _ in range(4)]
    await say(house, alert.alert_id)
    seen.append((await back.event())[0])

    assert seen == list(range(7))


async def test_a_reader_who_is_behind_reads_from_the_database(house, opened, monkeypatch):
    """In pieces, all of it, in order, though memory holds the newest alone."""
    monkeypatch.setattr(act, "REMEMBERED", 2)
    monkeypatch.setattr(act, "AT_ONCE", 3)
    (alert,) = await judge(house, finding("U-1"))
    early = opened(path="/v1/alerts/stream?after=-1")
    assert (await early.event())[0] == 0
    for _ in range(8):
        await say(house, alert.alert_id)
    late = opened(path="/v1/alerts/stream?after=-1")

    assert [(await late.event())[0] for _ in range(9)] == list(range(9))
    assert [(await early.event())[0] for _ in range(8)] == list(range(1, 9))


async def test_each_reader_hears_what_it_may_read(house, opened):
    """Own scope and own side; what is held back is heard by nobody."""
    readers = {who.role: opened(who) for who in (REP, OFFICE, ADMINISTRATOR)}
    other = opened(OTHERS)
    for reader in [*readers.values(), other]:
        await reader.block()
    (alert,) = await judge(house, finding("U-1"))
    await say(house, alert.alert_id, "note", side="union")
    await say(house, alert.alert_id, "note", side="employer", by=OFFICE)
    await say(house, alert.alert_id)
    await judge(house, finding("U-1"), key=told.OTHER)
    heard = {
        role: [(await reader.event())[0] for _ in range(3)]
        for role, reader in readers.items()
        if role != "administrator"
    }
    heard["administrator"] = [(await readers["administrator"].event())[0] for _ in range(3)]

    assert heard == {"representative": [0, 1, 3], "employer": [0, 2, 3], "administrator": [0, 3, 4]}
    assert (await other.event())[0] == 4


async def test_whose_data_a_stream_shows_is_read_before_it_is_sent(house, opened):
    """At the beginning everybody within reach; an employer that comes within reach later, before its first event."""
    await judge(house, finding("U-1"))
    reader = opened(REP)
    await reader.block()
    begun = await told.rows(house, READINGS)
    await judge(house, finding("U-1"), key=told.OTHER)
    await reader.event()
    met = await told.rows(house, READINGS)
    await judge(house, finding("U-2"), key=told.OTHER)
    await reader.event()
    again = await told.rows(house, READINGS)

    assert [row["employer_id"] for row in begun] == [told.KEY[0]]
    assert [row["employer_id"] for row in met] == [told.KEY[0], told.OTHER[0]]
    assert {(row["subject"], row["path"]) for row in met} == {(REP.subject, "/v1/alerts/stream")}
    assert again == met


async def test_a_silent_stream_gives_signs_of_life(house, opened, monkeypatch):
    """And says with them up to where the reader has everything, so that it comes back there."""
    monkeypatch.setattr(act, "LIFE_SECONDS", 0.2)
    await judge(house, finding("U-1", locals=["IATSE:600"]), key=told.OTHER)
    reader = opened(path="/v1/alerts/stream?after=-1")
    await reader.block()

    assert await reader.block() == ": the registry is here\nid: 0"


async def test_the_stream_ends_with_the_token(house, opened):
    """The reader comes back with a new one."""
    reader = opened(lifetime=2)
    await reader.block()

    assert await reader.block() is None


async def test_the_stream_ends_when_the_process_stops(house, dsn, tmp_path):
    """So that a server is not held up by those who listen."""
    app = application.join(Settings(database_url=dsn, data_dir=tmp_path), doors.EMPTY, door.routes)
    local = local_issuer(Settings(data_dir=tmp_path))
    async with doors.held(app.lifespan()):
        token = mint(local, REP, "ai-use-registry", told.dt.datetime.now(told.dt.UTC))
        reader = Reader(app, token)
        await reader.block()
        act.close(app.state.db)

        assert await reader.block() is None
        await reader.leave()


async def test_a_lost_connection_is_looked_past(house, opened, monkeypatch):
    """The look-out breaks, and the readers hear of it all the same a moment later."""
    monkeypatch.setattr(act, "RECONNECT_SECONDS", 0.1)
    reader = opened()
    await reader.block()
    await asyncio.sleep(0.2)
    await told.rows(
        house,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'",
    )
    await judge(house, finding("U-1"))

    assert (await reader.event())[0] == 0


async def test_readers_are_bounded_in_number(house, opened, monkeypatch):
    """Of one caller and of all; one who leaves makes room."""
    monkeypatch.setattr(act, "READERS_OF_ONE", 2)
    monkeypatch.setattr(act, "READERS", 3)
    readers = [opened(REP), opened(REP), opened(OFFICE)]
    for reader in readers:
        await reader.block()
    mine, all_ = opened(REP), opened(ADMINISTRATOR)

    assert (await mine.head())[0] == (await all_.head())[0] == 503
    await readers[0].leave()
    again = opened(REP)
    assert (await again.head())[0] == 200


@pytest.mark.parametrize("given", ["x", "-2", "1e3", "99999999999999999999", "\u0661"])
def test_an_id_nobody_gave_out_is_refused(given):
    """Before anything is sent."""
    with pytest.raises(Invalid):
        frame.first_wanted(None, given)


async def test_a_reader_from_another_ledger_starts_at_the_present(house, opened):
    """After a restore an id may lie beyond the end: what comes next is heard."""
    reader = opened(last_event_id="4000000")
    await reader.block()
    await judge(house, finding("U-1"))

    assert (await reader.event())[0] == 0


def test_a_frame_is_one_block_whatever_a_title_says():
    """Line breaks in a text end no block."""
    made = frame.frame(told.event(title="Two\nlines\r\n\r\nid: 9"))

    assert made.count(b"\n\n") == 1
    assert made.startswith(b"id: 7\nevent: alert.opened\ndata: {")
