"""Parses Python in one thread at a time.

CPython 3.11 counts the depth of the trees that it makes once for all threads (python/cpython issue
106905): of two that parse at once one may end with SystemError.
"""

import ast
from threading import Lock

_PARSING = Lock()


def parse(text: str) -> ast.Module:
    """See `ast.parse`, which raises SyntaxError, ValueError, RecursionError and MemoryError."""
    with _PARSING:
        return ast.parse(text)
