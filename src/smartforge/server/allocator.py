"""The C library's allocator, told to give large blocks back to the system."""

import contextlib
import ctypes

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
"""Parameters of glibc's mallopt(3)."""

LARGE = 128 * 1024
"""Bytes; glibc's own value at the start. Setting it keeps glibc from raising it."""


def give_back_large_blocks() -> None:
    """Keep blocks of LARGE and more out of the heap; nothing happens beside glibc.

    Snapshots and blocks of events live as long as the slowest of their viewers. Once glibc has
    seen a few of them it takes them from the heap, and small things that come to lie behind them
    keep the heap from shrinking: memory would creep up under viewers that come and go.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, LARGE)
