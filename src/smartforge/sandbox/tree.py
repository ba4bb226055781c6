"""The processes of one sandbox as the host sees them: what they use, and their end."""

# Names in /proc, read ten times a second:
# ruff: noqa: PTH110, PTH116, PTH123, PTH208

import os
import signal
import time
from collections.abc import Iterator

import msgspec

from smartforge.sandbox.recipe import WRITABLE

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


class Usage(msgspec.Struct, frozen=True):
    """What all processes of a sandbox use together.

    `threads` counts every thread of every process, `bytes` their memory: resident, swapped out,
    and the kernel's tables of its pages; what several processes share counts once. `files` are
    open descriptors, `seconds` of CPU include those of children that have ended and were waited
    for.
    """

    threads: int
    bytes: int
    files: int
    seconds: float


def children(pid: int) -> list[int]:
    """The direct children of a process; none when it is gone."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as names:
                found += [int(name) for name in names.read().split()]
        except FileNotFoundError:
            if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
                return _children_by_parent(pid)
        except OSError:
            continue
    return found


def _children_by_parent(pid: int) -> list[int]:
    """For kernels built without lists of children: look at everybody's parent."""
    return [
        int(name)
        for name in os.listdir("/proc")
        if name.isdecimal() and (status := _status(int(name))) and int(status[1]) == pid
    ]


def descendants(pid: int) -> Iterator[int]:
    """Everything below `pid`. Orphans are there too: they stay below the namespace's first."""
    waiting = children(pid)
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children(one)


def usage(pid: int, confirm_above: int) -> Usage:
    """What everything below `pid` uses now. Blocks for well under a millisecond a process.

    Resident size counts shared pages in each process; only where the sum is above
    `confirm_above` is the exact, slower figure taken.
    """
    threads = resident = hidden = files = ticks = 0
    below = list(descendants(pid))
    for one in below:
        status = _status(one)
        if status is not None:
            threads += int(status[17])
            resident += int(status[21]) * PAGE
            ticks += sum(int(spent) for spent in status[11:15])
            hidden += _hidden(one)
            files += _open_files(one)
    if resident + hidden > confirm_above:
        resident = sum(_proportional(one) for one in below)
    return Usage(threads, resident + hidden, files, ticks / TICKS)


def _hidden(pid: int) -> int:
    """Bytes that resident size does not show: page tables, which reading of empty pages alone
    makes grow, huge pages, and what was swapped out."""
    found = 0
    try:
        with open(f"/proc/{pid}/status", "rb") as source:
            for line in source:
                if line.startswith((b"VmPTE:", b"VmSwap:", b"HugetlbPages:")):
                    found += int(line.split()[1]) * 1024
    except OSError:
        return found
    return found


def _open_files(pid: int) -> int:
    place = f"/proc/{pid}/fd"
    try:
        # The count since Linux 6.2, 0 before.
        return os.stat(place).st_size or len(os.listdir(place))
    except OSError:
        return 0


def queued(first: int) -> int:
    """Bytes that wait in TCP connections within the sandbox: the kernel's memory, megabytes each.

    Takes milliseconds, for the kernel looks through the connections of the whole machine.
    """
    waiting = 0
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{first}/net/{name}") as source:
                rows = source.read().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            sending, _, receiving = row.split()[4].partition(":")
            waiting += int(sending, 16) + int(receiving, 16)
    return waiting


def files_made(first: int) -> int:
    """How many files lie where a program may write; 0 where we may not look inside.

    `first` is the first process of the sandbox: the way in leads through its root. What can be
    written is a tmpfs of the sandbox's own each, and nobody inside can put a link in its place.
    """
    made = 0
    for place, size in WRITABLE.items():
        try:
            found = os.statvfs(f"/proc/{first}/root{place}")
        except OSError:
            return 0
        # Before bubblewrap has changed its root these are still the host's own.
        if found.f_blocks * found.f_frsize == size:
            made += found.f_files - found.f_ffree
    return made


def _status(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the name, see proc(5): state, parent, ..."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as source:
            line = source.read()
    except OSError:
        return None
    return line[line.rindex(b")") + 2 :].decode("ascii").split()


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as source:
            for line in source:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        status = _status(pid)
        return int(status[21]) * PAGE if status else 0
    return 0


def kill(pid: int) -> None:
    """SIGKILL what stands directly below `pid`: the first process of the sandbox's namespace.

    With it the kernel kills the whole namespace, and `pid`, which waits for it, ends by itself.
    Without children (not arranged yet) `pid` itself is killed. Blocks for some milliseconds.
    """
    # Stopped first: otherwise `pid` could make its child just after we looked for one.
    if not _send(pid, signal.SIGSTOP):
        return
    _wait_until_stopped(pid)
    below = children(pid)
    for one in below or [pid]:
        _send(one, signal.SIGKILL)
    _send(pid, signal.SIGCONT)


def kill_at_once(pid: int) -> None:
    """SIGKILL `pid` itself; what is below has asked to be killed with its parent."""
    _send(pid, signal.SIGKILL)


def wait_until_gone(pid: int, seconds: float) -> None:
    """Block until the first process of a namespace, and so all of it, has ended; or so long."""
    deadline = time.monotonic() + seconds
    while (status := _status(pid)) and status[0] not in "ZX" and time.monotonic() < deadline:
        time.sleep(0.002)


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_until_stopped(pid: int) -> None:
    for _ in range(100):
        status = _status(pid)
        if status is None or status[0] in "TtZX":
            return
        time.sleep(0.001)
