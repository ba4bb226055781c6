"""The packages that generated projects need: pinned, installed whole or not at all, readable."""

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from smartforge.errors import TargetUnprepared
from smartforge.targets.fastapi import FastAPITarget, packages
from smartforge.targets.fastapi.rendering import PROJECT
from tests.unit.targets.examples import TODO

LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter's prefix with nothing in it."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def installs(text: str, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let the installation write one module; the list says where it was asked to."""
    asked: list[Path] = []

    def install(into: Path) -> None:
        asked.append(into)
        into.mkdir()
        (into / "module.py").write_text(text, "utf-8")

    monkeypatch.setattr(packages, "_install", install)
    return asked


def test_missing_packages_are_said_with_the_cure(empty: Path) -> None:
    with pytest.raises(TargetUnprepared) as caught:
        FastAPITarget().dependencies()
    assert "make setup" in caught.value.hint


def test_packages_are_installed_once(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = installs("x = 1\n", monkeypatch)
    first = packages.prepare()
    assert first == packages.prepare() == FastAPITarget().dependencies()
    assert len(asked) == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_installed_packages_are_compiled_and_everybody_may_read_them(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installs("x = 1\n", monkeypatch)
    before = os.umask(0o077)
    try:
        folder = packages.prepare()
    finally:
        os.umask(before)
    assert list(folder.glob("__pycache__/module.*.pyc"))
    assert all(path.stat().st_mode & stat.S_IROTH for path in (folder, *folder.rglob("*")))
    for parent in (folder, folder.parent, folder.parent.parent):
        assert parent.stat().st_mode & stat.S_IXOTH


def test_a_failed_installation_leaves_nothing(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(into: Path) -> None:
        into.mkdir()
        (into / "half.py").write_text("", "utf-8")
        raise TargetUnprepared("no index")

    monkeypatch.setattr(packages, "_install", install)
    with pytest.raises(TargetUnprepared):
        packages.prepare()
    assert not list((empty / "share" / "smartforge" / "targets").iterdir())


def test_a_change_of_the_lock_asks_for_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = packages.folder()
    lock = tmp_path / "requirements.txt"
    lock.write_text("other==1\n", "utf-8")
    monkeypatch.setattr(packages, "_LOCKS", (lock,))
    assert packages.folder() != before
    assert packages.folder().name.endswith(f"-cp{sys.version_info.major}{sys.version_info.minor}")


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_pins_by_hash_and_names_no_index(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and line != "-r requirements.txt"]
    for line in lines:
        assert re.match(r"[a-z0-9._-]+==\S+( ; .+?)?(\s+--hash=sha256:[0-9a-f]{64})+\Z", line), line
    assert lines
    assert "//" not in text


def test_projects_get_the_very_lock_that_was_prepared() -> None:
    files = FastAPITarget().render(TODO)
    for name in LOCKS:
        assert files[name] == (PROJECT / name).read_text("utf-8")


def test_the_lock_holds_what_the_project_asks_for() -> None:
    asked = FastAPITarget().render(TODO)["pyproject.toml"]
    locked = "".join((PROJECT / name).read_text("utf-8") for name in LOCKS)
    for requirement in re.findall(r'"([a-z0-9-]+)>=', asked):
        assert f"\n{requirement}==" in f"\n{locked}", requirement
