"""Text that UTF-8 can hold, out of pieces that may have been cut anywhere."""

from typing import Literal

REPLACEMENT = "\ufffd"


class Joiner:
    """Joins surrogate pairs that were cut in two, and replaces what no encoding can hold.

    JSON may escape a code point outside the Basic Multilingual Plane as two surrogates (RFC 8259,
    section 7), and a provider may put them into two chunks. Lone surrogates become U+FFFD, NUL
    too: no source file may hold it, and PostgreSQL cannot store it.
    """

    def __init__(self) -> None:
        self._high = ""

    def feed(self, piece: str) -> str:
        """What can be passed on now; half a pair at the end waits for its other half."""
        if piece.isascii() and not self._high:
            return piece.replace("\0", REPLACEMENT)
        text = self._high + piece
        self._high = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return sound(text[: len(text) - len(self._high)])

    def end(self) -> str:
        """What was still waiting when the text ended."""
        rest, self._high = self._high, ""
        return sound(rest)


def sound(text: str) -> str:
    """`text` with surrogate pairs joined; lone surrogates and NUL are replaced by U+FFFD."""
    units = text.replace("\0", REPLACEMENT).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")


_THINKS, _THOUGHT = "<think>", "</think>"


class Aloud:
    """Leaves out what a model thinks aloud before it answers: text between `<think>` tags.

    Local models write so in the answer itself. Within an answer the tag is text like any other.
    """

    def __init__(self) -> None:
        self._at: Literal["before", "thought", "between", "answer"] = "before"
        self._held: str = ""

    def feed(self, piece: str) -> str:
        """What can be passed on now; may be empty."""
        if self._at == "answer":
            return piece
        held = self._held + piece
        if self._at == "before":
            begun = held.lstrip()
            if begun.startswith(_THINKS):
                self._at = "thought"
            elif not _THINKS.startswith(begun):
                self._at = "answer"
        if self._at == "thought":
            _, found, answer = held.partition(_THOUGHT)
            # Where it is not found, half of it may stand at the end.
            held = answer if found else held[1 - len(_THOUGHT) :]
            self._at = "between" if found else "thought"
        if self._at == "between":
            held = held.lstrip("\r\n")
            self._at = "answer" if held else "between"
        self._held = "" if self._at == "answer" else held
        return held if self._at == "answer" else ""

    def end(self) -> str:
        """What was still held when the text ended."""
        return self._held if self._at == "before" else ""


def answered(text: str) -> str:
    """`text` without what was thought aloud before it; the first tag may stand in the prompt."""
    thought, found, answer = text.partition(_THOUGHT)
    aloud = not thought.lstrip().startswith(("{", "[", "`"))
    return answer if found and aloud else text
