"""One server of a trial: started as often as needed, killed, frozen, out of disk."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tests.chaos.runs import left
from tests.chaos.runs.databases import FILE, Database
from tests.chaos.runs.node import Spec
from tests.processes import environment

ROOT = Path(__file__).parents[3]
START_SECONDS = 40
END_SECONDS = 20
GONE_SECONDS = 3.0
AGAIN_SECONDS = 0.5
RUNS_PER_NODE = "2"
"""Of a cluster: fewer than there are runs, so that every node executes some."""

READY = {"serve": b"is ready at", "worker": b"Executing the runs"}


class ServerFailed(Exception):
    """A server did not start, or ended by itself."""


class Server:
    """One place for a server; `port` is None while nobody can ask it.

    `name` is of its newest start alone: the database and the model know it by that.
    `changed` is called when it came up or went down. `temporary` is where it makes its temporary
    folders.
    """

    def __init__(
        self,
        number: int,
        spec: Spec,
        database: Database,
        model: str,
        folder: Path,
        temporary: Path,
        changed: Callable[[], None],
    ) -> None:
        self.port: int | None = None
        self.is_up = False
        self.starts = 0
        self.killed_below = 0
        self.start_seconds = 0.0
        self.nodes: dict[str, str] = {}
        self._number = number
        self._spec = spec
        self._database = database
        self._errors = folder / f"server{number}.txt"
        self._temporary = temporary / f"n{number}"
        self._temporary.mkdir()
        self._changed = changed
        self._environment = environment(
            PYTHONPATH=os.pathsep.join(sys.path),
            OPENAI_BASE_URL=model,
            TMPDIR=str(self._temporary),
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return f"n{self._number}.{self.starts}"

    @property
    def node(self) -> str:
        """What the cluster calls it."""
        return f"{socket.gethostname()}:{self._running().pid}"

    @property
    def said(self) -> str:
        """What it wrote to standard error, in all its lives."""
        return self._errors.read_text(errors="replace") if self._errors.exists() else ""

    async def start(self) -> None:
        """Start and wait until it is ready. Raises ServerFailed."""
        self.starts += 1
        began = time.monotonic()
        self._process = process = await asyncio.to_thread(self._spawn)
        assert process.stdout is not None
        line = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                line = await asyncio.to_thread(process.stdout.readline)
        if READY[self._spec.role] not in line:
            await self._ended(process)
            raise ServerFailed(f"{self.name} did not start: {line!r} {self.said[-2000:]}")
        self.start_seconds = max(self.start_seconds, time.monotonic() - began)
        if self._spec.role == "serve":
            self.port = int(line.split()[-1].rstrip(b"/").rpartition(b":")[2])
        self.is_up = True
        self._changed()

    async def start_again(self) -> None:
        """Start, again and again while the database is away. Raises ServerFailed."""
        while True:
            moves = self._database.moves
            try:
                return await self.start()
            except ServerFailed:
                if moves % 2 == 0 and moves == self._database.moves:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)

    def _spawn(self) -> subprocess.Popen[bytes]:
        spec = replace(self._spec, database=self._database.address(self.name))
        more = {"OPENAI_API_KEY": self.name}
        if spec.database:
            more["SMARTFORGE_RUNS_PER_NODE"] = RUNS_PER_NODE
        with self._errors.open("ab") as errors:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.chaos.runs.node"),
                    msgspec.json.encode(spec).decode(),
                ],
                cwd=ROOT,
                env=self._environment | more,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.nodes[self.name] = f"{socket.gethostname()}:{process.pid}"
        return process

    async def kill(self) -> list[str]:
        """`kill -9`; returns the processes below it that did not go with it."""
        process = self._running()
        # Stopped first, so that what is below it now is what is below it when it is killed.
        await asyncio.to_thread(left.stop, process.pid)
        below = left.below(process.pid)
        self.killed_below += len(below)
        process.kill()
        await self._ended(process)
        return await self._remaining(below)

    async def freeze(self, until: Awaitable[None]) -> None:
        """SIGSTOP, and SIGCONT after that, unless it was killed meanwhile."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        try:
            await until
        finally:
            process.send_signal(signal.SIGCONT)

    async def fill(self, seconds: float) -> None:
        """No file of the server may grow beyond what its write-ahead log is now, for a while."""
        process = self._running()
        most = (Path(self._spec.data) / f"{FILE}-wal").stat().st_size
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, hard))
        try:
            await asyncio.sleep(seconds)
        finally:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def stop(self) -> tuple[int, list[str]]:
        """SIGTERM; returns the exit status, and the processes that did not go with it."""
        process = self._running()
        below = left.below(process.pid)
        process.terminate()
        status = await self._ended(process)
        return status, await self._remaining(below)

    async def close(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process is not None:
            self._process.kill()
            await self._ended(self._process)
        for pid, _ in left.alive(left.marked(str(self._temporary))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            raise ServerFailed(f"{self.name} ended by itself: {self.said[-2000:]}")
        return self._process

    async def _ended(self, process: subprocess.Popen[bytes]) -> int:
        self.port, self.is_up = None, False
        self._changed()
        try:
            status = await asyncio.to_thread(process.wait, END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = await asyncio.to_thread(process.wait)
        assert process.stdout is not None
        process.stdout.close()
        return status

    async def _remaining(self, below: set[left.Process]) -> list[str]:
        """Those of them, and of any that it started elsewhere, which do not end."""
        return await asyncio.to_thread(left.remaining, below, str(self._temporary), GONE_SECONDS)
