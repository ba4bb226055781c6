"""Versions as commits of a git repository."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.refs import Ref
from dulwich.repo import Repo

from smartforge.errors import Conflict, SettingsInvalid
from smartforge.export.history import Revision, write_history

ME = b"A <a@b.c>"
FIRST = Revision(
    1, {"app/main.py": b"one\n", "README.md": b"read\n"}, "5 operations", "A todo API", 1_000_000
)
SECOND = Revision(
    2, {"app/main.py": b"two\n"}, "6 operations", "Add due dates\n\nplease", 2_000_000
)
THIRD = Revision(
    3, {"app/main.py": b"two\n", "new.txt": b"new\n"}, "7 operations", "More", 3_000_000
)


def log(folder: Path) -> list[str]:
    with Repo(str(folder)) as repository:
        return [entry.commit.message.decode() for entry in repository.get_walker(reverse=True)]


def commit(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    porcelain.add(str(folder), [str(folder / name)])
    porcelain.commit(str(folder), message="mine", author=ME, committer=ME)


def held(folder: Path) -> dict[str, bytes]:
    files = [one for one in folder.rglob("*") if one.is_file() and ".git" not in one.parts]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


def test_each_version_is_a_commit_with_what_was_asked(tmp_path: Path) -> None:
    assert write_history(tmp_path / "made", [FIRST, SECOND]).kind == "created"
    assert held(tmp_path / "made") == SECOND.files
    assert log(tmp_path / "made") == [
        "Version 1: 5 operations\n\nA todo API\n",
        "Version 2: 6 operations\n\nAdd due dates\n\nplease\n",
    ]


def test_the_same_versions_are_the_same_commits(tmp_path: Path) -> None:
    one = write_history(tmp_path / "one", [FIRST, SECOND])
    other = write_history(tmp_path / "other", [FIRST, SECOND])
    assert one.commit == other.commit


def test_new_versions_go_on_top(tmp_path: Path) -> None:
    write_history(tmp_path, [FIRST])
    assert write_history(tmp_path, [FIRST]).kind == "current"
    (tmp_path / "notes.txt").write_text("untracked")
    assert write_history(tmp_path, [FIRST, SECOND, THIRD]).kind == "moved"
    assert held(tmp_path) == {**THIRD.files, "notes.txt": b"untracked"}
    assert len(log(tmp_path)) == 3


def test_changes_that_are_not_committed_are_not_lost(tmp_path: Path) -> None:
    write_history(tmp_path, [FIRST])
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(SettingsInvalid, match="not committed"):
        write_history(tmp_path, [FIRST, SECOND])
    assert (tmp_path / "README.md").read_text() == "mine"
    assert len(log(tmp_path)) == 1


def test_a_file_that_git_does_not_know_is_not_covered(tmp_path: Path) -> None:
    write_history(tmp_path, [SECOND])
    (tmp_path / "new.txt").write_text("mine")
    with pytest.raises(SettingsInvalid, match="in the way"):
        write_history(tmp_path, [SECOND, THIRD])
    assert (tmp_path / "new.txt").read_text() == "mine"


def test_who_has_commits_of_their_own_gets_a_branch(tmp_path: Path) -> None:
    write_history(tmp_path, [FIRST])
    commit(tmp_path, "mine.txt", "mine")
    before = held(tmp_path)
    written = write_history(tmp_path, [FIRST, SECOND])
    assert written.kind == "beside"
    assert held(tmp_path) == before
    with Repo(str(tmp_path)) as repository:
        assert repository.refs[Ref(b"refs/heads/smart-forge")] == written.commit.encode()


def test_another_history_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    foreign, full = tmp_path / "foreign", tmp_path / "full"
    foreign.mkdir()
    porcelain.init(str(foreign))
    commit(foreign, "mine.txt", "mine")
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    for folder in (foreign, full, full / "mine.txt"):
        with pytest.raises(SettingsInvalid):
            write_history(folder, [FIRST])
    assert log(foreign) == ["mine"]


@pytest.mark.parametrize("path", ["../out", "/etc/x", "a/../b", ".git/config", "con"])
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(Conflict):
        write_history(tmp_path / "made", [Revision(1, {path: b"x"}, "", "", 0)])
    assert not (tmp_path / "made").exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    write_history(tmp_path, [FIRST, SECOND, THIRD])

    def git(*arguments: str) -> Sequence[str]:
        done = subprocess.run(
            ["git", "-C", str(tmp_path), "-c", f"safe.directory={tmp_path}", *arguments],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return (done.stdout + done.stderr).splitlines()

    git("fsck", "--strict")
    assert git("status", "--porcelain") == []
    assert git("log", "--format=%an %at", "-1") == ["Smart Forge 3000"]
