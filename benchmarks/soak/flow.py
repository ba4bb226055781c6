"""The product's own server with events that never end: run after run on a few projects.

    python -m benchmarks.soak.flow FOLDER

Obeys lines of JSON on standard input: `flow` lets the runs go on, `still` ends them, `count` says
how many asyncio tasks there are. Files are written again and again, so that what a project is
stays as large as it is, and all that can grow is what the server fails to let go of.
"""

import asyncio
import gc
import hashlib
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.fanout.pace import Command
from benchmarks.fanout.product import main
from smartforge import events
from smartforge.engine.ids import new_id, short_id
from smartforge.log.base import Log

PROJECTS = 8
FILES = 5
CHUNKS = 40
GAP = 0.2
"""Seconds between two events of a project."""

TEXT = "x = 1  # fifty characters of a file, one line of it\n"
WHOLE = (TEXT * CHUNKS).encode()

LONG_EVENTS = 20_000
TOGETHER = 1_000
LONG_TEXT = "y" * 100


class Project:
    """A project on which one run follows the other."""

    def __init__(self, log: Log) -> None:
        self.id = new_id()
        self.last = 0
        self._log = log
        self._version = 0

    async def create(self) -> None:
        created = events.ProjectCreated(title="t", prompt="p", target="fastapi", model=None)
        self.last = (await self._log.create(self.id, [created])).last

    async def lengthen(self) -> None:
        """A run that has written very much and is still on: its viewers have much to read."""
        run, epoch = short_id(), await self._log.claim(self.id)
        await self._append([*_begun(), _file(0)], run, epoch)
        chunk = events.CodeChunk(path="file0.py", attempt=1, at=0, text=LONG_TEXT)
        for _ in range(LONG_EVENTS // TOGETHER):
            await self._append([chunk] * TOGETHER, run, epoch)

    async def flow(self) -> None:
        """Run after run, until cancelled."""
        while True:
            run, epoch = short_id(), await self._log.claim(self.id)
            self._version += 1
            async for facts in self._run():
                await self._append(facts, run, epoch)

    async def _run(self) -> AsyncGenerator[Sequence[events.Fact], None]:
        yield _begun()
        for number in range(FILES):
            yield [_file(number)]
            for chunk in range(CHUNKS):
                await asyncio.sleep(GAP)
                yield [_chunk(number, chunk)]
            digest = hashlib.sha256(WHOLE).hexdigest()
            yield [
                events.FileComplete(
                    path=f"file{number}.py", attempt=1, size=len(WHOLE), sha256=digest
                )
            ]
        yield [
            events.Complete(
                version=self._version,
                verdict="passed",
                summary="",
                file_count=FILES,
                operation_count=0,
                skipped_checks=(),
                duration_ms=0,
            )
        ]

    async def _append(self, facts: Sequence[events.Fact], run: str, epoch: int) -> None:
        self.last = await self._log.append(self.id, facts, run=run, epoch=epoch)


class Flow:
    """All projects; the last of them is the long one, to which nothing is added any more."""

    def __init__(self, log: Log) -> None:
        self._projects = [Project(log) for _ in range(PROJECTS)]
        self._long = Project(log)
        self._flowing: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        for project in (*self._projects, self._long):
            await project.create()
        await self._long.lengthen()

    def cursors(self) -> dict[str, int]:
        return {project.id: project.last for project in (*self._projects, self._long)}

    def commands(self) -> Mapping[str, Command]:
        return {"flow": self._flow, "still": self._still, "count": self._count}

    async def _flow(self, _: Any) -> Mapping[str, object]:
        self._flowing = [asyncio.create_task(project.flow()) for project in self._projects]
        return {}

    async def _still(self, _: Any) -> Mapping[str, object]:
        for each in self._flowing:
            each.cancel()
        await asyncio.gather(*self._flowing, return_exceptions=True)
        self._flowing.clear()
        return {"cursors": self.cursors()}

    async def _count(self, _: Any) -> Mapping[str, object]:
        gc.collect()
        return {"tasks": len(asyncio.all_tasks())}


def _begun() -> list[events.Fact]:
    return [
        events.RunQueued(position=0, trigger="prompt"),
        events.RunStarted(trigger="prompt", base_version=None, message_id=None),
    ]


def _chunk(number: int, chunk: int) -> events.CodeChunk:
    return events.CodeChunk(path=f"file{number}.py", attempt=1, at=chunk * len(TEXT), text=TEXT)


def _file(number: int) -> events.FileGenerating:
    return events.FileGenerating(path=f"file{number}.py", attempt=1, author="compiled")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), Flow))
