"""Bringing an older database up to date, one numbered SQL file at a time."""

from collections.abc import Sequence
from importlib import resources

from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres.database import OLDEST_SERVER

LOCK = int.from_bytes(b"SmFg", "big")
"""The advisory lock under which one node at a time migrates."""

_MARK = """
    CREATE SCHEMA IF NOT EXISTS smartforge;
    CREATE TABLE IF NOT EXISTS smartforge.version (
        number  integer     PRIMARY KEY,        -- the steps that were made
        applied timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE smartforge.version IS 'Smart Forge';
"""
_OWNED = """
    SELECT count(*), count(*) FILTER (
        WHERE relname = 'version' AND obj_description(oid, 'pg_class') = 'Smart Forge')
    FROM pg_class WHERE relnamespace = to_regnamespace('smartforge')
"""


def steps() -> tuple[bytes, ...]:
    """The SQL of every step, in order; step n takes a database of version n - 1 to n."""
    folder = resources.files("smartforge.log.postgres") / "schema"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".sql")), key=lambda f: f.name
    )
    return tuple(each.read_bytes() for each in files)


def migrate(connection: Connection[TupleRow], where: str, sql: Sequence[bytes]) -> int:
    """Apply the steps that are missing, each in a transaction, and return how many those were.

    Of nodes that start together one applies a step and the others wait for it. Raises
    DatabaseUnusable for a database that is newer, of another program, too old or not in UTF-8;
    it is then untouched. After a step that fails the database is as it was before that step.
    """
    _check_server(connection, where)
    applied = 0
    while _apply_next(connection, where, sql):
        applied += 1
    return applied


def known_version(connection: Connection[TupleRow], where: str, newest: int) -> int:
    """The version of the log; 0 for a database without one.

    Raises DatabaseUnusable where it belongs to another program or is newer than `newest`.
    """
    version = _version(connection, where)
    if version > newest:
        raise DatabaseUnusable(
            f"The log in PostgreSQL at {where} has version {version}, this program knows up"
            f" to {newest}: a newer Smart Forge has used it.",
            "Update Smart Forge, or choose another database.",
        )
    return version


def _apply_next(connection: Connection[TupleRow], where: str, sql: Sequence[bytes]) -> bool:
    """The next step under the lock, if there is one; False where nothing is missing."""
    with connection.transaction():
        # A long step is none that has got stuck, and others wait for it as long as it takes.
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = known_version(connection, where, len(sql))
        if version == len(sql):
            return False
        if version == 0:
            connection.execute(_MARK)
        connection.execute(sql[version])
        connection.execute("INSERT INTO smartforge.version (number) VALUES (%s)", (version + 1,))
    return True


def _version(connection: Connection[TupleRow], where: str) -> int:
    """0 for a database without a log. Raises DatabaseUnusable where the schema is another's."""
    tables, marks = _one(connection, _OWNED)
    if not tables:
        return 0
    if not marks:
        raise DatabaseUnusable(
            f"In PostgreSQL at {where} the schema smartforge belongs to another program.",
            "Choose another database with --database-url, or rename that schema.",
        )
    (version,) = _one(connection, "SELECT coalesce(max(number), 0) FROM smartforge.version")
    return int(version)


def _check_server(connection: Connection[TupleRow], where: str) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise DatabaseUnusable(
            f"PostgreSQL at {where} is of version {connection.info.server_version // 10_000};"
            f" {OLDEST_SERVER // 10_000} is needed.",
            "Update it, or choose another one with --database-url.",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"PostgreSQL at {where} keeps text as {encoding}.",
            "Make the database with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
        )


def _one(connection: Connection[TupleRow], query: bytes | str) -> TupleRow:
    row = connection.execute(query.encode() if isinstance(query, str) else query).fetchone()
    assert row is not None, "an aggregate always is a row"
    return row
