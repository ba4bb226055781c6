"""A copy of the log is whole or not there; putting one back replaces nothing by accident."""

import asyncio
import contextlib
import os
import resource
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable, SettingsInvalid
from smartforge.log.sqlite import SQLiteLog, backup
from smartforge.log.sqlite.backup import Copied, back_up, put_back
from smartforge.log.sqlite.database import FileLock
from smartforge.log.sqlite.migrations import steps
from tests.contract.logs import CREATED, chunk, seqs

BLOB = os.urandom(300_000)


def never() -> bool:
    return False


def run_on(path: Path, use: Callable[[SQLiteLog], object]) -> None:
    async def opened() -> None:
        log = SQLiteLog(path)
        await log.open()
        outcome = use(log)
        if asyncio.iscoroutine(outcome):
            await outcome
        await log.close()

    asyncio.run(opened())


def fill(path: Path, title: str = "Books") -> None:
    """A log with one project, of events and a blob."""

    async def write(log: SQLiteLog) -> None:
        await log.create("p", [CREATED, events.TitleChanged(title=title)])
        await log.append("p", [chunk("x" * 500)] * 20, run="r")
        await log.put(BLOB)

    run_on(path, write)


def title(path: Path) -> str:
    """What the log there calls its project, with all that belongs to it in place."""
    found: list[str] = []

    async def look(log: SQLiteLog) -> None:
        head = await log.head("p")
        assert await seqs(log, "p") == list(range(1, head.last + 1))
        found.append(head.title)

    run_on(path, look)
    return found[0]


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def damage(path: Path) -> None:
    """Overwrite pages in the middle, beyond those that tell version and tables."""
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(4 * 4096))


