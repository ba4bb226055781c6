"""An older database is brought up to date, a foreign or newer one is left alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge import events
from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres import PostgresLog, migrations
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.migrations import migrate, steps
from tests import postgres
from tests.contract.logs import CREATED, chunk

FIRST = b"CREATE TABLE smartforge.thing (name text); INSERT INTO smartforge.thing VALUES ('100%');"
SECOND = b"ALTER TABLE smartforge.thing ADD COLUMN size integer NOT NULL DEFAULT 7;"
BROKEN = b"CREATE TABLE smartforge.more (name text); INSERT INTO nowhere VALUES (1);"


@pytest.fixture
def connection(url: str) -> Iterator[Connection[TupleRow]]:
    with Database(url).connect(writing=True) as connection:
        yield connection


def version(connection: Connection[TupleRow]) -> int:
    row = connection.execute("SELECT count(*) FROM smartforge.version").fetchone()
    assert row is not None
    return row[0]


def things(connection: Connection[TupleRow]) -> list[TupleRow]:
    return connection.execute("SELECT * FROM smartforge.thing").fetchall()


def test_every_step_is_applied_once(connection: Connection[TupleRow]) -> None:
    assert migrate(connection, "here", [FIRST]) == 1
    assert migrate(connection, "here", [FIRST]) == 0
    assert migrate(connection, "here", [FIRST, SECOND]) == 1
    assert things(connection) == [("100%", 7)]
    assert version(connection) == 2


def test_a_step_that_fails_leaves_the_database_before_it(connection: Connection[TupleRow]) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable, match="nowhere"):
        migrate(connection, "here", [FIRST, BROKEN, SECOND])
    assert version(connection) == 1
    assert things(connection) == [("100%",)]
    assert migrate(connection, "here", [FIRST, SECOND]) == 1


def test_a_first_step_that_fails_leaves_nothing(connection: Connection[TupleRow]) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(connection, "here", [BROKEN])
    assert connection.execute("SELECT to_regnamespace('smartforge')").fetchall() == [(None,)]


def test_nodes_that_start_together_apply_each_step_once(url: str) -> None:
    def start(_: int) -> int:
        with Database(url).connect(writing=True) as connection:
            return migrate(connection, "here", [FIRST, SECOND])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(8))) == 2
    with Database(url).connect() as connection:
        assert things(connection) == [("100%", 7)]


def test_a_crash_between_two_steps_goes_on_at_the_second(
    connection: Connection[TupleRow], database: str
) -> None:
    ends_itself = SECOND + b"SELECT pg_terminate_backend(pg_backend_pid());"
    with pytest.raises(psycopg.OperationalError):
        migrate(connection, "here", [FIRST, ends_itself])
    with Database(postgres.shared().url(database)).connect(writing=True) as again:
        assert things(again) == [("100%",)]
        assert migrate(again, "here", [FIRST, SECOND]) == 1


def test_a_newer_database_is_refused_and_left_alone(connection: Connection[TupleRow]) -> None:
    migrate(connection, "here", [FIRST, SECOND])
    with pytest.raises(DatabaseUnusable, match=r"version 2, .* up to 1") as refused:
        migrate(connection, "here", [FIRST])
    assert "Update Smart Forge" in refused.value.hint
    assert version(connection) == 2


@pytest.mark.parametrize(
    "foreign",
    [
        [b"CREATE TABLE smartforge.project (id text)"],
        [b"CREATE TABLE smartforge.version (number integer)"],
    ],
)
def test_a_schema_of_another_program_is_refused(
    connection: Connection[TupleRow], foreign: Sequence[bytes]
) -> None:
    connection.execute("CREATE SCHEMA smartforge")
    for query in foreign:
        connection.execute(query)
    with pytest.raises(DatabaseUnusable, match="another program"):
        migrate(connection, "here", steps())


def test_an_empty_schema_made_by_an_administrator_is_used(
    connection: Connection[TupleRow],
) -> None:
    connection.execute("CREATE SCHEMA smartforge; CREATE TABLE project (id text)")
    assert migrate(connection, "here", steps()) == len(steps())


def test_a_database_that_cannot_hold_all_text_is_refused(
    connection: Connection[TupleRow], database: str
) -> None:
    other = f"{database}_latin"
    connection.execute(
        f"CREATE DATABASE {other} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0".encode()
    )
    try:
        with (
            Database(postgres.shared().url(other)).connect(writing=True) as latin,
            pytest.raises(DatabaseUnusable, match="LATIN1"),
        ):
            migrate(latin, "here", steps())
    finally:
        postgres.shared().drop(other)


def test_a_server_that_is_too_old_is_refused_and_left_alone(
    connection: Connection[TupleRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 990_000)
    with pytest.raises(DatabaseUnusable, match=r"of version \d+; 99 is needed") as refused:
        migrate(connection, "here", steps())
    assert refused.value.hint
    assert connection.execute("SELECT to_regnamespace('smartforge')").fetchall() == [(None,)]


async def test_nodes_that_open_an_empty_database_together_both_serve(url: str) -> None:
    nodes = [PostgresLog(url) for _ in range(2)]
    for log in nodes:
        await log.open()
    await nodes[0].create("p", [CREATED])
    assert await nodes[1].append("p", [chunk()], run="r") == 2
    for log in nodes:
        await log.close()


async def test_a_database_of_version_1_is_read_and_goes_on(url: str) -> None:
    with psycopg.connect(url) as old:
        old.execute(Path(__file__).with_name("version_1.sql").read_bytes())
    log = PostgresLog(url)
    await log.open()
    head = await log.head("first")
    assert (head.title, head.status, head.last, head.epoch) == ("Books", "planning", 4, 1)
    assert (head.queued, head.created) == (0, 1_700_000_000_000)
    assert (await log.head("second")).deleted
    records = await log.read("first", 0, 100)
    assert [record.seq for record in records] == [1, 2, 3, 4]
    written = events.CodeChunk(path="app/main.py", attempt=1, at=0, text="# Bücher\n")
    assert events.decode(records[3].data)[1] == written
    assert await log.append("first", [written], run="r1", epoch=1, key="start") == 3
    assert await log.append("first", [written], run="r1", epoch=1) == 5
    content = await log.get("5340b5c23a4c38ed6206528a6d6d2377c7295d5df15bfc1f47f9b4d32c0fb4dc")
    assert content == "# Bücher\n".encode()
    await log.close()
