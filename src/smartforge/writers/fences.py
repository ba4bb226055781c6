"""An answer that is one code fence, taken out of it while it streams.

Fences as CommonMark has them (section 4.5): three or more backticks or tildes, closed by at least
as many alone on a line. What has been passed on cannot be recalled, so only as much is held back
as decides: the first line, and what may be the last one.
"""

import re
from pathlib import PurePosixPath

MAX_OPENING = 200
MAX_BLANK = 1_000
"""Code points: of blank lines before a fence that opens, and of a line that closes one with the
blank ones after it. A model may say line ends without end, and each piece is looked at again."""

_OPENING = re.compile(r"(`{3,}|~{3,})([^`\n]*)")
_PROSE = frozenset({".md", ".markdown", ".mdx", ".rst", ".txt"})
_PROSE_INFO = frozenset({"", "md", "markdown", "mdx", "rst", "txt", "text", "plaintext"})


class FenceOpen(Exception):
    """The answer began with a code fence that nothing closed, so it may not be whole."""


class Unwrapper:
    """Passes text through; leaves out a code fence around all of it.

    Only where the first line opens a fence and the last line closes it; fences within stay. A
    file of prose may begin with a fence of its own: there the whole answer is waited for, and
    unwrapped only where it would make no sense otherwise. `beside` is what stands beside the
    backticks of a fence that was left out, such as the name of a language or a file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._prose = PurePosixPath(path).suffix.lower() in _PROSE
        self.beside = ""
        self._state = "opening"
        self._held = ""
        self._waiting: list[str] = []
        self._fence = ""
        self._at_line_start = True
        self._around = ""
        self._around_is_open = False

    def following(self) -> "Unwrapper":
        """One for the answer that goes on with a text that was cut.

        It may bring a fence of its own. Where it does not, the one around the text so far may
        still be closed by it, and need not be: the model was asked to go on without any.
        """
        other = Unwrapper(self._path)
        other._around = self._fence if self._state == "wrapped" else self._around
        return other

    def feed(self, text: str) -> str:
        """What can be passed on now; may be empty."""
        if self._state == "waiting":
            self._waiting.append(text)
            return ""
        self._held += text
        match self._state:
            case "opening":
                return self._open()
            case "wrapped":
                return self._inner()
            case _:
                return self._all()

    def end(self) -> str:
        """What is left at the end of a whole answer. Raises FenceOpen."""
        closes = bool(self._fence) and self._closes(self._held)
        if self._state == "opening" and self._around and self._closes(self._held, self._around):
            return ""
        if self._state == "opening" and not self._prose:
            unclosed = _OPENING.fullmatch(self._held.strip()) is not None
        else:
            unclosed = self._state == "wrapped" and not closes and not self._around_is_open
        if unclosed:
            raise FenceOpen
        text = self._all()
        if self._state == "wrapped" and closes:
            return ""
        if self._state == "waiting":
            return _unwrapped_prose("".join([text, *self._waiting]))
        return text

    def _open(self) -> str:
        body = self._held.lstrip("\r\n")
        if len(self._held) - len(body) > MAX_BLANK:
            self._state = "plain"
            return self._all()
        if not body or (len(body) < 3 and ("```".startswith(body) or "~~~".startswith(body))):
            return ""
        line, newline, rest = body.partition("\n")
        opening = _OPENING.fullmatch(line.rstrip())
        if not body.startswith(("```", "~~~")) or (newline and opening is None):
            return self._without()
        if not newline or opening is None:
            return self._without() if len(body) > MAX_OPENING else ""
        if self._around and not rest.strip():
            return ""  # It may as well close the fence around the text so far.
        if self._prose:
            self._state = "waiting"
            return ""
        self._state, self._fence, self._held = "wrapped", opening[1], rest
        self.beside = opening[2].strip()
        return self._inner()

    def _without(self) -> str:
        """The answer opens no fence; the one around the text so far may be closed by it."""
        if not self._around:
            self._state = "plain"
            return self._all()
        self._state, self._fence, self._around_is_open = "wrapped", self._around, True
        return self._inner()

    def _inner(self) -> str:
        start = self._held.rstrip().rfind("\n") + 1
        last = self._held[start:]
        if (start or self._at_line_start) and (self._closes(last) or self._may_close(last)):
            passed, self._held = self._held[:start], last
            self._at_line_start = True
            return passed
        passed = self._all()
        self._at_line_start = passed.endswith("\n") if passed else self._at_line_start
        return passed

    def _closes(self, text: str, fence: str = "") -> bool:
        """Whether `text` is a closing fence and nothing but blanks and empty lines after it."""
        if len(text) > MAX_BLANK:
            return False
        run, fence = text.rstrip(), fence or self._fence
        return len(run) >= len(fence) and set(run) == {fence[0]}

    def _may_close(self, text: str) -> bool:
        """Whether more backticks or tildes could make `text` a closing fence."""
        return len(text) <= MAX_BLANK and set(text) == {self._fence[0]}

    def _all(self) -> str:
        text, self._held = self._held, ""
        return text


def _unwrapped_prose(text: str) -> str:
    """`text` without the fence around it, where it is not a file that begins with a fence.

    It is wrapped where its first fence is closed by its last line and by nothing before, or
    where, read as it stands, its last line would open a fence that nothing closes.
    """
    body = text.strip("\r\n")
    lines = body.split("\n")
    opening = _OPENING.fullmatch(lines[0].rstrip())
    if opening is None or opening[2].strip().lower() not in _PROSE_INFO or len(lines) < 2:
        return text
    fence = opening[1]
    last = lines[-1].rstrip()
    if set(last) != {fence[0]} or len(last) < len(fence):
        return text
    first_end, still_open = _read_fences(lines)
    if first_end != len(lines) - 1 and not still_open:
        return text
    return "".join(f"{line}\n" for line in lines[1:-1])


def _read_fences(lines: list[str]) -> tuple[int, bool]:
    """Where the first fence is closed (-1: nowhere), and whether one is open at the end."""
    first_end, fence = -1, ""
    for number, line in enumerate(lines):
        run = line.rstrip()
        if not fence:
            opening = _OPENING.fullmatch(run)
            fence = opening[1] if opening else ""
        elif len(run) >= len(fence) and set(run) == {fence[0]}:
            fence = ""
            first_end = number if first_end < 0 else first_end
    return first_end, bool(fence)
