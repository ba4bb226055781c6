"""An older database is brought up to date, a foreign or newer one is left alone."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Checkpoint
from smartforge.log.sqlite import SQLiteLog
from smartforge.log.sqlite.database import unusable
from smartforge.log.sqlite.migrations import APPLICATION_ID, migrate, steps

PATH = Path("log.db")
OWN = f"PRAGMA application_id = {APPLICATION_ID};"
FIRST = f"{OWN} CREATE TABLE thing (name TEXT); INSERT INTO thing VALUES ('a;b');"
SECOND = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7;"
BROKEN = "CREATE TABLE more (name TEXT); INSERT INTO nowhere VALUES (1);"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_every_step_is_applied_once(connection: sqlite3.Connection) -> None:
    assert migrate(connection, PATH, [FIRST]) == 1
    assert migrate(connection, PATH, [FIRST]) == 0
    assert migrate(connection, PATH, [FIRST, SECOND]) == 1
    assert connection.execute("SELECT * FROM thing").fetchall() == [("a;b", 7)]
    assert version(connection) == 2


def test_a_step_that_fails_leaves_the_database_before_it(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, PATH, [FIRST, BROKEN, SECOND])
    assert version(connection) == 1
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("thing",)]
    assert migrate(connection, PATH, [FIRST, SECOND]) == 1


def test_a_full_disk_leaves_the_database_before_the_step_and_the_same_call_goes_on(
    connection: sqlite3.Connection,
) -> None:
    connection.executescript(left_by(1))
    before = connection.execute("SELECT * FROM sqlite_master").fetchall()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full") as refused:
        migrate(connection, PATH, steps())
    assert "nothing is half done" in unusable(refused.value, PATH).hint
    assert version(connection) == 1
    assert connection.execute("SELECT * FROM sqlite_master").fetchall() == before
    connection.execute("PRAGMA max_page_count = 1000000")
    assert migrate(connection, PATH, steps()) == len(steps()) - 1
    assert version(connection) == len(steps())


def test_a_newer_database_is_refused_and_left_alone(connection: sqlite3.Connection) -> None:
    migrate(connection, PATH, [FIRST, SECOND])
    with pytest.raises(DatabaseUnusable, match=r"version 2, .* up to 1") as refused:
        migrate(connection, PATH, [FIRST])
    assert "Update Smart Forge" in refused.value.hint
    assert version(connection) == 2


@pytest.mark.parametrize("foreign", ["CREATE TABLE t (x)", "PRAGMA user_version = 1"])
def test_the_database_of_another_program_is_refused(
    connection: sqlite3.Connection, foreign: str
) -> None:
    connection.execute(foreign)
    with pytest.raises(DatabaseUnusable, match="another program"):
        migrate(connection, PATH, steps())
    assert version(connection) in (0, 1)


def test_the_steps_of_the_program_lead_from_nothing_to_the_newest_schema(
    connection: sqlite3.Connection,
) -> None:
    assert migrate(connection, PATH, steps()) == len(steps())
    assert version(connection) == len(steps())


@pytest.mark.parametrize("old", [1, 2])
async def test_a_database_of_an_older_version_is_read_and_goes_on(tmp_path: Path, old: int) -> None:
    log = await opened_as_of(old, tmp_path / "log.db")
    head = await log.head("first")
    assert (head.title, head.status, head.last, head.epoch) == ("Books", "planning", 7, 1)
    assert (head.queued, head.created) == (1, 1_700_000_000_000)
    assert (await log.head("second")).deleted
    records = await log.read("first", 0, 100)
    assert [record.seq for record in records] == list(range(1, 8))
    chunk = events.CodeChunk(path="app/main.py", attempt=1, at=0, text="# Bücher\n")
    assert events.decode(records[5].data)[1] == chunk
    assert await log.append("first", [chunk], run="r1", epoch=1, key="start") == 4
    assert await log.append("first", [chunk], run="r1", epoch=1) == 8
    content = await log.get("5340b5c23a4c38ed6206528a6d6d2377c7295d5df15bfc1f47f9b4d32c0fb4dc")
    assert content == "# Bücher\n".encode()
    # It is not known how old what is stored already is, but new it is not.
    assert await log.discard([hashlib.sha256(content).hexdigest()]) == len(content)
    await log.close()


KEPT = Checkpoint(project_id="first", seq=6, shape="folded-0", data=b'{"kept":[1]}')


@pytest.mark.parametrize(("old", "kept"), [(1, None), (2, KEPT)])
async def test_folded_states_are_kept_beside_what_an_older_version_left(
    tmp_path: Path, old: int, kept: Checkpoint | None
) -> None:
    log = await opened_as_of(old, tmp_path / "log.db")
    assert await log.checkpoint("first") == kept
    newer = msgspec.structs.replace(KEPT, seq=7)
    await log.keep(newer)
    assert await log.checkpoint("first") == newer
    await log.close()


async def opened_as_of(version: int, path: Path) -> SQLiteLog:
    """A log over a file that a program of this version left."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(left_by(version))
    log = SQLiteLog(path)
    await log.open()
    return log


def left_by(version: int) -> str:
    """The SQL of a database that a program of this version left."""
    return Path(__file__).with_name(f"version_{version}.sql").read_text(encoding="utf-8")
