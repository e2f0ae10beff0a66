"""Run a command against a PostgreSQL of this machine: `with_postgres.py [FOLDER OF PROGRAMS] -- COMMAND`.

Makes a server in a temporary folder, on a free port of the loopback address and with a password that has to
be quoted, hands its address over as REGISTRY_TEST_DATABASE_URL, and takes everything away again. PostgreSQL
refuses to run as root; started by root it runs as the first of the users named below.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

USERS = ("postgres", "nobody")
PLACES = [Path("/usr/lib/postgresql") / version / "bin" for version in ("15", "16", "17", "18")]


def programs(given):
    """The folder of the server's programs, or None."""
    places = [Path(given)] if given else PLACES
    return next((place for place in places if (place / "postgres").exists()), None)


def someone():
    """What subprocess needs to start PostgreSQL as an ordinary user."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(known[name] for name in USERS if name in known)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    at = sys.argv.index("--")
    command, given = sys.argv[at + 1 :], (sys.argv[1:at] or [""])[0]
    place = programs(given)
    if place is None:
        sought = given or ", ".join(map(str, PLACES))
        print(f"skipped: no PostgreSQL in {sought} (Debian: apt install postgresql-15)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="registry-postgres-"))
    user, password, port = someone(), f"p@s:s/w%?#&{secrets.token_hex(4)}", free_port()
    words = folder / "password"
    words.write_text(password)
    if user:
        os.chown(folder, user["user"], user["group"])
        os.chown(words, user["user"], user["group"])
    data = str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} "
    options += "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"

    def run(*line):
        subprocess.run(
            [str(place / line[0]), *line[1:]], check=True, cwd="/", stdout=subprocess.DEVNULL, **user
        )

    try:
        run(
            "initdb",
            "-D",
            data,
            "-U",
            "post gres",
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(words),
            "-E",
            "UTF8",
        )
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            address = (
                f"postgresql://{quote('post gres')}:{quote(password, safe='')}@127.0.0.1:{port}/postgres"
            )
            print(f"{place / 'postgres'} on port {port}", flush=True)
            told = os.environ | {"REGISTRY_TEST_DATABASE_URL": address}
            return subprocess.run(command, check=False, env=told).returncode
        finally:
            run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
