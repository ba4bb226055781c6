"""The server of a trial: started as often as needed, killed, frozen, out of disk."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.chaos.runs import left
from tests.chaos.runs.node import Spec
from tests.processes import environment

ROOT = Path(__file__).parents[3]
START_SECONDS = 40
END_SECONDS = 20
GONE_SECONDS = 3.0
DATABASE = "smartforge.db"

Stored = dict[str, list[bytes]]
"""The events of each project, in order, as the database holds them."""


class ServerFailed(Exception):
    """A server did not start, or ended by itself."""


class Server:
    """One place for the server; `port` is None while it is down, `up` tells that it is there.

    `temporary` is where it makes its temporary folders.
    """

    def __init__(self, folder: Path, temporary: Path, spec: Spec, model: str) -> None:
        self.port: int | None = None
        self.up = asyncio.Event()
        self.starts = 0
        self.killed_below = 0
        self.start_seconds = 0.0
        self._spec = spec
        self._errors = folder / "server.txt"
        self._temporary = temporary
        self._copies = folder / "copies"
        self._environment = environment(
            PYTHONPATH=os.pathsep.join(sys.path),
            OPENAI_BASE_URL=model,
            TMPDIR=str(temporary),
        )
        self._process: subprocess.Popen[bytes] | None = None

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
        if b"is ready at" not in line:
            raise ServerFailed(f"the server did not start: {line!r} {self.said[-2000:]}")
        self.start_seconds = max(self.start_seconds, time.monotonic() - began)
        self.port = int(line.split()[-1].rstrip(b"/").rpartition(b":")[2])
        self.up.set()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._errors.open("ab") as errors:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.chaos.runs.node"),
                    msgspec.json.encode(self._spec).decode(),
                ],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

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

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            process.send_signal(signal.SIGCONT)

    async def fill(self, seconds: float) -> None:
        """No file of the server may grow beyond what its write-ahead log is now, for a while."""
        process = self._running()
        most = (Path(self._spec.data) / f"{DATABASE}-wal").stat().st_size
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

    def stored(self) -> Stored:
        """What the database holds while the server is down; nothing of it is touched."""
        self._copies.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            source = Path(self._spec.data) / f"{DATABASE}{suffix}"
            copy = self._copies / source.name
            copy.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, copy)
        with contextlib.closing(sqlite3.connect(self._copies / DATABASE)) as db:
            rows = db.execute("SELECT project, data FROM event ORDER BY project, seq").fetchall()
        stored: Stored = {}
        for name, data in rows:
            stored.setdefault(name, []).append(data)
        return stored

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            raise ServerFailed(f"the server ended by itself: {self.said[-2000:]}")
        return self._process

    async def _ended(self, process: subprocess.Popen[bytes]) -> int:
        self.port = None
        self.up.clear()
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
