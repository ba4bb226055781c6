"""One way of saying something, and the form that it is brought into."""

import re
from collections.abc import Callable

Change = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def spelled(pattern: str, form: str | Callable[[re.Match[str]], str]) -> Change:
    """What `pattern` finds, in whatever case and on whatever line, is written as `form`."""
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE), form
