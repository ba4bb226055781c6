"""What the files of two versions differ in: unified diffs, within limits."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from typing import Literal

import msgspec

LARGEST_FILE = 256 * 1024
"""Bytes: a larger file is said to have changed, and not compared line by line."""

LARGEST_ANSWER = 1024 * 1024
"""Characters of all diffs together; files behind that are said to have changed, no more."""


MOST_PAIRS = 2_500
"""Removed files times added ones: past this only files with the same bytes count as renamed."""

SIMILAR = 0.5
"""The part of its lines that a file keeps, at the least, where another name makes it renamed."""


class FileDiff(msgspec.Struct, frozen=True):
    """One file that differs. `added` and `removed` count lines; `was` is the path in the older
    version of a file that was renamed.

    Where `omitted` says why, there is no `diff`, and the lines were not counted: the file is
    binary, or it or the whole answer is too large.
    """

    path: str
    change: Literal["added", "changed", "removed", "renamed"]
    added: int | None = None
    removed: int | None = None
    diff: str | None = None
    omitted: Literal["binary", "large"] | None = None
    was: str | None = None


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileDiff]:
    """The files that differ, by path in order. Comparing may take a second: not for an event loop.

    Applying a diff with `patch -p1` to the one side gives the other, as far as files end with a
    line end.
    """
    found: list[FileDiff] = []
    left = LARGEST_ANSWER
    renamed = _renamed(before, after)
    gone = set(renamed.values())
    for path in sorted((before.keys() | after.keys()) - gone):
        was = renamed.get(path, path)
        if was == path and before.get(path) == after.get(path):
            continue
        one = _difference(path, was, before.get(was), after.get(path), left)
        left -= len(one.diff or "")
        found.append(one)
    return found


def _renamed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, str]:
    """The former path of each added file that has most of its lines from a removed one."""
    gone = {path: before[path] for path in sorted(before.keys() - after.keys()) if before[path]}
    new = {path: after[path] for path in sorted(after.keys() - before.keys()) if after[path]}
    exact = len(gone) * len(new) > MOST_PAIRS
    lines = {path: Counter(() if exact else text.split(b"\n")) for path, text in gone.items()}
    alike: list[tuple[float, str, str]] = []
    for path, text in new.items():
        counted: Counter[bytes] = Counter(() if exact else text.split(b"\n"))
        for was, old in gone.items():
            same = 1.0 if old == text else 0.0 if exact else _likeness(lines[was], counted)
            if same >= SIMILAR:
                alike.append((-same, path, was))
    found: dict[str, str] = {}
    for _, path, was in sorted(alike):
        if path not in found and was not in found.values():
            found[path] = was
    return found


def _likeness(old: Counter[bytes], new: Counter[bytes]) -> float:
    """How much of the larger file the lines are that both have, by their bytes; 1 is all."""
    return _weight(old & new) / max(_weight(old), _weight(new), 1)


def _weight(lines: Counter[bytes]) -> int:
    return sum(len(line) * times for line, times in lines.items())


def _difference(
    path: str, was: str, before: bytes | None, after: bytes | None, left: int
) -> FileDiff:
    change = "added" if before is None else "removed" if after is None else "changed"
    former = was if was != path else None
    change = "renamed" if former else change
    if max(len(before or b""), len(after or b"")) > LARGEST_FILE:
        return FileDiff(path, change, omitted="large", was=former)
    try:
        old, new = _lines(before), _lines(after)
    except UnicodeDecodeError:
        return FileDiff(path, change, omitted="binary", was=former)
    names = ("/dev/null" if before is None else f"a/{was}", f"b/{path}")
    names = (names[0], "/dev/null" if after is None else names[1])
    lines = list(difflib.unified_diff(old, new, *names))
    head = _rename(was, path) if former else ""
    text = head + "".join(_ended(line) for line in lines)
    if len(text) > left:
        return FileDiff(path, change, omitted="large", was=former)
    body = lines[2:]
    return FileDiff(
        path,
        change,
        added=sum(line.startswith("+") for line in body),
        removed=sum(line.startswith("-") for line in body),
        diff=text,
        was=former,
    )


def _rename(was: str, path: str) -> str:
    """What `git` and `patch` take for a file's new name."""
    return f"diff --git a/{was} b/{path}\nrename from {was}\nrename to {path}\n"


def _lines(content: bytes | None) -> list[str]:
    """Lines with their ends; only a line feed ends one, as for every other tool."""
    return re.findall(r"[^\n]*\n|[^\n]+", (content or b"").decode())


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
