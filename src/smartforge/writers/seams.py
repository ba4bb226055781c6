"""The seam between a text that was cut at the model's limit and the answer that goes on with it.

The model is asked to begin with the unfinished line, whole. Some begin lines earlier, some in the
middle of the line, some with the file's first line: what is said again is left out.
"""

import re

SAID_AGAIN = 16
"""Characters besides blanks from which on whole lines that stand on both sides were said again,
and do not only look alike, as closing brackets do."""

_LINES = re.compile(r"(?<=\n)")

TELLING = 4
"""Characters from which on a first line is that of this file alone: a bracket is not."""

MOST_LINE = 2_000
"""Characters of an unfinished line that is also looked for without its indentation."""

MOST_LINES = 200
"""Lines before a cut from which on an answer may have begun again, besides the first one."""


class BegunAnew(Exception):
    """The answer begins with the first line of the file and then says something else."""


class Seam:
    """Passes on what an answer adds to the text before it.

    As long as all of the answer may be what was said already, it waits.
    """

    def __init__(self, before: str) -> None:
        self._before = before
        self._line = before.rfind("\n") + 1
        bare = before[self._line :].lstrip()
        self._bare = bare if len(bare) <= MOST_LINE else ""
        lines = [found.end() for found in _LINES.finditer(before)]
        self._open = [0, *lines[-MOST_LINES:]]
        self._held = ""
        self._is_past = False

    def feed(self, text: str) -> str:
        """What is new of it; may be empty. Raises BegunAnew."""
        known = len(self._held)
        self._held += text
        if self._is_past:
            return self._all()
        self._open = [at for at in self._open if self._agrees(at, known)]
        waits = any(len(self._before) - at > len(self._held) for at in self._open)
        return "" if waits or self._may_be_bare() else self._pass()

    def end(self) -> str:
        """What was still waiting at the end of the answer. Raises BegunAnew."""
        return self._all() if self._is_past else self._pass()

    def _agrees(self, at: int, known: int) -> bool:
        """Whether the answer may say again what stands from there to the end; so many characters
        of it have agreed before."""
        rest = self._before[at + known : at + len(self._held)]
        return self._held.startswith(rest, known)

    def _may_be_bare(self) -> bool:
        """Whether it may still come to the unfinished line, without the blanks before that."""
        bare, said = self._bare, self._held.lstrip(" \t")
        return len(said) < len(bare) and bare.startswith(said)

    def _pass(self) -> str:
        self._is_past = True
        again = self._said_again()
        self._held = self._held[again:]
        return self._all()

    def _said_again(self) -> int:
        """How much of the beginning of the answer stands in the text already."""
        before, held = self._before, self._held
        for at in self._open:
            if len(before) - at > len(held):
                continue
            line_is_open = self._line < len(before)
            if line_is_open or at == 0 or len("".join(before[at:].split())) >= SAID_AGAIN:
                return len(before) - at
        bare, said = self._bare, held.lstrip(" \t")
        if bare and said.startswith(bare):
            return len(held) - len(said) + len(bare)
        first, newline, _ = before.lstrip().partition("\n")
        if len(first.strip()) >= TELLING and held.lstrip().startswith(first + newline):
            raise BegunAnew
        return 0

    def _all(self) -> str:
        text, self._held = self._held, ""
        return text
