"""Text that UTF-8 can hold, out of pieces that may have been cut anywhere."""

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
