"""What a killed process leaves is removed by a later one, and nothing else ever is."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from smartforge import temporary
from smartforge.temporary import PREFIX, Held, held, sweep

HOLDS = """
import sys
from smartforge.temporary import Held
folder = Held(sys.argv[1]).path
(folder / "deep" / "er").mkdir(parents=True)
(folder / "deep" / "file").write_text("x")
(folder / "link").symlink_to(sys.argv[2])
folder.chmod(0o755)
print(folder, flush=True)
sys.stdin.read()
"""
NAME = f"{PREFIX}abcd1234"


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """A folder where temporary folders are made."""
    made = tmp_path / "temporary"
    made.mkdir()
    return made


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A folder that is not to be touched."""
    made = tmp_path / "precious"
    made.mkdir()
    (made / "file").write_text("kept")
    return made


def test_the_folder_of_a_living_process_stays_and_that_of_a_killed_one_goes(
    parent: Path, precious: Path
) -> None:
    command = [sys.executable, "-c", HOLDS, str(parent), str(precious)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        left = Path(holder.stdout.readline().decode().strip())
        assert sweep(str(parent)) == 0
        assert (left / "deep" / "file").is_file()
        holder.send_signal(signal.SIGKILL)
        holder.wait(20)
        assert left.is_dir()
        assert sweep(str(parent)) == 1
    assert list(parent.iterdir()) == []
    assert (precious / "file").read_text() == "kept"


def test_own_folders_stay_until_they_are_removed(parent: Path) -> None:
    folder = Held(str(parent))
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert sweep(str(parent)) == 0
    (folder.path / "file").write_text("x")
    folder.remove()
    assert list(parent.iterdir()) == []


def test_what_is_made_for_a_block_is_gone_after_it(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(parent))
    with held() as folder:
        (folder / "file").write_text("x")
        assert folder.parent == parent
    assert list(parent.iterdir()) == []


def make_link(place: Path, precious: Path) -> None:
    place.symlink_to(precious)


def make_pipe(place: Path, precious: Path) -> None:
    os.mkfifo(place)


def make_file(place: Path, precious: Path) -> None:
    place.write_text("x")


def make_socket(place: Path, precious: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(place.parent)  # The path of a socket has at most 107 bytes.
        bound.bind(place.name)
        os.chdir(here)


@pytest.mark.parametrize("make", [make_link, make_pipe, make_file, make_socket])
def test_what_is_no_folder_stays(
    parent: Path, precious: Path, make: Callable[[Path, Path], None]
) -> None:
    make(parent / NAME, precious)
    assert sweep(str(parent)) == 0
    assert [path.name for path in parent.iterdir()] == [NAME]
    assert (precious / "file").read_text() == "kept"


@pytest.mark.parametrize("name", ["smartforge-abcd1234", f"{NAME}5", f"{PREFIX}ABCD1234", "other"])
def test_what_has_another_name_stays(parent: Path, name: str) -> None:
    (parent / name).mkdir()
    assert sweep(str(parent)) == 0
    assert [path.name for path in parent.iterdir()] == [name]


def test_a_folder_of_another_user_stays(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (parent / NAME).mkdir()
    own = os.geteuid()
    monkeypatch.setattr(temporary.os, "geteuid", lambda: own + 1)
    assert sweep(str(parent)) == 0
    monkeypatch.setattr(temporary.os, "geteuid", lambda: own)
    assert sweep(str(parent)) == 1


def test_a_folder_that_is_swept_before_it_is_held_is_made_anew(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = tempfile.mkdtemp, list[str]()

    def swept_at_first(**where: str) -> str:
        made.append(make(**where))
        if len(made) == 1:
            assert sweep(str(parent)) == 1
        return made[-1]

    monkeypatch.setattr(temporary.tempfile, "mkdtemp", swept_at_first)
    folder = Held(str(parent))
    assert str(folder.path) == made[1]
    assert sweep(str(parent)) == 0
    folder.remove()


def test_a_folder_that_is_swept_while_it_is_locked_is_made_anew(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, gone = fcntl.flock, list[str]()

    def swept_at_first(folder: int, how: int) -> None:
        if not gone:
            (swept,) = parent.iterdir()
            gone.append(swept.name)
            swept.rmdir()
        lock(folder, how)

    monkeypatch.setattr(temporary.fcntl, "flock", swept_at_first)
    folder = Held(str(parent))
    assert folder.path.is_dir()
    assert gone != [folder.path.name]
    folder.remove()


def test_where_there_are_no_locks_folders_work_and_none_is_swept(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(temporary.fcntl, "flock", refuse)
    folder = Held(str(parent))
    assert sweep(str(parent)) == 0
    folder.remove()
    assert list(parent.iterdir()) == []


def test_a_parent_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    assert sweep(str(tmp_path / "nowhere")) == 0
