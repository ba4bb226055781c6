"""A program that a benchmark starts, talks to in lines of JSON, and weighs by what /proc tells.

Each line written to its standard input is a command, and each is answered by one line on its
standard output. The first line that it writes, unasked, says that it is ready.
"""

import asyncio
import os
import resource
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")

READY_SECONDS = 30.0
LEAVE_SECONDS = 5.0
LINE_LIMIT = 1024 * 1024


class ProgramError(Exception):
    """The program did not start, ended, or was silent for too long; the text says which."""


class Program:
    """A running program; `ready` is what it said first.

    Where `ready` names a `pid`, it is that process and its children which are weighed.
    """

    def __init__(self, process: asyncio.subprocess.Process, said: Path) -> None:
        self._process = process
        self._said = said
        self.ready: dict[str, Any] = {}

    async def ask(self, command: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """The answer to a command. Raises ProgramError where none comes in time."""
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(command) + b"\n")
        with suppress(ConnectionError):
            await self._process.stdin.drain()
        return await self.answer(seconds)

    async def answer(self, seconds: float) -> dict[str, Any]:
        """The next line that it writes. Raises ProgramError where none comes in time."""
        assert self._process.stdout
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
        except TimeoutError as error:
            raise ProgramError(f"no answer within {seconds:.0f} s") from error
        if not line:
            errors = await asyncio.to_thread(self._said.read_text, errors="replace")
            raise ProgramError(f"it ended: {errors.strip()[-800:] or 'without a word'}")
        return msgspec.json.decode(line)

    @property
    def pid(self) -> int:
        return self.ready.get("pid", self._process.pid)

    async def close(self) -> None:
        """End it by closing its standard input; one that does not listen is killed."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), LEAVE_SECONDS)
        except TimeoutError:
            for pid in reversed(tree(self._process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
            await self._process.wait()


@asynccontextmanager
async def running(
    command: Sequence[str], folder: Path, *, core: int | None, variables: Mapping[str, str]
) -> AsyncGenerator[Program, None]:
    """The program until the block ends, pinned to a core where one is given.

    Its standard error goes to a file in `folder`. Raises ProgramError where it does not start.
    """
    said = folder / "stderr"
    with said.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=os.environ | variables,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LINE_LIMIT,
        )
    if core is not None:
        os.sched_setaffinity(process.pid, {core})
    program = Program(process, said)
    try:
        program.ready = await program.answer(READY_SECONDS)
        yield program
    finally:
        await program.close()


def cores() -> tuple[int | None, int | None]:
    """One core for the server and one for its clients; None for both where there is but one."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)


def raise_open_files() -> int:
    """As many open files as this user may have; returns how many. Children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def tree(pid: int) -> list[int]:
    """The process and all below it, parents first; empty where it has ended."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        children: list[int] = []
        for thread in (PROC / str(pid) / "task").iterdir():
            children += [int(child) for child in (thread / "children").read_text().split()]
        found.append(pid)
        for child in children:
            found += tree(child)
    return found


def cpu(pid: int) -> float:
    """Seconds in user and kernel mode of the process and all below it that are still there."""
    ticks = 0
    for each in tree(pid):
        fields = (PROC / str(each) / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def own_memory(pid: int) -> int:
    """Kilobytes of the process and all below it, shared pages divided by who shares them.

    Without pages of files: how many of these count for a process changes with who else runs the
    same programs.
    """
    total = 0
    for each in tree(pid):
        for line in (PROC / str(each) / "smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                total += int(line.split()[1])
    return total


def open_files(pid: int) -> tuple[int, int]:
    """How many descriptors the process has open, and how many of these are sockets."""
    kinds: list[str] = []
    for each in (PROC / str(pid) / "fd").iterdir():
        with suppress(FileNotFoundError):
            kinds.append(str(each.readlink()))
    return len(kinds), sum(kind.startswith("socket:") for kind in kinds)
