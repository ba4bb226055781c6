"""Paths from plans never leave their folder."""

import asyncio
import tempfile
import threading
from pathlib import Path

import pytest

from smartforge.errors import SmartForgeError
from smartforge.forge import folder as folders
from smartforge.forge.folder import check_paths, laid_out, safe_path


@pytest.mark.parametrize("path", ["app/main.py", "Makefile", ".gitignore", "a/b/c.txt", "a b.md"])
def test_ordinary_paths_pass(path: str) -> None:
    assert str(safe_path(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "./a",
        "a/.",
        "a\\b",
        "a\0b",
        "a\nb",
        "x" * 256,
        "C:/x",
        "c:x",
        "a/C:x",
        "a.py:stream",
        "a/b.",
        "a /b",
        "a?.py",
    ],
)
def test_paths_that_leave_or_confuse_are_refused(path: str) -> None:
    with pytest.raises(SmartForgeError):
        safe_path(path)


@pytest.mark.parametrize("paths", [("a.py", "b.py", "a.py"), ("app/Main.py", "app/main.py")])
def test_no_two_paths_are_one_file(paths: tuple[str, ...]) -> None:
    with pytest.raises(SmartForgeError, match="twice") as refused:
        check_paths(paths)
    assert refused.value.hint


async def test_the_folder_is_gone_afterwards() -> None:
    async with laid_out({"app/main.py": b"x = 1\n", "empty": b""}) as folder:
        assert (folder / "app" / "main.py").read_bytes() == b"x = 1\n"
        assert (folder / "empty").read_bytes() == b""
    assert not folder.exists()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made for one test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_whoever_is_cancelled_while_the_files_are_laid_leaves_no_folder(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop, write_files = asyncio.get_running_loop(), folders.write_files

    def slowly(folder: Path, files: dict[str, bytes]) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(20)
        write_files(folder, files)

    monkeypatch.setattr(folders, "write_files", slowly)

    async def use() -> None:
        async with laid_out({"app/main.py": b"x"}):
            raise AssertionError("it was cancelled before")

    using = asyncio.create_task(use())
    await begun.wait()
    using.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait([using])
    assert using.cancelled()
    assert names_in(temporary) == []


async def test_files_that_cannot_be_laid_leave_no_folder(temporary: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        async with laid_out({"a": b"x", "ü" * 200: b"x"}):
            pass
    assert names_in(temporary) == []
