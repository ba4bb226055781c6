"""What time it is, for dating events; tests hand in a clock of their own."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns Unix time in milliseconds."""


def wall_clock() -> int:
    """The machine's time as Unix milliseconds; it may step back."""
    return time.time_ns() // 1_000_000
