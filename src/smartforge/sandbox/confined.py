"""One program in its sandbox: spawned, its output captured, its usage watched, its end told."""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import Sequence

import msgspec

from smartforge.sandbox import tree
from smartforge.sandbox.base import Cause, Ended, Limits
from smartforge.sandbox.capture import Capture
from smartforge.sandbox.cgroup import Group, Groups
from smartforge.sandbox.recipe import ALL_OPEN_FILES, FILES, total_memory

# Where the kernel bounds memory and processes by itself, what is left can wait longer.
LOOK_EVERY, LOOK_EVERY_IN_GROUP = 0.1, 0.5
# Fewer descriptors than these are not looked into: their buffers are no matter.
MANY_FILES = 100
# Two looks in a row with this share of the allowed processes: no program needs them that long.
CROWDED = 0.9
GRACE = 3.0


def bounds(groups: Groups | None) -> str:
    """Who bounds what all processes of one sandbox use together, and how soon."""
    if groups is None:
        times = f"{1 / LOOK_EVERY:g} times a second"
        return f"memory, processes, CPU time and files by looking {times}; there are no groups"
    times = f"{1 / LOOK_EVERY_IN_GROUP:g} times a second"
    return f"{groups.told()}; CPU time and files by looking {times}"


class Command(msgspec.Struct, frozen=True):
    """What is executed, and the file descriptors that it inherits.

    `account` is the file to which bubblewrap writes the pid of the first process inside, and at
    the end the exit code. The program itself cannot write there.
    """

    arguments: Sequence[str]
    descriptors: Sequence[int]
    account: int


