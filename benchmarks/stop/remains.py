"""What a stopped run has left on the machine: processes, and folders of the server's TMPDIR."""

import asyncio
import ctypes
import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.programs import PROC, tree

LOOK_SECONDS = 0.005
LONGEST_SECONDS = 5.0

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Remains(msgspec.Struct, frozen=True):
    """What is there besides the server itself."""

    processes: Sequence[int]
    folders: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.processes or self.folders)


def adopt_orphans() -> None:
    """Processes below this one that lose their parent come to this one and not to init.

    So nothing that the server has started can hide. Raises OSError where the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def remains(server: int, folder: Path) -> Remains:
    """What is there now."""
    known = {os.getpid(), server}
    below = [pid for pid in tree(os.getpid()) if pid not in known and _lives(pid)]
    return Remains(below, sorted(each.name for each in folder.iterdir()))


def _lives(pid: int) -> bool:
    """Whether it still runs; one whose end nobody has asked for yet does not."""
    try:
        status = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status[0] not in "ZX"


async def until_nothing(server: int, folder: Path) -> Remains:
    """What is still there when nothing is, or when time is up."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        left = remains(server, folder)
        if not left or time.monotonic() > until:
            return left
        await asyncio.sleep(LOOK_SECONDS)
