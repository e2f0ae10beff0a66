"""Every statement of every store compiles against the migrated schema, under the application's role."""

import importlib
import pkgutil
from pathlib import Path

import asyncpg
import pytest

import registry
from registry.db import Database

FOLDER = Path(registry.__file__).parent
TRADES = {"store"}
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "LOCK", "SET", "VALUES", "NOTIFY", "MERGE")
UNPREPARED = ("LOCK", "SET", "NOTIFY")
"""Commands that PREPARE does not take; they are run instead, in a transaction that is rolled back."""

OF_THE_OWNER = ("registry.rebuilding.store.", "registry.rebuilding.again.store.")
"""Statements that run with the rights of the tables' owner."""


def statements():
    """Each upper-case SQL constant of each store, by its full name."""
    for found in pkgutil.walk_packages([str(FOLDER)], "registry."):
        if found.name.rpartition(".")[2] in TRADES:
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if name.isupper() and isinstance(value, str) and words(value).startswith(COMMANDS):
                    yield pytest.param(value, id=f"{found.name}.{name}")


def words(statement):
    """*statement* without the comments it opens with."""
    lines = [line for line in statement.splitlines() if line.strip() and not line.lstrip().startswith("--")]
    return "\n".join(lines).lstrip().upper()


@pytest.mark.parametrize("statement", list(statements()))
async def test_a_statement_compiles(still, statement, request):
    """PostgreSQL itself reads the statement: tables, columns, types of parameters, and our right to do it."""
    role = not any(room in request.node.name for room in OF_THE_OWNER)
    async with Database.open(still, size=1, role=role) as db, db.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        try:
            if words(statement).startswith(UNPREPARED):
                await conn.execute(statement)
            else:
                await conn.prepare(statement)
                await may(conn, statement)
        finally:
            await transaction.rollback()


async def may(conn, statement):
    """PREPARE asks for no rights, EXPLAIN does; its generic plan came with PostgreSQL 16."""
    if conn.get_server_version().major >= 16:
        await conn.execute(f"EXPLAIN (GENERIC_PLAN) {statement}")


def test_the_stores_were_found():
    """A test that looks at nothing proves nothing."""
    assert len(list(statements())) >= 20


async def test_a_wrong_column_is_found(db):
    """The server's own words name the column."""
    async with db.snapshot() as conn:
        with pytest.raises(asyncpg.UndefinedColumnError, match="sise"):
            await conn.prepare("SELECT sise FROM ledger_head")


async def test_a_statement_beyond_our_rights_is_found(db):
    """A statement that compiles but that the application's role may not run is found too."""
    async with db.snapshot() as conn:
        if conn.get_server_version().major < 16:
            pytest.skip("PostgreSQL 15 cannot explain a statement without its parameters")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await may(conn, "DELETE FROM ledger_entry WHERE index = $1")
