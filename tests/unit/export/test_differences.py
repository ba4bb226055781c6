"""Diffs of two versions' files: what `patch` understands, and limits that are said."""

import shutil
import subprocess
from pathlib import Path

import pytest

from smartforge.export.differences import LARGEST_ANSWER, LARGEST_FILE, differences

OLD = {"same.py": b"x\n", "b.py": b"1\n2\n3\n", "gone.py": b"g\n", "end.py": b"no end", "e": b""}
NEW = {"same.py": b"x\n", "b.py": b"1\n2!\n3\n4\n", "new.py": b"n\x0cm\r\n", "end.py": b"end\n"}


def test_each_file_that_differs_is_told_once_with_its_lines() -> None:
    found = {one.path: (one.change, one.added, one.removed) for one in differences(OLD, NEW)}
    assert found == {
        "b.py": ("changed", 2, 1),
        "e": ("removed", 0, 0),
        "end.py": ("changed", 1, 1),
        "gone.py": ("removed", 0, 1),
        "new.py": ("added", 1, 0),
    }
    assert [one.path for one in differences(OLD, NEW)] == sorted(found)
    assert differences(OLD, OLD) == []


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch here")
def test_patch_makes_the_new_files_of_the_old_ones(tmp_path: Path) -> None:
    for path, content in OLD.items():
        (tmp_path / path).write_bytes(content)
    told = "".join(one.diff or "" for one in differences(OLD, NEW))
    subprocess.run(
        ["patch", "-p1", "--binary", "-E"], cwd=tmp_path, input=told.encode(), check=True
    )
    now = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    now.pop("e")  # An empty file has no lines that could be taken away.
    assert now == NEW


BOOKS = b"import json\nname = 'books'\n\ndef load():\n    return json.loads('[]')\n"
NOVELS = BOOKS.replace(b"books", b"novels")


def test_a_file_with_most_of_its_lines_at_another_path_was_renamed(tmp_path: Path) -> None:
    old = {"app/books.py": BOOKS, "app/same.py": b"s\n", "app/gone.py": b"nothing alike\n"}
    new = {"app/novels.py": NOVELS, "app/moved.py": b"s\n", "app/fresh.py": b"all new\n"}
    found = differences(old, new)
    assert {one.path: (one.change, one.was, one.added, one.removed) for one in found} == {
        "app/fresh.py": ("added", None, 1, 0),
        "app/gone.py": ("removed", None, 0, 1),
        "app/moved.py": ("renamed", "app/same.py", 0, 0),
        "app/novels.py": ("renamed", "app/books.py", 1, 1),
    }
    if shutil.which("patch") is None:
        return
    (tmp_path / "app").mkdir()
    for path, content in old.items():
        (tmp_path / path).write_bytes(content)
    told = "".join(one.diff or "" for one in found)
    subprocess.run(["patch", "-p1", "-E"], cwd=tmp_path, input=told.encode(), check=True)
    now = {f"app/{path.name}": path.read_bytes() for path in (tmp_path / "app").iterdir()}
    assert now == new


def test_of_very_many_files_only_the_same_bytes_count_as_renamed() -> None:
    old = {f"a/{at}": b"same %d\n" % at + b"line\n" * 20 for at in range(60)}
    new = {f"b/{path[2:]}": content for path, content in old.items()}
    new["b/7"] += b"more\n"
    changes = {one.path: one.change for one in differences(old, new)}
    assert [changes["b/6"], changes["b/7"], changes["a/7"]] == ["renamed", "added", "removed"]


def test_what_cannot_be_compared_is_said() -> None:
    [binary] = differences({"logo.png": b"\xff\x00"}, {"logo.png": b"\xff\x01"})
    assert (binary.change, binary.omitted, binary.diff) == ("changed", "binary", None)
    [large] = differences({}, {"a.txt": b"x" * (LARGEST_FILE + 1)})
    assert (large.change, large.omitted, large.added) == ("added", "large", None)


def test_an_answer_has_an_end_and_small_files_behind_a_large_one_are_still_shown() -> None:
    text = b"y" * (LARGEST_FILE - 10)
    files = {f"{at}.txt": text for at in range(LARGEST_ANSWER // LARGEST_FILE + 2)}
    *most, last, small = differences({}, {**files, "small.txt": b"z\n"})
    assert {one.omitted for one in most} == {None, "large"} or most[-1].omitted is None
    assert last.omitted == "large"
    assert small.diff is not None
