"""`backup` and `restore-backup` say what they did, where, and what they will not do."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MethodType
from typing import cast

import pytest
import typer

from smartforge.app import upkeep
from smartforge.cli.backup import backup, restore_backup
from smartforge.cli.exits import COMPLETE
from smartforge.cli.stopping import SIGNALS
from smartforge.errors import SettingsInvalid
from smartforge.log.sqlite import SQLiteLog
from tests.contract.logs import CREATED

URL = "postgresql://forge:secret@localhost/forge"


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a log of one project."""

    async def create() -> None:
        log = SQLiteLog(tmp_path / "data" / "smartforge.db")
        await log.open()
        await log.create("p", [CREATED])
        await log.close()

    asyncio.run(create())
    return tmp_path / "data"


def status(command: Callable[..., None], file: Path, data: Path, *, force: bool = False) -> int:
    with pytest.raises(typer.Exit) as left:
        command(file, data, force)
    return left.value.exit_code


def test_what_was_written_and_kept_is_told(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "monday.db"
    assert status(backup, file, data) == COMPLETE
    assert capsys.readouterr().out == f"Wrote {file}: {file.stat().st_size:,} bytes, checked.\n"
    assert status(restore_backup, file, tmp_path / "new") == COMPLETE
    assert capsys.readouterr().out == f"The log in {tmp_path / 'new'} is that of {file} now.\n"
    assert status(restore_backup, file, data, force=True) == COMPLETE
    kept = data / "smartforge-before-restore-1.db"
    assert kept.is_file()
    assert capsys.readouterr().out.endswith(f"What was there before is kept as {kept}\n")


def test_nothing_is_replaced_unless_that_was_said(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "monday.db"
    assert status(backup, file, data) == COMPLETE
    with pytest.raises(SettingsInvalid, match="exists"):
        backup(file, data)
    with pytest.raises(SettingsInvalid, match="already"):
        restore_backup(file, data)
    assert status(backup, file, data, force=True) == COMPLETE


@pytest.mark.parametrize(
    ("command", "program"), [(backup, "pg_dump"), (restore_backup, "pg_restore")]
)
def test_for_postgresql_its_own_programs_are_named_and_no_secret(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., None],
    program: str,
) -> None:
    monkeypatch.setenv("SMARTFORGE_DATABASE_URL", URL)
    with pytest.raises(SettingsInvalid, match=program) as refused:
        command(tmp_path / "monday.db", data)
    assert "docs/howto/data.md" in refused.value.hint
    assert "secret" not in refused.value.what + refused.value.hint
    assert not (tmp_path / "monday.db").exists()


@pytest.mark.parametrize(
    ("command", "name"), [(backup, "backup"), (restore_backup, "restore_backup")]
)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_copy_in_order(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Callable[..., None],
    name: str,
    by: signal.Signals,
) -> None:
    def copy(*_: object, stopped: Callable[[], bool], **__: object) -> None:
        os.kill(os.getpid(), by)
        told = cast(MethodType, stopped).__self__
        assert isinstance(told, threading.Event)
        assert told.wait(20), "the signal has not arrived"

    monkeypatch.setattr(upkeep, name, copy)
    assert status(command, tmp_path / "monday.db", tmp_path) == 128 + by
