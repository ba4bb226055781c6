"""Python's parser, one thread at a time."""

import threading

ONE_AT_A_TIME = threading.Lock()
"""Two threads in Python 3.11's `ast.parse` have ended in a SystemError: it counts the depth of its
recursion for all of them together."""
