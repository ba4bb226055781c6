"""Bringing an older database up to date, one numbered SQL file at a time."""

import contextlib
import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from smartforge.errors import DatabaseUnusable

APPLICATION_ID = int.from_bytes(b"SmFg", "big")
"""Stands in the header of every Smart Forge database (sqlite.org/fileformat2.html, offset 68)."""


def steps() -> tuple[str, ...]:
    """The SQL of every step, in order; step n takes a database of version n - 1 to n."""
    folder = resources.files("smartforge.log.sqlite") / "schema"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".sql")), key=lambda f: f.name
    )
    return tuple(each.read_text(encoding="utf-8") for each in files)


def migrate(connection: sqlite3.Connection, path: Path, sql: Sequence[str]) -> int:
    """Apply the steps that the database has not had yet; return how many that were.

    Each step is one transaction with its version number, so that a crash leaves the database
    before the step or after it. Raises DatabaseUnusable where the database belongs to another
    program or to a newer Smart Forge; it is then untouched.
    """
    version = known_version(connection, path, len(sql))
    for number in range(version + 1, len(sql) + 1):
        _apply(connection, number, sql[number - 1])
    return len(sql) - version


def known_version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The version of the database; 0 for an empty one.

    Raises DatabaseUnusable where it belongs to another program or is newer than `newest`.
    """
    version = _pragma(connection, "user_version")
    _check_owner(connection, path, version)
    if version > newest:
        raise DatabaseUnusable(
            f"The database {path} has version {version}, this program knows up to {newest}: "
            "a newer Smart Forge has used it.",
            "Update Smart Forge, or choose another folder with --data.",
        )
    return version


def _check_owner(connection: sqlite3.Connection, path: Path, version: int) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    empty = version == 0 and tables == 0
    if not empty and _pragma(connection, "application_id") != APPLICATION_ID:
        raise DatabaseUnusable(
            f"The file {path} is a database of another program.",
            "Move the file away, or choose another folder with --data.",
        )


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except sqlite3.Error:
        # Some errors roll back by themselves; the one that is raised is the one to tell.
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
