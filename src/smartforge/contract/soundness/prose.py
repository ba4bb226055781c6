"""Titles, descriptions and summaries: text that files can hold."""

import unicodedata
from collections.abc import Iterator

from smartforge.contract.names import quoted

MAX_DESCRIPTION = 2_000


def line_problems(here: str, text: str, limit: int) -> Iterator[str]:
    """What keeps `text` from being one line of at most `limit` characters."""
    if not text.strip():
        yield f"{here} is empty"
    elif len(text) > limit:
        yield f"{here} {quoted(text)} has {len(text)} characters, more than {limit}"
    if text != text.strip() or not _printable(text):
        yield f"{here} {quoted(text)} must be one line of printable text"


def prose_problems(here: str, text: str) -> Iterator[str]:
    """What keeps `text` from being a description; it may be empty and have several lines."""
    if len(text) > MAX_DESCRIPTION:
        yield f"{here} has {len(text)} characters, more than {MAX_DESCRIPTION}"
    if not _printable(text.replace("\n", "")):
        yield f"{here} {quoted(text)} holds characters that cannot be printed"


def _printable(text: str) -> bool:
    """Whether files can hold `text`: no control characters, line separators or lone surrogates."""
    return not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text)
