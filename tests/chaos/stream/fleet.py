"""The nodes of a trial, as processes that come and go."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.chaos.stream.node import Spec
from tests.processes import environment

ROOT = Path(__file__).parents[3]
START_SECONDS = 30
END_SECONDS = 20

Heard = Callable[["Node", Sequence[Any]], None]


class NodeFailed(Exception):
    """A node did not start, or ended by itself."""


class Node:
    """One place for a node process, started as often as needed; `port` is None while it is down.

    `heard` gets every line that the process says. `tails` are the log's ends when it opened.
    """

    def __init__(self, number: int, folder: Path, heard: Heard) -> None:
        self.number = number
        self.port: int | None = None
        self.tails: dict[str, int] = {}
        self.starts = 0
        self._folder = folder
        self._heard = heard
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, spec: Spec) -> None:
        """Start and wait until it accepts connections. Raises NodeFailed."""
        self.starts += 1
        with self.errors.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.chaos.stream.node",
                msgspec.json.encode(spec).decode(),
                cwd=ROOT,
                env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                limit=2**20,
            )
        self._process = process
        self._ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(process))
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._ready.wait()
        except TimeoutError as error:
            raise NodeFailed(f"node {self.number} is not ready") from error
        if self.port is None:
            raise NodeFailed(f"node {self.number} did not start: {self.errors.read_text()}")

    @property
    def errors(self) -> Path:
        return self._folder / f"node-{self.number}.txt"

    def say(self, *words: object) -> None:
        """A command; lost where the process is just ending."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(words) + b"\n")

    async def kill(self) -> None:
        """As a crash would."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> tuple[int, float]:
        """As an operator would; returns the exit status and the seconds that it took."""
        began = time.monotonic()
        return await self._end(signal.SIGTERM), time.monotonic() - began

    async def _end(self, how: signal.Signals) -> int:
        process, self.port = self._process, None
        if process is None:
            return 0
        self._process = None
        if process.returncode is None:
            process.send_signal(how)
        try:
            async with asyncio.timeout(END_SECONDS):
                status = await process.wait()
        except TimeoutError:
            process.kill()
            status = await process.wait()
        assert process.stdin is not None
        process.stdin.close()
        await self._listening
        return status

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if not line.endswith(b"\n"):
                break  # Cut off by the kill.
            words = msgspec.json.decode(line)
            if words[0] == "ready":
                self.port = int(words[1].rstrip("/").rpartition(":")[2])
                self.tails = words[2]
                self._ready.set()
            else:
                self._heard(self, words)
        self._ready.set()
        if self._process is process:
            self.port = None
            self._heard(self, ("failed", f"ended by itself: {self.errors.read_text()}"))
