"""A durable log is read beside the server that has it open, and the look changes nothing."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import psycopg
import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable, UnknownBlob, UnknownProject
from smartforge.log.audit import Audit, Audited, audit
from smartforge.log.postgres.beside import beside as beside_postgres
from smartforge.log.sqlite.beside import beside as beside_sqlite
from tests.contract.logs import CREATED, DURABLE, WatchedLog, chunk, database_url, make, remove

CONTENT = b"x = 1\n"


@pytest.fixture(params=DURABLE)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def log(kind: str, tmp_path: Path) -> AsyncIterator[WatchedLog]:
    opened = make(kind, tmp_path)
    await opened.open()
    yield opened
    await opened.close()
    remove(tmp_path)


def beside(kind: str, folder: Path) -> AbstractAsyncContextManager[Audited]:
    if kind == "postgres":
        return beside_postgres(database_url(folder))
    return beside_sqlite(folder / "log.db")


def execute(kind: str, folder: Path, query: str) -> None:
    """Change the tables behind the log's back. `smartforge.` is PostgreSQL's schema."""
    if kind == "postgres":
        with psycopg.connect(database_url(folder), autocommit=True) as connection:
            connection.execute(query.encode())
        return
    with closing(sqlite3.connect(folder / "log.db", isolation_level=None)) as connection:
        connection.execute(query.replace("smartforge.", ""))


async def fill(log: WatchedLog) -> str:
    """Two projects, one of them deleted; returns the hash of what the other one names."""
    sha256 = await log.put(CONTENT)
    whole = events.FileComplete(path="a.py", attempt=1, size=len(CONTENT), sha256=sha256)
    await log.create("p", [CREATED])
    await log.append("p", [chunk(), whole], run="r")
    await log.create("q", [CREATED, events.ProjectDeleted()])
    return sha256


async def audits(kind: str, folder: Path) -> list[Audit]:
    async with beside(kind, folder) as read, contextlib.aclosing(audit(read)) as looked:
        return [each async for each in looked]


async def test_a_log_in_use_is_looked_at_and_goes_on(
    kind: str, tmp_path: Path, log: WatchedLog
) -> None:
    await fill(log)
    found = await audits(kind, tmp_path)
    assert [(each.project_id, each.events, each.blobs, each.faults) for each in found] == [
        ("p", 3, 1, ()),
        ("q", 2, 0, ()),
    ]
    async with beside(kind, tmp_path) as read:
        assert await log.append("p", [chunk()], run="r") == 4
        assert (await read.head("p")).last == 4


async def test_what_there_is_not_is_refused_as_the_log_refuses_it(
    kind: str, tmp_path: Path, log: WatchedLog
) -> None:
    await fill(log)
    async with beside(kind, tmp_path) as read:
        with pytest.raises(UnknownProject):
            await read.head("nobody")
        with pytest.raises(UnknownProject):
            await read.read("nobody", 0, 1)
        with pytest.raises(UnknownBlob):
            await read.get("0" * 64)
        assert await read.checkpoint("nobody") is None
        assert await read.following("q") is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM smartforge.event WHERE project = 'p' AND seq = 2", ("p", "gap", 2)),
        ("UPDATE smartforge.event SET data = '{' WHERE seq = 3", ("p", "event", 3)),
        ("UPDATE smartforge.blob SET content = 'x = 2'", ("p", "blob", 3)),
        ("DELETE FROM smartforge.blob", ("p", "blob", 3)),
        ("UPDATE smartforge.project SET next_seq = 2 WHERE id = 'q'", ("q", "head", 2)),
    ],
)
async def test_what_was_broken_in_the_tables_is_found(
    kind: str, tmp_path: Path, log: WatchedLog, change: str, fault: tuple[str, str, int]
) -> None:
    await fill(log)
    if kind == "sqlite":  # There the columns are strict about what is bytes.
        change = change.replace("'{'", "CAST('{' AS BLOB)").replace("'x = 2'", "x'00'")
    execute(kind, tmp_path, change)
    found = await audits(kind, tmp_path)
    first = [(each.project_id, each.faults[0]) for each in found if each.faults]
    assert [(name, each.kind, each.seq) for name, each in first] == [fault]


@pytest.mark.parametrize("version", [1, 99])
async def test_another_version_of_an_sqlite_database_is_refused_and_left_alone(
    tmp_path: Path, version: int
) -> None:
    log = make("sqlite", tmp_path)
    await log.open()
    await log.close()
    execute("sqlite", tmp_path, f"PRAGMA user_version = {version}")
    with pytest.raises(DatabaseUnusable, match=f"has version {version}") as refused:
        await audits("sqlite", tmp_path)
    assert refused.value.hint
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("INSERT INTO smartforge.version (number) VALUES (99)", "version 99"),
        ("DELETE FROM smartforge.version", "version 0"),
        ("COMMENT ON TABLE smartforge.version IS NULL", "another program"),
    ],
)
async def test_another_version_of_a_log_in_postgresql_is_refused(
    tmp_path: Path, change: str, what: str
) -> None:
    log = make("postgres", tmp_path)
    await log.open()
    await log.close()
    execute("postgres", tmp_path, change)
    with pytest.raises(DatabaseUnusable, match=what):
        await audits("postgres", tmp_path)
    remove(tmp_path)


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def test_a_database_that_there_is_not_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="There is no database"):
        await audits("sqlite", tmp_path)
    assert is_empty(tmp_path)
    with pytest.raises(DatabaseUnusable, match="version 0"):
        await audits("postgres", tmp_path)
    remove(tmp_path)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"My precious notes. " * 1000)
    with pytest.raises(DatabaseUnusable, match="not a Smart Forge database"):
        await audits("sqlite", tmp_path)
