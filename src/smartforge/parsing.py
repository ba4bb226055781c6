"""Python's parser, one thread at a time.

CPython 3.11 counts the depth of the trees that it makes once for all threads (python/cpython issue
106905): of two that parse at once one may end with SystemError.
"""

import ast
import threading

ONE_AT_A_TIME = threading.Lock()
"""Held by whoever parses Python in a thread, here or in what it calls."""


def parse(text: str) -> ast.Module:
    """See `ast.parse`, which raises SyntaxError, ValueError, RecursionError and MemoryError."""
    with ONE_AT_A_TIME:
        return ast.parse(text)
