"""The product's own server under measurement: put together as `smartforge serve` does it.

    python -m benchmarks.fanout.product FOLDER PROJECTS

The log in FOLDER is the real one, the door asks for the token in SMARTFORGE_TOKEN, limits and
options are the default ones. Beside it runs what a run does: it appends chunks to the log, here
when a line on standard input says so. The events of several projects go to each in turn.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import uvloop

from benchmarks.fanout.pace import Command, obey, publish, say
from smartforge import events
from smartforge.app.product import Product, product
from smartforge.app.serving import shown
from smartforge.engine.ids import new_id, short_id
from smartforge.log.base import Log
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from smartforge.settings import SERVE_PACE, Options, read

PATH = "main.py"


class Feed(Protocol):
    """What appends to the log while the server serves."""

    async def begin(self) -> None:
        """Make the projects; the server does not listen yet."""
        ...

    def cursors(self) -> dict[str, int]:
        """The last seq of each project."""
        ...

    def commands(self) -> Mapping[str, Command]:
        """What standard input may ask for."""
        ...


class Run:
    """A run that writes one file, as the engine would have begun it."""

    def __init__(self, log: Log) -> None:
        self.project_id = new_id()
        self.last = 0
        self._log = log
        self._run = short_id()
        self._epoch = 0

    async def begin(self) -> None:
        created = events.ProjectCreated(title="t", prompt="p", target="fastapi", model=None)
        await self._log.create(self.project_id, [created])
        self._epoch = await self._log.claim(self.project_id)
        await self._append(
            [
                events.RunQueued(position=0, trigger="prompt"),
                events.RunStarted(trigger="prompt", base_version=None, message_id=None),
                events.FileGenerating(path=PATH, attempt=1, author="compiled"),
            ]
        )

    async def write(self, dues: list[int]) -> None:
        """One chunk for each moment, in one append; its text is the moment."""
        await self._append(
            [events.CodeChunk(path=PATH, attempt=1, at=0, text=str(due)) for due in dues]
        )

    async def _append(self, facts: list[events.Fact]) -> None:
        self.last = await self._log.append(self.project_id, facts, run=self._run, epoch=self._epoch)


class Runs:
    """What standard input commands."""

    def __init__(self, log: Log, projects: int) -> None:
        self._runs = [Run(log) for _ in range(projects)]
        self._turn = 0

    async def begin(self) -> None:
        for run in self._runs:
            await run.begin()

    def cursors(self) -> dict[str, int]:
        return {run.project_id: run.last for run in self._runs}

    def commands(self) -> Mapping[str, Command]:
        return {"publish": self._publish}

    async def _publish(self, command: Any) -> Mapping[str, object]:
        await publish(command["events"], command["rate"], self._write)
        return {"cursors": self.cursors()}

    async def _write(self, dues: list[int]) -> None:
        shares: dict[Run, list[int]] = {}
        for due in dues:
            shares.setdefault(self._runs[self._turn], []).append(due)
            self._turn = (self._turn + 1) % len(self._runs)
        for run, share in shares.items():
            await run.write(share)


async def main(folder: Path, made_with: Callable[[Log], Feed]) -> None:
    """Serve, and let the feed obey standard input until that is closed."""
    settings = read(Options(data=folder, port=0), default_pace=SERVE_PACE)
    async with product(settings, durable=True) as made:
        feed = made_with(made.log)
        await feed.begin()
        listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_serve(made, settings.host, settings.token, listening, stop))
            port = int((await listening).rstrip("/").rpartition(":")[2])
            say({"port": port, "cursors": feed.cursors()})
            await obey(feed.commands())
            stop.set()


async def _serve(
    made: Product,
    host: str,
    token: str | None,
    listening: asyncio.Future[str],
    stop: asyncio.Event,
) -> None:
    options = ServerOptions(
        door=DoorOptions(host=host, token=token), settings=shown(made.forge.settings)
    )
    application = build(made.log, made.engine, options)
    await serve(application, host=host, port=0, ready=listening.set_result, stop=stop)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), lambda log: Runs(log, int(sys.argv[2]))))
