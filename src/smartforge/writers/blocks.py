"""An answer that edits a file: search/replace blocks, the whole file, or that nothing changes.

    <<<<<<< SEARCH
    lines of the file as they are
    =======
    lines that take their place
    >>>>>>> REPLACE

Markers stand alone on their lines. Around blocks, fences and words are left aside; a name of
another file there, or a block that is not closed, makes all of the answer unusable.
"""

import re
from collections.abc import Iterator, Sequence

from smartforge.llm.edits import Edit, EditsRefused, edited_lines
from smartforge.writers.named import heading, is_named

UNCHANGED = "NO CHANGE"
BEGIN, MIDDLE, END = "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"
MOST_HELD = 1_000
"""Code points before the first line of an answer that says what it is."""

_SEARCH = re.compile(r"<{7} ?SEARCH[ \t]*(?P<path>[^\s].*)?")
_DIVIDER = re.compile(r"={7}[ \t]*")
_REPLACE = re.compile(r">{7} ?REPLACE[ \t]*")
_MARKER = re.compile(r"(?m)^(?:<{7} ?SEARCH|={7}[ \t]*$|>{7} ?REPLACE)")
_PREFACE = re.compile(r"[ \t]*(?:`{3,}.*|~{3,}.*|(?:[#/*]+ *)?[`*]*(?:File: *)?[\w./\\-]+[`*]*:?)?")


class Blocks:
    """Tells while it streams whether an answer edits the file; then it is kept back as a whole."""

    def __init__(self) -> None:
        self._held = ""
        self._kind = "open"

    def feed(self, text: str) -> str:
        """What belongs to a whole file and can be passed on."""
        self._held += text
        if self._kind == "open":
            self._kind = self._found(ends=False)
        return "" if self._kind in ("open", "edits") else self._all()

    def end(self) -> str:
        """What is left of a whole file once the answer is over."""
        if self._kind == "open":
            self._kind = self._found(ends=True)
        return "" if self._kind == "edits" else self._all()

    @property
    def answer(self) -> str | None:
        """The answer that edits the file; None for one that is the file."""
        return self._held if self._kind == "edits" else None

    def _found(self, *, ends: bool) -> str:
        lines = self._held.split("\n")
        for line in lines if ends else lines[:-1]:
            if _SEARCH.fullmatch(line.rstrip("\r")) or line.strip() == UNCHANGED:
                return "edits"
            if not _PREFACE.fullmatch(line.rstrip("\r")):
                return "whole"
        return "whole" if ends or len(self._held) > MOST_HELD else "open"

    def _all(self) -> str:
        text, self._held = self._held, ""
        return text


def holds_blocks(text: str) -> bool:
    """Whether a text has lines that would be read as those around an edit."""
    return _MARKER.search(text) is not None


def changed(path: str, before: str, answer: str) -> str:
    """The file as the answer edits it. Raises EditsRefused."""
    edits, named, around = _read(answer)
    for other in (*named, *(one for line in around if (one := heading(line)))):
        if not is_named(path, other):
            raise EditsRefused([f"it names {other!r:.200}, and only {path} was asked for"])
    unchanged = [line for line in around if line.strip() == UNCHANGED]
    if unchanged and edits:
        raise EditsRefused([f"it says {UNCHANGED} and gives edits"])
    return before if unchanged else edited_lines(before, edits)


def _read(answer: str) -> tuple[list[Edit], list[str], list[str]]:
    """The edits, the files that their first lines name, and the lines around them."""
    edits: list[Edit] = []
    named: list[str] = []
    around: list[str] = []
    lines = _ended(answer)
    for line in lines:
        opened = _SEARCH.fullmatch(line)
        if opened is None:
            if _MARKER.match(line):
                raise EditsRefused([f"the line {line.strip()!r} stands outside of an edit"])
            around.append(line)
            continue
        if opened["path"]:
            named.append(opened["path"].strip())
        search = _until(lines, _DIVIDER, MIDDLE, len(edits) + 1)
        replace = _until(lines, _REPLACE, END, len(edits) + 1)
        edits.append(Edit(_joined(search), _joined(replace)))
    return edits, named, around


def _ended(answer: str) -> Iterator[str]:
    return (line.removesuffix("\r") for line in answer.split("\n"))


def _until(lines: Iterator[str], closing: re.Pattern[str], said: str, number: int) -> list[str]:
    found: list[str] = []
    for line in lines:
        if closing.fullmatch(line):
            return found
        if _MARKER.match(line):
            raise EditsRefused([f"edit {number} has {line.strip()!r} where {said!r} was expected"])
        found.append(line)
    raise EditsRefused([f"edit {number} has no line {said!r}, so it is not whole"])


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
