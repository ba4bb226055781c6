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
