"""What the files of two versions differ in: unified diffs, within limits."""

import difflib
import re
from collections.abc import Mapping
from typing import Literal

import msgspec

LARGEST_FILE = 256 * 1024
"""Bytes: a larger file is said to have changed, and not compared line by line."""

LARGEST_ANSWER = 1024 * 1024
"""Characters of all diffs together; files behind that are said to have changed, no more."""


class FileDiff(msgspec.Struct, frozen=True):
    """One file that differs. `added` and `removed` count lines.

    Where `omitted` says why, there is no `diff`, and the lines were not counted: the file is
    binary, or it or the whole answer is too large.
    """

    path: str
    change: Literal["added", "changed", "removed"]
    added: int | None = None
    removed: int | None = None
    diff: str | None = None
    omitted: Literal["binary", "large"] | None = None


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileDiff]:
    """The files that differ, by path in order. Comparing may take a second: not for an event loop.

    Applying a diff with `patch -p1` to the one side gives the other, as far as files end with a
    line end.
    """
    found: list[FileDiff] = []
    left = LARGEST_ANSWER
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        one = _difference(path, before.get(path), after.get(path), left)
        left -= len(one.diff or "")
        found.append(one)
    return found


def _difference(path: str, before: bytes | None, after: bytes | None, left: int) -> FileDiff:
    change = "added" if before is None else "removed" if after is None else "changed"
    if max(len(before or b""), len(after or b"")) > LARGEST_FILE:
        return FileDiff(path, change, omitted="large")
    try:
        old, new = _lines(before), _lines(after)
    except UnicodeDecodeError:
        return FileDiff(path, change, omitted="binary")
    names = ("/dev/null" if before is None else f"a/{path}", f"b/{path}")
    names = (names[0], "/dev/null" if after is None else names[1])
    lines = list(difflib.unified_diff(old, new, *names))
    text = "".join(_ended(line) for line in lines)
    if len(text) > left:
        return FileDiff(path, change, omitted="large")
    body = lines[2:]
    return FileDiff(
        path,
        change,
        added=sum(line.startswith("+") for line in body),
        removed=sum(line.startswith("-") for line in body),
        diff=text,
    )


def _lines(content: bytes | None) -> list[str]:
    """Lines with their ends; only a line feed ends one, as for every other tool."""
    return re.findall(r"[^\n]*\n|[^\n]+", (content or b"").decode())


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
