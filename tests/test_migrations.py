"""The schema keeps what it promises: names, readers, tenants first, history out of reach."""

import asyncio
import os
import re
import subprocess
import sys

import pytest
from conftest import at, execute

from registry import db as database
from registry import files
from registry.db import Database
from registry.errors import Corrupt

TEXTS = {path.name: path.read_text() for path in sorted(files.MIGRATIONS.glob("*.sql"))}
FOREIGN = "pgqueuer"
"""The queue's tables are pgqueuer's, name for name: its own program has to know them again."""
SHARED_KEYS = {
    "employer_lei_is_unique": "employers are few and shared by all: a reference table on several nodes"
}
MIGRATE = "import sys; from registry import db; print(db.migrate(sys.argv[1]))"


@pytest.fixture
async def empty(server):
    """The address of a database without tables."""
    name = f"registry_empty_{os.getpid()}"
    await execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    yield at(server, name)
    await execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def rows(dsn, statement, *values):
    async with Database.open(dsn, role=False) as owner, owner.snapshot() as conn:
        return await conn.fetch(statement, *values)


@pytest.mark.parametrize("name", TEXTS)
def test_a_migration_opens_with_why_locks_and_back_out(name):
    """Who has to run or undo one at night reads three lines."""
    head = TEXTS[name].splitlines()[:8]

    assert head[0] == "-- migrate:up"
    assert any(line.startswith("-- Locks:") for line in head)
    assert any(line.startswith("-- Back out:") for line in head)


@pytest.mark.parametrize("name", TEXTS)
def test_every_index_names_its_reader(name):
    """An index without a reader is only a cost."""
    lines = TEXTS[name].splitlines()
    for number, line in enumerate(lines):
        if re.match(r"CREATE (UNIQUE )?INDEX", line) and FOREIGN not in line:
            above = []
            while lines[number - 1].startswith("--"):
                number -= 1  # noqa: PLW2901  walking up from the index
                above.append(lines[number])
            assert any(text.startswith("-- Read by:") for text in above), line


async def test_every_constraint_and_index_has_a_name_of_ours(still):
    """A violated promise is named in words, not as table_column_check1."""
    made = await rows(
        still,
        """
        SELECT conname AS name FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0
          AND conrelid::regclass::text !~ '^(schema_migrations|pgqueuer)'
        UNION SELECT indexname FROM pg_indexes
        WHERE schemaname = 'public' AND tablename !~ '^(schema_migrations|pgqueuer)'
        """,
    )
    text = "\n".join(TEXTS.values())
    unnamed = [row["name"] for row in made if not re.search(rf"(CONSTRAINT|INDEX) {row['name']}\b", text)]

    assert len(made) > 20
    assert unnamed == []


async def test_every_tenant_key_starts_with_its_employer(still):
    """Rows of one employer can live on one node: primary keys, unique keys and references all begin there."""
    keys = await rows(
        still,
        """
        SELECT c.relname AS table_name, i.relname AS index_name, a.attname AS first
        FROM pg_index x
        JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
        WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique
          AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'employer_id')
        """,
    )
    wrong = [row["index_name"] for row in keys if row["first"] != "employer_id"]

    assert {row["table_name"] for row in keys} >= {
        "employer",
        "production",
        "disclosure",
        "alert",
        "judgement",
    }
    assert wrong == list(SHARED_KEYS)


async def test_every_tenant_table_has_a_primary_key(still):
    """A table that holds an employer's rows says which they are."""
    bare = await rows(
        still,
        """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary)
        """,
    )

    assert bare == []


async def test_no_tenant_table_counts_with_a_sequence(still):
    """Numbers that one node gives out do not spread over several."""
    counted = await rows(
        still,
        """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND c.relname !~ '^pgqueuer'
        """,
    )

    assert counted == []


