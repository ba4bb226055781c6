"""`prune` says what it would remove, asks, removes it, and shrinks the file."""

import asyncio
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer

from smartforge import events
from smartforge.cli import prune as prune_command
from smartforge.cli.exits import COMPLETE, USAGE, status_of
from smartforge.cli.prune import bytes_in, prune, seconds_in
from smartforge.cli.stopping import SIGNALS
from smartforge.errors import DatabaseUnusable, SettingsInvalid, SmartForgeError
from smartforge.log.postgres import PostgresLog
from smartforge.log.sqlite import SQLiteLog
from smartforge.log.sqlite.database import FileLock
from tests import postgres
from tests.contract.logs import SettableClock, chunk

DAY = 86_400_000
ENDED = events.RunCancelled(reason="Stopped by you.")
SECRET = "sk-in-the-prompt"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMARTFORGE_DATA", "SMARTFORGE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """The way out of a command that was stopped ignores further signals."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    yield
    for each, what in before.items():
        signal.signal(each, what)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is day 100; the log of these tests is as old as its clock said."""
    monkeypatch.setattr(prune_command, "wall_clock", lambda: 100 * DAY)


async def fill(log: SQLiteLog | PostgresLog, clock: SettableClock) -> None:
    """An old project, a deleted one, one with a run on, and a new one, of 50 kB each and more."""
    await log.open()
    created = events.ProjectCreated(title="Bo\x1boks", prompt=SECRET, target="fastapi", model=None)
    for day, facts in {
        1: [ENDED],
        20: [ENDED, events.ProjectDeleted()],
        30: [events.RunQueued(position=0, trigger="prompt")],
        99: [ENDED],
    }.items():
        clock.now = day * DAY
        sha256 = await log.put(bytes(50_000) + bytes([day]))
        await log.create(f"p{day}", [created])
        whole = events.FileComplete(path="a", attempt=1, size=50_001, sha256=sha256)
        await log.append(f"p{day}", [chunk(text=f"<{day}>"), whole, *facts], run="r")
    await log.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a log."""
    clock = SettableClock()
    asyncio.run(fill(SQLiteLog(tmp_path / "data" / "smartforge.db", clock), clock))
    return tmp_path / "data"


@pytest.fixture
def url() -> Iterator[str]:
    """The same in PostgreSQL."""
    name = postgres.shared().new_database()
    clock = SettableClock()
    asyncio.run(fill(PostgresLog(postgres.shared().url(name), clock), clock))
    yield postgres.shared().url(name)
    postgres.shared().drop(name)


def left(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "smartforge.db")) as db:
        return [name for (name,) in db.execute("SELECT id FROM project ORDER BY number")]


def status(command: Callable[[], None]) -> int:
    with pytest.raises(typer.Exit) as left:
        command()
    return left.value.exit_code


def test_what_is_old_goes_and_the_file_shrinks(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (data / "smartforge.db").stat().st_size
    assert status(lambda: prune(older_than="90d", data=data, yes=True)) == COMPLETE
    said = capsys.readouterr().out
    assert "To be removed: 1 project, 5" in said
    assert "p1  Bo\ufffdoks" in said
    assert "Removed 1 project: 5" in said
    assert SECRET not in said
    assert left(data) == ["p20", "p30", "p99"]
    assert before - (data / "smartforge.db").stat().st_size > 45_000
    assert not (data / "smartforge.db-wal").exists()
    stored = (data / "smartforge.db").read_bytes()
    assert b"<20>" in stored
    assert b"<1>" not in stored
    assert status(lambda: prune(older_than="0d", data=data, yes=True)) == COMPLETE
    assert left(data) == ["p30"]


def test_the_oldest_go_until_the_log_is_small_enough(data: Path) -> None:
    assert status(lambda: prune(larger_than="120kB", data=data, yes=True)) == COMPLETE
    assert left(data) == ["p30", "p99"]


def test_only_deleted_ones_go_where_that_was_said(data: Path) -> None:
    assert status(lambda: prune(deleted=True, older_than="90d", data=data, yes=True)) == COMPLETE
    assert left(data) == ["p1", "p20", "p30", "p99"]
    assert status(lambda: prune(deleted=True, data=data, yes=True)) == COMPLETE
    assert left(data) == ["p1", "p30", "p99"]


def test_a_dry_run_removes_nothing_and_needs_no_lock(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (data / "smartforge.db").read_bytes()
    with FileLock(data / "smartforge.db"):
        prune(older_than="1h", dry_run=True, data=data)
    said = capsys.readouterr().out
    assert "To be removed: 3 projects, 15" in said
    assert said.endswith("Nothing was removed.\n")
    assert (data / "smartforge.db").read_bytes() == before


def test_beside_a_server_it_is_refused_at_once(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FileLock(data / "smartforge.db"), pytest.raises(DatabaseUnusable, match="in use"):
        prune(older_than="1h", data=data, yes=True)
    assert len(left(data)) == 4
    assert capsys.readouterr().out == ""


def test_without_a_database_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="There is no database"):
        prune(deleted=True, data=tmp_path / "data", yes=True)
    assert not (tmp_path / "data").exists()


def test_where_nothing_is_due_that_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(lambda: prune(older_than="1000d", data=data)) == COMPLETE
    assert "There is no project to remove.\n" in capsys.readouterr().out
    assert len(left(data)) == 4


def test_it_is_asked_before(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid, match="to be asked"):
        prune(older_than="1h", data=data)
    monkeypatch.setattr(prune_command.sys, "stdin", Terminal())
    for answer, expected in ((False, 4), (True, 1)):
        monkeypatch.setattr(typer, "confirm", Answer(answer))
        assert status(lambda: prune(older_than="1h", data=data)) == COMPLETE
        assert len(left(data)) == expected


class Answer:
    """What somebody says who is asked."""

    def __init__(self, yes: bool) -> None:
        self._yes = yes

    def __call__(self, question: str) -> bool:
        return self._yes


class Terminal:
    """Somebody who can be asked."""

    def isatty(self) -> bool:
        return True


def test_in_postgresql_it_goes_beside_servers_and_fresh_content_stays(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(lambda: prune(older_than="90d", database_url=url, yes=True)) == COMPLETE
    said = capsys.readouterr().out
    assert "Removed 1 project: " in said
    assert "password" not in said

    async def look() -> tuple[list[str], int]:
        log = PostgresLog(url)
        await log.open()
        try:
            return [head.project_id for head in await log.projects(10)], await log.discard([], 0)
        finally:
            await log.close()

    assert asyncio.run(look()) == (["p99", "p30"], 0)


def error_of(command: Callable[[], None]) -> SmartForgeError:
    with pytest.raises(SmartForgeError) as refused:
        command()
    return refused.value


def test_without_a_criterion_and_with_two_logs_it_is_wrong_usage(data: Path) -> None:
    for command in (
        lambda: prune(data=data, yes=True),
        lambda: prune(deleted=True, data=data, database_url="postgresql://u:geheim@h/d"),
        lambda: prune(older_than="soon", data=data),
        lambda: prune(larger_than="much", data=data),
    ):
        error = error_of(command)
        assert status_of(error) == USAGE
        assert error.hint
        assert "geheim" not in f"{error}{error.hint}"


@pytest.mark.parametrize(
    ("age", "expected"), [("90d", 7_776_000), ("12h", 43_200), ("30m", 1800), ("2w", 1_209_600)]
)
def test_ages(age: str, expected: float) -> None:
    assert seconds_in(age) == expected


@pytest.mark.parametrize("age", ["", "90", "d", "-1d", "1.5d", "90 days", "1y", "9999999d", "１d"])
def test_what_is_no_age(age: str) -> None:
    with pytest.raises(SettingsInvalid, match="is no age"):
        seconds_in(age)


@pytest.mark.parametrize(
    ("size", "expected"),
    [("2GB", 2_000_000_000), ("500 mb", 500_000_000), ("1.5KiB", 1536), ("7B", 7), ("0B", 0)],
)
def test_sizes(size: str, expected: int) -> None:
    assert bytes_in(size) == expected


@pytest.mark.parametrize("size", ["", "2", "GB", "-1GB", "2XB", "1iB", "1e9B", "2G"])
def test_what_is_no_size(size: str) -> None:
    with pytest.raises(SettingsInvalid, match="is no size"):
        bytes_in(size)
