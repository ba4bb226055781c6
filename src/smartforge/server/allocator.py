"""The C library's allocator, told to hold little of what it was given back."""

import contextlib
import ctypes

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""Parameters of glibc's mallopt(3)."""

LARGE = 128 * 1024
"""Bytes; glibc's own value at the start. Setting it keeps glibc from raising it."""


ARENAS = 2
"""Heaps for all threads together; each is as large as what it once held."""


def hold_little() -> None:
    """Keep blocks of LARGE and more out of the heap, and heaps few; for glibc alone.

    To be called before there are other threads, which may make heaps of their own.

    Snapshots and blocks of events live as long as the slowest of their viewers. Once glibc has
    seen a few of them it takes them from the heap, and small things that come to lie behind them
    keep the heap from shrinking: memory would creep up under viewers that come and go.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, LARGE)
        mallopt(M_ARENA_MAX, ARENAS)