async def test_what_carries_a_ledger_position_is_history(still):
    """Each table with a ledger_index, and the ledger itself: the application may read and add, no more."""
    rights = await rows(
        still,
        """
        SELECT c.relname AS name,
               array_agg(r.right_name ORDER BY r.right_name) FILTER (
                   WHERE has_table_privilege('registry_app', c.oid, r.right_name)) AS held,
               bool_or(t.tgname = c.relname || '_is_append_only') AS guarded
        FROM pg_class c
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) r (right_name)
        LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND (c.relname IN ('ledger_entry', 'ledger_subtree', 'disclosure_content', 'access_log')
               OR EXISTS (SELECT FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = 'ledger_index'))
        GROUP BY c.relname
        """,
    )

    assert len(rights) >= 10
    for row in rights:
        assert set(row["held"]) == {"SELECT", "INSERT"}, row["name"]
        assert row["guarded"], row["name"]


async def test_the_application_may_not_make_or_own_anything(still):
    """The role cannot create tables, cannot log in, and owns nothing it could change."""
    found = await rows(
        still,
        """
        SELECT rolcanlogin OR rolsuper OR rolcreaterole OR rolbypassrls AS strong,
               has_schema_privilege('registry_app', 'public', 'CREATE') AS creates,
               (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owns
        FROM pg_roles r WHERE rolname = 'registry_app'
        """,
    )

    assert dict(found[0]) == {"strong": False, "creates": False, "owns": 0}


async def test_six_programs_migrate_one_fresh_database_at_once(empty):
    """However many start together, the schema is made once and nobody fails."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, empty, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(6)
    ]
    for process in running:
        _, said = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, said.decode()
    applied = await rows(empty, "SELECT version FROM schema_migrations ORDER BY version")

    assert [row["version"] for row in applied] == [name.partition("_")[0] for name in TEXTS]


async def test_several_databases_migrate_at_once(server):
    """The role is the server's, not the database's: migrations that meet over it do not fail."""
    names = [f"registry_meet_{os.getpid()}_{number}" for number in range(4)]
    await execute(server, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))
    await execute(server, *(f"CREATE DATABASE {name}" for name in names))
    try:
        await asyncio.gather(*(database.migrated(at(server, name)) for name in names))
    finally:
        await execute(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))


async def test_an_owner_who_is_not_superuser_can_migrate_and_serve(server):
    """A managed PostgreSQL gives no superuser: CREATEROLE and an own database are enough."""
    name, login = f"registry_plain_{os.getpid()}", f"registry_owner_{os.getpid()}"
    await execute(
        server,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"DROP ROLE IF EXISTS {login}",
        f"CREATE ROLE {login} LOGIN PASSWORD 'a@b:c/d' CREATEROLE",
        f"CREATE DATABASE {name} OWNER {login}",
        # On a server whose role was made by somebody else, that somebody has to hand it on once.
        "DO $$ BEGIN CREATE ROLE registry_app NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"GRANT registry_app TO {login}",
    )
    address = at(server, name)
    place = address.partition("//")[2].rpartition("@")[2]
    address = f"postgresql://{login}:a%40b%3Ac%2Fd@{place}"
    try:
        await database.migrated(address)
        async with Database.open(address) as opened, opened.snapshot() as conn:
            assert await conn.fetchval("SELECT current_user") == "registry_app"
            assert await conn.fetchval("SELECT size FROM ledger_head") == 0
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {login}")


async def test_migrating_again_changes_nothing(dsn):
    """A second run finds nothing to do."""
    assert "Applying" not in await database.migrated(dsn)


def test_a_migration_that_fails_says_why_and_leaves_nothing(empty, tmp_path):
    """The server's words reach the operator; a broken migration is undone whole."""
    (tmp_path / "1_broken.sql").write_text(
        "-- migrate:up\nCREATE TABLE half (n int);\nSELECT nonesuch;\n-- migrate:down\n"
    )
    with pytest.raises(Corrupt, match="nonesuch"):
        database.migrate(empty, tmp_path)

    assert asyncio.run(rows(empty, "SELECT 1 FROM pg_class WHERE relname = 'half'")) == []


def test_a_password_is_never_an_argument(monkeypatch):
    """Arguments are seen by everybody on the machine; the address goes through the environment."""
    seen = {}

    def instead(command, *, env, **_):
        seen.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", instead)
    database.migrate("postgresql://u:secret@h/d")

    assert "secret" not in " ".join(seen["command"])
    assert "secret" in seen["env"]["REGISTRY_MIGRATED_URL"]
