"""What a planted defect is, and where in a project it comes to stand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from smartforge.events import CheckName


class Defect(msgspec.Struct, frozen=True):
    """A mistake that may be made in any project.

    It is planted in the first file that `files` (a glob) names and `find` (a regular expression)
    matches, whose match becomes `replace`, with groups as `\\1`. One of the `checks` must fail and
    name the place; `also` is a second edit of the same file that the first one needs. In the
    projects `not_in` it changes nothing that anybody could notice.
    """

    what: str
    files: str
    find: str
    replace: str
    checks: tuple[CheckName, ...]
    also: tuple[str, str] | None = None
    not_in: tuple[str, ...] = ()


class Planted(msgspec.Struct, frozen=True):
    """A defect in a project's file: its new text, and the lines that count as the right place.

    Those are the lines of the innermost function or class around it, with its decorators, or those
    that it stands in by itself, and a few around; and `also`, that of its second edit.
    """

    defect: Defect
    path: str
    text: str
    line: int
    first: int
    last: int
    also: int = 0

    def at(self, line: int) -> bool:
        """Whether that is the right place."""
        return self.first <= line <= self.last or line == self.also != 0


NEAR = 3
# What no resource owns is tried last.
_COMMON = re.compile(r"(?:^|/)(?:__init__|auth|health|users?|api_keys)\.py$")


def planted(defect: Defect, folder: Path) -> Planted | None:
    """Where the defect comes to stand; None where the project has no place for it."""
    if folder.name in defect.not_in:
        return None
    found = sorted(folder.glob(defect.files), key=lambda one: (bool(_COMMON.search(str(one))), one))
    for place in found:
        text = place.read_text("utf-8")
        match = re.search(defect.find, text, re.MULTILINE)
        if match is None:
            continue
        changed = text[: match.start()] + match.expand(defect.replace) + text[match.end() :]
        line = text[: match.start()].count("\n") + 1
        more = match.expand(defect.replace).lstrip(" ").count("\n")
        also = 0
        if defect.also is not None:
            second = re.search(defect.also[0], changed, re.MULTILINE)
            also = changed[: second.start()].count("\n") + 1 if second else 0
            changed, count = re.subn(*defect.also, changed, count=1, flags=re.MULTILINE)
            assert count == 1, f"{defect.what}: {defect.also[0]}"
        path = str(place.relative_to(folder))
        first, last = _around(changed, line, line + max(0, more - 1))
        return Planted(defect, path, changed, line, first, last, also)
    return None


def _around(text: str, first: int, last: int) -> tuple[int, int]:
    try:
        blocks = list(_blocks(ast.parse(text)))
    except SyntaxError:
        blocks = []
    own = [one for one in blocks if one[0] <= first <= one[1]]
    inner = min(own, key=lambda one: one[1] - one[0], default=(first, last))
    return min(inner[0], first - NEAR), max(inner[1], last + NEAR)


def _blocks(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            starts = [node.lineno, *(one.lineno for one in node.decorator_list)]
            yield min(starts), node.end_lineno or node.lineno
