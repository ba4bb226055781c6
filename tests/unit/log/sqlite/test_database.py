"""A database that cannot be used says why, and what to do."""

import asyncio
import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from smartforge.errors import DatabaseUnusable
from smartforge.log.sqlite import SQLiteLog
from smartforge.log.sqlite.database import FileLock, connect_reader, connect_writer, unusable
from smartforge.log.sqlite.migrations import migrate, steps
from tests.contract.logs import CREATED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log.db"


def refusal(path: Path) -> DatabaseUnusable:
    """How opening the log is refused; nothing of it may stay open or locked."""
    with pytest.raises(DatabaseUnusable) as refused:
        asyncio.run(SQLiteLog(path).open())
    assert str(path) in refused.value.what
    assert refused.value.hint
    return refused.value


def fill(path: Path, projects: int = 1) -> None:
    async def create() -> None:
        log = SQLiteLog(path)
        await log.open()
        for number in range(projects):
            await log.create(f"p{number}", [CREATED])
        await log.close()

    asyncio.run(create())


async def test_a_second_log_on_the_same_file_is_refused_until_the_first_is_closed(
    path: Path,
) -> None:
    first, second = SQLiteLog(path), SQLiteLog(path)
    await first.open()
    with pytest.raises(DatabaseUnusable, match="in use by another Smart Forge server") as refused:
        await second.open()
    assert f"(process {os.getpid()})" in refused.value.what
    assert "Stop that server" in refused.value.hint
    await first.create("p", [CREATED])
    await first.close()
    await second.open()
    assert (await second.head("p")).last == 1
    await second.close()


def test_a_server_that_was_killed_does_not_keep_the_lock(path: Path) -> None:
    path.parent.mkdir()
    holding = (
        "import sys; from pathlib import Path; from smartforge.log.sqlite.database import FileLock;"
        "lock = FileLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        refused = refusal(path)
        assert f"(process {holder.pid})" in refused.what
        holder.kill()
    fill(path)


def test_a_newer_database_is_refused(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "a newer Smart Forge has used it" in refusal(path).what
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (1,)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"My precious notes. " * 1000)
    assert "not a Smart Forge database" in refusal(path).what
    assert path.read_bytes() == b"My precious notes. " * 1000


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    assert "another program" in refusal(path).what


def test_a_truncated_database_is_refused(path: Path) -> None:
    fill(path, projects=100)
    with path.open("r+b") as file:
        file.truncate(4096)
    assert "damaged" in refusal(path).what


def newest_part(path: Path) -> Path:
    return Path(f"{path}-wal")


@pytest.fixture
def killed(path: Path) -> Path:
    """The database of a server that was killed: all of its content is in the newest part."""
    living = path.with_name("living.db")
    with closing(connect_writer(make_parents(living))) as writer:
        migrate(writer, living, steps())
        for part in ("", "-wal"):
            shutil.copy(f"{living}{part}", f"{path}{part}")
    return path


def make_parents(path: Path) -> Path:
    path.parent.mkdir()
    return path


def emptied(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("lost", [Path.unlink, emptied])
def test_the_newest_part_of_a_database_is_not_removed_where_the_rest_is_lost(
    killed: Path, lost: Callable[[Path], None]
) -> None:
    lost(killed)
    newest, there = newest_part(killed).read_bytes(), killed.exists()
    assert "missing or empty" in refusal(killed).what
    for connect in (connect_reader, connect_writer):
        with pytest.raises(DatabaseUnusable, match="missing or empty"):
            connect(killed)
    assert (newest_part(killed).read_bytes(), killed.exists()) == (newest, there)
    newest_part(killed).rename(killed.with_name("away"))
    fill(killed)


def test_the_newest_part_of_a_database_is_read_with_the_rest(killed: Path) -> None:
    with closing(connect_reader(killed)) as reader:
        assert reader.execute("PRAGMA user_version").fetchone() == (len(steps()),)


def test_an_empty_file_becomes_a_new_log_and_that_is_said(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_parents(path).touch()
    fill(path)
    assert f"{path} was empty" in caplog.text
    caplog.clear()
    fill_again = SQLiteLog(path)

    async def reopen() -> None:
        await fill_again.open()
        await fill_again.close()

    asyncio.run(reopen())
    assert not caplog.text


def test_a_damaged_page_is_told_where_it_is_met(path: Path) -> None:
    fill(path, projects=300)
    intact = 3 * 4096
    with path.open("r+b") as file:
        file.seek(intact)
        file.write(os.urandom(path.stat().st_size - intact))

    async def use() -> tuple[list[object], list[object]]:
        log = SQLiteLog(path)
        await log.open()
        reads = await asyncio.gather(
            *(log.read(f"p{number}", 0, 10) for number in range(300)), return_exceptions=True
        )
        appends = await asyncio.gather(
            *(log.append(f"p{number}", [CREATED], run=None) for number in range(300)),
            return_exceptions=True,
        )
        await log.close()
        return list(reads), list(appends)

    for outcomes in asyncio.run(use()):
        refusals = [each for each in outcomes if isinstance(each, BaseException)]
        assert refusals
        assert all(isinstance(each, DatabaseUnusable) for each in refusals)
        assert all("damaged" in str(each) for each in refusals)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    assert "cannot be opened: Is a directory" in refusal(path).what


def test_a_file_in_the_place_of_the_folder_is_refused(path: Path) -> None:
    path.parent.write_text("not a folder")
    assert f"{path.parent} is no folder" in refusal(path).what


def test_what_exactly_is_refused_is_told() -> None:
    refused = unusable(PermissionError(errno.EACCES, "Permission denied", "x.lock"), Path("x"))
    assert "Permission denied (x.lock)" in refused.what


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_at_the_start_is_named(number: int) -> None:
    refused = unusable(OSError(number, "No space left on device", "x"), Path("x"))
    assert "is full" in refused.what
    assert "Free some space" in refused.hint


async def test_an_sqlite_without_what_is_needed_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    with pytest.raises(DatabaseUnusable, match=r"3\.37\.0 is needed"):
        await SQLiteLog(path).open()


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    fill(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_lock_is_let_go(path: Path) -> None:
    path.parent.mkdir()
    FileLock(path).release()
    FileLock(path).release()


def test_a_commit_reaches_the_disk_and_readers_do_not_wait_nor_write(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(connect_writer(path)) as writer, closing(connect_reader(path)) as reader:
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)
        writer.execute("CREATE TABLE thing (name TEXT)")
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("INSERT INTO thing VALUES ('a')")
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (0,)
        writer.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM thing")


def test_an_error_that_nobody_foresaw_is_told_as_it_is() -> None:
    told = unusable(sqlite3.OperationalError("the moon is full"), Path("log.db"))
    assert "the moon is full" in told.what
    assert told.hint
