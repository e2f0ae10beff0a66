"""The PostgreSQL that the program starts itself, whatever is killed and whoever starts it."""

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from registry import cluster, embedded
from registry.errors import Invalid

# Says its address, then stays until its input ends. It looks up now and then: a signal that comes in the moment
# before a program falls asleep in a read is noticed when it wakes, which for one that waits for nothing is never.
# Signals are as in a program that somebody starts, whatever the shell that runs the tests ignores (nohup does).
HOLD = """
import select
import signal
import sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from registry import embedded
with embedded.running(Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
"""


@pytest.fixture
def home():
    """A data folder that any user can reach (pytest's own are closed to others), its server stopped after."""
    folder = Path(tempfile.mkdtemp(prefix="registry-embedded-"))
    folder.chmod(0o755)
    yield folder / "postgres"
    for process in psutil.process_iter():
        if cluster.stands_in(process, folder / "postgres"):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def holder(home, before=()):
    """Another process that uses the server on *home*."""
    words = [*before, sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(dsn, statement):
    async def asked():
        conn = await asyncpg.connect(dsn)
        try:
            return await conn.fetchval(statement)
        finally:
            await conn.close()

    return asyncio.run(asked())


def gone(number, seconds=20):
    """Whether process *number* ends within *seconds*."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_data_outlive_the_server(home):
    """What was written is there after a stop and a second start."""
    with embedded.running(home) as dsn:
        ask(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    assert embedded.pid(home) is None

    with embedded.running(home) as dsn:
        assert ask(dsn, "SELECT n FROM kept") == 7


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_server_in_order(home, number):
    """SIGTERM, SIGINT and SIGHUP end the program and its server, which shuts down cleanly."""
    with holder(home) as process:
        process.stdout.readline()
        server = embedded.pid(home)
        process.send_signal(number)
        process.wait(20)

    assert gone(server)
    assert not (home / "postmaster.pid").exists()
    assert "database system is shut down" in cluster.log_of(home).read_text()


@pytest.mark.slow
def test_a_server_left_by_kill_9_is_joined_and_later_stopped(home):
    """A killed program leaves its server running; the next one uses that server, and stops it at the end."""
    with holder(home) as process:
        process.stdout.readline()
        left = embedded.pid(home)
        process.kill()
        process.wait()
    assert psutil.pid_exists(left)

    with embedded.running(home):
        assert embedded.pid(home) == left
    assert gone(left)


@pytest.mark.slow
def test_a_killed_server_recovers_what_was_committed(home):
    """A kill -9 of the server and of the program loses nothing that was committed."""
    with holder(home) as process:
        dsn = process.stdout.readline().strip()
        ask(dsn, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        server = embedded.pid(home)
        os.kill(server, signal.SIGKILL)
        process.kill()

    # No pause: the killed one may still stand for a moment, and is not taken for a server.
    with embedded.running(home) as dsn:
        assert ask(dsn, "SELECT count(*) FROM kept") == 1000
        assert "automatic recovery in progress" in cluster.log_of(home).read_text()


@pytest.mark.slow
def test_a_second_start_joins_and_the_last_one_stops(home):
    """Two programs share one server; it outlives the one that started it."""
    with holder(home) as first:
        first.stdout.readline()
        server = embedded.pid(home)
        with holder(home) as second:
            second.stdout.readline()
            assert embedded.pid(home) == server
            first.stdin.close()
            first.wait(20)
            assert embedded.pid(home) == server
            second.stdin.close()
            second.wait(30)

    assert gone(server)


@pytest.mark.slow
def test_starts_that_meet_make_one_server(home):
    """Three programs started at once on an empty folder all end up on the same server."""
    with holder(home) as one, holder(home) as two, holder(home) as three:
        addresses = {process.stdout.readline() for process in (one, two, three)}
        # Parents are read with the list: a child that has ended since is asked nothing.
        standing = [process for process in psutil.process_iter(["ppid"]) if cluster.stands_in(process, home)]
        pids = {process.pid for process in standing}
        postmasters = [process for process in standing if process.info["ppid"] not in pids]

        assert len(addresses) == 1
        assert len(postmasters) == 1


@pytest.mark.slow
def test_the_same_process_may_start_twice(home):
    """A second block on the same folder in one process joins, and its end stops nothing."""
    with embedded.running(home) as outer:
        with embedded.running(home) as inner:
            assert inner == outer
        assert ask(outer, "SELECT 1") == 1


@pytest.mark.slow
def test_a_number_given_to_another_program_does_not_keep_the_server_down(home):
    """A file left by a killed server, whose number belongs to somebody else now, is seen through."""
    with embedded.running(home):
        lines = (home / "postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getpid())
    (home / "postmaster.pid").write_text("\n".join(lines) + "\n")

    with embedded.running(home) as dsn:
        assert ask(dsn, "SELECT 1") == 1


@pytest.mark.slow
def test_a_half_made_folder_is_made_again(home):
    """A first start that was killed midway leaves nothing that a second one stumbles over."""
    half = home.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with embedded.running(home) as dsn:
        assert ask(dsn, "SELECT 1") == 1


@pytest.mark.slow
def test_a_path_too_long_for_a_socket_works(home):
    """The socket moves to a short folder that is closed to others when the data folder's path is long."""
    deep = home.parent / ("d" * 90) / "postgres"
    with embedded.running(deep) as dsn:
        folder = Path(dsn.partition("host=")[2])
        assert ask(dsn, "SELECT 1") == 1
        assert folder != deep
        assert folder.stat().st_mode & 0o077 == 0
    folder.rmdir()


@pytest.mark.slow
def test_an_awkward_path_works(home):
    """Spaces, quotes, dollars and letters beyond ASCII in the path are only a path."""
    with embedded.running(home.parent / 'o\'neil $HOME "ü"' / "postgres") as dsn:
        assert dsn


def test_a_folder_of_another_version_is_refused(home):
    """The refusal names both versions and the way out."""
    home.mkdir()
    (home / "PG_VERSION").write_text("14\n")

    with (
        pytest.raises(Invalid, match="made by PostgreSQL 14 and the embedded one is 18"),
        embedded.running(home),
    ):
        pass


def test_a_folder_of_something_else_is_refused(home):
    """A folder with other files in it is left alone."""
    home.mkdir()
    (home / "thesis.txt").write_text("mine")

    with pytest.raises(Invalid, match="REGISTRY_DATA_DIR"), embedded.running(home):
        pass
    assert [path.name for path in home.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_root_gives_others_passage_and_nothing_more(home):
    """Started by root, the server runs as another user, who may pass the folders above but not read them."""
    if os.geteuid() != 0:
        pytest.skip("only root has to start PostgreSQL as somebody else")
    home.parent.chmod(0o700)
    with embedded.running(home):
        user = psutil.Process(embedded.pid(home)).username()

    assert user == cluster.USER
    assert home.parent.stat().st_mode & 0o777 == 0o701
    assert home.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_an_ordinary_user_starts_it(home):
    """An ordinary user starts, uses and stops the server; root may join it later and runs it as that user."""
    if os.geteuid() != 0:
        pytest.skip("the other tests of this file ran as an ordinary user already")
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("this machine has no user called nobody")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    if (
        not shutil.which("setpriv")
        or subprocess.run(
            [*become, sys.executable, "-c", "import registry"], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("no setpriv here, or an ordinary user may not run this Python")
    os.chown(home.parent, nobody.pw_uid, nobody.pw_gid)
    with holder(home, become) as process:
        process.stdout.readline()
        server = embedded.pid(home)
        assert psutil.Process(server).username() == "nobody"
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert gone(server)

    with embedded.running(home):
        assert psutil.Process(embedded.pid(home)).username() == "nobody"


def test_no_wheel_is_said_plainly(monkeypatch):
    """Without the wheel the way out is named."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(Invalid, match="REGISTRY_DATABASE_URL"):
        cluster.binaries()


@pytest.mark.slow
def test_environment_of_the_caller_does_not_reach_the_server(home, monkeypatch):
    """PGPORT, PGDATA and a strange locale of the caller change nothing."""
    for name, value in {"PGPORT": "1", "PGDATA": "/nonesuch", "LANG": "xx_XX", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    with embedded.running(home):
        lines = (home / "postmaster.pid").read_text().splitlines()

    assert json.loads(lines[3]) == 5432
