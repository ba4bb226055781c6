"""The processes below a server, and whether they went with it."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
LOOK_SECONDS = 0.002

Process = tuple[int, str]
"""A pid and when it began, since a pid alone is given again."""


def stop(pid: int) -> None:
    """SIGSTOP; returns once it has stopped, or is gone."""
    os.kill(pid, signal.SIGSTOP)
    while (status := _status(pid)) and status[0] not in "TtZX":
        time.sleep(LOOK_SECONDS)


def below(pid: int) -> set[Process]:
    """Every process below this one now."""
    statuses = dict(_all())
    found = {pid}
    while more := {one for one, (_, parent, _) in statuses.items() if parent in found} - found:
        found |= more
    return {(one, statuses[one][2]) for one in found - {pid}}


def marked(mark: str) -> set[Process]:
    """Every process whose environment, as far as it may be read, holds this text."""
    found: set[Process] = set()
    for pid, (_, _, began) in _all():
        try:
            environment = (PROC / str(pid) / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment:
            found.add((pid, began))
    return found


def alive(processes: Iterable[Process]) -> set[Process]:
    """Those that have not ended; what only waits to be reaped has."""
    return {
        one
        for one in processes
        if (now := _status(one[0])) and now[2] == one[1] and now[0] not in "ZX"
    }


def remaining(processes: set[Process], mark: str, seconds: float) -> list[str]:
    """The words of those, and of marked ones, that have not ended after so many seconds."""
    deadline = time.monotonic() + seconds
    while (still := alive(processes | marked(mark))) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return [_words(one) for one in sorted(still)]


def _words(process: Process) -> str:
    try:
        words = (PROC / str(process[0]) / "cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        words = b"(gone)"
    return f"{process[0]} {words.decode(errors='replace')[:200]}"


def _all() -> Iterator[tuple[int, tuple[str, int, str]]]:
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (status := _status(int(entry.name))):
            yield int(entry.name), status


def _status(pid: int) -> tuple[str, int, str] | None:
    """State, parent and start of a process, see proc(5)."""
    try:
        line = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = line[line.rindex(")") + 2 :].split()
    return fields[0], int(fields[1]), fields[19]