@contextlib.contextmanager
def limited_files(size: int) -> Generator[None]:
    """The kernel refuses what would make a file larger, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "smartforge.db"
    fill(path)
    return path


@pytest.fixture
def to(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "monday.db"


@pytest.fixture
def copy(path: Path, to: Path) -> Path:
    """A backup of `path`."""
    assert back_up(path, to, replace=False, stopped=never)
    return to


def test_a_copy_is_one_file_of_its_owner_with_everything_in_it(path: Path, to: Path) -> None:
    done = back_up(path, to, replace=False, stopped=never)
    assert done == Copied(to.stat().st_size)
    assert names(to.parent) == {"monday.db"}
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert title(to) == "Books"


def test_a_copy_is_made_beside_a_server_and_holds_what_was_stored_when_it_began(
    path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 8)
    copied: list[int] = []

    async def while_served(log: SQLiteLog) -> None:
        loop, before = asyncio.get_running_loop(), (await log.head("p")).last

        def append() -> bool:
            added = log.append("p", [chunk("y" * 5_000)] * 5, run="r")
            copied.append(asyncio.run_coroutine_threadsafe(added, loop).result())
            return False

        assert await asyncio.to_thread(back_up, path, to, replace=False, stopped=append)
        assert (await log.head("p")).last == copied[-1]
        again = SQLiteLog(to)
        await again.open()
        assert await seqs(again, "p") == list(range(1, before + 1))
        await again.close()

    run_on(path, while_served)
    # It was not begun anew for what was written meanwhile.
    assert len(copied) < 2 * path.stat().st_size // (8 * 4096)


def test_what_a_killed_server_left_in_its_write_ahead_log_is_copied_too(
    path: Path, to: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as served:
        served.execute("UPDATE project SET title = 'Novels'")
        assert Path(f"{path}-wal").stat().st_size > 0
        assert back_up(path, to, replace=False, stopped=never)
    with closing(sqlite3.connect(to)) as connection:
        assert connection.execute("SELECT title FROM project").fetchall() == [("Novels",)]


def test_a_file_that_exists_is_replaced_only_where_that_was_said(path: Path, to: Path) -> None:
    to.write_text("of sunday")
    with pytest.raises(SettingsInvalid, match="exists") as refused:
        back_up(path, to, replace=False, stopped=never)
    assert "--force" in refused.value.hint
    assert to.read_text() == "of sunday"
    assert back_up(path, to, replace=True, stopped=never)
    assert title(to) == "Books"


def test_a_file_that_comes_meanwhile_is_not_replaced(path: Path, to: Path) -> None:
    def comes() -> bool:
        to.write_text("of somebody else")
        return False

    with pytest.raises(SettingsInvalid, match="exists"):
        back_up(path, to, replace=False, stopped=comes)
    assert contents(to.parent) == {"monday.db": b"of somebody else"}


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("", "is a folder"),
        ("missing/monday.db", "There is no folder"),
        ("a_file/monday.db", "There is no folder"),
        ("x" * 300, "cannot be written: File name too long"),
        ("socket", "is no ordinary file"),
        ("../data/smartforge.db", "belongs to the database"),
        ("../data/smartforge.db-wal", "belongs to the database"),
        ("../data/smartforge.db.lock", "belongs to the database"),
        ("link", "belongs to the database"),
        ("hard_link", "belongs to the database"),
    ],
)
def test_a_place_where_no_copy_may_stand_is_refused(
    path: Path, to: Path, name: str, what: str, replace: bool
) -> None:
    (to.parent / "a_file").touch()
    (to.parent / "link").symlink_to(path)
    (to.parent / "hard_link").hardlink_to(path)
    with socket.socket(socket.AF_UNIX) as listening:
        descriptor = os.open(to.parent, os.O_PATH)  # A socket's path may have 107 bytes.
        listening.bind(f"/proc/self/fd/{descriptor}/socket")
        os.close(descriptor)
    before = names(to.parent)
    with pytest.raises(SettingsInvalid, match=what) as refused:
        back_up(path, to.parent / name, replace=replace, stopped=never)
    assert refused.value.hint
    assert names(to.parent) == before
    assert title(path) == "Books"


def test_a_full_disk_leaves_nothing_of_a_copy(path: Path, to: Path) -> None:
    to.write_text("of sunday")
    with limited_files(100_000), pytest.raises(DatabaseUnusable, match="cannot be made") as refused:
        back_up(path, to, replace=True, stopped=never)
    assert "free space" in refused.value.hint
    assert contents(to.parent) == {"monday.db": b"of sunday"}
    assert title(path) == "Books"


def test_a_folder_that_cannot_be_written_is_told(
    path: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:  # Root could write everywhere.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(SettingsInvalid, match="cannot be written: Permission denied"):
        back_up(path, to, replace=False, stopped=never)


@pytest.mark.parametrize("after", [1, 5])
def test_one_that_is_stopped_leaves_nothing(
    path: Path, to: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(backup, "PAGES", 16)
    looks = iter(range(after))
    stopped: Callable[[], bool] = lambda: next(looks, None) is None  # noqa: E731
    assert back_up(path, to, replace=False, stopped=stopped) is None
    assert names(to.parent) == set()


def test_a_check_is_stopped_too(path: Path, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "OPCODES", 1)
    steps_of_the_copy: list[str] = []

    def stopped() -> bool:
        steps_of_the_copy.append("look")
        return len(steps_of_the_copy) > 1  # All pages go in one step, the second look is a check.

    assert back_up(path, to, replace=False, stopped=stopped) is None
    assert names(to.parent) == set()


def test_a_damaged_database_is_told_and_not_copied(path: Path, to: Path) -> None:
    damage(path)
    with pytest.raises(DatabaseUnusable, match="damaged") as refused:
        back_up(path, to, replace=False, stopped=never)
    assert str(path) in refused.value.what
    assert names(to.parent) == set()


def test_what_is_no_database_of_ours_is_not_copied(tmp_path: Path, to: Path) -> None:
    path = tmp_path / "smartforge.db"
    with pytest.raises(DatabaseUnusable, match="There is no database"):
        back_up(path, to, replace=False, stopped=never)
    path.touch()
    with pytest.raises(DatabaseUnusable, match="is empty"):
        back_up(path, to, replace=False, stopped=never)
    path.write_bytes(b"My precious notes. " * 1000)
    with pytest.raises(DatabaseUnusable, match="not a Smart Forge database"):
        back_up(path, to, replace=False, stopped=never)
    assert names(to.parent) == set()


def test_a_backup_becomes_the_log_of_a_new_folder(tmp_path: Path, copy: Path) -> None:
    new = tmp_path / "far" / "away" / "smartforge.db"
    before = contents(copy.parent)
    assert put_back(copy, new, replace=False, stopped=never) == Copied(copy.stat().st_size)
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert title(new) == "Books"
    assert contents(copy.parent) == before


def test_an_older_backup_is_brought_up_to_date_by_the_next_server(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "data" / "smartforge.db"
    left = Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(left)
    assert put_back(old, new, replace=False, stopped=never)
    run_on(new, lambda _: None)
    with closing(sqlite3.connect(new)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps()),)


def test_a_plain_copy_with_its_write_ahead_log_is_put_back_whole(
    path: Path, tmp_path: Path
) -> None:
    plain, new = tmp_path / "plain.db", tmp_path / "new" / "smartforge.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as served:
        served.execute("UPDATE project SET title = 'Novels'")
        for suffix in ("", "-wal"):
            Path(f"{plain}{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())
    assert put_back(plain, new, replace=False, stopped=never)
    assert title(new) == "Novels"


def test_a_database_that_is_there_is_kept_under_a_name_that_is_told(path: Path, copy: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE project SET title = 'Novels'")
    with pytest.raises(SettingsInvalid, match="already") as refused:
        put_back(copy, path, replace=False, stopped=never)
    assert "--force" in refused.value.hint
    assert title(path) == "Novels"
    kept = [put_back(copy, path, replace=True, stopped=never) for _ in range(2)]
    first, second = [each.kept for each in kept if each and each.kept]
    assert first != second
    assert (title(path), title(first), title(second)) == ("Books", "Novels", "Books")


def test_of_a_damaged_database_everything_is_kept(path: Path, copy: Path) -> None:
    path.write_bytes(b"\0" * 5_000)
    Path(f"{path}-wal").write_bytes(b"the newest part")
    Path(f"{path}-journal").write_bytes(b"what was to be undone")
    done = put_back(copy, path, replace=True, stopped=never)
    assert done
    assert done.kept
    assert done.kept.read_bytes() == b"\0" * 5_000
    assert Path(f"{done.kept}-wal").read_bytes() == b"the newest part"
    assert Path(f"{done.kept}-journal").read_bytes() == b"what was to be undone"
    assert title(path) == "Books"


def test_a_write_ahead_log_without_its_database_is_not_mixed_with_a_backup(
    path: Path, copy: Path
) -> None:
    path.unlink()
    Path(f"{path}-wal").write_bytes(b"of what was lost")
    with pytest.raises(SettingsInvalid, match="already"):
        put_back(copy, path, replace=False, stopped=never)
    assert put_back(copy, path, replace=True, stopped=never)
    assert title(path) == "Books"


@pytest.mark.parametrize("replace", [False, True])
def test_nothing_is_put_back_below_a_running_server(path: Path, copy: Path, replace: bool) -> None:
    with FileLock(path), pytest.raises(DatabaseUnusable, match="in use by another"):
        put_back(copy, path, replace=replace, stopped=never)
    assert title(path) == "Books"


def write_newer(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")


def write_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")


def write_damaged(path: Path) -> None:
    fill(path)
    damage(path)


def write_truncated(path: Path) -> None:
    fill(path)
    os.truncate(path, path.stat().st_size // 2)


def write_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" * 5_000)


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (write_newer, "a newer Smart Forge has used it"),
        (write_foreign, "another program"),
        (write_damaged, "damaged"),
        (write_truncated, "damaged"),
        (write_zip, "not a Smart Forge database"),
        (Path.touch, "is empty"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_what_is_no_sound_backup_changes_nothing(
    tmp_path: Path, write: Callable[[Path], object], what: str, there: bool
) -> None:
    wrong, path = tmp_path / "wrong.db", tmp_path / "data" / "smartforge.db"
    write(wrong)
    if there:
        fill(path)
    before = contents(path.parent) if there else {}
    with pytest.raises(DatabaseUnusable, match=what) as refused:
        put_back(wrong, path, replace=True, stopped=never)
    assert "Nothing was changed" in refused.value.hint
    assert path.parent.exists() == there
    if there:
        assert contents(path.parent) == before


@pytest.mark.parametrize(("name", "what"), [("nowhere.db", "does not exist"), (".", "is no file")])
def test_a_backup_that_there_is_not_is_told(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(SettingsInvalid, match=what):
        put_back(tmp_path / name, tmp_path / "data" / "log.db", replace=False, stopped=never)
    assert not (tmp_path / "data").exists()


def test_a_full_disk_leaves_the_database_that_is_there(path: Path, copy: Path) -> None:
    before = names(path.parent)
    with limited_files(100_000), pytest.raises(DatabaseUnusable, match="cannot be made"):
        put_back(copy, path, replace=True, stopped=never)
    assert names(path.parent) == before
    assert title(path) == "Books"


def test_putting_back_is_stopped_with_everything_as_it_was(path: Path, copy: Path) -> None:
    before = contents(path.parent)
    assert put_back(copy, path, replace=True, stopped=lambda: True) is None
    assert contents(path.parent) == before


def test_a_killed_copy_leaves_no_file_under_its_name(path: Path, to: Path) -> None:
    killed = (
        "import os, signal, sys; from pathlib import Path;"
        "from smartforge.log.sqlite import backup; backup.PAGES = 4; looks = iter(range(3));"
        "stop = lambda: next(looks, None) is None and os.kill(os.getpid(), signal.SIGKILL);"
        "backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]), replace=False, stopped=stop)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", killed, str(path), str(to)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ended.returncode == -9
    assert not to.exists()
    assert title(path) == "Books"