class Confined:
    """A running sandbox. Whoever starts it must `end` it; ending twice does no harm."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        limits: Limits,
        account: int,
        group: Group | None = None,
    ) -> None:
        self._process = process
        self._account = account
        self._group = group
        self._first: int | None = None
        self._used = self._before = 0.0
        self._crowded = False
        self._told = b""
        self._adopted = asyncio.Event()
        self._limits = limits
        self._began = time.monotonic()
        self._lasted = 0.0
        self._cause: Cause | None = None
        self._out = Capture(limits.output_bytes, limits.kept_output)
        self._err = Capture(limits.output_bytes, limits.kept_output)
        self._killing: asyncio.Task[None] | None = None
        self._life = asyncio.create_task(self._live())

    @classmethod
    async def start(
        cls, command: Command, limits: Limits, group: Group | None = None, *, waiting: bool = False
    ) -> "Confined":
        """Spawn from the thread of the event loop: the sandbox dies with that thread.

        Everything is in the `group` from its first instruction on; it stays the caller's.
        `waiting` for the program: neither wall nor usage are watched before `adopt`.
        """
        process = await asyncio.create_subprocess_exec(
            *(group.joining() if group is not None else ()),
            *command.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
            cwd="/",
            pass_fds=tuple(command.descriptors),
            start_new_session=True,
        )
        confined = cls(process, limits, command.account, group)
        if not waiting:
            confined._adopted.set()
        return confined

    async def adopt(self, limits: Limits) -> None:
        """The program begins now: these limits hold, and wall clock and CPU count from here.

        What the kernel counts for each process has to be set inside.
        """
        await asyncio.to_thread(self._bound, limits)
        self._limits = limits
        self._began = time.monotonic()
        for stream in (self._out, self._err):
            stream.bound(limits.output_bytes, limits.kept_output)
        self._adopted.set()

    def _bound(self, limits: Limits) -> None:
        if self._group is not None:
            self._group.bound(limits)
        self._count(tree.usage(self.pid, total_memory(limits)).seconds)
        self._before = self._used

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def started(self) -> bool:
        """After the end: whether the program ever ran, or bubblewrap failed to arrange that."""
        return b'"exit-code"' in self._told or self._cause is not None

    @property
    def _spent(self) -> float:
        """CPU seconds of the program, as far as they were counted."""
        return self._used - self._before

    def running(self) -> bool:
        return not self._life.done()

    async def ended(self) -> Ended:
        """Wait for the end. Cancelling this wait ends nothing; `end` does."""
        await asyncio.shield(self._life)
        code = self._process.returncode
        assert code is not None
        # bubblewrap tells a death by signal as shells do.
        exit_code = 128 - code if 128 < code <= 128 + signal.NSIG else code
        cause = self._cause
        if cause is None and exit_code == -signal.SIGXCPU:
            cause = "time"
        return Ended(
            exit_code=exit_code,
            stdout=self._out.text(),
            stderr=self._err.text(),
            cause=cause,
            seconds=round(self._lasted, 3),
            cpu_seconds=round(self._spent, 3),
        )

    async def end(self) -> None:
        """Kill the whole tree and wait until nothing of it is left, cancelled or not."""
        if not self._life.done():
            self._kill(None)
        cancelled: asyncio.CancelledError | None = None
        while not self._life.done():
            try:
                await asyncio.shield(self._life)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    def _kill(self, cause: Cause | None) -> None:
        if self._killing is None:
            self._cause = cause
            self._killing = asyncio.create_task(self._kill_tree())

    async def _kill_tree(self) -> None:
        if self._process.returncode is None:
            await asyncio.to_thread(tree.kill, self.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE)
        if self._process.returncode is None:
            tree.kill_at_once(self.pid)

    async def _live(self) -> None:
        """The one owner of the readers and the watch."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None

        def overflow() -> None:
            self._kill("output")

        async with asyncio.TaskGroup() as group:
            group.create_task(self._out.read(self._process.stdout, overflow))
            group.create_task(self._err.read(self._process.stderr, overflow))
            watch = group.create_task(self._watch())
            await self._process.wait()
            await self._emptied()
            self._lasted = time.monotonic() - self._began
            watch.cancel()
        if self._killing is not None:
            await self._killing

    async def _emptied(self) -> None:
        """Wait until the first process inside is gone: with it the kernel takes all others.

        bubblewrap ends as soon as the program has, which may be some milliseconds earlier.
        """
        if (first := self._first_inside()) is not None:
            await asyncio.to_thread(tree.wait_until_gone, first, GRACE)
        self._told = os.pread(self._account, 4096, 0)
        if self._count(0.0) and self._cause is None:
            self._cause = "memory"

    def _first_inside(self) -> int | None:
        """The pid of the first process inside, as soon as bubblewrap has told it."""
        if self._first is None:
            found = re.search(rb'"child-pid": *(\d+)', os.pread(self._account, 4096, 0))
            self._first = int(found[1]) if found else None
        return self._first

    async def _watch(self) -> None:
        """Kill at the wall, and where all processes together go beyond their bounds."""
        await self._adopted.wait()
        deadline = self._began + self._limits.wall_seconds
        every = LOOK_EVERY if self._group is None else LOOK_EVERY_IN_GROUP
        while (left := deadline - time.monotonic()) > 0:
            await asyncio.sleep(min(left, every))
            cause = await asyncio.to_thread(self._exceeded)
            if cause is not None:
                return self._kill(cause)
        return self._kill("time")

    def _exceeded(self) -> Cause | None:
        """Which bound all processes together have passed by now. Blocks for a moment."""
        limits, most = self._limits, total_memory(self._limits)
        used = tree.usage(self.pid, most)
        out_of_memory = self._count(used.seconds)
        first = self._first_inside()
        many = used.files > MANY_FILES
        queued = tree.queued(first) if many and first is not None else 0
        if used.bytes + queued > most or out_of_memory:
            return "memory"
        if self._spent > limits.cpu_seconds:
            return "time"
        made = tree.files_made(first) if first is not None else 0
        if used.files > ALL_OPEN_FILES or made > FILES:
            return "files"
        was_crowded, self._crowded = self._crowded, used.threads >= CROWDED * limits.processes
        return "processes" if was_crowded and self._crowded else None

    def _count(self, seen: float) -> bool:
        """Keep the CPU used so far: as the group counts it, else as seen. Whether memory ran out.

        What a process used whose parent never waits for it is not seen after its end.
        """
        used = self._group.used() if self._group is not None else None
        counted = used.cpu_seconds if used is not None else None
        self._used = max(self._used, seen) if counted is None else counted
        return used is not None and used.out_of_memory
